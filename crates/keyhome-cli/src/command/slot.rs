//! `keyhome slot`: the Redis Cluster slot of each key.

use std::io::Write;

use super::{answer_keys, echo, open_json};
use crate::{
    args::KeyArgs,
    failure::{Answer, Failure},
};

pub(crate) fn run(keys: &KeyArgs, json: bool) -> Result<Answer, Failure> {
    let mut slots = Vec::new();
    answer_keys(keys, |batch, out| {
        keyhome::slots(batch, &mut slots);
        for (key, slot) in batch.iter().zip(&slots) {
            if json {
                open_json(key, out)?;
                writeln!(out, ",\"slot\":{slot}}}")?;
            } else {
                echo(key, keys.hex, out);
                writeln!(out, "\t{slot}")?;
            }
        }
        Ok(())
    })?;
    Ok(Answer::Done)
}
