//! From the words of a command to its row.
//!
//! The names are packed when this crate is compiled: into buckets by their hash, each a run of bytes. So a look-up hashes
//! the name once and compares two or three names of the same bucket, and what a browser downloads is the names and a byte
//! or two for each.

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
        Some(second) => (hash(hash(hash(SEED, word), b"|"), second), word.len() + 1 + second.len()),
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
    match (subcommand, name.split_at_checked(word.len())) {
        (None, _) => name.eq_ignore_ascii_case(word) && !word.contains(&b'|'),
        (Some(second), Some((first, [b'|', rest @ ..]))) => {
            first.eq_ignore_ascii_case(word) && rest.eq_ignore_ascii_case(second)
        }
        _ => false,
    }
}

const SEED: u32 = 0x811C_9DC5;

/// FNV-1a of the letters in lower case.
const fn hash(mut hash: u32, word: &[u8]) -> u32 {
    let mut at = 0;
    while at < word.len() {
        hash = (hash ^ (word[at] | 0x20) as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

const fn bucket(hash: u32) -> usize {
    (hash >> 24) as usize
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
            starts[bucket(hash(SEED, names[at].as_bytes())) + 1] += 2 + names[at].len() as u16;
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
            let bucket = bucket(hash(SEED, name));
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
