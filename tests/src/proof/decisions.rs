//! What doors decide beside the homes of keys: the calls of runs, and commands. The first door decides, and all others
//! must decide the same.

use std::fmt::Debug;

use super::disagreement::{About, Disagreement};
use crate::{
    at_once,
    cases::Key,
    door::{Asked, Door},
    traces::Run,
};

/// Plays runs in all doors. How many calls each has made.
pub(crate) fn replay(doors: &[Box<dyn Door>], runs: &[Run]) -> Result<Vec<usize>, Disagreement> {
    let played = at_once::each(doors, |door| runs.iter().map(|run| door.replay(run)).collect::<Vec<_>>());
    for (door, others) in doors.iter().zip(&played).skip(1) {
        for (run, (one, other)) in runs.iter().zip(played[0].iter().zip(others)) {
            if differ(one, other).is_some() {
                let differ = |run: &Run| differ(&doors[0].replay(run), &door.replay(run));
                let run = shortest_run(differ, run);
                let said = at_once::each(doors, |door| last(door.replay(&run)));
                return Err(disagreement(doors, About::Run(Box::new(run)), said));
            }
        }
    }
    Ok(played.iter().map(|runs| runs.iter().map(Asked::count).sum()).collect())
}

/// Asks all doors for commands. How many each has answered.
pub(crate) fn commands(doors: &[Box<dyn Door>], all: &[Vec<Key>]) -> Result<Vec<usize>, Disagreement> {
    let said = at_once::each(doors, |door| door.commands(all));
    for (door, other) in doors.iter().zip(&said).skip(1) {
        if let Some(at) = differ(&said[0], other) {
            let differs = |words: &Vec<Key>| {
                let words = std::slice::from_ref(words);
                differ(&doors[0].commands(words), &door.commands(words)).is_some()
            };
            let words = shortest_command(differs, &all[at]);
            let said = at_once::each(doors, |door| last(door.commands(std::slice::from_ref(&words))));
            return Err(disagreement(doors, About::Command(words), said));
        }
    }
    Ok(said.iter().map(Asked::count).collect())
}

/// The first place at which two differ that were both asked.
fn differ<T: PartialEq>(one: &Asked<Vec<T>>, other: &Asked<Vec<T>>) -> Option<usize> {
    match (one, other) {
        (Asked::NotHere(_), _) | (_, Asked::NotHere(_)) => None,
        (Asked::Answered(one), Asked::Answered(other)) if one.len() == other.len() => {
            one.iter().zip(other).position(|(one, other)| one != other)
        }
        (Asked::Refused(one), Asked::Refused(other)) => (one.code != other.code).then_some(0),
        _ => Some(0),
    }
}

fn last<T: Debug>(asked: Asked<Vec<T>>) -> String {
    match asked {
        Asked::Answered(answers) => answers.last().map_or_else(String::new, |answer| format!("{answer:?}")),
        Asked::Refused(refusal) => format!("all of it is refused: {}", refusal.code),
        Asked::NotHere(_) => "not asked".to_owned(),
    }
}

fn disagreement(doors: &[Box<dyn Door>], about: About, said: Vec<String>) -> Disagreement {
    let said = doors.iter().map(|door| door.name().to_owned()).zip(said).collect();
    Disagreement { about, said, note: String::new() }
}

/// As few calls as show that two differ, the last of them being the one that shows it. `differ` gives the first call at
/// which they do.
fn shortest_run(differ: impl Fn(&Run) -> Option<usize>, run: &Run) -> Run {
    let up_to = |run: &Run, last: usize| run.keeping(|number| number <= last);
    let mut run = differ(run).map_or_else(|| run.clone(), |last| up_to(run, last));
    let mut piece = run.len().div_ceil(2);
    while piece > 0 {
        let mut from = 0;
        while from < run.len() {
            let fewer = run.keeping(|number| !(from..from + piece).contains(&number));
            match differ(&fewer) {
                Some(last) => run = up_to(&fewer, last),
                None => from += piece,
            }
        }
        piece /= 2;
    }
    run
}

/// As few words as show that two differ.
fn shortest_command(differs: impl Fn(&Vec<Key>) -> bool, words: &[Key]) -> Vec<Key> {
    let mut words = words.to_vec();
    let mut at = 0;
    while at < words.len() {
        let mut fewer = words.clone();
        fewer.remove(at);
        if differs(&fewer) {
            (words, at) = (fewer, 0);
        } else {
            at += 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{
        Refusal, commands,
        traces::{self, health},
    };

    /// A door to which failures and checks are the same.
    fn wrong(run: &Run) -> Vec<Value> {
        let mut run = run.clone();
        if let Run::Health(_, calls) = &mut run {
            for call in calls {
                if let health::Call::Report { outcome, .. } = call
                    && outcome == "check_failed"
                {
                    *outcome = "failure".to_owned();
                }
            }
        }
        run.play()
    }

    #[test]
    fn a_run_is_shown_as_few_calls() {
        let mut shown = 0;
        for (run, gives) in traces::recorded() {
            assert_eq!(run.play(), gives);
            let differ = |run: &Run| differ(&Asked::Answered(run.play()), &Asked::Answered(wrong(run)));
            if differ(&run).is_none() {
                continue;
            }
            let short = shortest_run(differ, &run);
            assert_eq!(differ(&short), Some(short.len() - 1), "{short:?}");
            assert!(short.len() <= 8, "a node that is out, a check, and a look: {short:?}");
            shown += 1;
        }
        assert!(shown > 5, "{shown}");
    }

    #[test]
    fn a_command_is_shown_in_few_words() {
        // A door that does not find what stands behind STORE.
        let keys = |words: &Vec<Key>| keyhome::command_keys(words).ok();
        let wrong = |words: &Vec<Key>| {
            keys(words).map(|keys| {
                let is_store = |at: usize| words[at - 1].0.eq_ignore_ascii_case(b"STORE");
                keys.into_iter().filter(|key| !is_store(*key)).collect::<Vec<_>>()
            })
        };
        let differs = |words: &Vec<Key>| keys(words) != wrong(words);
        let mut shown = 0;
        for words in commands::random(3, 20_000).iter().filter(|words| differs(words)) {
            let short = shortest_command(differs, words);
            assert!(differs(&short) && short.len() <= 9, "{short:?}");
            shown += 1;
        }
        assert!(shown > 20, "{shown}");
    }

    #[test]
    fn what_is_refused_or_not_asked_is_no_answer() {
        let refused = |code: &str| {
            Asked::Refused(Refusal { code: code.to_owned(), line: None, column: None, position: None })
        };
        let answered = |answers: &[u8]| Asked::Answered(answers.to_vec());
        assert_eq!(differ(&answered(&[1, 2]), &answered(&[1, 3])), Some(1));
        assert_eq!(differ(&answered(&[1]), &answered(&[1, 3])), Some(0));
        assert_eq!(differ(&answered(&[1]), &refused("pool.empty")), Some(0));
        assert_eq!(differ::<u8>(&refused("pool.empty"), &refused("pool.empty")), None);
        assert_eq!(differ::<u8>(&refused("pool.empty"), &refused("config.nodes")), Some(0));
        assert_eq!(differ(&answered(&[1]), &Asked::NotHere("it has no such question")), None);
    }
}
