//! `keyhome explain`: each step from a key to its node.

use std::{ffi::OsStr, io::Write};

use anstyle::Style;
use keyhome::router::{Explanation, KeyText, Step};

use super::{no_answer, print_json};
use crate::{
    args::PoolArgs,
    config_file,
    failure::{Answer, Failure},
    key_lines::Writing,
    table::grouped,
};

const BOLD: Style = Style::new().bold();

pub(crate) fn run(pool: &PoolArgs, hex: bool, key: &OsStr, json: bool) -> Result<Answer, Failure> {
    let router = config_file::router(pool)?;
    let key = Writing::new(hex).read(key.as_encoded_bytes(), || "the key".into())?;
    let explanation = match router.explain(&key) {
        Ok(explanation) => explanation,
        Err(error) => return no_answer(&KeyText::from(&key[..]).to_string(), &error, json),
    };
    if json { print_json(&explanation) } else { print(&explanation) }
}

fn print(explanation: &Explanation) -> Result<Answer, Failure> {
    let mut out = anstream::stdout().lock();
    let mut step = |name: &str, what: &str, note: &str| -> Result<(), Failure> {
        if note.is_empty() {
            writeln!(out, "{BOLD}{name:<8}{BOLD:#}{what}").map_err(Failure::from)
        } else {
            writeln!(out, "{BOLD}{name:<8}{BOLD:#}{what:<28}  {note}").map_err(Failure::from)
        }
    };
    let dialect = explanation.dialect;
    step("key", &explanation.key.to_string(), "")?;
    if let Some(tag) = &explanation.tag {
        step("tag", &tag.to_string(), "only this part of the key is hashed")?;
    }
    if let Some(hashed) = &explanation.hashed {
        step("hashed", &hashed.to_string(), &bytes(hashed.bytes().len()))?;
    }
    if let (Some(hash), false) =
        (&explanation.hash, matches!(explanation.place, Step::Slot { .. } | Step::Sum { .. }))
    {
        step("hash", &grouped(hash.value), &format!("{}, as {dialect} computes it", hash.algorithm))?;
    }
    match &explanation.place {
        Step::OnlyNode => step("place", "the only node", "nothing is hashed in a pool of one")?,
        Step::Point { point, label, position, points } => step(
            "point",
            &grouped(point),
            &format!(
                "point {} of {} on the ring, made from {label:?}",
                grouped(position + 1),
                grouped(points)
            ),
        )?,
        Step::List { position, length } => {
            step(
                "place",
                &grouped(position),
                &format!("the remainder by {}, the length of the list", grouped(length)),
            )?;
        }
        Step::Slot { slot } => step("slot", &slot.to_string(), "CRC16 modulo 16384")?,
        Step::Sum { sum, nodes } => {
            step(
                "sum",
                &grouped(sum),
                &format!("of UTF-16 code units; the remainder by {nodes} is the node"),
            )?;
        }
        _ => {}
    }
    step("node", &explanation.node, &explanation.address)?;
    let home = &explanation.node;
    match &explanation.next {
        Some(next) => step("next", next, &format!("has the key if {home} dies and is taken out"))?,
        None => step("next", "nobody", &format!("without {home} the key has no home"))?,
    }
    Ok(Answer::Done)
}

fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".into() } else { format!("{} bytes", grouped(count)) }
}
