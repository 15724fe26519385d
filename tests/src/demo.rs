//! The demo: keys are written through a real nutcracker and into a real Redis Cluster, every door is asked where each of
//! them lives, and they are looked for straight on the servers. Then all are asked for decisions.

mod clients;
mod decisions;
mod takeover;

use anstyle::{AnsiColor, Style};
use keyhome_live::{Nutcracker, Scratch};

use crate::{
    cases::{Key, to_hex},
    door::{Asked, Door, Home, Witness},
    doors::{Client, CommandDoor, shown},
    keys,
    pool::{Form, Node, Pool},
    real::{BehindNutcracker, InCluster},
    twin::pool::System,
};

/// In each pool, and in the cluster.
const KEYS: usize = 1000;

/// A pool of nutcracker's.
struct Plan {
    name: &'static str,
    hash: &'static str,
    modula: bool,
    tag: Option<[u8; 2]>,
    weights: &'static [u32],
    /// Whether its servers have names, or are known by their addresses.
    named: bool,
}

const PLANS: &[Plan] = &[
    Plan {
        name: "sessions",
        hash: "fnv1a_64",
        modula: false,
        tag: None,
        weights: &[5, 1, 3, 8, 2],
        named: true,
    },
    Plan {
        name: "carts",
        hash: "md5",
        modula: false,
        tag: Some(*b"{}"),
        weights: &[1, 1, 1, 1],
        named: true,
    },
    Plan { name: "catalog", hash: "murmur", modula: false, tag: None, weights: &[1, 1, 1], named: false },
    Plan {
        name: "orders",
        hash: "crc32a",
        modula: true,
        tag: None,
        weights: &[3, 1, 2, 1, 13],
        named: false,
    },
    Plan {
        name: "feeds",
        hash: "hsieh",
        modula: true,
        tag: Some(*b"$$"),
        weights: &[1, 1, 1, 1],
        named: true,
    },
];

impl Plan {
    fn pool(&self) -> Pool {
        let nodes = (1..).zip(self.weights).map(|(number, &weight)| {
            let name = self.named.then(|| format!("redis-{number}"));
            Node { name, weight, ..Node::new("") }
        });
        let Self { hash, modula, tag, .. } = *self;
        let system = System::Twemproxy { hash, modula, tag, signed_char: true };
        Pool { form: Form::Config, system, nodes: nodes.collect(), gone: vec![] }
    }

    /// Such as `md5 ketama {}`.
    fn about(&self) -> String {
        let distribution = if self.modula { "modula" } else { "ketama" };
        let tag = self.tag.map(|tag| format!(" tag {}", String::from_utf8_lossy(&tag))).unwrap_or_default();
        let weighted = if self.weights.iter().any(|weight| *weight != 1) { " weighted" } else { "" };
        format!("{} {distribution}{tag}{weighted}", self.hash)
    }
}

/// A row: a pool on real servers.
struct Row {
    /// Which, such as `behind nutcracker 0.5.0`.
    real: String,
    pool: String,
    about: String,
    /// For each door, how many keys live where it says.
    right: Vec<usize>,
}

/// Runs it, and says whether all agree.
pub fn run(doors: &[Box<dyn Door>], clients: &mut [Client]) -> bool {
    let (rows, mut wrong) = observe(doors).unwrap_or_else(|error| panic!("the real servers: {error}"));
    print(doors, &rows);
    anstream::println!("\nEach number is how many of {KEYS} keys are where the door says that they are.");
    let asked = rows.len() * KEYS;
    let shared =
        clients::show(clients, &mut wrong).unwrap_or_else(|error| panic!("the real servers: {error}"));
    let kept = takeover::show(CommandDoor::new().program(), &mut wrong)
        .unwrap_or_else(|error| panic!("the real servers: {error}"));
    let decisions = decisions::show(doors, &mut wrong);
    anstream::println!("\nThe command keeps nothing between calls; the other doors decide all this alike.\n");
    let color = if wrong.is_empty() { AnsiColor::Green } else { AnsiColor::Red };
    let style: Style = color.on_default().bold();
    for line in wrong.iter().take(10) {
        anstream::println!("  {line}");
    }
    let count = wrong.len();
    anstream::println!(
        "{} doors, {asked} keys on real servers, {decisions} decisions; {} clients, {shared} keys; the proxy, \
         {kept} keys",
        doors.len(),
        clients.len()
    );
    anstream::println!("{style}{count} disagreements{style:#}");
    wrong.is_empty()
}

fn observe(doors: &[Box<dyn Door>]) -> std::io::Result<(Vec<Row>, Vec<String>)> {
    let scratch = Scratch::new()?;
    anstream::println!("starting redis-servers, nutcracker and a Redis Cluster ...");
    let nutcracker = BehindNutcracker::start(&scratch, 5)?;
    let cluster = InCluster::start(&scratch)?;
    let behind = format!("behind nutcracker {}:", Nutcracker::version()?);
    let clustered = format!("in a Redis Cluster of redis-servers {}:", nutcracker.version()?);
    anstream::println!(
        "writing {KEYS} keys to each pool, and asking {} doors where they are ...\n",
        doors.len()
    );
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let mut row = |(real, told): (&dyn Witness, &str), name: &str, about: String, pool: &Pool, seed: u64| {
        let keys = &keys::make(seed, KEYS);
        let Asked::Answered(holders) = real.homes(pool, keys) else {
            panic!("{} takes no such pool:\n{}", real.name(), pool.text())
        };
        let right = doors.iter().map(|door| ask(door.as_ref(), name, pool, keys, &holders, &mut wrong));
        rows.push(Row { real: told.to_owned(), pool: name.to_owned(), about, right: right.collect() });
    };
    for (seed, plan) in (1..).zip(PLANS) {
        let pool = nutcracker.place(&plan.pool()).expect("a pool of nutcracker's");
        row((&nutcracker, &behind), plan.name, plan.about(), &pool, seed);
    }
    row((&cluster, &clustered), "cluster", "crc16 slots tag {}".to_owned(), &cluster.pool(), 0);
    Ok((rows, wrong))
}

/// How many keys are where a door says. A key that is not found on exactly one server is where nobody says.
fn ask(
    door: &dyn Door,
    name: &str,
    pool: &Pool,
    keys: &[Key],
    holders: &[Home],
    wrong: &mut Vec<String>,
) -> usize {
    let homes = match door.homes(pool, keys) {
        Asked::Answered(homes) => homes,
        other => panic!("{} gives no homes in pool {name}: {other:?}", door.name()),
    };
    assert_eq!((homes.len(), holders.len()), (keys.len(), keys.len()), "a home for each key");
    let mut right = 0;
    for ((key, home), holder) in keys.iter().zip(&homes).zip(holders) {
        if home == holder && home.is_ok() {
            right += 1;
        } else {
            let (said, found) = (shown(home), shown(holder));
            wrong.push(format!(
                "{name}, key {}: {} says {said}; the servers say {found}",
                to_hex(&key.0),
                door.name()
            ));
        }
    }
    right
}

/// A table of 80 columns: `node native` stands in two lines.
fn print(doors: &[Box<dyn Door>], rows: &[Row]) {
    let names: Vec<(&str, &str)> =
        doors.iter().map(|door| door.name().split_once(' ').unwrap_or(("", door.name()))).collect();
    let number = KEYS.to_string().len();
    let widths: Vec<usize> =
        names.iter().map(|(above, name)| number.max(above.len()).max(name.len())).collect();
    let about = rows.iter().map(|row| row.about.len()).max().unwrap_or(0);
    let bold = Style::new().bold();
    let cells = |texts: &mut dyn Iterator<Item = &str>| -> String {
        texts.zip(&widths).map(|(text, width)| format!("  {text:>width$}")).collect()
    };
    let above = cells(&mut names.iter().map(|name| name.0));
    let below = cells(&mut names.iter().map(|name| name.1));
    anstream::println!("{bold}{:<8}  {:<about$}{above}{bold:#}", "", "");
    anstream::println!("{bold}{:<8}  {:<about$}{below}{bold:#}", "pool", "placed as");
    for (index, Row { real, pool, about: like, right }) in rows.iter().enumerate() {
        if index == 0 || rows[index - 1].real != *real {
            anstream::println!("{real}");
        }
        let numbers = right.iter().zip(&widths).map(|(&right, width)| {
            let color = if right == KEYS { AnsiColor::Green } else { AnsiColor::Red };
            let style = color.on_default();
            format!("  {style}{right:>width$}{style:#}")
        });
        anstream::println!("{pool:<8}  {like:<about$}{}", numbers.collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::RustDoor;

    #[test]
    fn what_is_not_where_a_door_says_is_counted() {
        let pool =
            PLANS[0].pool().at(&(1..6).map(|number| format!("10.0.0.{number}:6379")).collect::<Vec<_>>());
        let keys = keys::make(1, 100);
        let Asked::Answered(mut holders) = RustDoor.homes(&pool, &keys) else { panic!("it answers") };
        let mut wrong = Vec::new();
        assert_eq!(ask(&RustDoor, "p", &pool, &keys, &holders, &mut wrong), 100);
        assert!(wrong.is_empty());
        holders[7] = Err("on two servers".to_owned());
        holders[9] = Ok(holders[9].clone().unwrap() + 1);
        assert_eq!(ask(&RustDoor, "p", &pool, &keys, &holders, &mut wrong), 98);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].ends_with("the servers say on two servers"), "{wrong:?}");
    }
}
