//! The shape of the table: what commands have in common, and how their keys are found.

use super::words::{Access, FanOut, Merge};

/// What the table says of a command, but for its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class {
    /// The number of words, the name included; negative: at least that many.
    pub(super) arity: i8,
    pub(super) access: Access,
    pub(super) blocking: bool,
    pub(super) fan_out: FanOut,
    pub(super) merge: Merge,
    /// Its second word chooses a subcommand with a row of its own.
    pub(super) container: bool,
    /// Where its keys are: an index into the forms of the table.
    pub(super) form: u8,
}

/// The commands that are alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) class: Class,
    pub(super) names: &'static [&'static str],
}

/// How the keys of a command are found: by its key specs, and where those do not fit the words, by its rule.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) specs: &'static [Spec],
    pub(super) rule: Rule,
    /// A command without keys is fine (`no_mandatory_keys`): EVAL.
    pub(super) optional: bool,
}

/// A key spec, in the terms of COMMAND.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    pub(super) begin: Begin,
    pub(super) find: Find,
    /// The words are channels (`not_key`).
    pub(super) channels: bool,
}

/// Where the keys of a spec begin.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begin {
    /// At this word.
    Index(u8),
    /// After the first such keyword from a word on, but for the last word; where there is none, the spec finds no keys.
    Keyword(&'static str, u8),
}

/// Which words from there on are keys. Steps are the words from one key to the next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Find {
    /// Up to `last`: from the first key on, or where negative from the end; `limit` is the part of the words after the
    /// keyword that are keys (2: half of them), 0 for all.
    Range { last: i8, step: u8, limit: u8 },
    /// As many as the word at `count` says, from the word at `first` on; both from the beginning.
    Count { count: u8, first: u8, step: u8 },
}

/// What key specs cannot say: the `getkeys` functions of Redis (src/db.c).
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// The specs say it all.
    Specs,
    /// Where the specs do not fit: the count as C's `atoi` reads it (`genericGetKeys`).
    Count,
    /// `sortGetKeys`
    Sort,
    /// `migrateGetKeys`
    Migrate,
}
