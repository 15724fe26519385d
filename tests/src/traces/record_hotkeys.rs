//! Makes the recorded runs of hot keys and of copies.

use super::{Step, Subject, copies, hotkeys, line, record::far};
use crate::{cases::to_hex, dice::Dice, keys, pool};

/// Keys in each run.
const KEYS: usize = 500;

/// Small summaries, which have to choose, and two that send each other bytes.
pub(super) fn hotkeys(seed: u64) -> String {
    let mut out = String::new();
    let runs = [(1, 0, 3), (4, 0, 40), (8, 1_000_000, 60), (16, 250_000, 300), (64, 5_000_000, 200)];
    for (number, (capacity, window, distinct)) in (far(seed) + 1..).zip(runs) {
        let header = hotkeys::Header {
            trace: "hotkeys".to_owned(),
            name: format!("{capacity} counters, window {window}, {distinct} keys"),
            capacity,
            window,
        };
        line(&mut out, &header);
        let dice = Dice::new(number);
        let run = HotKeysRun { keys: stream_keys(distinct), now: 1_700_000_000_000_000, dice, steps: vec![] };
        for step in run.record(&header) {
            line(&mut out, &step);
        }
    }
    out
}

/// Of every kind, the empty one and long ones that begin alike among them.
fn stream_keys(distinct: usize) -> Vec<String> {
    let mut all: Vec<String> = keys::with_empty(3, distinct)
        .into_iter()
        .map(|key| key.0)
        .filter(|key| key.len() < 200)
        .map(|key| to_hex(&key))
        .collect();
    for last in [b'a', b'b'] {
        for length in [127, 128, 129, 150] {
            let mut key = vec![b'k'; length];
            key.push(last);
            all.insert(all.len() / 3, to_hex(&key));
        }
    }
    all
}

struct HotKeysRun {
    keys: Vec<String>,
    now: u64,
    dice: Dice,
    steps: Vec<Step<hotkeys::Call>>,
}

impl HotKeysRun {
    fn call(&mut self, summary: &mut keyhome::HotKeys, call: hotkeys::Call) {
        let gives = summary.perform(&call);
        self.steps.push(Step { call, gives });
    }

    /// The lower its place, the more often a key comes.
    fn key(&mut self) -> String {
        let most = self.dice.below(self.keys.len()) + 1;
        let most = self.dice.below(most) + 1;
        self.keys[self.dice.below(most)].clone()
    }

    fn record(mut self, header: &hotkeys::Header) -> Vec<Step<hotkeys::Call>> {
        let mut summary = header.hot_keys();
        for number in 1..=KEYS {
            if self.dice.once_in(10) {
                self.now += self.dice.below(400_000) as u64;
            }
            let (key_hex, now) = (self.key(), self.now);
            let call = if self.dice.once_in(8) {
                let count = self.dice.below(20) as u64;
                hotkeys::Call::RecordMany { key_hex, count, now }
            } else {
                hotkeys::Call::Record { key_hex, now }
            };
            self.call(&mut summary, call);
            if self.dice.once_in(12) {
                self.look(&mut summary);
            }
            if number % (KEYS / 2) == 0 {
                self.send(&mut summary);
            }
        }
        self.call(&mut summary, hotkeys::Call::Top { n: 1000 });
        let later = self.now + 20_000_000;
        self.call(&mut summary, hotkeys::Call::Advance { now: later });
        self.call(&mut summary, hotkeys::Call::Top { n: 5 });
        self.call(&mut summary, hotkeys::Call::Len {});
        self.steps
    }

    fn look(&mut self, summary: &mut keyhome::HotKeys) {
        let (key_hex, now) = (self.key(), self.now);
        let looks = [
            hotkeys::Call::Top { n: 3 },
            hotkeys::Call::Estimate { key_hex },
            hotkeys::Call::Advance { now },
            hotkeys::Call::Total {},
            hotkeys::Call::Floor {},
            hotkeys::Call::Len {},
        ];
        let look = self.dice.one_of(&looks);
        self.call(summary, look);
    }

    /// What it is goes to itself as if it came from another process, which doubles what is in it; then bytes that are
    /// not all there.
    fn send(&mut self, summary: &mut keyhome::HotKeys) {
        self.call(summary, hotkeys::Call::ToBytes {});
        let bytes_hex = to_hex(&summary.to_bytes());
        for _ in 0..20 {
            let (key_hex, now) = (self.key(), self.now);
            self.call(summary, hotkeys::Call::Record { key_hex, now });
        }
        self.call(summary, hotkeys::Call::Merge { bytes_hex: bytes_hex.clone() });
        self.call(summary, hotkeys::Call::Top { n: 1000 });
        let half = bytes_hex[..bytes_hex.len() / 4 * 2].to_owned();
        self.call(summary, hotkeys::Call::Merge { bytes_hex: half.clone() });
        self.call(summary, hotkeys::Call::FromBytes { bytes_hex: half });
        self.call(summary, hotkeys::Call::ToBytes {});
        self.call(summary, hotkeys::Call::FromBytes { bytes_hex: to_hex(&summary.to_bytes()) });
    }
}

/// Every hash and dialect.
pub(super) fn copies(seed: u64) -> String {
    let mut out = String::new();
    // The recorded ones are of the odd keys, which come first.
    let keys = if seed == 0 { 10 } else { 60 };
    for (number, pool) in (far(seed)..).zip(pool::random(far(seed) + 11, 50)) {
        let header = copies::Header {
            trace: "copies".to_owned(),
            name: format!("pool {}, {}", number & 0xff, pool.system.dialect().0),
            config: (!pool.is_map()).then(|| pool.text()),
            cluster: pool.is_map().then(|| pool.text()),
            without: pool.gone(),
        };
        line(&mut out, &header);
        let mut router = header.router();
        for (key, n) in keys::with_empty(number, keys).into_iter().zip([1, 2, 3, 100].into_iter().cycle()) {
            let call = copies::Call::Copies { key_hex: to_hex(&key.0), n };
            let gives = router.perform(&call);
            line(&mut out, &Step { call, gives });
        }
    }
    out
}
