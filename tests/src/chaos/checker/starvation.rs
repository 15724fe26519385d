//! Who was not run though it wanted to be: what takes longer for that is nobody's fault.

use crate::chaos::history::{History, Starved};

/// The times in which processes starved.
#[derive(Debug)]
pub struct Starvation {
    /// By their begins.
    times: Vec<Starved>,
    longest: u64,
}

impl Starvation {
    /// Those of a history.
    pub fn new(history: &History) -> Self {
        let mut times = history.starved.clone();
        times.sort_unstable_by_key(|it| it.begin);
        let longest = times.iter().map(|it| it.end - it.begin).max().unwrap_or_default();
        Self { times, longest }
    }

    /// How long a client's process, or the harness's, starved within this time.
    pub fn of(&self, client: usize, begin: u64, end: u64) -> u64 {
        // Those that begin earlier are over by then.
        let first = self.times.partition_point(|it| it.begin + self.longest < begin);
        let within = self.times[first..].iter().take_while(|it| it.begin < end).filter(|it| begin < it.end);
        within.filter(|it| it.client.is_none_or(|it| it == client)).map(|it| it.micros).sum()
    }

    /// The same of the client that had to wait longest.
    pub(super) fn most(&self, clients: usize, begin: u64, end: u64) -> u64 {
        (0..clients).map(|client| self.of(client, begin, end)).max().unwrap_or_default()
    }
}
