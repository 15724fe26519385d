//! Many keys at once are the same as one at a time, however they are passed.

use std::collections::BTreeMap;

use keyhome_core::{Dialect, Member, Node, Options, Router, dialect::OptionValue};
use keyhome_tests::{
    keys::pack,
    twin::{pool::System, random},
};
use proptest::prelude::*;

use crate::{add, both, check};

#[test]
fn batches() {
    let inputs = (random::pool(), prop::collection::vec(random::key(), 0..200));
    check("batches", 200, &inputs, |(pool, keys), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.key(&pool)).collect();
        let homes: Vec<Result<usize, _>> = keys.iter().map(|key| twin.home(key)).collect();
        let first_error = homes.iter().position(Result::is_err);
        let mut indexes = vec![7];
        let mut packed = vec![7];
        let (bytes, offsets) = pack(&keys);
        let answer = router.indexes(&keys, &mut indexes);
        let packed_answer = router.indexes_packed(&bytes, &offsets, &mut packed);
        prop_assert_eq!(&answer, &packed_answer);
        prop_assert_eq!(&indexes, &packed);
        if let Some(position) = first_error {
            let error = answer.unwrap_err();
            prop_assert_eq!(Err(error.code()), homes[position]);
            prop_assert_eq!(error.position(), Some(position));
            prop_assert!(indexes.is_empty());
            prop_assert!(router.group(&keys).is_err());
        } else {
            let homes: Vec<usize> = homes.into_iter().flatten().collect();
            prop_assert_eq!(indexes.iter().map(|index| *index as usize).collect::<Vec<_>>(), homes.clone());
            let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (position, home) in homes.into_iter().enumerate() {
                groups.entry(home).or_default().push(position);
            }
            prop_assert_eq!(router.group(&keys).unwrap(), groups);
        }
        add(held, keys.len());
        Ok(())
    });
}

/// Where many digests are made side by side, whatever becomes of them: batches of every size, of keys of every length.
#[test]
fn md5_side_by_side() {
    let routers = [
        ("twemproxy", &[("hash", "md5")][..]),
        ("twemproxy", &[("hash", "md5"), ("distribution", "modula")]),
        ("vnodes", &[]),
        ("libketama", &[]),
        ("npm-hashring", &[]),
        ("uhashring", &[]),
        ("uhashring", &[("mode", "ketama")]),
        ("hash_ring", &[]),
        ("libmemcached", &[("hash", "md5")]),
        ("libmemcached", &[("mode", "weighted")]),
    ]
    .map(|(dialect, words)| {
        let dialect = Dialect::find(dialect).unwrap();
        let mut options = Options::new();
        for (name, word) in words {
            options.set(dialect.option(name).unwrap(), OptionValue::Word(word));
        }
        let servers =
            (1..8).map(|n| format!("10.0.0.{n}:6379")).map(|name| Member::from(Node::new(&*name, &*name)));
        Router::new(dialect, &options, servers.collect()).unwrap()
    });
    let inputs = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..150), 0..200);
    check("md5 side by side", 100, &inputs, |keys, held| {
        for router in &routers {
            let mut indexes = Vec::new();
            router.indexes(&keys, &mut indexes).unwrap();
            let alone: Vec<u32> = keys.iter().map(|key| router.index(key).unwrap() as u32).collect();
            prop_assert_eq!(indexes, alone, "{:?}", router.dialect().id);
        }
        add(held, keys.len());
        Ok(())
    });
}

#[test]
fn slots() {
    let inputs = prop::collection::vec(random::key(), 0..200);
    let cluster = keyhome_tests::twin::pool::Pool {
        system: System::RedisCluster,
        nodes: vec![keyhome_tests::twin::pool::Node::new("all", 1)],
    };
    let twin = keyhome_tests::twin::Twin::new(&cluster).unwrap();
    check("slots", 150, &inputs, |keys, held| {
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.key(&cluster)).collect();
        let expected: Vec<u16> =
            keys.iter().map(|key| keyhome_tests::twin::hash::slot(twin.hashed(key))).collect();
        let mut slots = vec![7];
        keyhome_core::slots(&keys, &mut slots);
        prop_assert_eq!(&slots, &expected);
        let (bytes, offsets) = pack(&keys);
        prop_assert_eq!(keyhome_core::slots_packed(&bytes, &offsets, &mut slots), Ok(()));
        prop_assert_eq!(&slots, &expected);
        for (key, slot) in keys.iter().zip(expected) {
            prop_assert_eq!(keyhome_core::slot(key), slot);
        }
        add(held, keys.len());
        Ok(())
    });
}
