//! nutcracker's flags in nutcracker's meanings, and ours.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use keyhome_proxy::{Limits, OnDifference};

use super::bytes;

/// What `keyhome proxy` takes.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[command(after_help = AFTER)]
pub(crate) struct ProxyArgs {
    /// A nutcracker.yml, or our JSON; every pool needs `listen` and `redis: true`
    #[arg(
        short,
        long = "conf-file",
        visible_alias = "config",
        value_name = "FILE",
        default_value = "conf/nutcracker.yml"
    )]
    pub(crate) config: PathBuf,

    /// Only say whether the config is in order: 0 yes, 1 no
    #[arg(short, long)]
    pub(crate) test_conf: bool,

    /// Run in the background
    #[arg(short, long)]
    pub(crate) daemonize: bool,

    /// Say what the statistics mean
    #[arg(short = 'D', long)]
    pub(crate) describe_stats: bool,

    /// Print the version
    #[arg(short = 'V', long)]
    pub(crate) version: bool,

    /// How much is logged, 0 to 11: 5 is what was decided, 7 more
    #[arg(short, long, value_name = "N", default_value_t = 5)]
    pub(crate) verbose: u8,

    /// Log to this file instead of stderr; SIGHUP opens it anew
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// How a line of the log looks
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// The port for statistics
    #[arg(short, long, value_name = "N", default_value_t = 22222, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) stats_port: u16,

    /// The host for statistics, or the path of a unix socket
    #[arg(short = 'a', long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub(crate) stats_addr: String,

    /// Not needed: statistics are those of the moment
    #[arg(short = 'i', long, value_name = "MS", hide = true)]
    pub(crate) stats_interval: Option<u32>,

    /// Write the number of the process to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) pid_file: Option<PathBuf>,

    /// Not needed: memory is taken as requests need it
    #[arg(short, long, value_name = "BYTES", hide = true, value_parser = clap::value_parser!(u32).range(512..=16_777_216))]
    pub(crate) mbuf_size: Option<u32>,

    /// The port at which Prometheus finds metrics, at `/metrics`; without it there are none
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) metrics_port: Option<u16>,

    /// The host for them
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1", requires = "metrics_port")]
    pub(crate) metrics_address: String,

    /// Requests that take so long are kept for SLOWLOG, as Redis keeps its own; -1 for none
    #[arg(long, value_name = "MICROS", default_value_t = 10_000, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..))]
    pub(crate) slowlog_slower_than: i64,

    /// How many of them are kept for each pool
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) slowlog_max_len: usize,

    /// Count hot keys for KEYHOME HOTKEYS, with so many counters for each pool and thread; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=4096))]
    pub(crate) hot_keys: u16,

    /// Tell servers how keys are placed, and compare that with other writers: warn in the log, or refuse to start and reload
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) fingerprint: Option<Fingerprint>,

    /// Threads, each with clients and connections to servers of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,

    /// Pass FLUSHDB, FLUSHALL and FUNCTION FLUSH on to all servers; otherwise they are refused
    #[arg(long)]
    pub(crate) allow_flush: bool,

    /// After SIGTERM: how long clients may wait for the replies that they are owed
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    pub(crate) shutdown_timeout: u64,

    /// Clients at one time
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_clients: u32,

    /// Bytes of one request, as 1000, 64kb, 512mb or 1gb
    #[arg(long, value_name = "BYTES", default_value = "1gb", value_parser = bytes::read)]
    pub(crate) max_request_bytes: usize,

    /// Bytes of replies that a client may leave unread before it is closed; 0: as many as it likes
    #[arg(long, value_name = "BYTES", default_value = "256mb", value_parser = bytes::read)]
    pub(crate) client_output_limit: usize,

    /// Bytes that are buffered in all before the connection that holds most is closed; 0: as many as come
    #[arg(long, value_name = "BYTES", default_value = "2gb", value_parser = bytes::read)]
    pub(crate) buffered_limit: usize,

    /// How long a client may ask for nothing before it is closed; 0: as long as it likes
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) idle_timeout: u64,
}

impl ProxyArgs {
    /// What the proxy may hold, if it can have all the files that it needs.
    pub(super) fn limits(&self) -> Limits {
        let unless_none = |bytes: usize| if bytes == 0 { usize::MAX } else { bytes };
        let mut limits = Limits::default();
        limits.clients = self.max_clients as usize;
        limits.request_bytes = unless_none(self.max_request_bytes);
        limits.client_output = unless_none(self.client_output_limit);
        limits.buffered = unless_none(self.buffered_limit);
        limits.idle = Some(Duration::from_secs(self.idle_timeout)).filter(|idle| !idle.is_zero());
        limits
    }
}

/// What is done where another writer places keys differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fingerprint {
    /// The log says who it is.
    Warn,
    /// The proxy does not start, and a reload is not done.
    Refuse,
}

impl From<Fingerprint> for OnDifference {
    fn from(how: Fingerprint) -> Self {
        match how {
            Fingerprint::Warn => Self::Warn,
            Fingerprint::Refuse => Self::Refuse,
        }
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

const AFTER: &str = "\
Examples:
  keyhome proxy -c nutcracker.yml
  keyhome proxy -t -c nutcracker.yml
  keyhome proxy -d -c nutcracker.yml -o proxy.log -p proxy.pid

SIGTERM lets clients have their replies and ends; SIGINT ends at once; SIGHUP reads the config and opens the log anew;
SIGTTIN and SIGTTOU log more and less. Exit codes: 0 stopped, 1 it cannot run.";
