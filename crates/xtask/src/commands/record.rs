//! What COMMAND of a server says, as `tests/recorders/capture_commands.py` writes it down.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::checkout::Checkout;

/// The recordings. Of a command that several servers know, the first one has the key specs: redis-server 7.0.15, whose
/// GETKEYS the table follows. The later ones are newer in the tips.
const RECORDINGS: &[&str] =
    &["redis-7.0.15.json", "valkey-9.1.2.json", "redis-stack-7.4.1.json", "redis-8.2.3.json", "newer.json"];

/// Commands of modules that are not for users: what the nodes of a cluster say to each other, and the developers' own.
const INTERNAL: &[&str] = &["timeseries.", "ft.debug", "ft._alias", "ft._alter", "ft._create", "ft._drop"];

#[derive(Clone, Deserialize)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) arity: i8,
    pub(crate) flags: Vec<String>,
    pub(crate) tips: Vec<String>,
    pub(crate) key_specs: Vec<KeySpec>,
    subcommands: Vec<Command>,
    #[serde(skip)]
    pub(crate) container: bool,
}

#[derive(Clone, Deserialize)]
pub(crate) struct KeySpec {
    pub(crate) flags: Vec<String>,
    pub(crate) begin_search: BeginSearch,
    pub(crate) find_keys: FindKeys,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "type", content = "spec", rename_all = "lowercase")]
pub(crate) enum BeginSearch {
    Index { index: u8 },
    Keyword { keyword: String, startfrom: i8 },
    Unknown {},
}

#[derive(Clone, Deserialize)]
#[serde(tag = "type", content = "spec", rename_all = "lowercase")]
pub(crate) enum FindKeys {
    Range { lastkey: i8, keystep: u8, limit: u8 },
    Keynum { keynumidx: u8, firstkey: u8, keystep: u8 },
    Unknown {},
}

impl Command {
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|have| have == flag)
    }

    /// The word of a tip: `request_policy` or `response_policy`.
    pub(crate) fn tip(&self, policy: &str) -> Option<&str> {
        self.tips.iter().find_map(|tip| tip.strip_prefix(policy)?.strip_prefix(':'))
    }

    /// The same command of another server: as lenient as both in the number of words, and with the newer tips.
    fn joined(&mut self, other: Self) {
        let lenient = |arity: i8| if arity < 0 { -arity } else { arity };
        if self.arity != other.arity {
            self.arity = -lenient(self.arity).min(lenient(other.arity));
        }
        if other.has("blocking") && !self.has("blocking") {
            self.flags.push("blocking".to_owned());
        }
        self.tips = other.tips;
        self.container |= other.container;
    }
}

/// Every command and subcommand of all recordings by its name in lower case.
pub(crate) fn read(checkout: &Checkout) -> Result<BTreeMap<String, Command>> {
    let mut commands = BTreeMap::new();
    for recording in RECORDINGS {
        let path = checkout.root().join("tests/vectors/commands").join(recording);
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let read: Vec<Command> =
            serde_json::from_str(&text).with_context(|| format!("{recording} is no recording"))?;
        for command in read {
            add(&mut commands, command);
        }
    }
    Ok(commands)
}

fn add(commands: &mut BTreeMap<String, Command>, mut command: Command) {
    let name = command.name.to_ascii_lowercase();
    if INTERNAL.iter().any(|prefix| name.starts_with(prefix)) {
        return;
    }
    command.name.clone_from(&name);
    let subcommands = std::mem::take(&mut command.subcommands);
    command.container = !subcommands.is_empty();
    match commands.get_mut(&name) {
        Some(known) => known.joined(command),
        None => _ = commands.insert(name, command),
    }
    for subcommand in subcommands {
        add(commands, subcommand);
    }
}
