//! Names for copies of hot keys: where the twin says that they live, and no other.

use keyhome_core::{Dialect, Error, Member, Node, Options, Router, dialect::OptionValue};
use keyhome_tests::twin::{
    Twin,
    pool::{Pool, System},
    random,
};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, both_without, check, plain};

/// As the documentation says it: the name of each number from 1 to 1000 that reaches one more node.
fn naive(twin: &Twin, pool: &Pool, key: &[u8], n: usize) -> Vec<(usize, Vec<u8>)> {
    let tag = match pool.system {
        System::Twemproxy { tag, .. } => tag,
        System::RedisCluster => Some(*b"{}"),
        _ => None,
    };
    let end = tag.and_then(|[open, close]| {
        let start = key.iter().position(|byte| *byte == open)? + 1;
        let length = key[start..].iter().position(|byte| *byte == close)?;
        (length > 0).then_some(start + length)
    });
    let (before, after) = key.split_at(end.unwrap_or(key.len()));
    let mut used = vec![twin.home(key).unwrap()];
    let mut copies = Vec::new();
    for number in 1..=1000 {
        let name = [before, format!("~copy{number}.keyhome").as_bytes(), after].concat();
        match twin.home(&name) {
            Ok(home) if copies.len() < n && !used.contains(&home) => {
                used.push(home);
                copies.push((home, name));
            }
            _ => {}
        }
    }
    copies
}

#[test]
fn names_of_copies() {
    let inputs = (
        random::pool(),
        prop::collection::vec(random::key(), 1..6),
        prop::collection::vec(any::<Index>(), 0..3),
        0..14_usize,
    );
    check("copies", 120, &inputs, |(pool, keys, gone, n), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let Some((router, twin)) = both_without(&router, &twin, &gone) else { return Ok(()) };
        for key in keys.iter().map(|key| key.key(&pool)) {
            let copies = match (plain(router.copies(&key, n)), twin.home(&key)) {
                (Err(code), home) => {
                    prop_assert_eq!(Err(code), home);
                    continue;
                }
                (Ok(copies), _) => copies,
            };
            let found: Vec<(usize, Vec<u8>)> =
                copies.iter().map(|copy| (copy.index, copy.key.clone())).collect();
            prop_assert_eq!(&found, &naive(&twin, &pool, &key, n), "{:x?}", key);
            for copy in &copies {
                prop_assert_eq!(plain(router.index(&copy.key)), Ok(copy.index));
                if std::str::from_utf8(&key).is_ok() && !matches!(pool.system, System::Twemproxy { .. }) {
                    prop_assert!(std::str::from_utf8(&copy.key).is_ok(), "a text stays one");
                }
            }
            let fewer = router.copies(&key, n / 2).unwrap();
            prop_assert_eq!(
                &fewer[..],
                &copies[..fewer.len()],
                "who asks for fewer gets the same first ones"
            );
            add(held, 1 + copies.len());
        }
        Ok(())
    });
}

fn router(dialect: &'static Dialect, hash: Option<&'static str>, nodes: usize) -> Result<Router, Error> {
    let mut options = Options::new();
    if let (Some(option), Some(hash)) = (dialect.option("hash"), hash) {
        options.set(option, OptionValue::Word(hash));
    }
    let address = |number: usize| format!("10.0.0.{number}:6379");
    let members = (1..=nodes).map(|number| Member::from(Node::new(address(number), address(number))));
    Router::new(dialect, &options, members.collect())
}

/// With the number last, `fnv1a_64` would put nearly all names side by side.
#[test]
fn copies_reach_every_node() {
    let mut count = 0;
    for hash in random::TWEMPROXY_HASHES.into_iter().filter(|hash| !hash.starts_with("crc")) {
        let router = router(Dialect::TWEMPROXY, Some(hash), 12).unwrap();
        for key in ["user:1001", "", "feed:{home}", "ключ", "a~copy1.keyhome"] {
            let copies = router.copies(key, usize::MAX).unwrap();
            assert_eq!(copies.len(), 11, "{hash} {key}: {copies:?}");
            let highest = copies.iter().map(|copy| copy.key.len()).max();
            assert!(highest <= Some(key.len() + "~copy999.keyhome".len()));
            count += copies.len();
        }
    }
    println!("copies reach every node: {count} names");
}

#[test]
fn pools_without_room_for_copies() {
    let copies =
        |router: Result<Router, Error>| router.unwrap().copies("user:1001", 5).map(|copies| copies.len());
    assert_eq!(copies(router(Dialect::TWEMPROXY, None, 1)), Ok(0), "one node");
    // Its hash has 15 bits, and lands on the first points of the ring whatever the key.
    assert_eq!(copies(router(Dialect::TWEMPROXY, Some("crc32"), 3)), Ok(0));
    let mut random = Options::new();
    random.set(Dialect::TWEMPROXY.option("distribution").unwrap(), OptionValue::Word("random"));
    let nodes = ["a", "b"].map(|name| Member::from(Node::new(name, name)));
    let random = Router::new(Dialect::TWEMPROXY, &random, nodes.into());
    assert_eq!(plain(copies(random)), Err("placement.random"));
}

#[test]
fn keys_of_one_tag_keep_together() {
    let nodes = [("a", 0..=8191), ("b", 8192..=12000), ("c", 12001..=16383)].map(|(name, slots)| {
        let mut member = Member::from(Node::new(name, name));
        member.slots = vec![slots];
        member
    });
    let router = Router::new(Dialect::find("redis-cluster").unwrap(), &Options::new(), nodes.into()).unwrap();
    let [name, cart] = ["{user:7}:name", "{user:7}:cart"].map(|key| router.copies(key, 2).unwrap());
    assert_eq!(name.len(), 2);
    for (name, cart) in name.iter().zip(&cart) {
        assert_eq!(name.index, cart.index);
        let (name, cart) = (String::from_utf8_lossy(&name.key), String::from_utf8_lossy(&cart.key));
        assert_eq!(name.replace("name", "cart"), cart);
        assert!(name.starts_with("{user:7~copy") && name.ends_with(".keyhome}:name"), "{name}");
    }
}
