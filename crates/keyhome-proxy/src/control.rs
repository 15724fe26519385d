//! What workers are told and asked by the rest of the process.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use mio::Waker;

use crate::{
    counters::PoolCounters, listener::Listener, pool::Pool, registration::OnDifference, resolver::Found,
    server::Waiting, worker::Question,
};

/// A word to a worker.
pub(crate) enum Control {
    /// Hand over what was counted, pool by pool.
    Count(Sender<Snapshot>),
    /// Serve other pools from now on.
    Reload(Change),
    /// Answer this for a client of thread `from`.
    Ask { question: Question, from: usize, waiting: Waiting },
    /// The reply to a client that was promised one, or a part of it.
    Reply(Waiting, Vec<u8>),
    /// A name that a connection was waiting for was looked up.
    Resolved { connection: usize, serial: u64, found: Found },
    /// Take no more clients; end when those there are have their replies.
    Stop,
}

/// Another config, as one worker gets it.
pub(crate) struct Change {
    pub(crate) pools: Vec<Arc<Pool>>,
    /// At places where nobody listened before.
    pub(crate) listeners: Vec<Listener>,
    /// Told when it is in force.
    pub(crate) done: Sender<()>,
}

/// A client has asked for something that is done outside of workers, and waits for the reply.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) worker: usize,
    pub(crate) waiting: Waiting,
    /// What is to be done this time where another writer places keys differently.
    pub(crate) on_difference: Option<OnDifference>,
}

/// What one worker has counted.
pub(crate) struct Snapshot {
    /// The pools that are served, and what was counted of each.
    pub(crate) pools: Vec<(Arc<Pool>, PoolCounters)>,
    /// Bytes that are held for connections.
    pub(crate) buffered: u64,
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

    /// Another end of the same way.
    pub(crate) fn another(&self) -> Self {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { sender: Mutex::new(sender), waker: Arc::clone(&self.waker) }
    }

    pub(crate) fn send(&self, control: Control) -> io::Result<()> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        sender.send(control).map_err(|_| io::Error::other("the worker has ended"))?;
        self.waker.wake()
    }
}

/// What all workers have counted until now, added up.
pub(crate) fn count(lines: &[Line]) -> io::Result<Snapshot> {
    // During a reload one may be ahead of another; they are together again soon.
    for _ in 0..100 {
        if let Some(all) = count_once(lines)? {
            return Ok(all);
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// None where they do not all serve the same pools.
fn count_once(lines: &[Line]) -> io::Result<Option<Snapshot>> {
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
                all.buffered += one.buffered;
                let same =
                    |((mine, _), (other, _)): (&(Arc<Pool>, _), &(Arc<Pool>, _))| Arc::ptr_eq(mine, other);
                if all.pools.len() != one.pools.len() || !all.pools.iter().zip(&one.pools).all(same) {
                    return Ok(None);
                }
                for ((_, mine), (_, others)) in all.pools.iter_mut().zip(&one.pools) {
                    mine.add(others);
                }
            }
        }
    }
    all.map(Some).ok_or_else(|| io::Error::other("there is no worker"))
}
