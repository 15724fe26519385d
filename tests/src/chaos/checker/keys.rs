//! What may be read of a key. It has one writer, who numbers what it writes, so that what is read says which write it shows.

use super::{Certainty, Mode, Rules, Verdict, Violation, shown};
use crate::chaos::history::{History, Kind, Operation};

/// All that is known of a key.
struct Known<'a> {
    /// In the order in which they were asked: one after the other.
    writes: Vec<&'a Operation>,
    server: usize,
    mode: Mode,
    certainty: &'a Certainty,
}

/// Checks the operations on one key.
pub(super) fn check(
    history: &History,
    rules: &Rules,
    certainty: &Certainty,
    server: usize,
    operations: &[&Operation],
    verdict: &mut Verdict,
) {
    let mut writes: Vec<&Operation> =
        operations.iter().copied().filter(|one| matches!(one.kind, Kind::Set | Kind::Incr)).collect();
    writes.sort_unstable_by_key(|write| write.number);
    let known = Known { writes, server, mode: rules.mode, certainty };
    for &operation in operations {
        let Some(end) = operation.end.filter(|_| operation.is_answered()) else { continue };
        let said = match operation.kind {
            Kind::Set if operation.reply.as_deref() == Some("OK") => continue,
            Kind::Set => None,
            Kind::Get => value(operation),
            Kind::Count if operation.reply.is_none() => Some(0),
            Kind::Count | Kind::Incr => operation.reply.as_deref().and_then(|reply| reply.parse().ok()),
        };
        let found = match said {
            None => Err(Violation::WrongCaller { what: shown(history, operation) }),
            Some(number) if operation.kind == Kind::Get => known.check_value(operation, end, number),
            Some(number) => known.check_count(operation, end, number),
        };
        match found {
            Ok(Held::ToWrites) => verdict.held_to_writes += 1,
            Ok(Held::ToKey) => verdict.held_to_key += 1,
            Ok(Held::LateEffect) => {
                verdict.held_to_writes += 1;
                verdict.late_effects += 1;
            }
            Err(violation) => verdict.violations.push(told(violation, &shown(history, operation))),
        }
    }
}

/// The number of the write that a value shows; 0 if there is none.
fn value(operation: &Operation) -> Option<u64> {
    let Some(reply) = &operation.reply else { return Some(0) };
    let (key, number) = reply.rsplit_once('|')?;
    if key == operation.key { number.parse().ok().filter(|&number| number > 0) } else { None }
}

/// What an answer was held to.
enum Held {
    ToWrites,
    ToKey,
    LateEffect,
}

impl Known<'_> {
    /// Whether a write must be visible to who asks from `begin` to `end`.
    fn counts(&self, write: &Operation, begin: u64, end: u64) -> bool {
        let Some(done) = write.end.filter(|_| write.is_answered()) else { return false };
        done < begin
            && self.certainty.was_at_home(self.mode, self.server, write.begin, done)
            && !self.certainty.may_be_emptied(self.server, write.begin, end)
    }

    fn check_value(&self, read: &Operation, end: u64, number: u64) -> Result<Held, Violation> {
        let at = self.writes.binary_search_by_key(&Some(number), |write| write.number);
        let shows = at.ok().map(|at| self.writes[at]);
        if number > 0 && shows.is_none_or(|write| write.begin > end) {
            return Err(Violation::WrongCaller { what: "nobody has written that yet".to_owned() });
        }
        if !self.certainty.was_at_home(self.mode, self.server, read.begin, end) {
            return Ok(Held::ToKey);
        }
        let last = self.writes.iter().rev().find(|write| self.counts(write, read.begin, end));
        let Some(last) = last.filter(|last| last.number > Some(number)) else { return Ok(Held::ToWrites) };
        // What had failed may be done later, as a server that was paused goes on with what it has been sent.
        let failed = shows.filter(|write| !write.is_answered());
        let came_late = failed.is_some_and(|write| {
            write.end.is_none_or(|failed| last.begin <= self.certainty.settled(self.server, failed))
        });
        if came_late {
            return Ok(Held::LateEffect);
        }
        let last = last.number.unwrap_or_default();
        Err(Violation::Lost { what: format!("{last} was acknowledged, {number} is there") })
    }

    /// Also for INCR, which says what the count is with its own.
    fn check_count(&self, read: &Operation, end: u64, count: u64) -> Result<Held, Violation> {
        let asked = self.writes.iter().filter(|write| write.begin <= end);
        // What was done before the server was killed is gone, if keys stay.
        let gone = |write: &Operation| {
            let done = write.end.filter(|_| self.mode == Mode::Fail && write.is_answered());
            done.is_some_and(|done| self.certainty.is_certainly_emptied(self.server, done, read.begin))
        };
        let most = asked.filter(|write| !gone(write)).count() as u64;
        if count > most {
            return Err(Violation::Twice { what: format!("it is {count}, of {most} that were asked") });
        }
        if !self.certainty.was_at_home(self.mode, self.server, read.begin, end) {
            return Ok(Held::ToKey);
        }
        let before = self.writes.iter().filter(|write| self.counts(write, read.begin, end)).count() as u64;
        let least = before + u64::from(read.kind == Kind::Incr);
        if count < least {
            return Err(Violation::Lost { what: format!("{least} were acknowledged, it is {count}") });
        }
        Ok(Held::ToWrites)
    }
}

fn told(violation: Violation, operation: &str) -> Violation {
    let with = |what: String| if what == operation { what } else { format!("{operation}: {what}") };
    match violation {
        Violation::WrongCaller { what } => Violation::WrongCaller { what: with(what) },
        Violation::Lost { what } => Violation::Lost { what: with(what) },
        Violation::Twice { what } => Violation::Twice { what: with(what) },
        other => other,
    }
}
