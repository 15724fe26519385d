//! The proof: all doors are asked for the same things, and real servers beside them.

mod arcs;
mod clients;
pub(crate) mod decisions;
mod disagreement;
mod every_way;
mod failures;
mod hot_keys;
mod shrink;

pub use clients::ClientScore;
pub use disagreement::{About, Disagreement, compare};

use std::{io, thread, time::Instant};

use keyhome_live::{Nutcracker, Scratch};

use crate::{
    cases::Key,
    commands, contract,
    door::{Asked, Door, Witness},
    doors::RustDoor,
    keys,
    pool::{self, Pool},
    real::{BehindNutcracker, InCluster},
    tally::Count,
    traces::{self, Run},
};
use every_way::EveryWay;

/// Random pools; every hash and distribution of twemproxy is among them.
const POOLS: usize = 50;

/// Random keys, all of which are asked for in every pool.
const KEYS: usize = 100_000;

/// How many of them are asked for in every way that a door has, in every pool: other ones each time.
const EVERY_WAY: usize = 5_000;

/// How many of them are written through nutcracker in each pool that it has, and into a Redis Cluster.
const WRITTEN: usize = 10_000;

/// Random runs beside the recorded ones: so many times as many.
const RUNS: u64 = 4;

/// Random commands.
const COMMANDS: usize = 20_000;

/// As many as the largest pool has.
const SERVERS: usize = 12;

/// What one door was asked and has answered as all others did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    /// Who.
    pub name: String,
    /// Cases of the contract.
    pub contract: Count,
    /// Homes of keys in random pools.
    pub homes: usize,
    /// The same, after nodes were taken away.
    pub without: usize,
    /// Homes that were asked for in every way.
    pub every_way: usize,
    /// Entries of arcs.
    pub arcs: usize,
    /// Homes of keys that real servers hold.
    pub beside: usize,
    /// Slots.
    pub slots: usize,
    /// Decisions of runs that were played again: health, replica choice, hot keys, copies.
    pub replayed: usize,
    /// Random commands whose keys and route were asked for.
    pub commands: usize,
}

/// The part of the proof that writes: through the proxy, and through the clients of many servers.
pub fn only_clients(seed: u64) -> Result<Vec<ClientScore>, Disagreement> {
    let doors: [Box<dyn Door>; 1] = [Box::new(RustDoor)];
    clients::prove(&doors, seed, Instant::now()).unwrap_or_else(|error| panic!("the real servers: {error}"))
}

/// The proof under way.
pub struct Proof<'d> {
    doors: &'d [Box<dyn Door>],
    scores: Vec<Score>,
    seed: u64,
    start: Instant,
}

impl<'d> Proof<'d> {
    /// Nothing asked yet. The seed says which pools and keys there will be.
    pub fn new(doors: &'d [Box<dyn Door>], seed: u64) -> Self {
        let scores = doors.iter().map(|door| Score { name: door.name().to_owned(), ..Score::default() });
        Self { doors, scores: scores.collect(), seed, start: Instant::now() }
    }

    /// Everything. What each door and each client has answered, if all agree.
    pub fn run(mut self) -> Result<(Vec<Score>, Vec<ClientScore>), Disagreement> {
        self.contract();
        self.decisions()?;
        let (doors, seed, start) = (self.doors, self.seed, self.start);
        // The clients wait for servers most of the time.
        thread::scope(|scope| {
            let clients = scope.spawn(move || clients::prove(doors, seed, start));
            let pools = pool::random(self.seed, POOLS);
            let keys = keys::with_empty(self.seed, KEYS);
            self.random_pools(&pools, &keys)?;
            self.beside(&pools).unwrap_or_else(|error| panic!("the real servers: {error}"))?;
            self.is_whole();
            let clients = clients.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let clients = clients.unwrap_or_else(|error| panic!("the real servers: {error}"))?;
            Ok((self.scores, clients))
        })
    }

    fn say(&self, what: &str) {
        println!("{:6.1} s  {what}", self.start.elapsed().as_secs_f64());
    }

    /// Every case of the contract. A case that goes wrong is named, and ends everything.
    fn contract(&mut self) {
        for (door, score) in self.doors.iter().zip(&mut self.scores) {
            for (_, ask) in contract::FILES {
                let count = ask(door.as_ref());
                score.contract.answered += count.answered;
                score.contract.not_here += count.not_here;
            }
        }
        self.say("the contract is asked");
    }

    /// Runs that are recorded, runs that nobody has seen before, and commands.
    fn decisions(&mut self) -> Result<(), Disagreement> {
        let recorded = traces::recorded();
        for (run, gives) in &recorded {
            assert_eq!(run.play(), *gives, "{}", run.name());
        }
        // Seed 0 gives the recorded ones.
        let seeds =
            (0..RUNS).map(|number| self.seed.wrapping_mul(RUNS).wrapping_add(number) % 0xffff_ffff + 1);
        let random = seeds.flat_map(traces::random);
        let runs: Vec<Run> = recorded.iter().cloned().chain(random).map(|(run, _)| run).collect();
        let counts = decisions::replay(self.doors, &runs)?;
        add(&mut self.scores, &counts, |score| &mut score.replayed);
        self.say(&format!("{} runs, {} of them recorded, {} calls", runs.len(), recorded.len(), counts[0]));
        let commands = commands::random(self.seed, COMMANDS);
        let counts = decisions::commands(self.doors, &commands)?;
        add(&mut self.scores, &counts, |score| &mut score.commands);
        self.say(&format!("{} random commands", counts[0]));
        Ok(())
    }

    fn random_pools(&mut self, pools: &[Pool], keys: &[Key]) -> Result<(), Disagreement> {
        let doors: Vec<&dyn Witness> =
            self.doors.iter().map(|door| -> &dyn Witness { door.as_ref() }).collect();
        let every_way: Vec<EveryWay> = self.doors.iter().map(|door| EveryWay(door.as_ref())).collect();
        let every_way: Vec<&dyn Witness> = every_way.iter().map(|door| -> &dyn Witness { door }).collect();
        for (number, pool) in pools.iter().enumerate() {
            let whole = pool.whole();
            add(&mut self.scores, &compare(&doors, &whole, keys)?, |score| &mut score.homes);
            let part = part(keys, number * EVERY_WAY, EVERY_WAY);
            add(&mut self.scores, &compare(&every_way, &whole, part)?, |score| &mut score.every_way);
            add(&mut self.scores, &arcs::compare(self.doors, &whole)?, |score| &mut score.arcs);
            if !pool.gone.is_empty() {
                add(&mut self.scores, &arcs::compare(self.doors, pool)?, |score| &mut score.arcs);
                add(&mut self.scores, &compare(&doors, pool, keys)?, |score| &mut score.without);
                add(&mut self.scores, &compare(&every_way, pool, part)?, |score| &mut score.every_way);
            }
            if (number + 1) % 10 == 0 {
                self.say(&format!("{} of {POOLS} random pools, {} keys in each", number + 1, keys.len()));
            }
        }
        Ok(())
    }

    /// Real servers beside the doors.
    fn beside(&mut self, pools: &[Pool]) -> io::Result<Result<(), Disagreement>> {
        let scratch = Scratch::new()?;
        let nutcracker = BehindNutcracker::start(&scratch, SERVERS)?;
        let cluster = InCluster::start(&scratch)?;
        let placed: Vec<Pool> = pools.iter().filter_map(|pool| nutcracker.place(&pool.whole())).collect();
        let keys = keys::make(self.seed, KEYS);
        for (number, pool) in placed.iter().enumerate() {
            let part = part(&keys, number * WRITTEN, WRITTEN);
            if let Err(disagreement) = self.beside_one(&nutcracker, pool, part) {
                return Ok(Err(disagreement));
            }
        }
        let version = Nutcracker::version()?;
        self.say(&format!(
            "{} of the pools behind nutcracker {version}, {WRITTEN} keys in each",
            placed.len()
        ));
        if let Err(disagreement) = self.beside_one(&cluster, &cluster.pool(), &keys[..WRITTEN]) {
            return Ok(Err(disagreement));
        }
        let real = cluster.slots(&keys)?;
        for (door, score) in self.doors.iter().zip(&mut self.scores) {
            let Asked::Answered(slots) = door.slots(&keys) else { panic!("{} gives no slots", door.name()) };
            if let Some(at) = (0..keys.len()).find(|&at| slots.get(at) != Some(&real[at])) {
                let said = [(door.name(), slots[at]), ("CLUSTER KEYSLOT", real[at])];
                return Ok(Err(Disagreement::of_slots(&keys[at], &said)));
            }
            score.slots += slots.len();
        }
        let version = nutcracker.version()?;
        self.say(&format!("a cluster of redis-servers {version}: {WRITTEN} keys, {} slots", keys.len()));
        Ok(Ok(()))
    }

    /// The servers come first: what they say is true.
    fn beside_one(&mut self, real: &dyn Witness, pool: &Pool, keys: &[Key]) -> Result<(), Disagreement> {
        let doors = self.doors.iter().map(|door| -> &dyn Witness { door.as_ref() });
        let all: Vec<&dyn Witness> = std::iter::once(real).chain(doors).collect();
        let counts = compare(&all, pool, keys)?;
        assert_eq!(
            counts[0],
            keys.len(),
            "{} has not shown where the keys are:\n{}",
            real.name(),
            pool.text()
        );
        add(&mut self.scores, &counts[1..], |score| &mut score.beside);
        Ok(())
    }

    /// No door may be missing, in part or in whole. Only the command has something that it cannot be asked.
    fn is_whole(&self) {
        let [first, rest @ ..] = self.scores.as_slice() else { panic!("no door") };
        let cases = |score: &Score| score.contract.answered + score.contract.not_here;
        assert_eq!(first.homes, POOLS * KEYS);
        assert!(first.without >= KEYS && first.every_way >= POOLS * EVERY_WAY && first.slots == KEYS);
        assert!(first.arcs >= 100 * POOLS, "{} entries of arcs", first.arcs);
        assert!(first.replayed >= 60_000, "{} decisions", first.replayed);
        assert_eq!(first.commands, COMMANDS);
        assert!(first.beside >= 20 * WRITTEN, "every hash and distribution of twemproxy, and a cluster");
        for score in rest {
            assert_eq!(cases(score), cases(first), "{}", score.name);
            let same = |score: &Score| (score.homes, score.beside, score.slots);
            assert_eq!(same(score), same(first), "{}", score.name);
            if score.name == "command" {
                assert!(score.every_way >= POOLS * EVERY_WAY, "{}", score.name);
                // It keeps nothing from one call to the next, knows nothing of commands, and draws nothing.
                assert_eq!((score.replayed, score.commands, score.arcs), (0, 0, 0));
            } else {
                assert_eq!(score.contract, first.contract, "{}", score.name);
                assert_eq!(
                    (score.without, score.every_way, score.arcs, score.replayed, score.commands),
                    (first.without, first.every_way, first.arcs, first.replayed, first.commands),
                    "{}",
                    score.name
                );
            }
        }
    }
}

/// `count` keys from a place on, or from the start where there are not so many.
fn part(keys: &[Key], from: usize, count: usize) -> &[Key] {
    let from = from % (keys.len() - count + 1);
    &keys[from..from + count]
}

fn add(scores: &mut [Score], counts: &[usize], of: impl Fn(&mut Score) -> &mut usize) {
    assert_eq!(scores.len(), counts.len());
    scores.iter_mut().zip(counts).for_each(|(score, count)| *of(score) += count);
}
