//! Where the systems in use put keys, and the points of their rings: recorded from the real programs.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use keyhome::share::Share;
use keyhome_tests::{
    Tally,
    doors::{CommandDoor, RustDoor},
    recorded::{self, sha256},
    recordings,
    twin::{Table, Twin, pool::Pool},
};

#[test]
fn rust() {
    recorded::dialects(&RustDoor, recorded::COUNTED);
}

#[test]
fn command() {
    recorded::dialects(&CommandDoor::new(), 0);
}

/// The rings of the router and of the twin are the recorded ones to the last point, and what the router says each node
/// owns is what such a ring gives it.
#[test]
fn rings() {
    let mut tally = Tally::new("rings of real programs");
    for (_, (entry, run)) in recordings::runs() {
        let (Some(config), Some(ring_sha256)) = (&entry.config, &run.ring_sha256) else { continue };
        let name = &run.name;
        let twin = Twin::new(&Pool::of_config(config)).expect("a twin");
        let Table::Ring(ring) = &twin.table else { panic!("{name} has no ring") };
        let lines: Vec<String> =
            ring.points.iter().map(|(value, node)| format!("{value} {node}\n")).collect();
        tally.compare(name, &sha256(&lines.concat()), ring_sha256);
        let router = keyhome::from_config(&config.to_string(), None).expect("a router");
        // Where a hash meets the point above it, the router shows the highest hash that does. No recorded point is 0.
        let above = u128::from(ring.above);
        let points = router.ring_points();
        let line = |(value, node): &(Share, usize)| {
            format!("{} {node}\n", value.count().expect("below 2^128") + above)
        };
        tally.compare(name, &sha256(&points.iter().map(line).collect::<Vec<_>>().concat()), ring_sha256);
        let of_node = |node: usize| ring.points.iter().filter(|point| point.1 == node).count();
        let of_nodes: Vec<usize> = (0..run.nodes.len()).map(of_node).collect();
        tally.compare(name, &Some(of_nodes), &run.points_per_node);
        tally.compare(name, &router.ring_size().map(|size| size.0), &run.points);
        let given: Vec<_> = router.balance().shares.iter().map(|share| share.share).collect();
        let counted = twin.shares().0.into_iter().map(|share| Some(Share::new(share.expect("not all"))));
        tally.compare(name, &given, &counted.collect());
        tally.ran(ring.points.len(), "points");
    }
    tally.finish(26);
}
