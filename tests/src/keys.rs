//! Keys of every kind that users have: plain, tagged, with odd braces, unicode, raw bytes, none at all, long.

use std::collections::HashSet;

use crate::{cases::Key, dice::Dice};

const WORDS: &[&str] =
    &["user", "session", "product", "order", "cart", "feed", "c", "x", "キー", "ключ", "emoji😀"];

/// Keys at which implementations of hash tags differ.
const ODD: &[&str] = &[
    "a",
    "{",
    "}",
    "{}",
    "{}x",
    "}{",
    "{a}",
    "x{a}y",
    "{a}{b}",
    "{{a}}",
    "foo{}{bar}",
    "foo{{bar}}zap",
    "a}{b}",
    "$a$",
    "x$$y",
    "$",
    "$only",
    "a$b$c$",
    "user:1001",
    "user:1002",
    "user:1003",
    "product:2001",
    "order:3001",
];

/// The longest keys: what hash functions do with a tail, and batches with their buffers, has been seen by then.
const LONGEST: usize = 5000;

/// Makes `count` different keys, the same ones for a seed each time. None is empty, which nutcracker refuses.
pub fn make(seed: u64, count: usize) -> Vec<Key> {
    let mut dice = Dice::new(seed);
    let mut seen = HashSet::new();
    let mut keys: Vec<Key> = ODD.iter().map(|key| Key(key.as_bytes().to_vec())).collect();
    keys.truncate(count);
    seen.extend(keys.iter().map(|key| key.0.clone()));
    while keys.len() < count {
        let key = one(&mut dice);
        if seen.insert(key.clone()) {
            keys.push(Key(key));
        }
    }
    keys
}

/// The same, the empty key among them.
pub fn with_empty(seed: u64, count: usize) -> Vec<Key> {
    let mut keys = make(seed, count - 1);
    keys.insert(count / 2, Key(Vec::new()));
    keys
}

/// Keys one behind the other, and where each begins and the last one ends, as batches take them.
pub fn pack<K: AsRef<[u8]>>(keys: &[K]) -> (Vec<u8>, Vec<u32>) {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for key in keys {
        bytes.extend_from_slice(key.as_ref());
        offsets.push(bytes.len() as u32);
    }
    (bytes, offsets)
}

fn one(dice: &mut Dice) -> Vec<u8> {
    let word = dice.one_of(WORDS);
    let other = dice.one_of(WORDS);
    let digits = dice.below(9) as u32;
    match dice.below(20) {
        0..=4 => format!("{word}:{}", dice.below(10_usize.pow(digits))).into_bytes(),
        5..=7 => format!("{{{word}:{}}}:{other}:{}", dice.below(1000), dice.below(100)).into_bytes(),
        8..=9 => format!("pre${word}${}", dice.below(1000)).into_bytes(),
        10..=11 => bytes(dice, 40, |dice| dice.number() as u8),
        12..=13 => bytes(dice, 40, |dice| 0x20 + dice.below(0x5f) as u8),
        // Few letters, tags among them: what is a tag and what is not, in every combination.
        14 => bytes(dice, 9, |dice| dice.one_of(b"{}$ab\0")),
        15 => word.repeat(1 + dice.below(60)).into_bytes(),
        16 if dice.once_in(20) => bytes(dice, LONGEST, |dice| dice.number() as u8),
        _ => format!("{word}:{:016x}{:016x}:{}", dice.number(), dice.number(), dice.below(9)).into_bytes(),
    }
}

/// One byte or up to so many.
fn bytes(dice: &mut Dice, most: usize, byte: impl Fn(&mut Dice) -> u8) -> Vec<u8> {
    (0..=dice.below(most)).map(|_| byte(dice)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_many_and_of_many_kinds() {
        let keys = make(1, 1000);
        assert_eq!(keys.len(), 1000);
        assert_eq!(keys, make(1, 1000));
        assert_ne!(keys, make(2, 1000));
        assert_eq!(keys.iter().map(|key| &key.0).collect::<HashSet<_>>().len(), 1000);
        let count = |is: &dyn Fn(&[u8]) -> bool| keys.iter().filter(|key| is(&key.0)).count();
        assert_eq!(count(&<[u8]>::is_empty), 0);
        assert!(count(&|key| std::str::from_utf8(key).is_err()) > 50, "raw bytes");
        assert!(count(&|key| key.len() > 200) > 10, "long");
        assert!(count(&|key| key.contains(&b'{')) > 50, "tagged");
        assert!(count(&|key| key.contains(&b'\n')) > 5, "line feeds");
        let keys = with_empty(1, 1000);
        assert_eq!((keys.len(), keys.iter().filter(|key| key.0.is_empty()).count()), (1000, 1));
    }
}
