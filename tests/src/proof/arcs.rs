//! Which positions are whose: every door gives the same numbers.

use serde_json::Value;

use super::disagreement::{About, Disagreement};
use crate::{
    door::{Asked, Door},
    pool::Pool,
};

/// Asks every door, and compares each with the first. How many entries each has given.
pub(super) fn compare(doors: &[Box<dyn Door>], pool: &Pool) -> Result<Vec<usize>, Disagreement> {
    let answers: Vec<Option<Result<Value, String>>> =
        doors.iter().map(|door| asked(door.as_ref(), pool)).collect();
    let mut here = doors.iter().zip(&answers).filter_map(|(door, answer)| Some((door, answer.as_ref()?)));
    let (_, first) = here.next().unwrap_or_else(|| panic!("no door has arcs"));
    for (_, other) in here {
        if other != first {
            let said = doors.iter().zip(&answers).map(|(door, answer)| {
                let said = answer.as_ref().map(|answer| shown(answer, first, other));
                (door.name().to_owned(), said.unwrap_or_else(|| "not asked".to_owned()))
            });
            return Err(Disagreement {
                about: About::Arcs(Box::new(pool.clone())),
                said: said.collect(),
                note: String::new(),
            });
        }
    }
    Ok(answers.iter().map(|answer| answer.as_ref().map_or(0, entries)).collect())
}

/// `None` of a door that has none.
fn asked(door: &dyn Door, pool: &Pool) -> Option<Result<Value, String>> {
    match door.arcs(pool) {
        Asked::Answered(arcs) => Some(Ok(arcs)),
        Asked::Refused(refusal) => Some(Err(refusal.code)),
        Asked::NotHere(_) => None,
    }
}

fn entries(answer: &Result<Value, String>) -> usize {
    answer.as_ref().ok().and_then(|arcs| arcs["ends"].as_array()).map_or(0, Vec::len)
}

/// What an answer says of the first entry at which two others differ.
fn shown(
    answer: &Result<Value, String>,
    one: &Result<Value, String>,
    other: &Result<Value, String>,
) -> String {
    let arcs = match answer {
        Ok(arcs) => arcs,
        Err(code) => return code.clone(),
    };
    let entry = |answer: &Result<Value, String>, at: usize| {
        answer.as_ref().ok().map(|arcs| (arcs["ends"].get(at).cloned(), arcs["owners"].get(at).cloned()))
    };
    let at = (0..entries(one)).find(|&at| entry(one, at) != entry(other, at)).unwrap_or(0);
    let count = entries(answer);
    format!("{} of {}, {count} entries; entry {at}: {:?}", arcs["by"], arcs["size"], entry(answer, at))
}
