//! `keyhome check`: whether a config is valid, and what may surprise.

use std::{io::Write, path::Path};

use anstyle::{AnsiColor, Style};
use keyhome::{
    Error, Router,
    config::{self, Config, Pool},
    router::Advice,
};
use serde::Serialize;
use serde_json::json;

use super::{print_advice, print_json};
use crate::{
    config_file::ConfigFile,
    failure::{Answer, Failure},
    report,
};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const BOLD: Style = Style::new().bold();

/// A pool as `--json` shows it.
#[derive(Serialize)]
struct Checked {
    #[serde(flatten)]
    pool: serde_json::Value,
    advice: Vec<Advice>,
}

pub(crate) fn run(path: &Path, json: bool) -> Result<Answer, Failure> {
    let file = match ConfigFile::read(path) {
        Ok(file) => file,
        Err(failure @ Failure::Config { .. }) => return invalid(failure, json),
        Err(failure) => return Err(failure),
    };
    match pools(file.text()) {
        Ok(pools) => valid(&file, pools, json),
        Err(error) => invalid(file.invalid(error), json),
    }
}

/// Every pool with its router; a cluster is one pool without a name.
fn pools(text: &str) -> Result<Vec<(Option<Pool>, Router)>, Error> {
    if config::looks_like_cluster_nodes(text) {
        return Ok(vec![(None, keyhome::from_cluster(text)?)]);
    }
    let pools = Config::parse(text)?.pools.into_iter();
    pools.map(|pool| pool.router().map(|router| (Some(pool), router))).collect()
}

fn valid(file: &ConfigFile, pools: Vec<(Option<Pool>, Router)>, json: bool) -> Result<Answer, Failure> {
    if json {
        let checked = |(pool, router): (Option<Pool>, Router)| Checked {
            advice: advice(pool.as_ref(), &router),
            pool: match pool {
                Some(pool) => json!(pool),
                None => {
                    json!({ "name": null, "options": { "dialect": "redis-cluster" }, "nodes": router.nodes() })
                }
            },
        };
        let pools: Vec<Checked> = pools.into_iter().map(checked).collect();
        return print_json(&json!({ "valid": true, "pools": pools }));
    }
    let mut out = anstream::stdout().lock();
    let count = if pools.len() == 1 { "1 pool".into() } else { format!("{} pools", pools.len()) };
    writeln!(out, "{}: {GREEN}valid{GREEN:#}, {count}", file.name().display())?;
    for (pool, router) in pools {
        let nodes = router.nodes().len();
        let advice = advice(pool.as_ref(), &router);
        let name = pool.map_or_else(|| "(cluster)".into(), |pool| pool.name);
        let servers = if nodes == 1 { "1 server".into() } else { format!("{nodes} servers") };
        writeln!(out, "\n{BOLD}{name}{BOLD:#}: {}, {servers}", router.dialect().id)?;
        print_advice(&mut out, &advice, "  ")?;
    }
    Ok(Answer::Done)
}

/// About placement, then about settings.
fn advice(pool: Option<&Pool>, router: &Router) -> Vec<Advice> {
    let of_settings = pool.map(Pool::advice).unwrap_or_default();
    router.advice().into_iter().chain(of_settings).collect()
}

fn invalid(failure: Failure, json: bool) -> Result<Answer, Failure> {
    if json {
        let error = match failure {
            Failure::Config { error, .. } => error,
            other => return Err(other),
        };
        print_json(&json!({ "valid": false, "error": error }))?;
    } else {
        report::failure(&failure);
    }
    Ok(Answer::No)
}
