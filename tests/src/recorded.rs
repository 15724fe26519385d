//! Asks a door what real programs were asked, and compares.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{
    cases::{Key, to_hex},
    door::{Asked, Door},
    recordings::{self, Entry, Run},
    tally::Tally,
};

/// 88 pools of nutcracker 0.5.0, 297 keys each.
pub fn nutcracker(door: &dyn Door) {
    let mut tally = Tally::new(format!("{}, nutcracker 0.5.0", door.name()));
    for pool in recordings::nutcracker() {
        assert_eq!((pool.keys_hex.len(), pool.owners.len()), (297, 297), "{}", pool.pool);
        match door.placement(&pool.config(), None, &pool.keys_hex) {
            Asked::Answered(homes) => {
                let wanted: Vec<_> = pool.owners.iter().map(|owner| Ok(*owner)).collect();
                tally.compare(&pool.pool, &homes, &wanted);
                tally.ran(homes.len(), "keys");
            }
            Asked::Refused(refusal) => tally.fail(&pool.pool, format!("{refusal:?}")),
            Asked::NotHere(why) => tally.not_here(&pool.pool, why),
        }
    }
    tally.finish(88);
}

/// A thousand slots of redis-server 7.0.15.
pub fn slots(door: &dyn Door) {
    let recorded = recordings::slots();
    let keys: Vec<Key> = recorded.iter().map(|(key, _)| key.clone()).collect();
    let mut tally = Tally::new(format!("{}, slots of redis-server 7.0.15", door.name()));
    match door.slots(&keys) {
        Asked::Answered(slots) => {
            tally.compare("how many", &slots.len(), &keys.len());
            for ((key, wanted), given) in recorded.iter().zip(&slots) {
                tally.compare(&to_hex(&key.0), given, wanted);
            }
            tally.ran(slots.len(), "keys");
        }
        Asked::Refused(refusal) => tally.fail("slots", format!("{refusal:?}")),
        Asked::NotHere(why) => tally.not_here("slots", why),
    }
    assert_eq!(keys.len(), 1000);
    tally.finish(1);
}

/// 88 runs of the systems in use: some keys each, and so many of the keys `key:0` to `key:9999`. What is recorded over
/// all of those can be compared only by a door that is asked for all.
pub fn dialects(door: &dyn Door, counted: usize) {
    let mut tally = Tally::new(format!("{}, runs of real programs", door.name()));
    for (file, (entry, run)) in recordings::runs() {
        assert_eq!(format!("{}.json", run.name), file);
        if entry.slots {
            slots_of_run(&mut tally, door, &entry, &run);
        } else {
            homes_of_run(&mut tally, door, &entry, &run, counted);
        }
    }
    if counted < COUNTED {
        tally.leave_out("counts10k and sha10k of every run", "they need ten thousand keys each");
    }
    tally.finish(88);
}

/// The keys over which a run has counts and a digest.
pub const COUNTED: usize = 10_000;

fn slots_of_run(tally: &mut Tally, door: &dyn Door, entry: &Entry, run: &Run) {
    let bytes = |key: &String| {
        let key =
            entry.written_short.get(key).map_or_else(|| key.clone(), |(text, times)| text.repeat(*times));
        Key(key.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect())
    };
    let keys: Vec<Key> = run.vectors.iter().map(|(key, _)| bytes(key)).collect();
    let wanted: Vec<u16> = run.vectors.iter().map(|(_, slot)| *slot).collect();
    assert!(keys.len() >= 20, "{}", keys.len());
    match door.slots(&keys) {
        Asked::Answered(slots) => {
            tally.compare(&run.name, &slots, &wanted);
            tally.ran(keys.len(), "keys");
        }
        Asked::Refused(refusal) => tally.fail(&run.name, format!("{refusal:?}")),
        Asked::NotHere(why) => tally.not_here(&run.name, why),
    }
}

fn homes_of_run(tally: &mut Tally, door: &dyn Door, entry: &Entry, run: &Run, count: usize) {
    let name = &run.name;
    let config = entry.config.as_ref().unwrap_or_else(|| panic!("{name} has no config")).to_string();
    let counted = (0..count).map(|number| format!("key:{number}"));
    let keys: Vec<Key> = run.map.keys().cloned().chain(counted).map(|key| Key(key.into_bytes())).collect();
    let homes = match door.placement(&config, None, &keys) {
        Asked::Answered(homes) => homes,
        Asked::Refused(refusal) => return tally.fail(name, format!("{refusal:?}")),
        Asked::NotHere(why) => return tally.not_here(name, why),
    };
    let homes: Vec<usize> = homes.into_iter().map(|home| home.expect("every key has a home here")).collect();
    let (mapped, counted) = homes.split_at(run.map.len());
    for ((key, wanted), home) in run.map.iter().zip(mapped) {
        tally.compare(&format!("{name}: {key:?}"), &run.nodes[*home], wanted);
    }
    tally.ran(homes.len(), "keys");
    if count < COUNTED {
        return;
    }
    let mut counts: BTreeMap<String, usize> = run.nodes.iter().map(|node| (node.clone(), 0)).collect();
    for home in counted {
        *counts.entry(run.nodes[*home].clone()).or_default() += 1;
    }
    tally.compare(name, &counts, &run.counts10k);
    let listed: Vec<String> = counted.iter().map(usize::to_string).collect();
    tally.compare(name, &Some(sha256(&listed.join(","))), &run.sha10k);
}

/// SHA-256 in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    to_hex(&Sha256::digest(text))
}
