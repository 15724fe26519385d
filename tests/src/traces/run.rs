//! A run of any kind: what it starts from and its calls. Every door can play it.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Subject, Trace, copies, health, hotkeys, replica};

/// A run of any kind.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "they are the kinds of runs")]
pub enum Run {
    Health(health::Header, Vec<health::Call>),
    Replica(replica::Header, Vec<replica::Call>),
    HotKeys(hotkeys::Header, Vec<hotkeys::Call>),
    Copies(copies::Header, Vec<copies::Call>),
}

/// A run of one kind, whichever it is.
macro_rules! any {
    ($run:expr, ($header:ident, $calls:ident) => $what:expr) => {
        match $run {
            Run::Health($header, $calls) => $what,
            Run::Replica($header, $calls) => $what,
            Run::HotKeys($header, $calls) => $what,
            Run::Copies($header, $calls) => $what,
        }
    };
}

impl Run {
    /// The runs of a file, each with what its calls gave.
    pub fn read(file: &str, text: &str) -> Vec<(Self, Vec<Value>)> {
        match file {
            "health.jsonl" => of(file, text, Self::Health),
            "replica.jsonl" => of(file, text, Self::Replica),
            "hotkeys.jsonl" => of(file, text, Self::HotKeys),
            "copies.jsonl" => of(file, text, Self::Copies),
            _ => panic!("{file}: no such runs"),
        }
    }

    /// Which run it is, for people.
    pub fn name(&self) -> String {
        any!(self, (header, _calls) => format!("{}: {}", header.trace, header.name))
    }

    /// The number of calls.
    pub fn len(&self) -> usize {
        any!(self, (_header, calls) => calls.len())
    }

    /// Whether there are no calls.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same run with some of its calls only.
    #[must_use]
    pub fn keeping(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut run = self.clone();
        let mut number = 0;
        any!(&mut run, (_header, calls) => calls.retain(|_| {
            number += 1;
            keep(number - 1)
        }));
        run
    }

    /// What it starts from, and each call, as the files have them.
    pub fn lines(&self) -> (Value, Vec<Value>) {
        fn lines<C: Serialize>(calls: &[C]) -> Vec<Value> {
            calls.iter().map(|call| json!(call)).collect()
        }
        any!(self, (header, calls) => (json!(header), lines(calls)))
    }

    /// What the Rust core decides.
    pub fn play(&self) -> Vec<Value> {
        match self {
            Self::Health(header, calls) => play(&mut header.health(), calls),
            Self::Replica(header, calls) => play(&mut header.replica_set(), calls),
            Self::HotKeys(header, calls) => play(&mut header.hot_keys(), calls),
            Self::Copies(header, calls) => play(&mut header.router(), calls),
        }
    }
}

fn of<H: DeserializeOwned, C: DeserializeOwned>(
    file: &str,
    text: &str,
    run: fn(H, Vec<C>) -> Run,
) -> Vec<(Run, Vec<Value>)> {
    let traces: Vec<Trace<H, C>> = super::parse(file, text);
    let apart = |Trace { header, steps }| {
        let (calls, gives) = steps.into_iter().map(|step| (step.call, step.gives)).unzip();
        (run(header, calls), gives)
    };
    traces.into_iter().map(apart).collect()
}

fn play<C>(subject: &mut impl Subject<C>, calls: &[C]) -> Vec<Value> {
    calls.iter().map(|call| subject.perform(call)).collect()
}
