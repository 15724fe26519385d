//! Recorded runs of hot keys.

use keyhome::{
    HotKeys,
    hotkeys::{CUT_KEY_BYTES, Estimate, HotKey, HotKeysOptions, KEY_BYTES},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Subject, given};
use crate::{
    cases::{from_hex, to_hex},
    twin::hotkeys::{Counter, Summary},
};

/// What a run starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// `hotkeys`.
    pub trace: String,
    /// What it shows.
    pub name: String,
    /// Counters.
    pub capacity: usize,
    /// Microseconds.
    pub window: u64,
}

impl Header {
    /// Who is asked.
    pub fn hot_keys(&self) -> HotKeys {
        let options = HotKeysOptions { capacity: self.capacity, window: self.window };
        HotKeys::new(&options).expect("good options")
    }

    /// The naive twin.
    pub fn twin(&self) -> Twin {
        Twin { summary: Summary::new(self.capacity, self.window), sent: Vec::new() }
    }
}

/// A call of the public API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the names of HotKeys' methods and their arguments")]
pub enum Call {
    Record { key_hex: String, now: u64 },
    RecordMany { key_hex: String, count: u64, now: u64 },
    Advance { now: u64 },
    Top { n: usize },
    Estimate { key_hex: String },
    Total {},
    Floor {},
    Len {},
    ToBytes {},
    FromBytes { bytes_hex: String },
    Merge { bytes_hex: String },
}

fn bytes(digits: &str) -> Vec<u8> {
    from_hex(digits).expect("hexadecimal digits")
}

fn hot_key(key: &[u8], length: u64, count: u64, error: u64) -> Value {
    json!({ "key_hex": to_hex(key), "length": length, "count": count, "error": error })
}

impl Subject<Call> for HotKeys {
    fn perform(&mut self, call: &Call) -> Value {
        match call {
            Call::Record { key_hex, now } => json!(self.record(bytes(key_hex), *now)),
            Call::RecordMany { key_hex, count, now } => json!(self.record_many(bytes(key_hex), *count, *now)),
            Call::Advance { now } => json!(self.advance(*now)),
            Call::Top { n } => self
                .top(*n)
                .into_iter()
                .map(|HotKey { key, length, count, error }| hot_key(&key, length, count, error))
                .collect(),
            Call::Estimate { key_hex } => {
                let Estimate { count, error } = self.estimate(bytes(key_hex));
                json!({ "count": count, "error": error })
            }
            Call::Total {} => json!(self.total()),
            Call::Floor {} => json!(self.floor()),
            Call::Len {} => json!(self.len()),
            Call::ToBytes {} => json!(to_hex(&self.to_bytes())),
            Call::FromBytes { bytes_hex } => {
                given(Self::from_bytes(&bytes(bytes_hex)).map(|summary| *self = summary))
            }
            Call::Merge { bytes_hex } => {
                given(Self::from_bytes(&bytes(bytes_hex)).and_then(|other| self.merge(&other)))
            }
        }
    }
}

/// The naive summary, which knows of no bytes: it remembers what it was when they were made.
pub struct Twin {
    summary: Summary,
    sent: Vec<(String, Summary)>,
}

impl Twin {
    /// Makes a call; `gave` is what was recorded.
    pub fn agree(&mut self, call: &Call, gave: &Value) -> bool {
        let summary = &mut self.summary;
        let own = match call {
            Call::Record { key_hex, now } => json!(summary.record(&bytes(key_hex), 1, *now)),
            Call::RecordMany { key_hex, count, now } => json!(summary.record(&bytes(key_hex), *count, *now)),
            Call::Advance { now } => json!(summary.advance(*now)),
            Call::Top { n } => summary.top().iter().take(*n).map(shown).collect(),
            Call::Estimate { key_hex } => {
                let (count, error) = summary.estimate(&bytes(key_hex));
                json!({ "count": count, "error": error })
            }
            Call::Total {} => json!(summary.total),
            Call::Floor {} => json!(summary.floor),
            Call::Len {} => json!(summary.counters.len()),
            Call::ToBytes {} => {
                let digits = gave.as_str().expect("hexadecimal digits").to_owned();
                self.sent.push((digits, summary.clone()));
                return true;
            }
            Call::FromBytes { bytes_hex } | Call::Merge { bytes_hex } => {
                let sent = self.sent.iter().find(|(digits, _)| digits == bytes_hex);
                let Some((_, sent)) = sent else { return gave["error"] == "hotkeys.bytes" };
                let sent = sent.clone().read_again();
                match call {
                    Call::Merge { .. } => summary.merge(sent),
                    _ => *summary = sent,
                }
                Value::Null
            }
        };
        own == *gave
    }
}

fn shown(counter: &Counter) -> Value {
    let Counter { key, count, certain } = counter;
    let kept = if key.len() > KEY_BYTES { &key[..CUT_KEY_BYTES] } else { key };
    hot_key(kept, key.len() as u64, *count, count - certain)
}
