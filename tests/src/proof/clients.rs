//! The proxy, through today's clients, and the clients of many servers: where the keys that each writes really are, while
//! all servers are well and while some are not, and which keys each finds hot.

use std::{io, time::Instant};

use keyhome_live::{RedisServer, Scratch};

use super::{
    POOLS, SERVERS,
    disagreement::{Disagreement, compare},
    failures, hot_keys, part,
};
use crate::{
    cases::Key,
    door::{Door, Witness},
    doors::{Client, CommandDoor, RustDoor, clients, plain_clients},
    keys,
    pool::{self, Pool},
    real::{Bare, Proxied, Through},
    twin::pool::System,
};

/// How many keys each client writes into each pool.
const WRITTEN: usize = 2_000;

/// How many are written through the proxy without a library, which is quicker.
const WRITTEN_BARE: usize = 10_000;

/// What one client did as all others did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientScore {
    /// Who.
    pub name: String,
    /// Keys that it wrote, found on the server that is their home, and read again through it.
    pub homes: usize,
    /// Keys that it wrote while servers failed and came back, at home among those that were left.
    pub failures: usize,
    /// Hot keys that it found, with their counts.
    pub hot_keys: usize,
}

/// All of it. What each has answered, if all agree with the first door.
pub(super) fn prove(
    doors: &[Box<dyn Door>],
    seed: u64,
    start: Instant,
) -> io::Result<Result<Vec<ClientScore>, Disagreement>> {
    let scratch = Scratch::new()?;
    let mut servers: Vec<RedisServer> =
        (0..SERVERS).map(|_| RedisServer::start(&scratch)).collect::<io::Result<_>>()?;
    let command = CommandDoor::new();
    let proxied = Proxied { scratch: &scratch, program: command.program() };
    let bare = Through::new(Bare::default(), &servers, 0, Some(proxied));
    let through = all(&servers, proxied);
    let say = |what: &str| println!("{:6.1} s  {what}", start.elapsed().as_secs_f64());
    let pools: Vec<Pool> = pool::random(seed, POOLS).iter().filter_map(|pool| bare.place(pool)).collect();
    let mut scores = vec![ClientScore { name: bare.name().to_owned(), ..ClientScore::default() }];
    scores.extend(
        through.iter().map(|one| ClientScore { name: one.name().to_owned(), ..ClientScore::default() }),
    );
    match homes(&bare, &through, &pools, seed) {
        Ok(counts) => scores.iter_mut().zip(counts).for_each(|(score, count)| score.homes += count),
        Err(disagreement) => return Ok(Err(disagreement)),
    }
    say(&format!("{} of the pools behind keyhome proxy and in {} clients", pools.len(), through.len()));
    match hot_keys::prove(doors, &through, &pools, seed)? {
        Ok(count) => scores[1..].iter_mut().for_each(|score| score.hot_keys += count),
        Err(disagreement) => return Ok(Err(disagreement)),
    }
    say("the same keys are hot in the proxy and in the clients");
    match failures::prove(&scratch, &mut servers, &through, seed)? {
        Ok(count) => scores[1..].iter_mut().for_each(|score| score.failures += count),
        Err(disagreement) => return Ok(Err(disagreement)),
    }
    say("servers failed and came back, before the proxy and the clients");
    is_whole(&scores, &pools);
    Ok(Ok(scores))
}

/// Each in a database of its own.
fn all<'s>(servers: &[RedisServer], proxied: Proxied<'s>) -> Vec<Through<'s, Client>> {
    let proxied = plain_clients().into_iter().map(|client| (client, Some(proxied)));
    let own = clients().into_iter().map(|client| (client, None));
    let through = |(number, (client, proxied))| Through::new(client, servers, number, proxied);
    (1..).zip(proxied.chain(own)).map(through).collect()
}

/// How many homes each has shown, the bare proxy first.
fn homes(
    bare: &Through<'_, Bare>,
    through: &[Through<'_, Client>],
    pools: &[Pool],
    seed: u64,
) -> Result<Vec<usize>, Disagreement> {
    let keys = keys::make(seed, 10 * WRITTEN_BARE);
    let mut sums = vec![0; 1 + through.len()];
    let mut add = |from: usize, counts: &[usize]| {
        sums[from..].iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    };
    let clients: Vec<&dyn Witness> = std::iter::once::<&dyn Witness>(&RustDoor)
        .chain(through.iter().map(|one| -> &dyn Witness { one }))
        .collect();
    for (number, pool) in pools.iter().enumerate() {
        let more: &[Key] = part(&keys, number * WRITTEN_BARE, WRITTEN_BARE);
        add(0, &compare(&[&RustDoor, bare], pool, more)?[1..]);
        add(1, &compare(&clients, pool, part(more, number, WRITTEN))?[1..]);
    }
    Ok(sums)
}

/// No client may be missing, in part or in whole. Only Redis Cluster's rule is none for clients of many servers.
fn is_whole(scores: &[ClientScore], pools: &[Pool]) {
    let clusters = pools.iter().filter(|pool| pool.system == System::RedisCluster).count();
    assert!(pools.len() >= 40 && clusters < 5, "{} pools of configs, {clusters} by slots", pools.len());
    let [bare, rest @ ..] = scores else { panic!("no client") };
    assert_eq!(bare.homes, pools.len() * WRITTEN_BARE);
    assert_eq!(rest.len(), 7);
    for score in rest {
        let pools = if score.name.starts_with("proxy") { pools.len() } else { pools.len() - clusters };
        assert_eq!(score.homes, pools * WRITTEN, "{}", score.name);
        assert!(score.failures >= failures::LEAST && score.hot_keys > 0, "{score:?}");
    }
}
