//! Where the systems in use put keys, and the points of their rings: recorded from the real programs.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::collections::BTreeMap;

use keyhome::{Router, share::Share};
use keyhome_tests::{
    Tally,
    cases::to_hex,
    recordings::{self, Entry, Run},
    twin::{Table, Twin, pool::Pool},
};
use sha2::{Digest, Sha256};

fn sha256(text: &str) -> String {
    to_hex(&Sha256::digest(text))
}

#[test]
fn runs_of_real_programs() {
    let mut tally = Tally::new("runs of real programs");
    for (file, (entry, run)) in recordings::runs() {
        assert_eq!(format!("{}.json", run.name), file);
        if entry.slots {
            compare_slots(&mut tally, &run, &entry);
            continue;
        }
        let config = entry.config.unwrap_or_else(|| panic!("{file} has no config")).to_string();
        match keyhome::from_config(&config, None) {
            Ok(router) => compare(&mut tally, &run, &router),
            Err(error) => tally.fail(&file, format!("{error:?}")),
        }
    }
    tally.finish(88);
}

fn compare_slots(tally: &mut Tally, run: &Run, entry: &Entry) {
    for (key, slot) in &run.vectors {
        let key =
            entry.written_short.get(key).map_or_else(|| key.clone(), |(text, times)| text.repeat(*times));
        let bytes: Vec<u8> = key.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
        tally.compare(&format!("{}: {key:?}", run.name), &keyhome::slot(&bytes), slot);
    }
    assert!(run.vectors.len() >= 20, "{}", run.vectors.len());
    tally.ran(run.vectors.len(), "keys");
}

fn compare(tally: &mut Tally, run: &Run, router: &Router) {
    let name = &run.name;
    tally.compare(name, &router.nodes().len(), &run.nodes.len());
    let node = |key: &str| run.nodes[router.index(key).expect("a home")].clone();
    for (key, wanted) in &run.map {
        tally.compare(&format!("{name}: {key:?}"), &node(key), wanted);
    }
    let keys: Vec<String> = (0..10_000).map(|number| format!("key:{number}")).collect();
    let mut indexes = Vec::new();
    router.indexes(&keys, &mut indexes).expect("homes");
    let mut counts: BTreeMap<String, usize> = run.nodes.iter().map(|node| (node.clone(), 0)).collect();
    for index in &indexes {
        *counts.entry(run.nodes[*index as usize].clone()).or_default() += 1;
    }
    tally.compare(name, &counts, &run.counts10k);
    let listed: Vec<String> = indexes.iter().map(u32::to_string).collect();
    tally.compare(name, &Some(sha256(&listed.join(","))), &run.sha10k);
    if let Some(points) = run.points {
        tally.compare(name, &router.ring_size().map(|size| size.0), &Some(points));
    }
    tally.ran(run.map.len() + keys.len(), "keys");
}

/// The twin's rings are the recorded ones to the last point; what the router says each node owns is what such a ring
/// gives it.
#[test]
fn rings_of_real_programs() {
    let mut tally = Tally::new("rings of real programs");
    for (_, (entry, run)) in recordings::runs() {
        let (Some(config), Some(ring_sha256)) = (&entry.config, &run.ring_sha256) else { continue };
        let name = &run.name;
        let twin = Twin::new(&Pool::of_config(config)).expect("a twin");
        let Table::Ring(ring) = &twin.table else { panic!("{name} has no ring") };
        let lines: Vec<String> =
            ring.points.iter().map(|(value, node)| format!("{value} {node}\n")).collect();
        tally.compare(name, &sha256(&lines.concat()), ring_sha256);
        let of_node = |node: usize| ring.points.iter().filter(|point| point.1 == node).count();
        let of_nodes: Vec<usize> = (0..run.nodes.len()).map(of_node).collect();
        tally.compare(name, &Some(of_nodes), &run.points_per_node);
        let router = keyhome::from_config(&config.to_string(), None).expect("a router");
        let given: Vec<_> = router.balance().shares.iter().map(|share| share.share).collect();
        let counted = twin.shares().0.into_iter().map(|share| Some(Share::new(share.expect("not all"))));
        tally.compare(name, &given, &counted.collect());
        tally.ran(ring.points.len(), "points");
    }
    tally.finish(26);
}
