//! What is known of a command by its name alone, which a client asks once a name and keeps.

use alloc::vec::Vec;

use serde::Serialize;

use super::class::{Begin, Class, Find, Form, Rule, Spec};
use super::words::{Access, FanOut, Merge};
use super::{Command, lookup, unknown};
use crate::error::Error;

/// What is true of a command whatever its other words are: a copy of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CommandKind {
    /// The name as Redis writes it: `get`, `xgroup|create`.
    pub command: &'static str,
    /// Whether it changes data.
    pub access: Access,
    /// Whether it can wait for something to happen.
    pub blocking: bool,
    /// Where it goes in a pool of several nodes.
    pub fan_out: FanOut,
    /// How the replies become one.
    pub merge: Merge,
    /// The words of one key, where the command can be split.
    pub key_step: usize,
    /// The second word chooses a subcommand, which is to be asked for by both words. Of XGROUP, which is no command by
    /// itself, nothing else here says anything; of COMMAND, which is one, the rest is about COMMAND without other words.
    pub container: bool,
    /// The position of its only key, where that is the same whatever the other words are, and as many of them as it
    /// takes: 1 for GET and SET, 2 for OBJECT ENCODING. None where there is no key, or where the words decide.
    pub only_key: Option<usize>,
    #[serde(skip)]
    class: &'static Class,
}

impl CommandKind {
    /// Adds the positions of the keys in `args`, which are the words of such a command: those of
    /// [`command_route`](super::command_route), without looking the command up again.
    ///
    /// Errors: `command.arguments`, as there.
    pub fn keys<A: AsRef<[u8]>>(&self, args: &[A], out: &mut Vec<usize>) -> Result<(), Error> {
        Command { name: self.command.as_bytes(), class: self.class }.whole_keys(args, out)
    }
}

/// The kind of the command of this name. `subcommand` is its second word: where the first word has no subcommands it is
/// not looked at, so that the second word of any command may be given.
///
/// A client that routes by it need not look at a command again: where [`only_key`](CommandKind::only_key) is given, the
/// word there is what [`command_keys`](super::command_keys) would find.
///
/// ```
/// use keyhome_core::command::{FanOut, command_kind};
///
/// let get = command_kind("GET", None)?;
/// assert_eq!((get.only_key, get.fan_out), (Some(1), FanOut::Home));
/// assert!(command_kind("object", None)?.container);
/// assert_eq!(command_kind("OBJECT", Some("ENCODING"))?.only_key, Some(2));
/// assert_eq!(command_kind("MGET", None)?.only_key, None);
/// # Ok::<(), keyhome_core::Error>(())
/// ```
///
/// Errors: `command.unknown`.
#[allow(clippy::needless_pass_by_value, reason = "words are references, and of both sorts alike")]
pub fn command_kind<A: AsRef<[u8]>>(name: A, subcommand: Option<A>) -> Result<CommandKind, Error> {
    kind(name.as_ref(), subcommand.as_ref().map(AsRef::as_ref))
}

fn kind(word: &[u8], second: Option<&[u8]>) -> Result<CommandKind, Error> {
    let (mut name, mut class) = lookup::find(word, None).ok_or_else(|| unknown(word, b""))?;
    if let (true, Some(second)) = (class.container, second) {
        (name, class) = lookup::find(word, Some(second)).ok_or_else(|| unknown(word, second))?;
    }
    let command = Command { name, class };
    Ok(CommandKind {
        command: command.name(),
        access: command.access(),
        blocking: command.is_blocking(),
        fan_out: command.fan_out(),
        merge: command.merge(),
        key_step: command.key_step(),
        container: class.container,
        only_key: command.form().and_then(only_key),
        class,
    })
}

/// A form that is one key at one place. Of the other ones some have one key in some commands only: MGET with one, SORT
/// without STORE.
fn only_key(form: &Form) -> Option<usize> {
    let [Spec { begin: Begin::Index(index), find: Find::Range { last: 0, .. }, channels: false }] =
        form.specs
    else {
        return None;
    };
    matches!(form.rule, Rule::Specs).then_some(usize::from(*index))
}
