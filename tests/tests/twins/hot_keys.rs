//! Summaries of hot keys beside the naive one: not only the bounds, every counter.

use keyhome_core::{
    HotKeys,
    hotkeys::{Estimate, HotKeysOptions},
};
use keyhome_tests::twin::hotkeys::Summary;
use proptest::prelude::*;

use crate::{add, check};

#[derive(Debug, Clone)]
enum Act {
    Record { which: usize, key: Vec<u8>, count: u64 },
    Pass { time: u64 },
    Merge { into: usize },
    Restore { which: usize },
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => (0..9_u8).prop_map(|n| vec![b'k', n]),
        6 => (0..300_u16).prop_map(|n| format!("session:{n}").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (126..132_usize, 0..3_u8).prop_map(|(length, last)| [vec![b'x'; length], vec![last]].concat()),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let count = prop_oneof![20 => Just(1), 5 => 0..30_u64, 1 => any::<u64>()];
    prop_oneof![
        200 => (0..2_usize, key(), count).prop_map(|(which, key, count)| Act::Record { which, key, count }),
        8 => (0..300_u64).prop_map(|time| Act::Pass { time }),
        1 => (0..2_usize).prop_map(|into| Act::Merge { into }),
        1 => (0..2_usize).prop_map(|which| Act::Restore { which }),
    ]
}

#[test]
fn every_counter() {
    let inputs = (1..20_usize, prop_oneof![Just(0), 1..200_u64], prop::collection::vec(act(), 0..400));
    check("hot keys", 300, &inputs, |(capacity, window, acts), held| {
        let options = HotKeysOptions { capacity, window };
        let mut hot = [HotKeys::new(&options).unwrap(), HotKeys::new(&options).unwrap()];
        let mut twins = [Summary::new(capacity, window), Summary::new(capacity, window)];
        let mut now = 0;
        for act in acts {
            match act {
                Act::Record { which, key, count } => {
                    let certain = hot[which].record_many(&key, count, now);
                    prop_assert_eq!(certain, twins[which].record(&key, count, now), "{:x?}", key);
                    let Estimate { count, error } = hot[which].estimate(&key);
                    prop_assert_eq!((count, error), twins[which].estimate(&key));
                }
                Act::Pass { time } => now += time,
                Act::Merge { into } => {
                    let [one, other] = [into, 1 - into];
                    let (from, from_twin) = (hot[other].clone(), twins[other].clone());
                    match hot[one].merge(&from) {
                        Ok(()) => twins[one].merge(from_twin),
                        Err(error) => prop_assert_eq!(error.code(), "hotkeys.merge"),
                    }
                }
                Act::Restore { which } => {
                    hot[which] = HotKeys::from_bytes(&hot[which].to_bytes()).unwrap();
                    twins[which] = twins[which].clone().read_again();
                }
            }
            add(held, 1);
        }
        for (hot, twin) in hot.iter().zip(&twins) {
            prop_assert_eq!((hot.total(), hot.floor()), (twin.total, twin.floor));
            let counters: Vec<_> =
                twin.top().iter().map(|own| (own.count, own.certain, own.key.len())).collect();
            let top = hot.top(usize::MAX).into_iter();
            let top: Vec<_> =
                top.map(|own| (own.count, own.count - own.error, own.length as usize)).collect();
            prop_assert_eq!(top, counters);
        }
        Ok(())
    });
}
