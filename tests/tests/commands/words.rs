//! Words for commands: keys, counts, and the options that move keys about.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const OPTIONS: &[&str] = &[
    "STORE",
    "storedist",
    "Streams",
    "KEYS",
    "get",
    "BY",
    "limit",
    "COPY",
    "replace",
    "auth",
    "AUTH2",
    "COUNT",
    "block",
    "GROUP",
    "noack",
    "WEIGHTS",
    "aggregate",
    "LEFT",
    "max",
    "EX",
    "NX",
    "help",
    "",
];

/// Counts as they should be, and as only atoi reads them. None near the end of C's int: the server makes room for as many
/// keys before it looks how many words there are.
const COUNTS: &[&str] =
    &["0", "1", "2", "3", "4", "1", "2", "3", "1", "2", "-1", "02", "2x", " 1", "+1", "x", "1.5", "70"];

/// What may stand behind a command's name: mostly keys, no two alike.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => any::<u16>().prop_map(|number| format!("key:{number}")),
        2 => select(OPTIONS).prop_map(str::to_owned),
        3 => select(COUNTS).prop_map(str::to_owned),
    ]
}

/// The words of a command of this arity, its name (one word or two) in letters of either case: about as many as it takes,
/// often just enough, seldom too few.
pub(crate) fn command(runner: &mut TestRunner, name: &str, arity: i64) -> Vec<String> {
    let mut words: Vec<String> = name.split('|').map(|word| spelt(runner, word)).collect();
    let enough = usize::try_from(arity.abs()).unwrap().saturating_sub(words.len());
    let more = if arity < 0 { 7 } else { 1 };
    let counts = prop_oneof![4 => enough..=enough + more, 1 => 0..=enough + 2];
    words.extend(counts.prop_flat_map(|count| vec(word(), count)).new_tree(runner).unwrap().current());
    words
}

/// A name with its letters in either case.
fn spelt(runner: &mut TestRunner, name: &str) -> String {
    let upper = vec(any::<bool>(), name.len()).new_tree(runner).unwrap().current();
    let letters = name.chars().zip(upper);
    letters.map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter }).collect()
}
