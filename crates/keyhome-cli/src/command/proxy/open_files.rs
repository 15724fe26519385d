//! Every connection is an open file, and systems allow a process few of them unless it asks for more.

use keyhome::config::Config;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files for other things than connections: logs, listening sockets, statistics, names that are looked up.
const OTHER: u64 = 64;

/// Connections to one server, of one thread, beside the shared ones: for transactions and for commands that wait.
const PRIVATE: u64 = 8;

/// Asks for as many open files as the process may have. How many clients fit then, `wanted` at most: servers must always
/// be reached, or clients that have connected get errors so that others can connect.
pub(super) fn clients(wanted: usize, config: &Config, threads: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised,
        Err(error) => {
            tracing::warn!(%error, "no more open files");
            limit
        }
    };
    let Some(files) = limit.current else { return wanted };
    let servers = config.pools.iter().map(|pool| {
        let each = 2 * u64::from(pool.settings.server_connections.get()) + PRIVATE;
        each * pool.members.len() as u64
    });
    let own = OTHER + servers.sum::<u64>() * threads as u64;
    let fitting = usize::try_from(files.saturating_sub(own)).unwrap_or(usize::MAX).max(1);
    if fitting < wanted {
        tracing::warn!(
            files,
            clients = fitting,
            wanted,
            "fewer clients are taken: `ulimit -n` allows no more files"
        );
    }
    fitting.min(wanted)
}
