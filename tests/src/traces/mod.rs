//! Recorded runs of health, replica choice, hot keys and copies: every call with its arguments and what it gave, one a
//! line, so that any language can play them again on its own public API. `tests/vectors/traces/README.md` describes the
//! files.

pub mod copies;
pub mod health;
pub mod hotkeys;
mod record;
mod record_hotkeys;
pub mod replica;
mod run;

pub use run::Run;

use std::{fmt::Debug, fs, path::PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::here;

/// Makes the text of a file. Seed 0 makes the runs that are recorded, any other one makes others.
type Recorder = fn(u64) -> String;

/// The files, each with what makes it anew.
pub const FILES: [(&str, Recorder); 4] = [
    ("health.jsonl", record::health),
    ("replica.jsonl", record::replica),
    ("hotkeys.jsonl", record_hotkeys::hotkeys),
    ("copies.jsonl", record_hotkeys::copies),
];

/// One call and what it gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step<C> {
    /// The call with its arguments.
    #[serde(flatten)]
    pub call: C,
    /// What it gave: `null` for nothing, `{"error": code}` for an error.
    pub gives: Value,
}

/// A run: what it starts from, and its calls.
#[derive(Debug, Clone)]
pub struct Trace<H, C> {
    /// What it starts from.
    pub header: H,
    /// Its calls, in order.
    pub steps: Vec<Step<C>>,
}

/// Who can be asked.
pub trait Subject<C> {
    /// Makes a call and says what it gave.
    fn perform(&mut self, call: &C) -> Value;
}

impl<H, C: Debug> Trace<H, C> {
    /// Plays it again, and gives the number of calls; panics where something else comes out.
    pub fn replay(&self, subject: &mut impl Subject<C>, name: &str) -> usize {
        for (number, step) in self.steps.iter().enumerate() {
            let gave = subject.perform(&step.call);
            assert_eq!(gave, step.gives, "{name}, call {number}: {:?}", step.call);
        }
        self.steps.len()
    }
}

/// Where a file is.
pub fn path(file: &str) -> PathBuf {
    here("vectors/traces").join(file)
}

/// The runs of a file: each starts with a line that has `trace`.
pub fn read<H: DeserializeOwned, C: DeserializeOwned>(file: &str) -> Vec<Trace<H, C>> {
    parse(file, &text_of(file))
}

fn text_of(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All recorded runs, of all files, each with what its calls gave.
pub fn recorded() -> Vec<(Run, Vec<Value>)> {
    FILES.iter().flat_map(|(file, _)| Run::read(file, &text_of(file))).collect()
}

/// As many other runs of each kind, with what the calls give by now.
pub fn random(seed: u64) -> Vec<(Run, Vec<Value>)> {
    assert_ne!(seed, 0, "those are the recorded ones");
    FILES.iter().flat_map(|(file, make)| Run::read(file, &make(seed))).collect()
}

fn parse<H: DeserializeOwned, C: DeserializeOwned>(file: &str, text: &str) -> Vec<Trace<H, C>> {
    let mut traces: Vec<Trace<H, C>> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{file}:{}: {error}", number + 1));
        if value.get("trace").is_some() {
            traces.push(Trace { header: parsed(value, file, number), steps: Vec::new() });
        } else {
            let trace = traces.last_mut().unwrap_or_else(|| panic!("{file}: a call before any trace"));
            trace.steps.push(parsed(value, file, number));
        }
    }
    traces
}

fn parsed<T: DeserializeOwned>(value: Value, file: &str, number: usize) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{file}:{}: {error}", number + 1))
}

/// Writes the files anew.
pub fn write_all() {
    for (file, text) in FILES {
        let text = text(0);
        fs::write(path(file), &text).unwrap_or_else(|error| panic!("{file}: {error}"));
        println!("{file}: {} lines", text.lines().count());
    }
}

fn given<T: Serialize>(answer: Result<T, keyhome::Error>) -> Value {
    match answer {
        Ok(value) => json!(value),
        Err(error) => error_of(error.code()),
    }
}

fn error_of(code: &str) -> Value {
    json!({ "error": code })
}

fn line(out: &mut String, value: &impl Serialize) {
    out.push_str(&serde_json::to_string(value).expect("plain data"));
    out.push('\n');
}
