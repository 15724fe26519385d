//! Whether a history is one that keyhome may leave behind. What may be read, and when, is in `keys`; how long anything may
//! take in `times`; what was certain about a server at a time in `certainty`.

mod certainty;
mod keys;
mod starvation;
mod times;

use std::{collections::HashMap, fmt};

use certainty::Certainty;
pub use starvation::Starvation;
use times::Times;

use super::history::{History, Operation, Target};

/// What happens to keys of a server that is out, as the pool's `on_failure` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They stay where they are.
    Fail,
    /// They live elsewhere meanwhile.
    Remap,
}

impl Mode {
    /// As in the config.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Remap => "remap",
        }
    }
}

/// What the servers' pool promises. Times are microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// `on_failure`
    pub mode: Mode,
    /// `timeout`
    pub timeout: u64,
    /// `server_retry_timeout`
    pub retry: u64,
    /// What a busy machine may add to that, beside the time in which a process was seen to starve.
    pub margin: u64,
}

impl Rules {
    /// So long after a fault all must be as it was.
    fn recovery(&self) -> u64 {
        self.retry + self.timeout + self.margin
    }
}

/// What may not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A reply that is not one to what was asked.
    WrongCaller {
        /// What is wrong.
        what: String,
    },
    /// A write was acknowledged, the server lived on, and later the write was not there.
    Lost {
        /// Which, and what was there.
        what: String,
    },
    /// Something was done more often than it was asked.
    Twice {
        /// What.
        what: String,
    },
    /// A key on a server that is not its home, though keys stay.
    Misplaced {
        /// Which.
        what: String,
    },
    /// It took longer than it may, or has no end.
    Stuck {
        /// What.
        what: String,
    },
    /// A client did not get on with a server in time after a fault.
    Late {
        /// Who.
        what: String,
    },
    /// An error that nobody should be told.
    UnknownError {
        /// Which.
        what: String,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, what) = match self {
            Self::WrongCaller { what } => ("another's reply", what),
            Self::Lost { what } => ("an acknowledged write is gone", what),
            Self::Twice { what } => ("done more often than asked", what),
            Self::Misplaced { what } => ("not at home", what),
            Self::Stuck { what } => ("stuck", what),
            Self::Late { what } => ("recovered too late", what),
            Self::UnknownError { what } => ("an unknown error", what),
        };
        write!(f, "{name}: {what}")
    }
}

/// A client got on with a target after a fault.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Who.
    pub client: usize,
    /// What was done.
    pub what: &'static str,
    /// To whom.
    pub target: Target,
    /// Microseconds from the end of the fault to that of the first operation that succeeded.
    pub took: u64,
}

/// What the checker found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What may not be. None, if all is well.
    pub violations: Vec<Violation>,
    /// Answers that had to show what was acknowledged before them.
    pub held_to_writes: usize,
    /// Answers of which only whose they are was known, for the state of their server was not certain.
    pub held_to_key: usize,
    /// Reads of a value that was written by an operation that had failed: it was done later.
    pub late_effects: usize,
    /// All recoveries that were seen.
    pub recoveries: Vec<Recovery>,
    /// Those that were not: another fault came before the time was over.
    pub interrupted: usize,
}

/// Checks all of it. `home` gives the server on which a key lives.
pub fn check(history: &History, rules: &Rules, home: impl Fn(&str) -> usize) -> Verdict {
    let mut verdict = Verdict::default();
    let mut by_key: HashMap<&str, Vec<&Operation>> = HashMap::new();
    for operation in &history.operations {
        by_key.entry(&operation.key).or_default().push(operation);
        known_error(history, operation, &mut verdict);
    }
    let homes: HashMap<&str, usize> = by_key.keys().map(|&key| (key, home(key))).collect();
    let starvation = Starvation::new(history);
    let certainty = Certainty::new(history, rules, &homes, &starvation);
    for (key, operations) in &by_key {
        keys::check(history, rules, &certainty, homes[key], operations, &mut verdict);
    }
    if rules.mode == Mode::Fail {
        for (server, key) in &history.found {
            let at_home = homes.get(key.as_str()).copied().unwrap_or_else(|| home(key));
            if at_home != *server {
                let what = format!("{key} is on server {server}, its home is {at_home}");
                verdict.violations.push(Violation::Misplaced { what });
            }
        }
    }
    let times = Times { history, rules, starvation: &starvation, homes: &homes };
    times.check_ends(&mut verdict);
    times.check_recoveries(&mut verdict);
    verdict
}

/// Errors that a user may be told: what became of a server, of a connection, of the proxy.
const KNOWN: &[&str] = &[
    "timeout",
    "closed",
    "offline",
    "node.ejected",
    "pool.ejected",
    "client.queue",
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "reply: ERR Connection refused",
    "reply: ERR Connection timed out",
    "reply: ERR Connection reset by peer",
    "reply: ERR Broken pipe",
    "reply: ERR unknown",
];

fn known_error(history: &History, operation: &Operation, verdict: &mut Verdict) {
    let Some(error) = &operation.error else { return };
    if !KNOWN.contains(&error.as_str()) {
        let what = format!("{}: {error}", shown(history, operation));
        verdict.violations.push(Violation::UnknownError { what });
    }
}

/// An operation for people.
fn shown(history: &History, operation: &Operation) -> String {
    let Operation { client, via, kind, key, number, reply, error, begin, end } = operation;
    let client = &history.clients[*client].name;
    let number = number.map(|number| format!(" {number}")).unwrap_or_default();
    let came = match (reply, error, end) {
        (_, _, None) => "no end".to_owned(),
        (_, Some(error), _) => error.clone(),
        (reply, None, _) => format!("{reply:?}"),
    };
    let end = end.map_or("?".to_owned(), |end| end.to_string());
    format!("{client} {via:?}: {kind:?} {key}{number} gave {came}, from {begin} to {end}")
}
