//! Which words of a command are keys, and where the command goes in a pool of several nodes.
//!
//! The table is data: what COMMAND of real servers says of itself (name, number of words, flags, key specs, tips), made
//! into `table.rs` by `cargo xtask commands`, with a short reviewed list of what the servers leave out. Positions are
//! those of COMMAND GETKEYS of redis-server 7.0.15, to the letter; docs/commands.md says where the rest comes from.
//!
//! ```
//! use keyhome_core::command::{Access, Command, FanOut, Merge, command_keys};
//!
//! assert_eq!(command_keys(&["ZUNIONSTORE", "sum", "2", "a", "b", "WEIGHTS", "1", "2"])?, [1, 3, 4]);
//!
//! let command = Command::find(&["xgroup", "CREATE", "stream", "group", "$"])?;
//! assert_eq!((command.name(), command.access()), ("xgroup|create", Access::Write));
//!
//! let command = Command::find(&["MGET", "a", "b"])?;
//! assert_eq!((command.fan_out(), command.merge()), (FanOut::Split, Merge::ByKey));
//! # Ok::<(), keyhome_core::Error>(())
//! ```

mod class;
mod cursor;
mod keys;
mod kind;
mod lookup;
mod number;
mod route;
#[rustfmt::skip]
mod table;
mod words;

use alloc::{format, vec::Vec};

pub use cursor::ScanCursor;
pub use kind::{CommandKind, command_kind};
pub use route::{CommandRoute, command_route};
pub use words::{Access, FanOut, Merge};

use crate::error::{Error, ErrorKind};
use class::{Class, Find, Form};

/// The positions of the keys of a command, in the order of COMMAND GETKEYS; `args` begins with the command's name.
///
/// Errors: `command.unknown` for a command or subcommand that is not in the table; `command.arguments` for too few or too
/// many words, and for a count of keys that cannot be. A script without a count that can be (EVAL) has no keys, as for
/// the server, which then refuses it.
pub fn command_keys<A: AsRef<[u8]>>(args: &[A]) -> Result<Vec<usize>, Error> {
    let mut keys = Vec::new();
    Command::find(args)?.keys(args, &mut keys)?;
    Ok(keys)
}

/// A row of the table: a command, or a subcommand.
#[derive(Clone, Copy)]
pub struct Command {
    name: &'static [u8],
    class: &'static Class,
}

impl Command {
    /// The command that these words are, by the first of them, and by the second where the first has subcommands. Letters
    /// may be of either case.
    ///
    /// Errors: `command.unknown`; `command.arguments` where there is no word, or a subcommand is missing.
    pub fn find<A: AsRef<[u8]>>(args: &[A]) -> Result<Self, Error> {
        let Some(word) = args.first() else {
            return Err(Error::new(ErrorKind::CommandArguments, "a command has at least one word, its name"));
        };
        let word = word.as_ref();
        let (name, class) = lookup::find(word, None).ok_or_else(|| unknown(word, b""))?;
        match args.get(1) {
            Some(second) if class.container => {
                let second = second.as_ref();
                let (name, class) = lookup::find(word, Some(second)).ok_or_else(|| unknown(word, second))?;
                Ok(Self { name, class })
            }
            // COMMAND is a command by itself, and so it has an arity of -1; XGROUP is not.
            None if class.container && class.arity < -1 => Err(wrong_words(name)),
            _ => Ok(Self { name, class }),
        }
    }

    /// The name in lower case; of a subcommand as Redis writes it: `xgroup|create`.
    pub fn name(self) -> &'static str {
        core::str::from_utf8(self.name).unwrap_or_default()
    }

    /// Whether it changes data.
    pub fn access(self) -> Access {
        self.class.access
    }

    /// Whether it can wait for something to happen: BLPOP, and XREAD, which waits with BLOCK only. A connection that
    /// others use too must not send it.
    pub fn is_blocking(self) -> bool {
        self.class.blocking
    }

    /// Where it goes in a pool of several nodes.
    pub fn fan_out(self) -> FanOut {
        self.class.fan_out
    }

    /// How the replies become one.
    pub fn merge(self) -> Merge {
        self.class.merge
    }

    /// The words of one key of a command that can be [split](FanOut::Split), the key first: 1 for MGET, 2 for MSET, 3 for
    /// JSON.MSET; 1 for every other command. The words before the first key and those after the last key's words (the
    /// path of JSON.MGET) belong to every part.
    pub fn key_step(self) -> usize {
        match (self.class.fan_out, self.form().and_then(|form| form.specs.first())) {
            (FanOut::Split, Some(class::Spec { find: Find::Range { step, .. }, .. })) => usize::from(*step),
            _ => 1,
        }
    }

    /// Adds the positions of the keys in `args`, which are the words that the command was [found](Self::find) by.
    ///
    /// Errors: `command.arguments`; then nothing is added.
    pub fn keys<A: AsRef<[u8]>>(self, args: &[A], out: &mut Vec<usize>) -> Result<(), Error> {
        let Some(form) = self.form() else { return Ok(()) };
        let arity = usize::from(self.class.arity.unsigned_abs());
        if args.len() < arity || self.class.arity > 0 && args.len() > arity || !keys::find(form, args, out) {
            return Err(wrong_words(self.name));
        }
        Ok(())
    }

    /// Adds the positions of the channels of a command that goes to the node of its [channels](FanOut::Channel).
    pub fn channels<A: AsRef<[u8]>>(self, args: &[A], out: &mut Vec<usize>) {
        if let Some(form) = self.form() {
            let before = out.len();
            if !keys::by_specs(form.specs, args, true, out) {
                out.truncate(before);
            }
        }
    }

    fn form(self) -> Option<&'static Form> {
        table::FORMS.get(usize::from(self.class.form))
    }
}

impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Command({})", self.name())
    }
}

#[cold]
fn unknown(word: &[u8], second: &[u8]) -> Error {
    let (word, second) = (Shown(word), Shown(second));
    let space = if second.0.is_empty() { "" } else { " " };
    Error::new(ErrorKind::CommandUnknown, format!("there is no command `{word}{space}{second}`"))
}

#[cold]
fn wrong_words(name: &[u8]) -> Error {
    Error::new(
        ErrorKind::CommandArguments,
        format!("`{}` has another number of words, or a count of keys that cannot be", Shown(name)),
    )
}

/// A word of a command in a message: what is printable of its first bytes.
struct Shown<'a>(&'a [u8]);

impl core::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        const MOST: usize = 64;
        for byte in self.0.iter().take(MOST) {
            core::fmt::Write::write_char(
                f,
                if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' },
            )?;
        }
        if self.0.len() > MOST { f.write_str("...") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
