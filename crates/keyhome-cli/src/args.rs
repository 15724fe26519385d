//! What the command line takes.

use std::{ffi::OsString, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::command::ProxyArgs;

/// Where does a key live? Exactly as twemproxy, Redis Cluster, ketama and others place it.
#[derive(Debug, Parser)]
#[command(name = "keyhome", version, max_term_width = 110, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Print JSON: one value, or one a line for many keys
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  keyhome node -c nutcracker.yml -p sessions user:1001 user:1002
  redis-cli --scan | keyhome node -c nutcracker.yml -p sessions
  redis-cli cluster nodes > cluster.txt; keyhome node -c cluster.txt user:1001
  keyhome explain -c nutcracker.yml user:1001
  keyhome diff nutcracker.yml nutcracker.new.yml --keys sample.txt

Exit codes: 0 done, 1 the answer is no, 2 bad input (the reason is on stderr).";

/// The config, and the pool in it.
#[derive(Debug, clap::Args)]
pub(crate) struct PoolArgs {
    /// A nutcracker.yml, our JSON, or the text of CLUSTER NODES; `-` is stdin
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// The pool; not needed when there is one
    #[arg(short, long)]
    pub(crate) pool: Option<String>,
}

/// Keys as arguments, or as lines of stdin.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Keys are hexadecimal digits, in and out
    #[arg(long)]
    pub(crate) hex: bool,

    /// The keys; with none, the lines of stdin: the bytes before each line feed, nothing trimmed
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<OsString>,
}

/// A file of real keys to count.
#[derive(Debug, clap::Args)]
pub(crate) struct SampleArgs {
    /// Count real keys as well: a file with one a line; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,

    /// The keys of the file are hexadecimal digits
    #[arg(long, requires = "keys")]
    pub(crate) hex: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// On which node does each key live? Prints `KEY<TAB>NODE`
    #[command(after_help = NODE_EXAMPLES)]
    Node {
        #[command(flatten)]
        pool: PoolArgs,
        #[command(flatten)]
        keys: KeyArgs,
    },

    /// The Redis Cluster slot of each key. Prints `KEY<TAB>SLOT`
    #[command(
        after_help = "Examples:\n  keyhome slot user:1001 '{user:1001}:cart'\n  keyhome slot --hex ff00 < /dev/null"
    )]
    Slot {
        #[command(flatten)]
        keys: KeyArgs,
    },

    /// Each step from a key to its node, and who has it if that node dies
    #[command(after_help = "Examples:\n  keyhome explain -c nutcracker.yml 'user:{1000}:name'")]
    Explain {
        #[command(flatten)]
        pool: PoolArgs,
        /// The key is given in hexadecimal digits
        #[arg(long)]
        hex: bool,
        /// The key
        key: OsString,
    },

    /// Each node's exact share of all hash values, and of a sample of keys
    #[command(
        after_help = "Examples:\n  keyhome balance -c nutcracker.yml\n  redis-cli --scan | keyhome balance -c nutcracker.yml --keys -"
    )]
    Balance {
        #[command(flatten)]
        pool: PoolArgs,
        #[command(flatten)]
        sample: SampleArgs,
    },

    /// What moves when one config takes the place of another, or when nodes die
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The config before; `-` is stdin
        old: PathBuf,
        /// The config after; `-` is stdin; without it, the same one
        #[arg(required_unless_present = "without")]
        new: Option<PathBuf>,
        /// The pool, or the old one and the new one
        #[arg(short, long, value_name = "A[:B]")]
        pool: Option<String>,
        /// A node that is taken out of the config after, as when it dies; may be given again
        #[arg(long, value_name = "NODE")]
        without: Vec<String>,
        #[command(flatten)]
        sample: SampleArgs,
    },

    /// Is the config valid? With advice about what works but may surprise
    #[command(after_help = "Exit codes: 0 valid, 1 invalid, 2 the file cannot be read.")]
    Check {
        /// A nutcracker.yml, our JSON, or the text of CLUSTER NODES; `-` is stdin
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
    },

    /// A short value that two configs share exactly when they place every key alike
    Fingerprint {
        #[command(flatten)]
        pool: PoolArgs,
    },

    /// The explorer: the same answers as a page for the browser, served on this machine only
    #[command(after_help = EXPLORE_EXAMPLES)]
    Explore {
        /// A config to begin with: a nutcracker.yml, our JSON, or the text of CLUSTER NODES; `-` is stdin
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The pool to begin with
        #[arg(short, long, requires = "config")]
        pool: Option<String>,
        /// The port on 127.0.0.1; 0 takes one that is free
        #[arg(long, value_name = "N", default_value_t = 16384)]
        port: u16,
        /// Open the page in the browser
        #[arg(long)]
        open: bool,
    },

    /// The proxy: takes twemproxy's place, with its config as it stands
    Proxy(ProxyArgs),

    /// Completions for a shell, to be sourced by it
    #[command(
        after_help = "Examples:\n  keyhome completions bash > /etc/bash_completion.d/keyhome\n  keyhome completions zsh > ~/.zfunc/_keyhome"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

const EXPLORE_EXAMPLES: &str = "\
Examples:
  keyhome explore -c nutcracker.yml --open
  redis-cli cluster nodes | keyhome explore -c -

It runs until Ctrl-C. Whoever has an account on this machine can open the page as well, with the config in it.";

const NODE_EXAMPLES: &str = "\
Examples:
  keyhome node -c nutcracker.yml -p sessions user:1001
  keyhome node -c nutcracker.yml -p sessions -- -a-key-with-a-dash
  redis-cli --scan | keyhome node -c nutcracker.yml -p sessions | cut -f2 | sort | uniq -c

Exit code 1: a key has no home; its node is empty, and the reason is on stderr.";

const DIFF_EXAMPLES: &str = "\
Examples:
  keyhome diff nutcracker.yml nutcracker.new.yml
  keyhome diff nutcracker.yml cluster.txt -p sessions --keys keys.txt
  keyhome diff pools.yml pools.yml -p blue:green
  keyhome diff nutcracker.yml --without redis-2

Exact where both sides can be compared value by value; else a sample, and it says so.";
