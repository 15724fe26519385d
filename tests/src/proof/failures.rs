//! Servers that fail and come back before the proxy and before each client of many servers. Whatever each of them has seen
//! of it, they come to send the same keys to the same servers: those of the router without the servers that are out.

use std::{
    io,
    ops::RangeInclusive,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{RedisServer, Scratch};

use super::{
    POOLS,
    disagreement::{About, Disagreement, named},
};
use crate::{
    at_once,
    cases::Key,
    dice::Dice,
    door::{Asked, Home, Witness},
    doors::{Client, RustDoor},
    keys,
    pool::{self, Pool},
    real::{Through, Writes},
    twin::pool::System,
};

/// How many keys are written after each event.
const KEYS: usize = 300;

/// How many of them each server of a pool has at least, when all are well.
const SOME: usize = KEYS / 30;

/// How many servers a pool has of which two fail.
const NODES: RangeInclusive<usize> = 3..=6;

/// A server is out after its first failure, and tried again soon.
const SETTINGS: [(&str, &str); 4] = [
    ("auto_eject_hosts", "true"),
    ("server_failure_limit", "1"),
    ("server_retry_timeout", "1500"),
    ("timeout", "500"),
];

/// What becomes of a key whose server is out and keeps it.
const OUT: &str = "node.ejected";

/// How long they may take to agree: a busy machine needs a part of it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// `on_failure`
const MODES: [&str; 3] = ["remap", "fail", "probe"];

/// What happens to a server.
#[derive(Debug, Clone, Copy)]
enum Event {
    Killed(usize),
    Started(usize),
    Paused(usize),
    Resumed(usize),
}

/// How many keys each writes at least.
pub(super) const LEAST: usize = MODES.len() * EVENTS * KEYS;

const EVENTS: usize = 6;

/// One server dies, and another one; they come back, empty; then one hangs, and goes on.
fn events(dice: &mut Dice, servers: usize) -> [Event; EVENTS] {
    let first = dice.below(servers);
    let second = (first + 1 + dice.below(servers - 1)) % servers;
    let third = dice.below(servers);
    [
        Event::Killed(first),
        Event::Killed(second),
        Event::Started(first),
        Event::Started(second),
        Event::Paused(third),
        Event::Resumed(third),
    ]
}

/// How many keys each has written, and where all have agreed.
pub(super) fn prove(
    scratch: &Scratch,
    servers: &mut [RedisServer],
    through: &[Through<'_, Client>],
    seed: u64,
) -> io::Result<Result<usize, Disagreement>> {
    let mut dice = Dice::new(seed);
    let fits = |pool: &Pool| NODES.contains(&pool.nodes.len()) && pool.system != System::RedisCluster;
    let mut pools: Vec<Pool> = pool::random(seed, POOLS).into_iter().filter(fits).collect();
    let mut count = 0;
    for mode in MODES {
        let (pool, keys) = loop {
            let pool = pools.swap_remove(dice.below(pools.len()));
            let pool = through[0].place(&pool).expect("there are servers enough");
            let keys = keys::make(dice.number(), KEYS);
            if each_has_keys(&pool, &keys) {
                break (pool, keys);
            }
        };
        let more = SETTINGS.map(|(name, value)| (name, value.to_owned()));
        let more: Vec<_> = std::iter::once(("on_failure", mode.to_owned())).chain(more).collect();
        for one in through {
            one.forget();
            one.serve(&pool, &more)?;
        }
        let mut away = Vec::new();
        for (number, event) in events(&mut dice, pool.nodes.len()).into_iter().enumerate() {
            event.happens(scratch, servers, &mut away)?;
            let after =
                After { mode, number, event, pool: &pool, away: &away, keys: &keys, patience: PATIENCE };
            if let Err(disagreement) = after.all_agree(through) {
                return Ok(Err(disagreement));
            }
            count += KEYS;
        }
    }
    Ok(Ok(count))
}

/// Whether each server has some of the keys: that one fails is noticed by who asks it, and where servers have weights the others
/// have other keys then.
fn each_has_keys(pool: &Pool, keys: &[Key]) -> bool {
    let Asked::Answered(homes) = RustDoor.homes(pool, keys) else { panic!("{}", pool.text()) };
    let of = |index: usize| homes.iter().filter(|home| **home == Ok(index)).count();
    (0..pool.nodes.len()).all(|index| of(index) >= SOME)
}

impl Event {
    /// It happens, and those that are `away` are others.
    fn happens(
        self,
        scratch: &Scratch,
        servers: &mut [RedisServer],
        away: &mut Vec<usize>,
    ) -> io::Result<()> {
        match self {
            Self::Killed(index) => servers[index].kill()?,
            Self::Started(index) => servers[index].start_again(scratch)?,
            Self::Paused(index) => servers[index].pause()?,
            Self::Resumed(index) => servers[index].resume()?,
        }
        match self {
            Self::Killed(index) | Self::Paused(index) => away.push(index),
            Self::Started(index) | Self::Resumed(index) => away.retain(|gone| *gone != index),
        }
        away.sort_unstable();
        Ok(())
    }
}

/// The world after an event.
struct After<'a> {
    mode: &'static str,
    number: usize,
    event: Event,
    pool: &'a Pool,
    away: &'a [usize],
    keys: &'a [Key],
    patience: Duration,
}

impl After<'_> {
    /// All at once.
    fn all_agree(&self, through: &[Through<'_, Client>]) -> Result<(), Disagreement> {
        let wanted = self.homes();
        at_once::each(through, |one| self.agrees(one, &wanted)).into_iter().collect()
    }

    /// Where keys are to be, by the first door: without those that are away; or where they always are, but not now.
    fn homes(&self) -> Vec<Home> {
        let keeps = self.mode == "fail";
        let gone = if keeps { vec![] } else { self.away.to_vec() };
        let pool = Pool { gone, ..self.pool.clone() };
        let Asked::Answered(homes) = RustDoor.homes(&pool, self.keys) else { panic!("{}", pool.text()) };
        let out = |home: &Home| home.as_ref().is_ok_and(|index| self.away.contains(index));
        let refused = |home| if out(&home) { Err(OUT.to_owned()) } else { home };
        homes.into_iter().map(refused).collect()
    }

    /// Writes until every key is where it is to be: what a client notices of a failure are errors, and it takes its time
    /// until a server is tried again.
    fn agrees<C: Writes>(&self, one: &Through<'_, C>, wanted: &[Home]) -> Result<(), Disagreement> {
        let start = Instant::now();
        for attempt in 0.. {
            let value = format!("{} {} {attempt}", self.mode, self.number);
            let homes = one.write(self.pool, self.keys, &value, self.away);
            let homes = homes.unwrap_or_else(|error| panic!("{}: {error}", one.name()));
            // Of a server that is out, the proxy says what twemproxy says.
            let same = |home: &Home| match home {
                Err(text) if text == "Connection refused" => Err(OUT.to_owned()),
                home => home.clone(),
            };
            let homes: Vec<Home> = homes.iter().map(same).collect();
            if homes == wanted {
                return Ok(());
            }
            if start.elapsed() > self.patience {
                return Err(self.disagreement(one.name(), wanted, &homes));
            }
            thread::sleep(PAUSE);
        }
        unreachable!("it has agreed, or not in time")
    }

    /// With the shortest key that shows it.
    fn disagreement(&self, name: &str, wanted: &[Home], homes: &[Home]) -> Disagreement {
        let differ = (0..wanted.len()).filter(|&at| wanted[at] != homes[at]);
        let at = differ.min_by_key(|&at| self.keys[at].0.len()).expect("they differ");
        let said = [("rust", &wanted[at]), (name, &homes[at])];
        Disagreement {
            about: About::Home(
                self.keys[at].clone(),
                Box::new(Pool { gone: self.away.to_vec(), ..self.pool.clone() }),
            ),
            said: said.map(|(who, home)| (who.to_owned(), named(self.pool, home))).into(),
            note: format!(
                "on_failure is {}; still so {} s after event {}, {:?}\n",
                self.mode,
                self.patience.as_secs(),
                self.number,
                self.event
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        doors::CommandDoor,
        pool::{Form, Node},
        real::{Bare, Proxied},
    };

    #[test]
    fn who_does_not_come_to_agree_is_shown_by_the_shortest_key() {
        let scratch = Scratch::new().unwrap();
        let servers: Vec<_> = (0..3).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let command = CommandDoor::new();
        let proxied = Some(Proxied { scratch: &scratch, program: command.program() });
        let one = Through::new(Bare::default(), &servers, 0, proxied);
        let system = System::Vnodes { vnodes: 160 };
        // Named, so that the ports are not in the ring and the same keys live on each server every time.
        let node = |(server, name): (&RedisServer, &str)| Node {
            name: Some(name.to_owned()),
            ..Node::new(server.address())
        };
        let nodes = servers.iter().zip(["a", "b", "c"]).map(node).collect();
        let pool = Pool { form: Form::Config, system, nodes, gone: vec![] };
        one.serve(&pool, &[]).unwrap();
        let keys = keys::make(3, 200);
        let (mode, event, patience) = ("remap", Event::Resumed(1), Duration::ZERO);
        let after = |away| After { mode, number: 0, event, pool: &pool, away, keys: &keys, patience };
        after(&[]).agrees(&one, &after(&[]).homes()).unwrap();
        // All servers are well, and so the proxy takes none out.
        let wrong = after(&[1]);
        let disagreement = wrong.agrees(&one, &wrong.homes()).unwrap_err();
        let About::Home(key, shown) = &disagreement.about else { panic!("{disagreement}") };
        assert_eq!((key.0.len(), &*shown.gone), (1, [1].as_slice()), "{disagreement}");
        assert!(disagreement.to_string().contains("on_failure is remap"), "{disagreement}");
    }
}
