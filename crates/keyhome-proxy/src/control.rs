//! What workers are told and asked by the rest of the process.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use mio::Waker;

use crate::counters::PoolCounters;

/// A word to a worker.
pub(crate) enum Control {
    /// Hand over what was counted, pool by pool.
    Count(Sender<Snapshot>),
    /// Take no more clients; end when those there are have their replies.
    Stop,
}

/// What one worker has counted.
pub(crate) struct Snapshot {
    pub(crate) pools: Vec<PoolCounters>,
    /// Connections that were ever opened.
    pub(crate) total_connections: u64,
    /// Connections that are open, listening sockets among them.
    pub(crate) connections: u64,
}

/// How long a worker has for an answer: its turns take far less.
const PATIENCE: Duration = Duration::from_secs(2);

/// The way to one worker.
pub(crate) struct Line {
    sender: Mutex<Sender<Control>>,
    waker: Arc<Waker>,
}

impl Line {
    pub(crate) fn new(waker: Arc<Waker>) -> (Self, Receiver<Control>) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender: Mutex::new(sender), waker }, receiver)
    }

    pub(crate) fn send(&self, control: Control) -> io::Result<()> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        sender.send(control).map_err(|_| io::Error::other("the worker has ended"))?;
        self.waker.wake()
    }
}

/// What all workers have counted until now, added up.
pub(crate) fn count(lines: &[Line]) -> io::Result<Snapshot> {
    let (sender, receiver) = mpsc::channel();
    for line in lines {
        line.send(Control::Count(sender.clone()))?;
    }
    let mut all: Option<Snapshot> = None;
    for _ in lines {
        let one = receiver.recv_timeout(PATIENCE).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        match &mut all {
            None => all = Some(one),
            Some(all) => {
                all.total_connections += one.total_connections;
                all.connections += one.connections;
                for (mine, others) in all.pools.iter_mut().zip(&one.pools) {
                    mine.add(others);
                }
            }
        }
    }
    all.ok_or_else(|| io::Error::other("there is no worker"))
}
