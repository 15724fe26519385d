//! The rows: what is measured, beside what, and the most that it may take.

use std::hint::black_box;

use keyhome_core::{Dialect, Error, Options, Router, slot};

use crate::{
    commands, decisions, hot_keys,
    keys::{Numbers, Words, keys, pool, routed, servers},
    paired::{self, Paired},
    peers,
};

/// Keys for one run of what is quick.
const KEYS: usize = 16_384;

pub(crate) fn print_all(rounds: usize) {
    println!("{:<46} {:<40} {:>9} {:>9} {:>7} {:>7}", "what", "beside", "ns", "peer ns", "ratio", "at most");
    slots(rounds);
    let rows: [Result<(), Error>; 9] = [
        lookup(rounds, 10, 0.35),
        lookup(rounds, 1000, 0.25),
        index(rounds),
        build(rounds),
        batch(rounds),
        commands::rows(rounds),
        decisions::rows(rounds),
        hot_keys::rows(rounds),
        hot_keys::accuracy(),
    ];
    for row in rows {
        if let Err(error) = row {
            eprintln!("a row could not be measured: {error}");
        }
    }
    println!();
    for count in [10, 100, 1000, 10_000] {
        match pool(count, "fnv1a_64").map(|router| router.ring_size()) {
            Ok(Some((points, bytes))) => {
                println!(
                    "{count:>6} servers: {points:>8} points, {:.1} bytes a point",
                    bytes as f64 / points as f64
                );
            }
            _ => eprintln!("no ring of {count} servers"),
        }
    }
}

pub(crate) fn print(what: &str, beside: &str, at_most: f64, Paired { ours, peer, ratio }: &Paired) {
    let verdict = if *ratio <= at_most { "" } else { "  MISSED" };
    println!("{what:<46} {beside:<40} {ours:>9.1} {peer:>9.1} {ratio:>7.3} {at_most:>7.2}{verdict}");
}

fn slots(rounds: usize) {
    let keys = keys(KEYS);
    assert!(keys.iter().all(|key| slot(key) == peers::slot::slot(key)));
    let ours = || keys.iter().for_each(|key| _ = black_box(slot(black_box(key))));
    let peer = || keys.iter().for_each(|key| _ = black_box(peers::slot::slot(black_box(key))));
    print(
        "slot of a key (tag and CRC)",
        "memchr + crc16 crate",
        0.40,
        &paired::time(rounds, KEYS, ours, peer),
    );
}

fn lookup(rounds: usize, count: usize, at_most: f64) -> Result<(), Error> {
    const HASHES: usize = 1 << 18;
    let router = pool(count, "fnv1a_64")?;
    let points: Vec<(u32, u16)> = router
        .ring_points()
        .into_iter()
        .map(|(value, node)| (value.count().unwrap_or_default() as u32, node as u16))
        .collect();
    let (values, owners): (Vec<u32>, Vec<u16>) = points.into_iter().unzip();
    let search = |hash: u32| {
        let at = values.partition_point(|value| *value < hash);
        owners[if at == owners.len() { 0 } else { at }]
    };
    let hashes: Vec<u32> = Numbers(3).take(HASHES).map(|number| number as u32).collect();
    assert!(hashes.iter().all(|hash| router.owner_of_hash(*hash) == Some(usize::from(search(*hash)))));
    let ours = || hashes.iter().for_each(|hash| _ = black_box(router.owner_of_hash(*hash)));
    let peer = || hashes.iter().for_each(|hash| _ = black_box(search(*hash)));
    let what = format!("ring look-up, {count} servers");
    print(&what, "binary search over the points", at_most, &paired::time(rounds, HASHES, ours, peer));
    Ok(())
}

fn index(rounds: usize) -> Result<(), Error> {
    let keys = keys(KEYS);
    let router = pool(10, "fnv1a_64")?;
    let mut names: Vec<String> = router.nodes().iter().map(|node| node.name.clone()).collect();
    names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let points = peers::twemproxy::ring(&names);
    let plain = |key: &[u8]| peers::twemproxy::dispatch(&points, peers::twemproxy::fnv1a_64(key));
    let same = |key: &Vec<u8>| router.node(key).is_ok_and(|node| node.name == names[plain(key) as usize]);
    assert!(keys.iter().all(same));
    let ours = || keys.iter().for_each(|key| _ = black_box(router.index(black_box(key))));
    let peer = || keys.iter().for_each(|key| _ = black_box(plain(black_box(key))));
    let measured = paired::time(rounds, KEYS, ours, peer);
    print("index, fnv1a_64 + ketama, 10 servers", "twemproxy's algorithm, plain", 0.5, &measured);
    Ok(())
}

fn build(rounds: usize) -> Result<(), Error> {
    let names: Vec<String> = servers(1000).into_iter().map(|member| member.node.name).collect();
    let members = servers(1000);
    Router::new(Dialect::TWEMPROXY, &Options::new(), members.clone())?;
    let ours = || _ = black_box(Router::new(Dialect::TWEMPROXY, &Options::new(), black_box(members.clone())));
    let peer = || _ = black_box(peers::twemproxy::ring(black_box(&names)));
    let measured = paired::time(rounds, 1, ours, peer);
    print("building a ring of 1,000 servers", "md-5 crate, a label at a time, sort", 0.5, &measured);
    Ok(())
}

/// Each dialect that hashes keys with MD5, in each of its ways from a digest to a node.
const MD5: [(&str, &str, Words<'static>); 10] = [
    ("md5", "twemproxy", &[("hash", "md5")]),
    ("md5, modula", "twemproxy", &[("hash", "md5"), ("distribution", "modula")]),
    ("vnodes", "vnodes", &[]),
    ("libketama", "libketama", &[]),
    ("npm-hashring", "npm-hashring", &[]),
    ("uhashring", "uhashring", &[]),
    ("uhashring, ketama", "uhashring", &[("mode", "ketama")]),
    ("hash_ring", "hash_ring", &[]),
    ("libmemcached, md5", "libmemcached", &[("hash", "md5")]),
    ("libmemcached, weighted", "libmemcached", &[("mode", "weighted")]),
];

fn batch(rounds: usize) -> Result<(), Error> {
    const COUNT: usize = 100_000;
    let keys = keys(COUNT);
    for (what, dialect, words) in MD5 {
        let router = routed(dialect, words, 10)?;
        let mut indexes = Vec::new();
        router.indexes(&keys, &mut indexes)?;
        assert!(keys.iter().zip(&indexes).all(|(key, index)| router.index(key) == Ok(*index as usize)));
        let ours = || _ = black_box(router.indexes(black_box(&keys), &mut indexes));
        let peer = || keys.iter().for_each(|key| _ = black_box(router.index(black_box(key))));
        let measured = paired::time(rounds, COUNT, ours, peer);
        print(&format!("indexes, 100k keys, {what}"), "one index at a time", 0.35, &measured);
    }
    Ok(())
}
