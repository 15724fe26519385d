//! What the doors decide beside the homes of keys: where commands go, who takes part, what is hot and where its copies
//! live. The command keeps nothing between calls and is not asked.

use anstyle::Style;
use serde_json::Value;

use crate::{
    cases::{Key, from_hex, to_hex},
    dice::Dice,
    door::{Asked, Door, Said},
    proof::{Disagreement, decisions},
    traces::{Run, copies, health, hotkeys},
};

const COMMANDS: &[&str] = &[
    "GET user:1001",
    "MGET user:1 user:2 user:3",
    "MSET user:1 Ada user:2 Bob",
    "ZUNIONSTORE sum 2 a b WEIGHTS 1 2",
    "EVAL script 2 cart:7 stock:7 3",
    "XREAD COUNT 5 STREAMS jobs mails 0 0",
    "SPUBLISH news hello",
    "DBSIZE",
    "SCAN 0",
];

/// What happens to the pool, and when, in milliseconds.
const DAY: &[(u64, Option<&str>, &str)] = &[
    (0, Some("failure"), "redis-2 closes a connection"),
    (40, Some("failure"), "and another one"),
    (1000, None, "a request"),
    (2040, None, "a request"),
    (2041, None, "a request"),
    (2050, Some("reply"), "redis-2 replies"),
];

const HOT: &str = "feed:home";

/// How many reads there are among which one key is hot.
const READS: usize = 3000;

const POOL: &str = "sessions:
  servers:
   - 10.0.0.1:6379:1 redis-1
   - 10.0.0.2:6379:1 redis-2
   - 10.0.0.3:6379:1 redis-3
   - 10.0.0.4:6379:1 redis-4
";

/// Shows it all, and gives how many decisions have been compared; a disagreement is added to those there are.
pub(super) fn show(doors: &[Box<dyn Door>], wrong: &mut Vec<String>) -> usize {
    let mut compared = 0;
    let mut count = |counts: Result<Vec<usize>, Disagreement>| match counts {
        Ok(counts) => compared += counts[0],
        Err(disagreement) => wrong.push(disagreement.to_string()),
    };
    let commands: Vec<Vec<Key>> =
        COMMANDS.iter().map(|text| text.split(' ').map(|word| Key(word.into())).collect()).collect();
    count(decisions::commands(doors, &commands));
    show_commands(doors[0].as_ref(), &commands);
    for run in [ejection(), hot_key(), copies_of_it()] {
        count(decisions::replay(doors, std::slice::from_ref(&run)));
        match &run {
            Run::Health(..) => show_ejection(&run.play()),
            Run::HotKeys(..) => show_hot_key(&run.play()),
            _ => show_copies(&run.play()),
        }
    }
    compared
}

fn title(text: &str) {
    let bold = Style::new().bold();
    anstream::println!("\n{bold}{text}{bold:#}");
}

fn show_commands(rust: &dyn Door, commands: &[Vec<Key>]) {
    title(&format!("{:<40}{:<10}{:<16}{}", "a command", "keys", "goes to", "replies become"));
    let Asked::Answered(said) = rust.commands(commands) else { panic!("the first door answers") };
    for (text, Said { keys, route, .. }) in COMMANDS.iter().zip(said) {
        let (keys, route) = (keys.expect("a command"), route.expect("a command"));
        let keys = if keys.is_empty() { "-".to_owned() } else { listed(&keys) };
        let word = |name: &str| route[name].as_str().unwrap_or_default().replace("none", "-");
        anstream::println!("{text:<40}{keys:<10}{:<16}{}", word("fan_out"), word("merge"));
    }
}

fn listed(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Two failures in a row take a node out for two seconds.
fn ejection() -> Run {
    let header = health::Header {
        trace: "health".to_owned(),
        name: "demo".to_owned(),
        rules: health::RulesText {
            on_failure: "remap".to_owned(),
            auto_eject_hosts: true,
            server_failure_limit: 2,
            server_retry_timeout: 2000,
        },
        nodes: 4,
    };
    let calls = DAY.iter().flat_map(|(at, outcome, _)| {
        let now = at * 1000;
        // Where there is no word of redis-2, another node has replied.
        let (index, outcome) = outcome.map_or((0, "reply"), |outcome| (1, outcome));
        let outcome = outcome.to_owned();
        [
            health::Call::Report { index, outcome, now },
            health::Call::Update { now },
            health::Call::Gone {},
            health::Call::TakeEvents {},
        ]
    });
    Run::Health(header, calls.collect())
}

fn show_ejection(gave: &[Value]) {
    let about = "a server fails (twice: out for 2 s)";
    title(&format!("{about:<40}{:<10}{:<9}{}", "keys are", "without", "people are told"));
    let seconds = |value: &Value| format!("{:.3} s", value.as_f64().unwrap_or_default() / 1e6);
    for ((at, _, what), gave) in DAY.iter().zip(gave.chunks(4)) {
        let [_, live, gone, events] = gave else { panic!("four calls a time: {gave:?}") };
        let gone: Vec<String> = gone
            .as_array()
            .into_iter()
            .flatten()
            .map(|index| format!("redis-{}", index.as_u64().unwrap_or(0) + 1))
            .collect();
        let told: Vec<String> = events
            .as_array()
            .into_iter()
            .flatten()
            .map(|event| match event["event"].as_str() {
                Some("ejected") => format!("ejected until {}", seconds(&event["until"])),
                Some("returned") => format!("back after {}", seconds(&event["away"])),
                other => other.unwrap_or_default().to_owned(),
            })
            .collect();
        let time = format!("{:.3} s", *at as f64 / 1e3);
        let gone = if gone.is_empty() { "-".to_owned() } else { gone.join(" ") };
        let live = live.as_str().unwrap_or_default();
        let line = format!("{time:>9}  {what:<29}{live:<10}{gone:<9}{}", told.join(", "));
        anstream::println!("{}", line.trim_end());
    }
}

fn hot_key() -> Run {
    let header =
        hotkeys::Header { trace: "hotkeys".to_owned(), name: "demo".to_owned(), capacity: 64, window: 0 };
    let mut dice = Dice::new(1);
    let mut calls: Vec<hotkeys::Call> = (0..READS as u64)
        .map(|now| {
            let key = if dice.once_in(3) { HOT.to_owned() } else { format!("user:{}", dice.below(1000)) };
            hotkeys::Call::Record { key_hex: to_hex(key.as_bytes()), now }
        })
        .collect();
    calls.push(hotkeys::Call::Top { n: 1 });
    Run::HotKeys(header, calls)
}

fn text(hex: &Value) -> String {
    let bytes = hex.as_str().and_then(from_hex).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn show_hot_key(gave: &[Value]) {
    let hottest = &gave[READS][0];
    let (key, count, error) = (text(&hottest["key_hex"]), &hottest["count"], &hottest["error"]);
    title(&format!("the hottest key of {READS} reads, with 64 counters"));
    anstream::println!("{key}, counted {count} times, too high by {error} at most; copies of it:");
}

fn copies_of_it() -> Run {
    let header = copies::Header {
        trace: "copies".to_owned(),
        name: "demo".to_owned(),
        config: Some(POOL.to_owned()),
        cluster: None,
        without: vec![],
    };
    Run::Copies(header, vec![copies::Call::Copies { key_hex: to_hex(HOT.as_bytes()), n: 3 }])
}

fn show_copies(gave: &[Value]) {
    for copy in gave[0].as_array().into_iter().flatten() {
        let node = format!("redis-{}", copy["index"].as_u64().unwrap_or_default() + 1);
        anstream::println!("  {:<38}on {node}", text(&copy["key_hex"]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::RustDoor;

    #[test]
    fn doors_that_agree() {
        let doors: [Box<dyn Door>; 2] = [Box::new(RustDoor), Box::new(RustDoor)];
        let mut wrong = Vec::new();
        assert_eq!(show(&doors, &mut wrong), COMMANDS.len() + 4 * DAY.len() + READS + 2);
        assert_eq!(wrong, [""; 0]);
    }
}
