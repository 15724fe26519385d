//! Asking several for the same homes, and what is shown where they differ.

use std::fmt;

use super::shrink::smallest;
use crate::{
    at_once,
    cases::{Key, to_hex},
    door::{Asked, Home, Witness},
    doors::shown,
    pool::Pool,
    traces::Run,
};

/// Two do not say the same.
#[derive(Debug)]
pub struct Disagreement {
    /// What they were asked.
    pub about: About,
    /// Who says what.
    pub said: Vec<(String, String)>,
    /// What else there is to know.
    pub note: String,
}

/// What is in question.
#[derive(Debug)]
pub enum About {
    /// The home of a key in a pool.
    Home(Key, Box<Pool>),
    /// Which positions are whose in a pool.
    Arcs(Box<Pool>),
    /// The slot of a key.
    Slot(Key),
    /// The keys or the route of a command.
    Command(Vec<Key>),
    /// What the last call of a run gives.
    Run(Box<Run>),
}

impl Disagreement {
    /// Two do not say the same about a slot.
    pub(super) fn of_slots(key: &Key, said: &[(&str, u16)]) -> Self {
        let said = said.iter().map(|(who, slot)| ((*who).to_owned(), slot.to_string())).collect();
        Self { about: About::Slot(key.clone()), said, note: String::new() }
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.about {
            About::Home(key, _) | About::Slot(key) => writeln!(f, "key {}", Shown(key))?,
            About::Arcs(_) => writeln!(f, "arcs")?,
            About::Command(words) => {
                writeln!(f, "command")?;
                words.iter().try_for_each(|word| writeln!(f, "  {}", Shown(word)))?;
            }
            About::Run(run) => {
                let (header, calls) = run.lines();
                writeln!(f, "the last call of\n  {header}")?;
                calls.iter().try_for_each(|call| writeln!(f, "  {call}"))?;
            }
        }
        for (who, what) in &self.said {
            writeln!(f, "  {who:<17}  {what}")?;
        }
        if let About::Home(_, pool) | About::Arcs(pool) = &self.about {
            if !pool.gone.is_empty() {
                writeln!(f, "without {}, of the pool", pool.gone().join(", "))?;
            }
            write!(f, "{}", pool.text())?;
        }
        write!(f, "{}", self.note)
    }
}

/// In hexadecimal digits, and as text where it is one.
struct Shown<'k>(&'k Key);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Key(key)) = self;
        let text = str::from_utf8(key).map_or_else(|_| "not UTF-8".to_owned(), |text| format!("{text:?}"));
        write!(f, "{} ({text}, {} bytes)", to_hex(key), key.len())
    }
}

/// Asks all at once for the homes of keys, and compares each with the first. How many homes each has given; the
/// smallest disagreement that can be found, if there is one.
pub fn compare(witnesses: &[&dyn Witness], pool: &Pool, keys: &[Key]) -> Result<Vec<usize>, Disagreement> {
    let answers = at_once::each(witnesses, |witness| witness.homes(pool, keys));
    for (witness, answer) in witnesses.iter().zip(&answers).skip(1) {
        if let Some(at) = first_difference(&answers[0], answer, keys) {
            return Err(shrunk(witnesses, [witnesses[0], *witness], pool, &keys[at]));
        }
    }
    Ok(answers.iter().map(Asked::count).collect())
}

/// The position of the shortest key about which two differ.
pub(super) fn first_difference(
    one: &Asked<Vec<Home>>,
    other: &Asked<Vec<Home>>,
    keys: &[Key],
) -> Option<usize> {
    match (one, other) {
        (Asked::NotHere(_), _) | (_, Asked::NotHere(_)) => None,
        (Asked::Answered(one), Asked::Answered(other)) => {
            assert_eq!((one.len(), other.len()), (keys.len(), keys.len()), "a home for each key");
            let differ = (0..keys.len()).filter(|&at| one[at] != other[at]);
            differ.min_by_key(|&at| (keys[at].0.len(), at))
        }
        (Asked::Refused(one), Asked::Refused(other)) => (one.code != other.code).then_some(0),
        (Asked::Answered(_), Asked::Refused(_)) | (Asked::Refused(_), Asked::Answered(_)) => Some(0),
    }
}

fn shrunk(all: &[&dyn Witness], two: [&dyn Witness; 2], pool: &Pool, key: &Key) -> Disagreement {
    let (small, note) = match smallest(two, pool, key) {
        Some(small) => (small, String::new()),
        None => (
            (pool.clone(), key.clone()),
            "They differ when they are asked for many keys, not for this one alone.\n".to_owned(),
        ),
    };
    let (pool, key) = small;
    let answers = at_once::each(all, |witness| witness.homes(&pool, std::slice::from_ref(&key)));
    let said = all.iter().zip(answers).map(|(witness, answer)| {
        let said = match answer {
            Asked::Answered(homes) => named(&pool, &homes[0]),
            Asked::Refused(refusal) => refusal.code,
            Asked::NotHere(why) => format!("not asked: {why}"),
        };
        (witness.name().to_owned(), said)
    });
    Disagreement { said: said.collect(), about: About::Home(key, Box::new(pool)), note }
}

/// A home with the name of its node.
pub(super) fn named(pool: &Pool, home: &Home) -> String {
    match home {
        Ok(index) if *index < pool.nodes.len() => format!("{index} ({})", pool.name(*index)),
        home => shown(home),
    }
}
