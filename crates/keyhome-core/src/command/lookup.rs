//! From the words of a command to its row.
//!
//! The names are packed when this crate is compiled: into buckets by their hash, each a run of bytes. So a look-up hashes
//! the name once and looks at the two or three names of one bucket, and what a browser downloads is the names and two
//! bytes for each.

use super::class::{Class, Group};
use super::table::GROUPS;

const BUCKETS: usize = 256;

/// The classes in the order of their groups.
static CLASSES: [Class; GROUPS.len()] = {
    let mut classes = [GROUPS[0].class; GROUPS.len()];
    let mut at = 0;
    while at < GROUPS.len() {
        classes[at] = GROUPS[at].class;
        at += 1;
    }
    classes
};

/// Where each bucket begins and ends, and the rows of all: the length of the name, its class, the name.
static PACKED: Packed<{ packed_length(GROUPS) }> = pack(GROUPS);

struct Packed<const LENGTH: usize> {
    starts: [u16; BUCKETS + 1],
    rows: [u8; LENGTH],
}

/// The row of a command, or of a subcommand where there is a second word: its name as Redis writes it, in lower case.
pub(super) fn find(word: &[u8], subcommand: Option<&[u8]>) -> Option<(&'static [u8], &'static Class)> {
    let (hash, length) = match subcommand {
        None => (hash(SEED, word), word.len()),
        Some(second) => (hash(hash(SEED, word), second), word.len() + 1 + second.len()),
    };
    let bucket = bucket(hash);
    let (start, end) = (*PACKED.starts.get(bucket)?, *PACKED.starts.get(bucket + 1)?);
    let mut rows = PACKED.rows.get(usize::from(start)..usize::from(end))?;
    while let [of_name, class, rest @ ..] = rows {
        let (name, rest) = rest.split_at_checked(usize::from(*of_name))?;
        if name.len() == length && is(name, word, subcommand) {
            return Some((name, CLASSES.get(usize::from(*class))?));
        }
        rows = rest;
    }
    None
}

/// Whether a name of the right length is that of these words. No command has a bar in its own name: `xgroup|create` as
/// one word is no command.
fn is(name: &[u8], word: &[u8], subcommand: Option<&[u8]>) -> bool {
    let Some(second) = subcommand else {
        return name.eq_ignore_ascii_case(word) && !name.contains(&b'|');
    };
    match name.split_at_checked(word.len()) {
        Some((first, [b'|', rest @ ..])) => {
            first.eq_ignore_ascii_case(word) && rest.eq_ignore_ascii_case(second)
        }
        _ => false,
    }
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// The bit that makes each of eight letters a small one.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// A hash of the letters in lower case: of the first eight bytes, the last eight and the length, which is all of nearly
/// every name.
const fn hash(seed: u64, word: &[u8]) -> u64 {
    let (head, tail) = match (word.first_chunk(), word.last_chunk()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (word.first_chunk(), word.last_chunk()) {
            (Some(head), Some(tail)) => (u32::from_le_bytes(*head) as u64, u32::from_le_bytes(*tail) as u64),
            _ => match word {
                [] => (0, 0),
                [first, .., last] => (*first as u64, (word[word.len() / 2] as u64) << 8 | *last as u64),
                [only] => (*only as u64, 0),
            },
        },
    };
    let mixed =
        (seed ^ (head | LOWER)).wrapping_mul(SEED) ^ (tail | LOWER).rotate_left(31) ^ word.len() as u64;
    mixed.wrapping_mul(SEED)
}

const fn bucket(hash: u64) -> usize {
    (hash >> 56) as usize
}

/// The hash of a name in the table, where a bar parts the words.
const fn hash_of_name(name: &[u8]) -> u64 {
    let mut at = 0;
    while at < name.len() {
        if name[at] == b'|' {
            let (word, subcommand) = name.split_at(at);
            return hash(hash(SEED, word), subcommand.split_at(1).1);
        }
        at += 1;
    }
    hash(SEED, name)
}

const fn packed_length(groups: &[Group]) -> usize {
    let (mut length, mut group) = (0, 0);
    while group < groups.len() {
        let mut at = 0;
        while at < groups[group].names.len() {
            length += 2 + groups[group].names[at].len();
            at += 1;
        }
        group += 1;
    }
    length
}

/// Counts the bytes of each bucket, then puts every row where its bucket has got to.
const fn pack<const LENGTH: usize>(groups: &[Group]) -> Packed<LENGTH> {
    assert!(groups.len() <= 256 && LENGTH <= u16::MAX as usize, "a class is one byte, a start is two");
    let mut starts = [0; BUCKETS + 1];
    let mut group = 0;
    while group < groups.len() {
        let names = groups[group].names;
        let mut at = 0;
        while at < names.len() {
            starts[bucket(hash_of_name(names[at].as_bytes())) + 1] += 2 + names[at].len() as u16;
            at += 1;
        }
        group += 1;
    }
    let mut at = 0;
    while at < BUCKETS {
        starts[at + 1] += starts[at];
        at += 1;
    }
    let (mut rows, mut next, mut group) = ([0; LENGTH], starts, 0);
    while group < groups.len() {
        let names = groups[group].names;
        let mut at = 0;
        while at < names.len() {
            let name = names[at].as_bytes();
            let bucket = bucket(hash_of_name(name));
            let start = next[bucket] as usize;
            rows[start] = name.len() as u8;
            rows[start + 1] = group as u8;
            let mut of = 0;
            while of < name.len() {
                rows[start + 2 + of] = name[of];
                of += 1;
            }
            next[bucket] += 2 + name.len() as u16;
            at += 1;
        }
        group += 1;
    }
    Packed { starts, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_short() {
        let rows = |bucket: usize| {
            let range = usize::from(PACKED.starts[bucket])..usize::from(PACKED.starts[bucket + 1]);
            let (mut rows, mut count) = (&PACKED.rows[range], 0);
            while let [length, _, rest @ ..] = rows {
                (rows, count) = (&rest[usize::from(*length)..], count + 1);
            }
            count
        };
        let longest = (0..BUCKETS).map(rows).max().unwrap();
        assert!(longest <= 9, "{longest} names in one bucket: mix the hash better");
    }
}
