//! Commands as hosts pass them: many words, of which mostly the first alone decides.

use alloc::{string::String, vec::Vec};
use core::cell::Cell;

use keyhome::{ErrorKind, command};

use crate::{Failure, json};

/// The positions of the keys of a command.
pub fn command_keys<A: AsRef<[u8]>>(words: &[A]) -> Result<Vec<u32>, Failure> {
    let keys = command::command_keys(words)?;
    Ok(keys.into_iter().map(|position| position as u32).collect())
}

/// Where a command goes, and its keys: `{command, access, blocking, keys, channels, fan_out, merge, key_step}`.
pub fn command_route<A: AsRef<[u8]>>(words: &[A]) -> Result<String, Failure> {
    Ok(json(&command::command_route(words)?))
}

/// What the name of a command alone says, or the first two words of one that has subcommands: `{command, access, blocking,
/// fan_out, merge, key_step, container, only_key}`. Without a word the name is empty, which no command's is.
pub fn command_kind<A: AsRef<[u8]>>(words: &[A]) -> Result<String, Failure> {
    let [name, second] = [0, 1].map(|at| words.get(at).map(AsRef::as_ref));
    Ok(json(&command::command_kind(name.unwrap_or_default(), second)?))
}

/// Words that lie one behind the other in `bytes`.
pub fn words<'b>(bytes: &'b [u8], offsets: &[u32]) -> Result<Vec<Word<'b>>, Failure> {
    let word = |pair: &[u32]| bytes.get(*pair.first()? as usize..*pair.last()? as usize).map(Word::Seen);
    let words: Option<_> = offsets.windows(2).map(word).collect();
    words.ok_or_else(|| Failure::new(ErrorKind::BatchOffsets, "the offsets of the words do not fit"))
}

/// Bits of each part of [`EvenKeys`].
const PART: u32 = 10;
const PART_MAX: u32 = (1 << PART) - 1;

/// Words of a command for which there is room on the stack.
const FEW: usize = 16;

/// The positions of keys that are equally far apart, in a number that is quick in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvenKeys {
    first: u32,
    step: u32,
    count: u32,
}

impl EvenKeys {
    /// The keys of a command of which only the name crosses the border, and the number of words: nearly all there are.
    /// `None` where they are not equally far apart, or where the core looks at another word to find them.
    pub fn of_name(name: &[u8], words: usize) -> Result<Option<Self>, Failure> {
        if !(1..=PART_MAX as usize).contains(&words) {
            return Ok(None);
        }
        let looked = Cell::new(false);
        // Most commands are short, and then nothing is allocated for their words.
        let (mut few, mut many) = ([Word::Unseen(&looked); FEW], Vec::new());
        let unseen = if let Some(few) = few.get_mut(..words) {
            few
        } else {
            many.resize(words, Word::Unseen(&looked));
            &mut many[..]
        };
        if let Some(word) = unseen.first_mut() {
            *word = Word::Seen(name);
        }
        let keys = command_keys(unseen);
        if looked.get() { Ok(None) } else { Ok(Self::of(&keys?)) }
    }

    /// `None` where they are not equally far apart, or too many.
    pub fn of(keys: &[u32]) -> Option<Self> {
        let (first, second) = match *keys {
            [] => return Some(Self { first: 0, step: 0, count: 0 }),
            [first] => (first, first),
            [first, second, ..] => (first, second),
        };
        let (step, count) = (second.checked_sub(first)?, u32::try_from(keys.len()).ok()?);
        let even = (0..count).zip(keys).all(|(number, key)| *key == first + number * step);
        let fits = (first | step | count) <= PART_MAX;
        (even && fits).then_some(Self { first, step, count })
    }

    /// `first`, `step` and `count` in ten bits each, from the lowest: no more than 30 bits.
    pub fn number(self) -> u32 {
        self.first | self.step << PART | self.count << (2 * PART)
    }
}

/// A word of a command, or the place of one that is not here. One type for both, for the sake of the size of WebAssembly.
#[derive(Debug, Clone, Copy)]
pub enum Word<'w> {
    /// The word.
    Seen(&'w [u8]),
    /// Whether somebody has looked at it.
    Unseen(&'w Cell<bool>),
}

impl AsRef<[u8]> for Word<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Seen(word) => word,
            Self::Unseen(looked) => {
                looked.set(true);
                &[]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EvenKeys, command_keys, words};
    use alloc::{vec, vec::Vec};

    fn even(name: &str, count: usize) -> Option<Vec<u32>> {
        let number = EvenKeys::of_name(name.as_bytes(), count).unwrap()?.number();
        let (first, step, count) = (number & 1023, number >> 10 & 1023, number >> 20);
        Some((0..count).map(|number| first + number * step).collect())
    }

    #[test]
    fn most_commands_need_their_name_only() {
        assert_eq!(even("GET", 2), Some(vec![1]));
        assert_eq!(even("mset", 7), Some(vec![1, 3, 5]));
        assert_eq!(even("PING", 1), Some(vec![]));
        assert_eq!(even("BLPOP", 4), Some(vec![1, 2]));
        assert_eq!(even("MGET", 1023), Some((1..1023).collect()));
        assert_eq!(even("MGET", 1024), None);
        assert_eq!(even("GET", 0), None);
        for looks_further in ["EVAL", "XGROUP", "ZUNIONSTORE", "XREAD", "SORT", "MIGRATE"] {
            assert_eq!(even(looks_further, 8), None, "{looks_further}");
        }
    }

    #[test]
    fn what_the_name_says_is_what_all_words_say() {
        let words: Vec<_> = (0..40).map(|number| alloc::format!("word{number}")).collect();
        for name in
            ["get", "SET", "mset", "del", "rename", "bitop", "lmpop", "zinter", "object", "ping", "nothing"]
        {
            for count in 1..40 {
                let mut words: Vec<&str> = words[..count].iter().map(alloc::string::String::as_str).collect();
                words[0] = name;
                match (EvenKeys::of_name(name.as_bytes(), count), command_keys(&words)) {
                    (Ok(None), _) => {}
                    (Ok(Some(_)), Ok(keys)) => assert_eq!(even(name, count), Some(keys)),
                    (given, wanted) => assert_eq!(given.unwrap_err(), wanted.unwrap_err()),
                }
            }
        }
    }

    #[test]
    fn words_between_offsets() {
        let both = words(b"getkey", &[0, 3, 6]).unwrap();
        assert_eq!(both.iter().map(AsRef::as_ref).collect::<Vec<_>>(), [&b"get"[..], b"key"]);
        assert!(words(b"", &[0]).unwrap().is_empty());
        for offsets in [&[0, 7][..], &[3, 0], &[9, 9]] {
            assert_eq!(words(b"getkey", offsets).unwrap_err().code, "batch.offsets");
        }
    }
}
