//! Redis-servers behind a real nutcracker, with pools of several kinds.

use anyhow::{Result, bail};
use keyhome_live::resp::Reply;
use keyhome_live::{Nutcracker, Pool, RedisServer, Scratch};

use super::comparison::{Observed, holders, value};

/// A pool to be: what its settings are, and how its servers are written.
struct Plan {
    name: &'static str,
    hash: &'static str,
    distribution: &'static str,
    tag: &'static str,
    /// The weights of its servers, which are the first so many of all.
    weights: &'static [u32],
    /// Whether the servers have names, or are known by their addresses.
    named: bool,
}

const PLANS: &[Plan] = &[
    Plan {
        name: "sessions",
        hash: "fnv1a_64",
        distribution: "ketama",
        tag: "",
        weights: &[5, 1, 3, 8, 2],
        named: true,
    },
    Plan {
        name: "carts",
        hash: "md5",
        distribution: "ketama",
        tag: "{}",
        weights: &[1, 1, 1, 1],
        named: true,
    },
    Plan {
        name: "catalog",
        hash: "murmur",
        distribution: "ketama",
        tag: "",
        weights: &[1, 1, 1],
        named: false,
    },
    Plan {
        name: "orders",
        hash: "crc32a",
        distribution: "modula",
        tag: "",
        weights: &[3, 1, 2, 1, 13],
        named: false,
    },
    Plan {
        name: "feeds",
        hash: "hsieh",
        distribution: "modula",
        tag: "$$",
        weights: &[1, 1, 1, 1],
        named: true,
    },
];

impl Plan {
    /// The servers as they stand in the file, and the name by which keyhome knows each.
    fn servers<'a>(&self, servers: &'a [RedisServer]) -> Vec<(String, String, &'a RedisServer)> {
        let each = self.weights.iter().zip(servers).enumerate();
        each.map(|(index, (weight, server))| {
            let address = server.address();
            let name = if self.named { format!("redis-{}", index + 1) } else { address.clone() };
            let label = if self.named { format!(" {name}") } else { String::new() };
            (format!("{address}:{weight}{label}"), name, server)
        })
        .collect()
    }

    fn pool(&self, servers: &[RedisServer]) -> Pool {
        let mut pool = Pool::new(self.name).set("hash", self.hash).set("distribution", self.distribution);
        if !self.tag.is_empty() {
            pool = pool.set("hash_tag", format!("\"{}\"", self.tag));
        }
        self.servers(servers).into_iter().fold(pool, |pool, (line, ..)| pool.server(line))
    }

    /// Such as `5 weighted`.
    fn about(&self) -> String {
        let weighted = if self.weights.iter().any(|weight| *weight != 1) { " weighted" } else { "" };
        let unnamed = if self.named { "" } else { " unnamed" };
        format!("{}{weighted}{unnamed}", self.weights.len())
    }
}

/// Deals the keys out to the pools, writes them through nutcracker, and looks where they are.
pub(crate) fn observe(scratch: &Scratch, servers: &[RedisServer], keys: &[Vec<u8>]) -> Result<Vec<Observed>> {
    let pools: Vec<Pool> = PLANS.iter().map(|plan| plan.pool(servers)).collect();
    let nutcracker = Nutcracker::start(scratch, &pools)?;
    let config = scratch.path().join("nutcracker.yml");
    std::fs::copy(nutcracker.config(), &config)?;

    let mut observed = Vec::new();
    for (turn, plan) in PLANS.iter().enumerate() {
        let keys: Vec<Vec<u8>> = keys.iter().skip(turn).step_by(PLANS.len()).cloned().collect();
        write(&nutcracker, plan.name, &keys)?;
        let nodes: Vec<_> =
            plan.servers(servers).into_iter().map(|(_, name, server)| (name, server)).collect();
        let holders = holders(plan.name, &nodes, &keys)?;
        observed.push(Observed {
            pool: plan.name.to_owned(),
            hash: plan.hash.to_owned(),
            distribution: plan.distribution.to_owned(),
            tag: plan.tag.to_owned(),
            servers: plan.about(),
            config: config.clone(),
            named: true,
            keys,
            holders,
        });
    }
    Ok(observed)
}

fn write(nutcracker: &Nutcracker, pool: &str, keys: &[Vec<u8>]) -> Result<()> {
    let values: Vec<Vec<u8>> = (0..keys.len()).map(|index| value(pool, index)).collect();
    let commands = keys.iter().zip(&values).map(|(key, value)| vec![b"SET".as_slice(), key, value]);
    let replies = nutcracker.connect(pool)?.pipeline(commands)?;
    match replies.iter().find(|reply| **reply != Reply::Simple("OK".to_owned())) {
        Some(reply) => bail!("nutcracker answers a SET in pool {pool} with {reply:?}"),
        None => Ok(()),
    }
}
