//! A small world in which replica choice can be watched: clients that read through [`ReplicaSet`]s, servers that queue,
//! slow down, stall and fail, and a clock that only moves from event to event.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

use keyhome::ReplicaSet;
use serde_json::Value;

use crate::{
    dice::Dice,
    traces::{Step, Subject, replica::Call},
};

/// A client waits so long for a reply.
pub const TIMEOUT: u64 = 1_000_000;

/// One second.
pub const SECOND: u64 = 1_000_000;

/// How a server behaves. Times are in microseconds.
#[derive(Debug, Clone)]
pub struct Server {
    /// There and back.
    pub network: u64,
    /// For one request, one after the other, a fifth more or less.
    pub service: u64,
    /// It takes so many times as long then.
    pub slow: (Range<u64>, u64),
    /// It answers nothing then, and what it was asked afterwards.
    pub stalled: Range<u64>,
    /// Connections are refused then.
    pub refusing: Range<u64>,
    busy_until: u64,
}

impl Server {
    /// One that is well.
    pub fn new(network: u64, service: u64) -> Self {
        Self { network, service, slow: (0..0, 1), stalled: 0..0, refusing: 0..0, busy_until: 0 }
    }

    /// When it is over and whether it was a reply.
    fn ask(&mut self, now: u64, dice: &mut Dice) -> (u64, bool) {
        if self.refusing.contains(&now) {
            return (now + self.network, false);
        }
        let mut service = self.service * (80 + dice.below(41) as u64) / 100;
        if self.slow.0.contains(&now) {
            service *= self.slow.1;
        }
        let mut start = self.busy_until.max(now);
        if self.stalled.contains(&start) {
            start = self.stalled.end;
        }
        self.busy_until = start + service;
        let over = self.busy_until + self.network;
        if over > now + TIMEOUT { (now + TIMEOUT, false) } else { (over, true) }
    }
}

/// When, in which order, which client, which endpoint, sent when, whether it replies.
type Pending = (u64, u64, usize, usize, u64, bool);

/// Clients and servers.
#[derive(Debug)]
pub struct World {
    /// Who reads.
    pub clients: Vec<ReplicaSet>,
    /// Who is read from: the endpoints of the node, in order.
    pub servers: Vec<Server>,
    /// Microseconds.
    pub now: u64,
    /// Requests by endpoint since they were last taken.
    pub asked: Vec<u64>,
    /// How long replies took since they were last taken.
    pub latencies: Vec<u64>,
    /// Requests without a reply since then.
    pub failed: u64,
    /// The calls of the first client.
    pub log: Vec<Step<Call>>,
    /// Dice.
    pub(crate) dice: Dice,
    pending: BinaryHeap<Reverse<Pending>>,
    sequence: u64,
}

impl World {
    /// Starts at one second, so that no time is 0.
    pub fn new(clients: Vec<ReplicaSet>, servers: Vec<Server>, seed: u64) -> Self {
        let asked = vec![0; servers.len()];
        Self {
            clients,
            servers,
            now: SECOND,
            asked,
            latencies: vec![],
            failed: 0,
            log: vec![],
            dice: Dice::new(seed),
            pending: BinaryHeap::new(),
            sequence: 0,
        }
    }

    /// A call of a client.
    pub fn call(&mut self, client: usize, call: Call) -> Value {
        let gives = self.clients[client].perform(&call);
        if client == 0 {
            self.log.push(Step { call, gives: gives.clone() });
        }
        gives
    }

    /// Any client reads; `None` if nothing is up.
    pub fn read(&mut self) -> Option<usize> {
        let client = self.dice.below(self.clients.len());
        // What every language can hold.
        let dice = self.dice.number() >> 11;
        let call = Call::Choose { dice, now: self.now };
        self.send(client, call)
    }

    /// A client reads by that call.
    pub fn send(&mut self, client: usize, choose: Call) -> Option<usize> {
        let endpoint = self.call(client, choose).as_u64()? as usize;
        self.call(client, Call::Sent { endpoint, now: self.now });
        self.asked[endpoint] += 1;
        let (over, replies) = self.servers[endpoint].ask(self.now, &mut self.dice);
        self.pending.push(Reverse((over, self.sequence, client, endpoint, self.now, replies)));
        self.sequence += 1;
        Some(endpoint)
    }

    /// Time passes, and what is over by then is reported.
    pub fn pass(&mut self, time: u64) {
        let until = self.now + time;
        while let Some(&Reverse((over, _, client, endpoint, sent_at, replies))) = self.pending.peek() {
            if over > until {
                break;
            }
            self.pending.pop();
            self.now = over;
            if replies {
                let latency = over - sent_at;
                self.latencies.push(latency);
                self.call(client, Call::Done { endpoint, latency, now: over });
            } else {
                self.failed += 1;
                self.call(client, Call::Failed { endpoint, now: over });
            }
        }
        self.now = until;
    }

    /// Endpoints have moved: what is in flight is reported under the new places.
    pub fn moved(&mut self, places: &[Option<usize>]) {
        let pending = std::mem::take(&mut self.pending).into_iter();
        self.pending = pending
            .filter_map(|Reverse((over, sequence, client, endpoint, sent_at, replies))| {
                Some(Reverse((over, sequence, client, places[endpoint]?, sent_at, replies)))
            })
            .collect();
    }

    /// So many reads a second for so long; the share of each endpoint in that time, in percent.
    pub fn run(&mut self, seconds: f64, rate: u64) -> Vec<f64> {
        self.asked.fill(0);
        self.latencies.clear();
        self.failed = 0;
        let until = self.now + (seconds * SECOND as f64) as u64;
        while self.now < until {
            self.read();
            // Not in step with anything: half to one and a half times the mean.
            let mean = SECOND / rate;
            let gap = mean / 2 + self.dice.below(mean as usize + 1) as u64;
            self.pass(gap);
            self.log.clear();
        }
        let all: u64 = self.asked.iter().sum();
        self.asked.iter().map(|asked| *asked as f64 * 100.0 / all as f64).collect()
    }

    /// The latency below which so many percent of the replies were.
    pub fn percentile(&mut self, percent: usize) -> u64 {
        self.latencies.sort_unstable();
        self.latencies[(self.latencies.len() - 1) * percent / 100]
    }
}
