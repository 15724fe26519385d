//! `keyhome slot`: the Redis Cluster slot of each key.

use std::io::Write;

use keyhome::router::KeyText;
use serde_json::json;

use super::{answer_keys, echo};
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
                let text = KeyText::from(*key);
                let line = match text.text() {
                    Some(text) => json!({ "key": text, "slot": slot }),
                    None => json!({ "key_hex": text.hex(), "slot": slot }),
                };
                writeln!(out, "{line}")?;
            } else {
                echo(key, keys.hex, out);
                writeln!(out, "\t{slot}")?;
            }
        }
        Ok(())
    })?;
    Ok(Answer::Done)
}
