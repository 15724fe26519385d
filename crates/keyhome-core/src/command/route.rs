//! All that the table says of one command, for the other languages.

use alloc::{format, vec::Vec};

use serde::Serialize;

use super::words::{Access, FanOut, Merge};
use super::{Command, Shown};
use crate::error::{Error, ErrorKind};

/// How a command is sent: a copy of its row, and the positions that were found in its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandRoute {
    /// The name as Redis writes it: `get`, `xgroup|create`.
    pub command: &'static str,
    /// Whether it changes data.
    pub access: Access,
    /// Whether it can wait for something to happen.
    pub blocking: bool,
    /// The positions of its keys.
    pub keys: Vec<usize>,
    /// The positions of its channels, where it goes by them.
    pub channels: Vec<usize>,
    /// Where it goes in a pool of several nodes.
    pub fan_out: FanOut,
    /// How the replies become one.
    pub merge: Merge,
    /// The words of one key, where the command can be split.
    pub key_step: usize,
}

/// The route of a command.
///
/// Errors: those of [`command_keys`](super::command_keys); and `command.arguments` for a command that could only be split
/// into parts of which one is short of a word (MSET with a key without value): the other parts would be done.
pub fn command_route<A: AsRef<[u8]>>(args: &[A]) -> Result<CommandRoute, Error> {
    let command = Command::find(args)?;
    let (mut keys, mut channels) = (Vec::new(), Vec::new());
    command.whole_keys(args, &mut keys)?;
    let (fan_out, key_step) = (command.fan_out(), command.key_step());
    if fan_out == FanOut::Channel {
        command.channels(args, &mut channels);
    }
    Ok(CommandRoute {
        command: command.name(),
        access: command.access(),
        blocking: command.is_blocking(),
        keys,
        channels,
        fan_out,
        merge: command.merge(),
        key_step,
    })
}

impl Command {
    /// Adds the positions of the keys, none of which is short of its words.
    pub(super) fn whole_keys<A: AsRef<[u8]>>(self, args: &[A], out: &mut Vec<usize>) -> Result<(), Error> {
        let before = out.len();
        self.keys(args, out)?;
        let key_step = self.key_step();
        if out.last().is_some_and(|last| last + key_step > args.len()) {
            out.truncate(before);
            let name = Shown(self.name);
            let detail = format!("`{name}` has {key_step} words a key, and the last key is short of some");
            return Err(Error::new(ErrorKind::CommandArguments, detail));
        }
        Ok(())
    }
}
