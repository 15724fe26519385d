//! What is to be done to servers and proxy, and when: from a seed, and nothing else.

use std::time::Duration;

use super::history::Target;
use crate::dice::Dice;

/// How many servers there are.
pub const SERVERS: usize = 6;

/// Those from this one on are asked through a [relay](super::relay::Relay), the others directly.
pub const FIRST_RELAYED: usize = 3;

/// A harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// SIGKILL; later it is started again. A server is empty then.
    Kill,
    /// SIGSTOP, and later SIGCONT.
    Pause,
    /// What goes to and fro is late by so much.
    Delay(Duration),
    /// All connections end at once, whatever is under way.
    Cut,
    /// The proxy reads another config that puts all keys where they were.
    Reload,
}

impl Harm {
    /// What was done.
    pub fn done(self) -> &'static str {
        match self {
            Self::Kill => "killed, restarted",
            Self::Pause => "paused, resumed",
            Self::Delay(delay) if delay < LONG => "latency, short",
            Self::Delay(_) => "latency, over timeout",
            Self::Cut => "connections cut",
            Self::Reload => "reloaded",
        }
    }
}

/// There and back, and twice as late as that, replies are in time.
const SHORT: Duration = Duration::from_millis(60);
/// Longer than the timeout: replies come when nobody waits for them any more.
const LONG: Duration = Duration::from_millis(500);

/// A harm that is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// How long after the one before it is over.
    pub pause: Duration,
    /// To whom.
    pub target: Target,
    /// What.
    pub harm: Harm,
    /// How long it lasts.
    pub hold: Duration,
}

/// A row of harms, one after the other. Several rows are done at one time, each with targets of its own.
fn lane(dice: &mut Dice, length: Duration, targets: &[Target], harms: &[Harm]) -> Vec<Planned> {
    let mut lane = Vec::new();
    let mut passed = Duration::ZERO;
    // Each comes as often as the others, and to each target.
    let mut bags = (Vec::new(), Vec::new());
    loop {
        let quick = Duration::from_millis(100 + dice.below(1000) as u64);
        let pause = if dice.once_in(4) { quick * 3 } else { quick };
        let hold = Duration::from_millis(200 + dice.below(1000) as u64);
        passed += pause + hold;
        if passed > length {
            return lane;
        }
        let (target, harm) = (draw(dice, &mut bags.0, targets), draw(dice, &mut bags.1, harms));
        lane.push(Planned { pause, target, harm, hold });
    }
}

/// Takes one out of a bag, which is filled again when it is empty.
fn draw<T: Copy>(dice: &mut Dice, bag: &mut Vec<T>, all: &[T]) -> T {
    if bag.is_empty() {
        bag.extend_from_slice(all);
    }
    bag.swap_remove(dice.below(bag.len()))
}

/// What is done in so much time: three rows, of the servers that are asked directly, of those behind relays, and of the proxy.
pub fn plan(seed: u64, length: Duration) -> [Vec<Planned>; 3] {
    let servers = |from: usize, to: usize| (from..to).map(Target::Server).collect::<Vec<_>>();
    let (direct, relayed) = (servers(0, FIRST_RELAYED), servers(FIRST_RELAYED, SERVERS));
    let behind = [Harm::Kill, Harm::Pause, Harm::Delay(SHORT), Harm::Delay(LONG), Harm::Cut];
    let mut dice = Dice::new(seed);
    [
        lane(&mut dice, length, &direct, &[Harm::Kill, Harm::Pause]),
        lane(&mut dice, length, &relayed, &behind),
        lane(&mut dice, length, &[Target::Proxy], &[Harm::Kill, Harm::Reload]),
    ]
}
