//! Makes the recorded runs: small worlds in which dice decide, so that they are the same each time.

use keyhome::{OnFailure, ReadFrom};
use serde_json::Value;

use super::{
    Step, Subject, health, line,
    replica::{self, NodeText, ReplicaText},
};
use crate::{
    dice::Dice,
    world::{SECOND, Server, World},
};

/// Requests in each run of health.
const REQUESTS: usize = 80;

/// Reads in each run of replica choice.
const READS: usize = 110;

/// The first of the seeds of a file's runs, so that no two of them are one.
pub(super) fn far(seed: u64) -> u64 {
    seed << 32
}

/// Every mode with limits 0 to 3, and a pool that never ejects.
pub(super) fn health(seed: u64) -> String {
    let mut out = String::new();
    let mut seed = far(seed) + 1;
    let mut run = |on_failure: OnFailure, auto_eject_hosts, limit: u32, retry, nodes| {
        let header = health::Header {
            trace: "health".to_owned(),
            name: format!("{}, limit {limit}, {retry} ms, {nodes} nodes", on_failure.word()),
            rules: health::RulesText {
                on_failure: on_failure.word().to_owned(),
                auto_eject_hosts,
                server_failure_limit: limit,
                server_retry_timeout: retry,
            },
            nodes,
        };
        line(&mut out, &header);
        let run = HealthRun {
            health: header.health(),
            rules: header.rules,
            well: (0..nodes).map(|number| (format!("n{number}"), true)).collect(),
            steps: vec![],
            dice: Dice::new(seed),
            now: 1_000_000,
        };
        for step in run.record() {
            line(&mut out, &step);
        }
        seed += 1;
    };
    for on_failure in OnFailure::ALL {
        for (limit, retry, nodes) in [(0, 700, 3), (1, 1500, 2), (2, 1500, 3), (3, 400, 5)] {
            run(*on_failure, true, limit, retry, nodes);
        }
        run(*on_failure, true, 1, 0, 2);
        run(*on_failure, true, 2, 1000, 1);
    }
    run(OnFailure::Remap, false, 1, 1000, 3);
    out
}

struct HealthRun {
    health: keyhome::Health,
    rules: health::RulesText,
    /// The names of the servers, and whether each is well.
    well: Vec<(String, bool)>,
    steps: Vec<Step<health::Call>>,
    dice: Dice,
    now: u64,
}

impl HealthRun {
    fn call(&mut self, call: health::Call) -> Value {
        let gives = self.health.perform(&call);
        self.steps.push(Step { call, gives: gives.clone() });
        gives
    }

    fn report(&mut self, index: usize, outcome: &str) {
        self.call(health::Call::Report { index, outcome: outcome.to_owned(), now: self.now });
    }

    /// Servers die and recover, one or all of them; requests find out. Now and then the pool is reloaded.
    fn record(mut self) -> Vec<Step<health::Call>> {
        for request in 0..REQUESTS {
            self.now += 1 + self.dice.below(300_000) as u64;
            if self.dice.once_in(8) {
                let index = self.dice.below(self.well.len());
                self.well[index].1 ^= true;
            }
            if self.dice.once_in(40) {
                self.well.iter_mut().for_each(|(_, well)| *well = false);
            }
            if self.dice.once_in(12) {
                self.reload();
            }
            let live = self.call(health::Call::Update { now: self.now });
            if live == "changed" {
                self.call(health::Call::Gone {});
            }
            if live != "empty" {
                self.request();
            }
            self.checks();
            if self.dice.once_in(6) {
                self.look(self.well.len());
            }
            if request % 10 == 9 {
                self.call(health::Call::TakeEvents {});
            }
        }
        let beyond = self.well.len();
        self.call(health::Call::Admit { index: beyond, now: self.now });
        self.report(beyond + 3, "failure");
        let names = self.names();
        self.reloaded(names[1..].to_vec(), names);
        self.steps
    }

    fn names(&self) -> Vec<String> {
        self.well.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Some go, some come, and those that stay have other places; now and then the rules are others too.
    fn reload(&mut self) {
        let old = self.names();
        self.call(health::Call::TakeEvents {});
        if self.well.len() > 1 && self.dice.once_in(2) {
            let index = self.dice.below(self.well.len());
            self.well.remove(index);
        }
        let name = format!("n{}", self.dice.below(9));
        if !self.well.iter().any(|(other, _)| *other == name) {
            let index = self.dice.below(self.well.len() + 1);
            self.well.insert(index, (name, true));
        }
        if self.dice.once_in(3) {
            let on_failure = self.dice.one_of(OnFailure::WORDS);
            self.rules.on_failure = on_failure.to_owned();
            self.rules.auto_eject_hosts = !self.dice.once_in(6);
            self.rules.server_failure_limit = 1 + self.dice.below(2) as u32;
        }
        self.reloaded(old, self.names());
        self.call(health::Call::Live {});
    }

    fn reloaded(&mut self, old: Vec<String>, new: Vec<String>) {
        self.call(health::Call::Reloaded { rules: self.rules.clone(), old, new, now: self.now });
    }

    fn request(&mut self) {
        // Some are late: they meet a node that is out by now.
        let live: Vec<usize> = (0..self.well.len()).filter(|index| self.health.is_live(*index)).collect();
        let index = if live.is_empty() || self.dice.once_in(5) {
            self.dice.below(self.well.len())
        } else {
            self.dice.one_of(&live)
        };
        if self.call(health::Call::Admit { index, now: self.now }).is_null() {
            self.now += 1 + self.dice.below(2000) as u64;
            // One connection in ten is closed while its server is well, and one reply in six was under way before.
            let replies = if self.well[index].1 { !self.dice.once_in(10) } else { self.dice.once_in(6) };
            self.report(index, if replies { "reply" } else { "failure" });
        }
    }

    fn checks(&mut self) {
        let due = self.call(health::Call::DueChecks { now: self.now });
        for index in due.as_array().into_iter().flatten().filter_map(Value::as_u64) {
            // One in five is never heard of again.
            if !self.dice.once_in(5) {
                self.now += self.dice.below(1000) as u64;
                self.check(index as usize);
            }
        }
        if self.dice.once_in(25) {
            let index = self.dice.below(self.well.len());
            self.check(index);
        }
    }

    fn check(&mut self, index: usize) {
        self.report(index, if self.well[index].1 { "check_passed" } else { "check_failed" });
    }

    fn look(&mut self, nodes: usize) {
        let index = self.dice.below(nodes + 1);
        let looks = [
            health::Call::Gone {},
            health::Call::Live {},
            health::Call::IsLive { index },
            health::Call::IsAllGone {},
            health::Call::NextCheck {},
        ];
        let look = self.dice.one_of(&looks);
        self.call(look);
    }
}

/// Every policy, in one zone and in three.
pub(super) fn replica(seed: u64) -> String {
    let mut out = String::new();
    for (number, read_from) in (far(seed)..).zip(ReadFrom::ALL) {
        for zone in [None, Some("a".to_owned())] {
            let header = replica::Header {
                trace: "replica".to_owned(),
                name: format!("{}, {}", read_from.word(), if zone.is_some() { "zones" } else { "no zone" }),
                read_from: read_from.word().to_owned(),
                node: node(zone.is_some()),
                zone,
            };
            line(&mut out, &header);
            for step in record_replica(&header, number) {
                line(&mut out, &step);
            }
        }
    }
    out
}

fn node(zones: bool) -> NodeText {
    let replica = |number: usize, zone: Option<&str>| ReplicaText {
        address: format!("10.0.0.{number}:6379"),
        zone: zone.map(str::to_owned),
    };
    let replicas = if zones {
        vec![replica(2, Some("a")), replica(3, Some("b")), replica(4, Some("a")), replica(5, None)]
    } else {
        vec![replica(2, None), replica(3, None)]
    };
    NodeText {
        name: "redis-1".to_owned(),
        address: "10.0.0.1:6379".to_owned(),
        zone: zones.then(|| "b".to_owned()),
        replicas,
    }
}

/// One endpoint is slow, one stalls, one refuses; some are taken down, and the topology changes on the way.
fn record_replica(header: &replica::Header, seed: u64) -> Vec<Step<replica::Call>> {
    let count = header.node.endpoints().len();
    let mut servers: Vec<Server> = (0..=count).map(|n| Server::new(100 + 50 * n as u64, 300)).collect();
    servers[count - 1].slow = (0..u64::MAX, 8);
    servers[0].stalled = 2 * SECOND..3 * SECOND;
    servers[1].refusing = 4 * SECOND..5 * SECOND;
    let mut world = World::new(vec![header.replica_set()], servers, seed + 100);
    world.call(0, replica::Call::Count {});
    for read in 0..READS {
        let dice = world.dice.number() >> 11;
        let now = world.now;
        let choose = if world.dice.once_in(9) {
            let read_from = world.dice.one_of(ReadFrom::WORDS).to_owned();
            replica::Call::ChooseFrom { read_from, dice, now }
        } else {
            replica::Call::Choose { dice, now }
        };
        world.send(0, choose);
        let endpoint = world.dice.below(count + 1);
        match world.dice.below(12) {
            0 => _ = world.call(0, replica::Call::SetUp { endpoint, up: false }),
            1..4 => _ = world.call(0, replica::Call::SetUp { endpoint, up: true }),
            4 => _ = world.call(0, replica::Call::InFlight { endpoint }),
            5 => _ = world.call(0, replica::Call::Latency { endpoint }),
            6 => _ = world.call(0, replica::Call::IsUp { endpoint }),
            7 => {
                // A write: it counts as load only.
                world.call(0, replica::Call::Sent { endpoint, now });
                world.call(0, replica::Call::Released { endpoint, now: now + 150 });
                world.now += 150;
            }
            _ => {}
        }
        if read == READS / 2 {
            fail_over(&mut world, &header.node);
        }
        // Bursts, and pauses between them.
        let gap = if world.dice.once_in(6) { 400_000 } else { 400 };
        let gap = world.dice.below(gap) as u64;
        world.pass(gap);
    }
    world.log
}

/// The first replica is the primary from now on, and a new one is there.
fn fail_over(world: &mut World, node: &NodeText) {
    let mut node = node.clone();
    let first = node.replicas.remove(0);
    let old = ReplicaText { address: node.address, zone: node.zone };
    node = NodeText { name: node.name, address: first.address, zone: first.zone, replicas: node.replicas };
    let new = ReplicaText { address: "10.0.0.9:6379".to_owned(), zone: old.zone.clone() };
    node.replicas.extend([new, old]);
    let places = world.call(0, replica::Call::Replace { node });
    let places: Vec<Option<usize>> = places
        .as_array()
        .into_iter()
        .flatten()
        .map(|place| place.as_u64().map(|place| place as usize))
        .collect();
    world.moved(&places);
    world.asked.resize(world.servers.len(), 0);
}
