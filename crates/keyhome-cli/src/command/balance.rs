//! `keyhome balance`: each node's exact share, and that of a sample of keys.

use std::{io::Write, path::Path};

use keyhome::{
    Router,
    router::{Advice, Balance, Sample},
};
use serde::Serialize;

use super::{print_advice, print_json};
use crate::{
    args::{PoolArgs, SampleArgs},
    config_file::{self, is_stdin, only_one_stdin},
    failure::{Answer, Failure},
    key_sample,
    table::{Table, grouped, percent},
};

/// What `--json` prints: the core's balance, the sample where one was asked for, and advice.
#[derive(Serialize)]
struct Report<'r> {
    #[serde(flatten)]
    balance: &'r Balance,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'r Sample>,
    advice: &'r [Advice],
}

pub(crate) fn run(pool: &PoolArgs, args: &SampleArgs, json: bool) -> Result<Answer, Failure> {
    let keys_from_stdin = args.keys.as_deref().is_some_and(is_stdin);
    only_one_stdin(&[("the config", is_stdin(&pool.config)), ("the keys", keys_from_stdin)])?;
    let router = config_file::router(pool)?;
    let balance = router.balance();
    let sample = args.keys.as_deref().map(|path| count(&router, path, args)).transpose()?;
    let mut advice = router.advice();
    advice.extend(sample.as_ref().and_then(|sample| sample.advice(&router)));
    if json {
        return print_json(&Report { balance: &balance, sample: sample.as_ref(), advice: &advice });
    }
    print(&router, &balance, sample.as_ref(), &advice)?;
    Ok(Answer::Done)
}

fn count(router: &Router, path: &Path, args: &SampleArgs) -> Result<Sample, Failure> {
    let mut sample = router.sample();
    key_sample::for_each_batch(path, args, |keys| {
        sample.add(router, keys);
        Ok(())
    })?;
    Ok(sample)
}

fn print(
    router: &Router,
    balance: &Balance,
    sample: Option<&Sample>,
    advice: &[Advice],
) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let mut columns = vec!["NODE", ">WEIGHT"];
    if balance.range.is_some() {
        columns.extend([">SHARE", ">HASH VALUES"]);
    }
    if sample.is_some() {
        columns.extend([">KEYS", ">OF KEYS"]);
    }
    let mut table = Table::new(&columns);
    for (index, node) in router.nodes().iter().enumerate() {
        let mut row = vec![node.name.clone(), node.weight.to_string()];
        if let (Some(range), Some(share)) = (balance.range, balance.shares[index].share) {
            row.extend([percent(share.of(range)), grouped(share)]);
        }
        if let Some(sample) = sample {
            let keys = sample.counts[index].keys;
            row.extend([grouped(keys), percent(part(keys, sample.keys))]);
        }
        table.row(row);
    }
    table.print(&mut out)?;
    match (balance.range, balance.uncovered) {
        (Some(range), Some(uncovered)) => {
            writeln!(out, "\n{} slots, {} of them nobody's.", grouped(range), grouped(uncovered))?;
        }
        (Some(range), None) => {
            writeln!(
                out,
                "\nShares are exact: each of the {} values of the key hash counted once.",
                grouped(range)
            )?;
        }
        (None, _) => {
            writeln!(out, "\nThere are no exact shares here: give real keys with --keys to count them.")?;
        }
    }
    if let Some(sample) = sample.filter(|sample| sample.homeless > 0) {
        writeln!(out, "{} of {} keys have no home.", grouped(sample.homeless), grouped(sample.keys))?;
    }
    if !advice.is_empty() {
        writeln!(out)?;
        print_advice(&mut out, advice, "")?;
    }
    Ok(())
}

fn part(keys: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { keys as f64 / of as f64 }
}
