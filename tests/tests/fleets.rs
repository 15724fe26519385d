//! Where the ketama family disagrees with itself: fleets of equal servers to which one program gives fewer points than
//! another, because each rounds in its own way.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use keyhome::Router;
use keyhome_tests::Tally;

const FLEETS: [usize; 8] = [7, 14, 25, 28, 49, 50, 61, 100];

/// Options of the pool, and the points that each server has in those fleets.
const TABLE: [(&str, [usize; 8]); 7] = [
    ("\"dialect\": \"twemproxy\"", [160, 160, 156, 160, 160, 156, 156, 156]),
    ("\"dialect\": \"libmemcached\", \"mode\": \"weighted\"", [160, 160, 156, 160, 160, 156, 156, 156]),
    ("\"dialect\": \"libketama\"", [160, 160, 160, 160, 160, 160, 156, 160]),
    ("\"dialect\": \"npm-hashring\"", [156, 156, 160, 156, 156, 160, 160, 160]),
    ("\"dialect\": \"uhashring\", \"mode\": \"ketama\"", [160; 8]),
    ("\"dialect\": \"hash_ring\"", [120; 8]),
    ("\"dialect\": \"vnodes\"", [160; 8]),
];

fn fleet(options: &str, servers: usize) -> Router {
    let servers: Vec<String> = (1..=servers).map(|server| format!("\"10.0.1.{server}:11211:1\"")).collect();
    let config = format!("{{\"pool\": {{{options}, \"servers\": [{}]}}}}", servers.join(", "));
    keyhome::from_config(&config, None).unwrap_or_else(|error| panic!("{config}: {error}"))
}

#[test]
fn points_of_each_server() {
    let mut tally = Tally::new("fleets of equal servers");
    for (options, table) in TABLE {
        for (servers, wanted) in FLEETS.into_iter().zip(table) {
            let router = fleet(options, servers);
            let mut of_each = vec![0; servers];
            for (_, node) in router.ring_points() {
                of_each[node] += 1;
            }
            tally.compare(&format!("{options}, {servers} servers"), &of_each, &vec![wanted; servers]);
            tally.ran(of_each.iter().sum(), "points");
        }
    }
    tally.finish(TABLE.len() * FLEETS.len());
}

/// How many of ten thousand keys two programs put on different servers, as measured with the programs themselves.
#[test]
fn keys_that_move_between_programs() {
    let mut tally = Tally::new("keys on which two programs disagree");
    let (libketama, npm) = ("\"dialect\": \"libketama\"", "\"dialect\": \"npm-hashring\"");
    let uhashring = "\"dialect\": \"uhashring\", \"mode\": \"ketama\"";
    let keys: Vec<String> = (0..10_000).map(|number| format!("key:{number}")).collect();
    let table = [
        (libketama, npm, 7, 170),
        (libketama, npm, 14, 296),
        (libketama, npm, 28, 251),
        (libketama, uhashring, 61, 263),
    ];
    for (one, other, servers, wanted) in table {
        let homes = |options| {
            let mut homes = Vec::new();
            fleet(options, servers).indexes(&keys, &mut homes).expect("homes");
            homes
        };
        let moved = homes(one).iter().zip(homes(other)).filter(|(one, other)| *one != other).count();
        tally.compare(&format!("{one} and {other}, {servers} servers"), &moved, &wanted);
        tally.ran(keys.len(), "keys");
    }
    tally.finish(table.len());
}
