//! What can go wrong, under names that never change.
//!
//! Every error has a [`kind`](Error::kind) whose [`code`](ErrorKind::code) is the same word in every language,
//! a message for people, and, where they apply, the line and column of a config (both from 1, in code points),
//! the field, and the position of a key in a batch or of a word in a command.

use alloc::{borrow::ToOwned, boxed::Box, string::String};
use core::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $advice:literal;)*) => {
        /// The kind of an error. Kinds are added, never changed or taken away.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[$doc])* $name,)* }

        impl ErrorKind {
            /// Every kind there is, in the order of the documentation.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name,)*];

            /// The stable word for this kind, equal in every language.
            pub const fn code(self) -> &'static str {
                match self { $(ErrorKind::$name => $code,)* }
            }

            /// What somebody who meets this error can do, in one sentence.
            pub const fn advice(self) -> &'static str {
                match self { $(ErrorKind::$name => $advice,)* }
            }
        }
    };
}

error_kinds! {
    /// The text is not YAML or JSON, or uses an anchor, alias, tag, directive or second document.
    ConfigSyntax = "config.syntax", "Mend the text at the given place; anchors, aliases, tags, directives and second documents are not taken.";
    /// An unknown key, or one given twice.
    ConfigField = "config.field", "Remove the key or correct its spelling.";
    /// A value of the wrong type, or an empty one.
    ConfigType = "config.type", "Give the type that the key takes.";
    /// A word or number that the key does not take.
    ConfigValue = "config.value", "Give one of the accepted values.";
    /// Not decimal digits, or above 2147483647.
    ConfigNumber = "config.number", "Write a whole number from 0 to 2147483647 in decimal digits.";
    /// A weight below 1, or weights whose sum is above 4294967295.
    ConfigWeight = "config.weight", "Give each server a weight of at least 1, and all together at most 4294967295.";
    /// A server that cannot be read: its shape, its port, its weight, its name.
    ConfigServer = "config.server", "Write `host:port:weight` or `/path:weight`, with ` name` after it if it has one.";
    /// Two servers, pools or listens alike.
    ConfigName = "config.name", "Give each pool, and each server of a pool, a name of its own.";
    /// An option that the pool's dialect does not have.
    ConfigOption = "config.option", "Remove the option, or choose the dialect that has it.";
    /// No pool, or a pool without servers.
    ConfigEmpty = "config.empty", "Add a pool with at least one server.";
    /// Slots that cannot be read, or that two nodes claim.
    ConfigSlots = "config.slots", "Write slots as `0-5460,10923`, each slot at one node only.";
    /// No ring points at all, or more than 2^24.
    ConfigPoints = "config.points", "Lower the weights or the number of points for each server.";
    /// More than 65,535 nodes.
    ConfigNodes = "config.nodes", "Split the pool.";
    /// A proxy was asked to serve a memcached pool.
    ConfigMemcached = "config.memcached", "Set `redis: true`; the proxy speaks the Redis protocol only.";
    /// No pool has that name.
    PoolUnknown = "pool.unknown", "Name one of the pools of the config.";
    /// There are several pools and none was named.
    PoolRequired = "pool.required", "Name the pool.";
    /// No node is left.
    PoolEmpty = "pool.empty", "Keep at least one node.";
    /// No node has that name.
    NodeUnknown = "node.unknown", "Use a node's name, not its address.";
    /// The node of the key failed too often, and `on_failure: fail` refuses its keys.
    NodeEjected = "node.ejected", "Try again later; the node is tried again after server_retry_timeout.";
    /// All nodes failed too often.
    PoolEjected = "pool.ejected", "Try again later; nodes are tried or checked again after server_retry_timeout.";
    /// No endpoint is up that the policy would read from.
    ReplicaUnavailable = "replica.unavailable", "Read by a policy that takes the primary too, or wait until an endpoint is up.";
    /// Nobody owns the slot of the key.
    SlotUncovered = "slot.uncovered", "Assign the slot to a node.";
    /// A key that must be text is not.
    KeyEncoding = "key.encoding", "Pass valid text, or bytes where the dialect takes bytes.";
    /// A key that is neither text nor bytes.
    KeyType = "key.type", "Pass the key as text or as bytes.";
    /// A random pool gives no key a home.
    PlacementRandom = "placement.random", "Choose ketama or modula; random pools are for the proxy only.";
    /// The command is not in the table.
    CommandUnknown = "command.unknown", "Check the spelling of the command.";
    /// Too few or too many words, or a count of keys that cannot be.
    CommandArguments = "command.arguments", "Check the number of arguments.";
    /// A cluster's reply that cannot be read, or in which nobody owns a slot.
    ClusterReply = "cluster.reply", "Pass the whole reply of CLUSTER NODES, CLUSTER SLOTS or CLUSTER SHARDS.";
    /// The offsets of a packed batch do not fit its bytes.
    BatchOffsets = "batch.offsets", "Pass n+1 offsets, the first 0, never falling, the last the length of the bytes.";
    /// An argument, other than a key, of a type that it cannot have.
    ArgumentType = "argument.type", "Pass the type that the documentation of the call names.";
    /// A number, other than of a config, below or above what the call takes.
    ArgumentRange = "argument.range", "Pass a number in the range that the message names.";
    /// Summaries of hot keys whose options differ, or that are too much together.
    HotkeysMerge = "hotkeys.merge", "Make all summaries that are to be merged with the same options.";
    /// Bytes that are not those of a summary of hot keys.
    HotkeysBytes = "hotkeys.bytes", "Pass the whole of what `to_bytes` gave, of the same version of its format.";
    /// A pool of a Redis Cluster, which the client of a pool does not serve.
    ClientCluster = "client.cluster", "Use the cluster client, which follows redirections and slots that move.";
    /// Of a command that was split over nodes some parts failed; others were done.
    ClientSplit = "client.split", "Look at the error of each part; those that succeeded are done and stay done.";
    /// The keys of a command, transaction or script live on different nodes, and it cannot be split.
    ClientNodes = "client.nodes", "Give the keys one hash tag, or send a command for each node.";
    /// Too many commands wait for a node.
    ClientQueue = "client.queue", "Send less at once, or try again later.";
    /// The command or call has no meaning over several nodes.
    ClientUnsupported = "client.unsupported", "Use the client of one node.";
    /// The client was closed.
    ClientClosed = "client.closed", "Make a new client.";
    /// Another writer to the servers of the pool places keys differently.
    FingerprintDiffers = "fingerprint.differs", "Give all writers one config, or wait until the others have stopped; `keyhome diff` shows what differs.";
    /// The engine that was asked for is not there.
    EngineUnavailable = "engine.unavailable", "Install the package of the native addon, or let the engine be chosen.";
    /// keyhome itself failed, which is an error in it.
    EngineFailure = "engine.failure", "Report it, with the call that led to it.";
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An error: one word wide, so that a look-up that can fail costs no more than one that cannot.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    detail: String,
    field: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    position: Option<usize>,
}

impl Error {
    /// An error of `kind`; `detail` says in one sentence what was found and what is accepted.
    #[cold]
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self(Box::new(Details { kind, detail, field: None, line: None, column: None, position: None }))
    }

    /// The same error, about a place in a text. Line and column count from 1, columns in code points.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.0.line = Some(line);
        self.0.column = Some(column);
        self
    }

    /// The same error, said of a place in a text instead of a position in a list.
    #[must_use]
    pub fn moved_to(mut self, line: u32, column: u32) -> Self {
        self.0.position = None;
        self.at(line, column)
    }

    /// The same error, about a named field.
    #[must_use]
    pub fn in_field(mut self, field: &str) -> Self {
        self.0.field = Some(field.to_owned());
        self
    }

    /// The same error, about the key or word at `position` (from 0).
    #[must_use]
    pub fn at_position(mut self, position: usize) -> Self {
        self.0.position = Some(position);
        self
    }

    /// The kind, for programs.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable word of the kind.
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// What was found and what is accepted, without the place.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The field of a config, where the error is about one.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The line in the text, from 1.
    pub fn line(&self) -> Option<u32> {
        self.0.line
    }

    /// The column in that line, from 1, in code points.
    pub fn column(&self) -> Option<u32> {
        self.0.column
    }

    /// The position of the key in its batch, or of the word in its command, from 0.
    pub fn position(&self) -> Option<usize> {
        self.0.position
    }
}

/// The whole message on one line: place, field, detail.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(line), Some(column)) = (self.0.line, self.0.column) {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(position) = self.0.position {
            write!(f, "position {position}: ")?;
        }
        if let Some(field) = &self.0.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.0.detail)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.kind)
    }
}

impl core::error::Error for Error {}

/// `{"code", "message"}` and, where they apply, `field`, `line`, `column`, `position`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use alloc::string::ToString;
        let Details { field, line, column, position, .. } = &*self.0;
        let optional = [field.is_some(), line.is_some(), column.is_some(), position.is_some()];
        let fields = 2 + optional.iter().filter(|there| **there).count();
        let mut out = serializer.serialize_struct("Error", fields)?;
        out.serialize_field("code", self.code())?;
        out.serialize_field("message", &self.to_string())?;
        if let Some(field) = field {
            out.serialize_field("field", field)?;
        }
        if let Some(line) = line {
            out.serialize_field("line", line)?;
        }
        if let Some(column) = column {
            out.serialize_field("column", column)?;
        }
        if let Some(position) = position {
            out.serialize_field("position", position)?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn codes_are_words_of_their_own() {
        for (i, kind) in ErrorKind::ALL.iter().enumerate() {
            assert!(kind.code().split('.').count() == 2, "{kind}");
            assert!(ErrorKind::ALL[..i].iter().all(|other| other.code() != kind.code()), "{kind} twice");
            assert!(kind.advice().ends_with('.'), "{kind}");
        }
    }

    #[test]
    fn an_error_is_one_word_and_one_line() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<usize, Error>>(), 2 * size_of::<usize>());
        let error = Error::new(ErrorKind::ConfigValue, "no such hash `fnv`").in_field("hash").at(3, 9);
        assert_eq!(error.to_string(), "line 3, column 9: hash: no such hash `fnv`");
    }

    #[test]
    fn serializes_to_what_every_language_shows() {
        let error = Error::new(ErrorKind::SlotUncovered, "nobody owns slot 7").at_position(2);
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(
            json,
            r#"{"code":"slot.uncovered","message":"position 2: nobody owns slot 7","position":2}"#
        );
    }
}
