//! `keyhome fingerprint`: the fingerprint, alone on a line.

use std::io::{self, Write};

use serde_json::json;

use super::{no_answer, print_json};
use crate::{
    args::PoolArgs,
    config_file,
    failure::{Answer, Failure},
};

pub(crate) fn run(pool: &PoolArgs, json: bool) -> Result<Answer, Failure> {
    let fingerprint = match config_file::router(pool)?.fingerprint() {
        Ok(fingerprint) => fingerprint,
        Err(error) => return no_answer(&pool.config.display().to_string(), &error, json),
    };
    if json {
        return print_json(&json!({ "fingerprint": fingerprint }));
    }
    writeln!(io::stdout().lock(), "{fingerprint}")?;
    Ok(Answer::Done)
}
