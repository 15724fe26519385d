//! The options of dialects: what they are called, what they take, what was given.

use alloc::vec::Vec;

/// An option of a dialect.
#[derive(Debug)]
pub struct OptionSpec {
    /// The pool's key.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is when it is not given; `None`: it is absent then.
    pub default: Option<OptionValue>,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number from the first to the second, both included.
    Number(u32, u32),
    /// `true` or `false`.
    Switch,
    /// Two bytes: what opens a hash tag and what closes it.
    TwoBytes,
}

/// The value of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionValue {
    /// One of the accepted words.
    Word(&'static str),
    /// A number.
    Number(u32),
    /// A switch.
    Switch(bool),
    /// Two bytes.
    TwoBytes([u8; 2]),
}

/// The options that were given, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<(&'static str, OptionValue)>);

impl Options {
    /// No option given: all defaults.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Gives `option` a value; a second time it replaces the first.
    pub fn set(&mut self, option: &'static OptionSpec, value: OptionValue) {
        self.0.retain(|(name, _)| *name != option.name);
        self.0.push((option.name, value));
    }

    /// What was given for `name`.
    pub fn get(&self, name: &str) -> Option<OptionValue> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| *value)
    }

    /// What was given, in that order.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, OptionValue)> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn word(&self, name: &str) -> Option<&'static str> {
        match self.get(name) {
            Some(OptionValue::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        match self.get(name) {
            Some(OptionValue::Number(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(OptionValue::Switch(switch)) => Some(switch),
            _ => None,
        }
    }

    pub(crate) fn two_bytes(&self, name: &str) -> Option<[u8; 2]> {
        match self.get(name) {
            Some(OptionValue::TwoBytes(bytes)) => Some(bytes),
            _ => None,
        }
    }
}
