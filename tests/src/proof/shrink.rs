//! The smallest key and pool about which two still differ.

use super::disagreement::first_difference;
use crate::{cases::Key, door::Witness, pool::Pool};

/// How many keys are tried at once.
const TRIED: usize = 5_000;

/// The simplest pool that can be found about which the two differ, and the shortest key that shows it; none if they do
/// not differ about this key alone.
pub(super) fn smallest(two: [&dyn Witness; 2], pool: &Pool, key: &Key) -> Option<(Pool, Key)> {
    let mut pool = pool.clone();
    let mut key = differs(two, &pool, std::slice::from_ref(key))?;
    loop {
        // Of the keys that are shorter or simpler, the first that will do.
        let mut keys = neighbours(&key);
        keys.retain(|other| order(other) < order(&key));
        if let Some(shorter) = differs(two, &pool, &keys) {
            key = shorter;
            continue;
        }
        // A simpler pool may want another key of the same length.
        let mut keys = neighbours(&key);
        keys.push(key.clone());
        let simpler = pool.simpler().into_iter().find_map(|pool| Some((differs(two, &pool, &keys)?, pool)));
        match simpler {
            Some((found, simpler)) => (key, pool) = (found, simpler),
            None => return Some((pool, key)),
        }
    }
}

/// The shortest of the keys, which are in order, about which the two differ; asked again alone, to be sure.
fn differs(two: [&dyn Witness; 2], pool: &Pool, keys: &[Key]) -> Option<Key> {
    let [one, other] = two;
    let at = first_difference(&one.homes(pool, keys), &other.homes(pool, keys), keys)?;
    let alone = std::slice::from_ref(keys.get(at)?);
    first_difference(&one.homes(pool, alone), &other.homes(pool, alone), alone)?;
    Some(keys[at].clone())
}

/// Shortest first, then simplest bytes first.
fn order(key: &Key) -> (usize, Vec<u8>) {
    (key.0.len(), key.0.iter().copied().map(rank).collect())
}

/// Letters, digits, then what can be printed, then the rest.
fn rank(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'0'..=b'9' => byte - b'0' + 26,
        b'A'..=b'Z' => byte - b'A' + 36,
        b'!'..=b'~' => 62 + (b'!'..byte).filter(|byte| !byte.is_ascii_alphanumeric()).count() as u8,
        b' ' => 94,
        0..b' ' => 95 + byte,
        0x7f.. => byte,
    }
}

/// Keys to try in the place of a key, in order: all short ones of the same bytes, all single bytes, and the key itself
/// with pieces cut out or bytes made simpler.
fn neighbours(key: &Key) -> Vec<Key> {
    let mut keys = words(key);
    keys.extend((0..=u8::MAX).map(|byte| vec![byte]));
    let length = key.0.len();
    let mut piece = length;
    while piece > length / 64 {
        keys.extend((0..length).step_by(piece).map(|from| {
            let to = length.min(from + piece);
            [&key.0[..from], &key.0[to..]].concat()
        }));
        piece /= 2;
    }
    if length <= 64 {
        keys.extend((0..length).map(|at| {
            let mut simpler = key.0.clone();
            simpler[at] = b'a';
            simpler
        }));
    }
    let mut keys: Vec<Key> = keys.into_iter().map(Key).collect();
    keys.sort_by_cached_key(order);
    keys.dedup();
    keys
}

/// All words of the bytes of a key and some letters, up to a length at which they become too many.
fn words(key: &Key) -> Vec<Vec<u8>> {
    let mut letters: Vec<u8> = b"ab01".iter().chain(&key.0).copied().collect();
    letters.sort_by_key(|byte| (!b"ab01".contains(byte), rank(*byte)));
    letters.dedup();
    letters.truncate(12);
    let mut words = vec![Vec::new()];
    let mut longest = 0..1;
    while (words.len() + longest.len() * letters.len()) <= TRIED {
        let start = words.len();
        for at in longest {
            for letter in &letters {
                let word = [words[at].as_slice(), &[*letter]].concat();
                words.push(word);
            }
        }
        longest = start..words.len();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        door::{Asked, Home},
        doors::RustDoor,
        keys, pool,
        proof::{About, compare},
        twin::pool::System,
    };

    /// A door that does to pools and keys what it should not.
    struct Wrong {
        pool: fn(Pool) -> Pool,
        key: fn(&[u8]) -> Vec<u8>,
    }

    impl Witness for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }

        fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
            let keys: Vec<Key> = keys.iter().map(|key| Key((self.key)(&key.0))).collect();
            RustDoor.homes(&(self.pool)(pool.clone()), &keys)
        }
    }

    fn without_tag(mut pool: Pool) -> Pool {
        if let System::Twemproxy { tag, .. } = &mut pool.system {
            *tag = None;
        }
        pool
    }

    fn as_latin_1(key: &[u8]) -> Vec<u8> {
        key.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes()
    }

    /// The disagreements of a wrong door in random pools, each as small as it gets.
    fn found(wrong: &Wrong) -> Vec<(Pool, Key)> {
        let keys = keys::with_empty(7, 300);
        let mut small = Vec::new();
        for pool in pool::random(7, 50).into_iter().step_by(4) {
            if let Err(disagreement) = compare(&[&RustDoor, wrong], &pool, &keys) {
                assert_eq!(disagreement.said[0].0, "rust");
                assert_ne!(disagreement.said[0].1, disagreement.said[1].1, "{disagreement}");
                let About::Home(key, pool) = disagreement.about else { panic!("a home") };
                small.push((*pool, key));
            }
        }
        small
    }

    #[test]
    fn a_door_that_loses_the_tag() {
        let small = found(&Wrong { pool: without_tag, key: <[u8]>::to_vec });
        assert!(small.len() >= 3, "{small:?}");
        for (pool, key) in small {
            let pool = pool.text();
            let (head, tag) = pool.split_once("hash_tag: \"").unwrap();
            assert_eq!(key.0.len(), 3, "an opening, a byte, a closing: {key:?}\n{pool}");
            assert_eq!([key.0[0], key.0[2]], tag.as_bytes()[..2]);
            assert!(head.ends_with("  signed_char: true\n  "), "{head}");
            assert_eq!(&tag[2..], "\"\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n");
        }
    }

    #[test]
    fn a_door_that_takes_bytes_for_latin_1() {
        let wrong = Wrong { pool: |pool| pool, key: as_latin_1 };
        let small = found(&wrong);
        assert!(small.len() >= 8, "{} pools: not those in which one node has nearly all keys", small.len());
        let single: Vec<Key> = (0..=u8::MAX).map(|byte| Key(vec![byte])).collect();
        for (pool, key) in small {
            assert!(key.0.iter().any(|byte| *byte >= 0x80), "{key:?}");
            // In some pools no single byte shows it.
            let shorter = differs([&RustDoor, &wrong], &pool, &single);
            assert_eq!(key.0.len(), if shorter.is_some() { 1 } else { 2 }, "{key:?} in {}", pool.text());
            // A key has no home even in a pool of one node, if it is not text or if nobody has its slot.
            let homeless = matches!(pool.system, System::Charsum | System::RedisCluster);
            assert!(pool.nodes.len() == 2 || (pool.nodes.len() == 1 && homeless), "{}", pool.text());
        }
    }

    #[test]
    fn a_door_that_agrees() {
        assert_eq!(found(&Wrong { pool: |pool| pool, key: <[u8]>::to_vec }), []);
    }
}
