//! The demo: keys are written through a real nutcracker and into a real Redis Cluster, every door is asked where each of
//! them lives, and they are looked for straight on the servers; so are those that clients write, through the proxy and by
//! themselves. Then all are asked for decisions.

mod clients;
mod decisions;
mod takeover;

use std::{io, path::Path};

use anstyle::{AnsiColor, Style};
use keyhome_live::{Nutcracker, Scratch};

use crate::{
    cases::{Key, to_hex},
    door::{Asked, Door, Home, Witness},
    doors::{Client, CommandDoor, shown},
    keys,
    pool::{Form, Node, Pool},
    real::{BehindNutcracker, InCluster, Proxied, Through},
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

/// Keys that are shown one by one, in each pool.
const SHOWN: [&str; 4] = ["user:1001", "order:3001", "x{a}y", "x$$y"];

/// What the witnesses say of a pool on real servers; `None` of those that have no such pool.
struct Section {
    /// Such as `carts: md5 ketama tag {}, behind nutcracker 0.5.0`.
    title: String,
    /// Of each key that is shown, who says what, and whether it is there.
    shown: Vec<Vec<Option<(Home, bool)>>>,
    /// How many keys live where each says.
    right: Vec<Option<usize>>,
}

/// Runs it, and says whether all agree.
pub fn run(doors: &[Box<dyn Door>], clients: &mut [Client], plain: &mut [Client]) -> bool {
    let command = CommandDoor::new();
    let failed = |error| -> ! { panic!("the real servers: {error}") };
    let mut wrong = Vec::new();
    let asked =
        show(doors, clients, plain, command.program(), &mut wrong).unwrap_or_else(|error| failed(error));
    let shared = clients::show(clients, &mut wrong).unwrap_or_else(|error| failed(error));
    let kept = takeover::show(command.program(), &mut wrong).unwrap_or_else(|error| failed(error));
    let decisions = decisions::show(doors, &mut wrong);
    anstream::println!("\nThe command keeps nothing between calls; the other doors decide all this alike.\n");
    let color = if wrong.is_empty() { AnsiColor::Green } else { AnsiColor::Red };
    let style: Style = color.on_default().bold();
    for line in wrong.iter().take(10) {
        anstream::println!("  {line}");
    }
    let count = wrong.len();
    anstream::println!(
        "{} doors, {asked} answers about keys on real servers, {decisions} decisions; {} clients, {shared} keys; the proxy, \
         {kept} keys",
        doors.len(),
        clients.len() + plain.len()
    );
    anstream::println!("{style}{count} disagreements{style:#}");
    wrong.is_empty()
}

/// The table of all doors and of those that write; how many answers there were.
fn show(
    doors: &[Box<dyn Door>],
    clients: &mut [Client],
    plain: &mut [Client],
    program: &Path,
    wrong: &mut Vec<String>,
) -> io::Result<usize> {
    let scratch = Scratch::new()?;
    anstream::println!("starting redis-servers, nutcracker, keyhome proxy and a Redis Cluster ...");
    let nutcracker = BehindNutcracker::start(&scratch, 5)?;
    let cluster = InCluster::start(&scratch)?;
    let proxied = Some(Proxied { scratch: &scratch, program });
    let servers = nutcracker.servers();
    let plain = (1..).zip(plain).map(|(database, client)| Through::new(client, servers, database, proxied));
    let own = clients.iter_mut().filter(|client| is_shown(client.name()));
    let own = (3..).zip(own).map(|(database, client)| Through::new(client, servers, database, None));
    let through: Vec<Through<'_, &mut Client>> = plain.chain(own).collect();
    let witnesses: Vec<&dyn Witness> = doors
        .iter()
        .map(|door| -> &dyn Witness { door.as_ref() })
        .chain(through.iter().map(|one| -> &dyn Witness { one }))
        .collect();
    anstream::println!(
        "asking {} doors where {KEYS} keys of each pool are, and where they are ...\n",
        witnesses.len()
    );
    let behind = format!("behind nutcracker {}", Nutcracker::version()?);
    let clustered = format!("in a Redis Cluster of redis-servers {}", nutcracker.version()?);
    let mut sections = Vec::new();
    let mut section = |real: &dyn Witness, title: String, pool: &Pool, seed: u64| {
        let keys = &keys::make(seed, KEYS);
        let Asked::Answered(holders) = real.homes(pool, keys) else {
            panic!("{} takes no such pool:\n{}", real.name(), pool.text())
        };
        let said: Vec<_> = (0..)
            .zip(&witnesses)
            .map(|(number, witness)| {
                let said = ask(*witness, &title, pool, keys, &holders, wrong);
                assert!(said.is_some() || number >= doors.len(), "{} is not asked", witness.name());
                said
            })
            .collect();
        let shown = SHOWN.iter().map(|shown| {
            let at = keys.iter().position(|key| key.0 == shown.as_bytes()).expect("one of the keys");
            let home = |said: &Option<(Vec<Home>, usize)>| {
                said.as_ref().map(|(homes, _)| (homes[at].clone(), homes[at] == holders[at]))
            };
            said.iter().map(home).collect()
        });
        let right = said.iter().map(|said| said.as_ref().map(|said| said.1)).collect();
        sections.push(Section { shown: shown.collect(), right, title });
    };
    for (seed, plan) in (1..).zip(PLANS) {
        let pool = nutcracker.place(&plan.pool()).expect("a pool of nutcracker's");
        section(&nutcracker, format!("{}: {}, {behind}", plan.name, plan.about()), &pool, seed);
    }
    section(&cluster, format!("crc16 slots tag {{}}, {clustered}"), &cluster.pool(), 0);
    print(&witnesses, &sections);
    Ok(KEYS * sections.iter().flat_map(|section| &section.right).flatten().count())
}

/// The clients of many servers that the table has; what they and the others write is read by all of them below it.
fn is_shown(client: &str) -> bool {
    ["ioredis native", "redis-py sync"].contains(&client)
}

/// Where a witness says that keys are, and how many are there. A key that is not found on exactly one server is where
/// nobody says.
fn ask(
    witness: &dyn Witness,
    title: &str,
    pool: &Pool,
    keys: &[Key],
    holders: &[Home],
    wrong: &mut Vec<String>,
) -> Option<(Vec<Home>, usize)> {
    let homes = match witness.homes(pool, keys) {
        Asked::Answered(homes) => homes,
        Asked::NotHere(_) => return None,
        Asked::Refused(refusal) => panic!("{} gives no homes in {title}: {refusal:?}", witness.name()),
    };
    assert_eq!((homes.len(), holders.len()), (keys.len(), keys.len()), "a home for each key");
    let mut right = 0;
    for ((key, home), holder) in keys.iter().zip(&homes).zip(holders) {
        if home == holder && home.is_ok() {
            right += 1;
        } else {
            let (said, found) = (shown(home), shown(holder));
            wrong.push(format!(
                "{title}, key {}: {} says {said}; the servers say {found}",
                to_hex(&key.0),
                witness.name()
            ));
        }
    }
    Some((homes, right))
}

/// What stands above a column, in two lines: whose it is, and which.
fn heading(name: &str) -> (&str, &str) {
    match name {
        "ioredis native" => ("Sharded", "Node"),
        "redis-py sync" => ("Sharded", "Python"),
        name => name.split_once(' ').unwrap_or(("", name)),
    }
}

/// A table of less than 100 columns.
fn print(witnesses: &[&dyn Witness], sections: &[Section]) {
    let names: Vec<(&str, &str)> = witnesses.iter().map(|witness| heading(witness.name())).collect();
    let number = KEYS.to_string().len();
    let widths: Vec<usize> =
        names.iter().map(|(above, name)| number.max(above.len()).max(name.len())).collect();
    let all = format!("all {KEYS} keys");
    let first = all.len();
    let bold = Style::new().bold();
    let cells = |texts: &mut dyn Iterator<Item = &str>| -> String {
        texts.zip(&widths).map(|(text, width)| format!("  {text:>width$}")).collect()
    };
    let line = |title: &str, cells: &mut dyn Iterator<Item = Option<(String, bool)>>| {
        let cells = cells.zip(&widths).map(|(cell, width)| {
            let Some((text, right)) = cell else { return format!("  {:>width$}", "-") };
            let style = if right { AnsiColor::Green } else { AnsiColor::Red }.on_default();
            format!("  {style}{text:>width$}{style:#}")
        });
        anstream::println!("{title:<first$}{}", cells.collect::<String>());
    };
    anstream::println!("{bold}{:<first$}{}{bold:#}", "", cells(&mut names.iter().map(|name| name.0)));
    anstream::println!("{bold}{:<first$}{}{bold:#}", "key", cells(&mut names.iter().map(|name| name.1)));
    for Section { title, shown: rows, right } in sections {
        anstream::println!("{title}");
        for (key, row) in SHOWN.iter().zip(rows) {
            let place = |(home, right): &(Home, bool)| {
                (home.as_ref().map_or_else(|_| "none".to_owned(), |index| (index + 1).to_string()), *right)
            };
            line(key, &mut row.iter().map(|cell| cell.as_ref().map(place)));
        }
        line(&all, &mut right.iter().map(|right| right.map(|right| (right.to_string(), right == KEYS))));
    }
    anstream::println!(
        "\nEach key with the number of its server: where the doors say, and where it really is when ioredis and\n\
         redis-py write it through keyhome proxy, or ShardedRedis of Node and Python. The last line of each pool:\n\
         how many of {KEYS} keys are where nutcracker, or the cluster, has put them."
    );
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
        let mut right = |holders: &[Home]| ask(&RustDoor, "p", &pool, &keys, holders, &mut wrong).unwrap().1;
        assert_eq!(right(&holders), 100);
        holders[7] = Err("on two servers".to_owned());
        holders[9] = Ok(holders[9].clone().unwrap() + 1);
        assert_eq!(right(&holders), 98);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].ends_with("the servers say on two servers"), "{wrong:?}");
    }
}
