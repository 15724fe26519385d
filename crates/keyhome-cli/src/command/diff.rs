//! `keyhome diff`: what a change of configs moves, or the death of nodes.

use std::{io::Write, path::Path};

use keyhome::{
    Router,
    router::{Diff, SampledDiff, SampledMove},
};
use serde::Serialize;

use super::print_json;
use crate::{
    args::SampleArgs,
    config_file::{ConfigFile, is_stdin, only_one_stdin},
    failure::{Answer, Failure},
    key_sample,
    table::{Table, grouped, percent},
};

/// What `--json` prints: the core's diff, and a sample where one was asked for or nothing exact can be had.
#[derive(Serialize)]
struct Report<'r> {
    #[serde(flatten)]
    diff: &'r Diff,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'r Counted>,
}

/// What a sample of keys shows.
#[derive(Serialize)]
struct Counted {
    /// `file` or `generated`.
    source: &'static str,
    keys: u64,
    moves: Vec<SampledMove>,
    stays: u64,
}

pub(crate) fn run(
    old: &Path,
    new: Option<&Path>,
    pools: Option<&str>,
    without: &[String],
    args: &SampleArgs,
    json: bool,
) -> Result<Answer, Failure> {
    let keys_from_stdin = args.keys.as_deref().is_some_and(is_stdin);
    let new_from_stdin = new.is_some_and(is_stdin);
    only_one_stdin(&[("OLD", is_stdin(old)), ("NEW", new_from_stdin), ("the keys", keys_from_stdin)])?;
    let old = ConfigFile::read(old)?;
    let new = new.map(ConfigFile::read).transpose()?;
    let (old, new) = routers(&old, new.as_ref().unwrap_or(&old), pools)?;
    let new = new.without(without).map_err(Failure::Core)?;
    let diff = old.diff(&new);
    let sample = match &args.keys {
        Some(path) => Some(count(&old, &new, path, args)?),
        None if diff.exact.is_none() => Some(count_generated(&old, &new)),
        None => None,
    };
    if json {
        return print_json(&Report { diff: &diff, sample: sample.as_ref() });
    }
    print(&diff, sample.as_ref())?;
    Ok(Answer::Done)
}

/// `A:B` names two pools; a name that both files have is one, even with a colon in it. A cluster has no pools: there the
/// name is for the other side.
fn routers(old: &ConfigFile, new: &ConfigFile, pools: Option<&str>) -> Result<(Router, Router), Failure> {
    let side = |file: &ConfigFile, pool: Option<&str>| file.router(pool.filter(|_| !file.is_cluster()));
    let both = |a: Option<&str>, b: Option<&str>| Ok((side(old, a)?, side(new, b)?));
    let as_one = both(pools, pools);
    let Some(pools) = pools.filter(|_| as_one.is_err()) else { return as_one };
    let mut first_error = None;
    for (at, _) in pools.match_indices(':') {
        match both(Some(&pools[..at]), Some(&pools[at + 1..])) {
            Ok(routers) => return Ok(routers),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    first_error.map_or(as_one, Err)
}

fn count(old: &Router, new: &Router, path: &Path, args: &SampleArgs) -> Result<Counted, Failure> {
    let mut sampled = SampledDiff::new();
    key_sample::for_each_batch(path, args, |keys| {
        sampled.add(old, new, keys);
        Ok(())
    })?;
    Ok(counted("file", &sampled, old, new))
}

fn count_generated(old: &Router, new: &Router) -> Counted {
    let mut sampled = SampledDiff::new();
    key_sample::for_each_generated(|keys| sampled.add(old, new, keys));
    counted("generated", &sampled, old, new)
}

fn counted(source: &'static str, sampled: &SampledDiff, old: &Router, new: &Router) -> Counted {
    let (moves, stays) = sampled.moves(old, new);
    Counted { source, keys: sampled.keys(), moves, stays }
}

/// Rows that people read; JSON has them all.
const ROWS: usize = 200;

fn more(out: &mut impl Write, moves: usize) -> Result<(), Failure> {
    if moves > ROWS {
        writeln!(out, "... and {} more pairs; --json has them all", grouped(moves - ROWS))?;
    }
    Ok(())
}

fn print(diff: &Diff, sample: Option<&Counted>) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let name = |node: Option<&str>| node.unwrap_or("(nobody)").to_owned();
    if let Some(exact) = &diff.exact {
        let mut table = Table::new(&["FROM", "TO", ">SHARE", ">HASH VALUES"]);
        for moved in exact.moves.iter().take(ROWS) {
            let (share, from, to) = (moved.share, name(moved.from.as_deref()), name(moved.to.as_deref()));
            table.row(vec![from, to, percent(share.of(exact.range)), grouped(share)]);
        }
        if !table.is_empty() {
            table.print(&mut out)?;
            more(&mut out, exact.moves.len())?;
            writeln!(out)?;
        }
        let stays = exact.stays.of(exact.range);
        if exact.moves.is_empty() {
            writeln!(
                out,
                "Nothing moves. Exact: each of {} hash values counted once.",
                grouped(exact.range)
            )?;
        } else {
            writeln!(
                out,
                "{} moves, {} stays. Exact: each of {} hash values counted once.",
                percent(1.0 - stays),
                percent(stays),
                grouped(exact.range)
            )?;
        }
    } else {
        writeln!(
            out,
            "The two cannot be compared value by value: another hash, tag, sign or kind of placement.\n"
        )?;
    }
    if let Some(sample) = sample {
        if diff.exact.is_some() {
            writeln!(out)?;
        }
        print_sample(&mut out, sample, name)?;
    }
    if !diff.addresses.is_empty() {
        writeln!(out, "\nOf one name, at another address: data does not move by itself.")?;
        let mut table = Table::new(&["NODE", "OLD", "NEW"]);
        for change in &diff.addresses {
            table.row(vec![change.node.clone(), change.old.clone(), change.new.clone()]);
        }
        table.print(&mut out)?;
    }
    Ok(())
}

fn print_sample(
    out: &mut impl Write,
    sample: &Counted,
    name: impl Fn(Option<&str>) -> String,
) -> Result<(), Failure> {
    let part = |keys: u64| if sample.keys == 0 { 0.0 } else { keys as f64 / sample.keys as f64 };
    let mut table = Table::new(&["FROM", "TO", ">OF KEYS", ">KEYS"]);
    for moved in sample.moves.iter().take(ROWS) {
        let (from, to) = (name(moved.from.as_deref()), name(moved.to.as_deref()));
        table.row(vec![from, to, percent(part(moved.keys)), grouped(moved.keys)]);
    }
    if !table.is_empty() {
        table.print(out)?;
        more(out, sample.moves.len())?;
        writeln!(out)?;
    }
    let kind = if sample.source == "generated" { "generated keys" } else { "keys of the file" };
    writeln!(
        out,
        "{} of {} {kind} move, {} stay. Sampled: real shares differ by chance, and by what your keys look like.",
        grouped(sample.keys - sample.stays),
        grouped(sample.keys),
        grouped(sample.stays)
    )?;
    Ok(())
}
