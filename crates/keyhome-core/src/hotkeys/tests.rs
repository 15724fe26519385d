//! The promises, beside a count of everything.

use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};

use proptest::prelude::*;

use super::*;

/// One thing that happens to a stream.
#[derive(Debug, Clone)]
struct Event {
    key: Vec<u8>,
    count: u64,
    now: u64,
}

/// Counts every key, halves as documented.
#[derive(Debug, Clone, Default)]
struct Exact {
    counts: BTreeMap<Vec<u8>, u64>,
    total: u64,
    window: u64,
    current: u64,
}

impl Exact {
    fn advance_to(&mut self, current: u64) {
        while self.current < current {
            self.current += 1;
            self.total /= 2;
            self.counts.values_mut().for_each(|count| *count /= 2);
            if self.total == 0 {
                self.current = current;
            }
        }
    }

    fn record(&mut self, Event { key, count, now }: &Event) {
        self.advance_to(now.checked_div(self.window).unwrap_or(0));
        let count = (*count).min(MAX_COUNT - self.total);
        self.total += count;
        *self.counts.entry(key.clone()).or_default() += count;
    }

    fn merge(&mut self, mut other: Self) {
        let latest = self.current.max(other.current);
        self.advance_to(latest);
        other.advance_to(latest);
        self.total += other.total;
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
    }
}

/// Every promise of the documentation.
fn holds(hot: &HotKeys, exact: &Exact) -> Result<(), TestCaseError> {
    let capacity = hot.options().capacity as u64;
    prop_assert_eq!(hot.total(), exact.total);
    let top = hot.top(usize::MAX);
    prop_assert_eq!(top.len(), hot.len());
    prop_assert!(hot.len() as u64 <= capacity);
    for pair in top.windows(2) {
        prop_assert!((pair[1].count, &pair[0].key) <= (pair[0].count, &pair[1].key));
    }
    for HotKey { key, length, count, error } in &top {
        prop_assert!(error <= count);
        if key.len() as u64 == *length {
            let true_count = exact.counts.get(key).copied().unwrap_or(0);
            prop_assert!(count - error <= true_count && true_count <= *count);
        }
    }
    for (key, true_count) in &exact.counts {
        let Estimate { count, error } = hot.estimate(key);
        prop_assert!(count - error <= *true_count && *true_count <= count, "{true_count} of {count} {error}");
        let kept = &key[..if key.len() > KEY_BYTES { CUT_KEY_BYTES } else { key.len() }];
        let listed = top.iter().any(|hot| hot.key == kept && hot.length == key.len() as u64);
        if !listed {
            prop_assert!(*true_count <= hot.floor());
        }
    }
    prop_assert!(hot.floor() * capacity <= hot.total());
    Ok(())
}

fn keys() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (0_u8..12).prop_map(|n| format!("user:{n}").into_bytes()),
        8 => (0_u32..400).prop_map(|n| format!("session:{n:08}").into_bytes()),
        1 => prop::collection::vec(0_u8..2, 0..20),
        // Around the length at which keys are cut, alike but for their last bytes.
        1 => (115_usize..140, 0_u8..3).prop_map(|(length, last)| {
            let mut key = vec![b'x'; length];
            *key.last_mut().unwrap() = last;
            key
        }),
    ]
}

fn events(window: u64) -> impl Strategy<Value = Vec<Event>> {
    let count = prop_oneof![20 => Just(1), 4 => 0_u64..100, 1 => 0_u64..1 << 40];
    let step = prop_oneof![30 => Just(0), 3 => 0..=2 * window, 1 => 0..=70 * window];
    prop::collection::vec((keys(), count, step), 0..200).prop_map(|rows| {
        let mut now = 0;
        let event = |(key, count, step)| {
            now += step;
            Event { key, count, now }
        };
        rows.into_iter().map(event).collect()
    })
}

fn streams() -> impl Strategy<Value = (HotKeysOptions, Vec<Event>, Vec<Event>)> {
    let options = (1_usize..40, prop_oneof![Just(0), 1_u64..1_000_000]);
    options.prop_flat_map(|(capacity, window)| {
        (Just(HotKeysOptions { capacity, window }), events(window), events(window))
    })
}

fn both(options: HotKeysOptions, events: &[Event]) -> (HotKeys, Exact) {
    let mut hot = HotKeys::new(&options).unwrap();
    let mut exact = Exact { window: options.window, ..Exact::default() };
    for event in events {
        let certain = hot.record_many(&event.key, event.count, event.now);
        exact.record(event);
        assert!(certain <= exact.counts[&event.key]);
    }
    (hot, exact)
}

fn contents(hot: &HotKeys) -> (Vec<HotKey>, u64, u64, Vec<u64>) {
    (hot.top(usize::MAX), hot.total(), hot.floor(), hot.cells.as_slice().to_vec())
}

proptest! {
    #[test]
    fn bounds_hold((options, events, _) in streams(), later in 0_u64..3_000_000) {
        let (mut hot, mut exact) = both(options, &events);
        holds(&hot, &exact)?;
        let now = events.last().map_or(0, |event| event.now) + later;
        hot.advance(now);
        exact.advance_to(now.checked_div(options.window).unwrap_or(0));
        holds(&hot, &exact)?;
    }

    #[test]
    fn bounds_hold_for_merged_streams((options, first, second) in streams(), third in events(1)) {
        let (mut hot, mut exact) = both(options, &first);
        let (other, other_exact) = both(options, &second);
        let mut reverse = other.clone();
        reverse.merge(&hot).unwrap();
        hot.merge(&other).unwrap();
        prop_assert_eq!(contents(&hot), contents(&reverse));
        exact.merge(other_exact);
        holds(&hot, &exact)?;
        let again = HotKeys::from_bytes(&hot.to_bytes()).unwrap();
        prop_assert_eq!(contents(&again), contents(&hot));
        // And for what comes after.
        for mut event in third {
            event.now += 1_000_000;
            hot.record_many(&event.key, event.count, event.now);
            exact.record(&event);
        }
        holds(&hot, &exact)?;
    }

    #[test]
    fn bytes_hold_all_of_it((options, events, _) in streams()) {
        let (hot, exact) = both(options, &events);
        let bytes = hot.to_bytes();
        let again = HotKeys::from_bytes(&bytes).unwrap();
        prop_assert_eq!(contents(&again), contents(&hot));
        prop_assert_eq!(again.options(), options);
        prop_assert_eq!(&again.windows, &hot.windows);
        prop_assert_eq!(again.to_bytes(), bytes);
        holds(&again, &exact)?;
    }

    #[test]
    fn bytes_that_were_changed((options, events, _) in streams(), at: prop::sample::Index, byte: u8, cut: bool) {
        let mut bytes = both(options, &events).0.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        match HotKeys::from_bytes(&bytes) {
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::HotkeysBytes),
            Ok(mut hot) => {
                prop_assert!(hot.floor() * hot.options().capacity as u64 <= hot.total());
                hot.record("a", u64::MAX);
                prop_assert!(hot.merge(&hot.clone()).is_ok() || hot.total() > MAX_COUNT / 2);
                prop_assert!(HotKeys::from_bytes(&hot.to_bytes()).is_ok());
            }
        }
    }
}

#[test]
fn options_are_checked() {
    for capacity in [0, MAX_CAPACITY + 1, usize::MAX] {
        let error = HotKeys::new(&HotKeysOptions { capacity, window: 0 }).unwrap_err();
        assert_eq!((error.code(), error.field()), ("argument.range", Some("capacity")));
    }
    assert!(HotKeys::new(&HotKeysOptions { capacity: MAX_CAPACITY, window: u64::MAX }).is_ok());
    let mut hot = HotKeys::new(&HotKeysOptions::default()).unwrap();
    let other = HotKeys::new(&HotKeysOptions { window: 5, ..HotKeysOptions::default() }).unwrap();
    assert_eq!(hot.merge(&other).unwrap_err().code(), "hotkeys.merge");
}

#[test]
fn a_window_halves() {
    let mut hot = HotKeys::new(&HotKeysOptions { capacity: 4, window: 10 }).unwrap();
    for _ in 0..5 {
        hot.record("a", 12);
    }
    hot.record("b", 19);
    // An earlier time is the latest one.
    assert_eq!(hot.record("a", 3), 6);
    hot.advance(20);
    assert_eq!(hot.top(9), [HotKey { key: b"a".to_vec(), length: 1, count: 3, error: 0 }]);
    assert_eq!((hot.total(), hot.estimate("b")), (3, Estimate { count: 0, error: 0 }));
    hot.advance(u64::MAX);
    assert!(hot.is_empty() && hot.total() == 0);
}

#[test]
fn long_keys_are_cut_and_say_so() {
    let mut hot = HotKeys::new(&HotKeysOptions::default()).unwrap();
    let key = |last: &str| String::from_utf8(vec![b'k'; 200]).unwrap() + last;
    hot.record_many(key("1"), 3, 0);
    hot.record_many(key("2"), 2, 0);
    hot.record_many(&key("")[..KEY_BYTES], 1, 0);
    let top: Vec<_> = hot.top(9).into_iter().map(|hot| (hot.key.len(), hot.length, hot.count)).collect();
    assert_eq!(top, [(CUT_KEY_BYTES, 201, 3), (CUT_KEY_BYTES, 201, 2), (KEY_BYTES, KEY_BYTES as u64, 1)]);
    assert_eq!(hot.estimate(key("2")).count, 2);
}

#[test]
fn counting_ends_at_the_greatest_total() {
    let mut hot = HotKeys::new(&HotKeysOptions { capacity: 1, window: 10 }).unwrap();
    hot.record_many("a", MAX_COUNT - 5, 0);
    assert_eq!(hot.record_many("b", 7, 0), 0);
    assert_eq!((hot.total(), hot.estimate("b").count), (MAX_COUNT, 5));
    assert_eq!(hot.record_many("a", u64::MAX, 0), MAX_COUNT - 5);
    assert_eq!(hot.merge(&hot.clone()).unwrap_err().code(), "hotkeys.merge");
    hot.advance(10);
    hot.merge(&hot.clone()).unwrap();
    assert_eq!(hot.total(), MAX_COUNT - 1);
    assert!(HotKeys::from_bytes(&hot.to_bytes()).is_ok());
}
