//! Keys of every kind that users have: plain, tagged, with odd braces, unicode, raw bytes, long.

use std::collections::HashSet;

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

/// Makes `count` different keys, the same ones for a seed each time. None is empty, which nutcracker refuses.
pub(crate) fn make(seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice(seed);
    let mut seen = HashSet::new();
    let mut keys: Vec<Vec<u8>> = ODD.iter().map(|key| key.as_bytes().to_vec()).collect();
    keys.truncate(count);
    seen.extend(keys.iter().cloned());
    while keys.len() < count {
        let key = one(&mut dice);
        if seen.insert(key.clone()) {
            keys.push(key);
        }
    }
    keys
}

fn one(dice: &mut Dice) -> Vec<u8> {
    let word = WORDS[dice.below(WORDS.len())];
    let other = WORDS[dice.below(WORDS.len())];
    let digits = dice.below(9) as u32;
    match dice.below(8) {
        0..=2 => format!("{word}:{}", dice.below(10_usize.pow(digits))).into_bytes(),
        3 => format!("{{{word}:{}}}:{other}:{}", dice.below(1000), dice.below(100)).into_bytes(),
        4 => format!("pre${word}${}", dice.below(1000)).into_bytes(),
        5 => (0..=dice.below(39)).map(|_| dice.byte()).collect(),
        6 => word.repeat(1 + dice.below(60)).into_bytes(),
        _ => format!("{word}:{:016x}{:016x}:{}", dice.next(), dice.next(), dice.below(9)).into_bytes(),
    }
}

/// The `SplitMix64` generator: no library, and the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d049bb133111eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Any byte but a line feed: doors that take keys line by line must be able to ask for it.
    fn byte(&mut self) -> u8 {
        let byte = self.next() as u8;
        if byte == b'\n' { b'\r' } else { byte }
    }
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
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 1000);
        assert!(keys.iter().all(|key| !key.is_empty() && !key.contains(&b'\n')));
        assert!(keys.iter().filter(|key| std::str::from_utf8(key).is_err()).count() > 50, "raw bytes");
        assert!(keys.iter().filter(|key| key.len() > 200).count() > 10, "long");
        assert!(keys.iter().filter(|key| key.contains(&b'{')).count() > 50, "tagged");
    }
}
