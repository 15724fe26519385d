//! How many cases ran, which did not and why, and what went wrong.

use std::{collections::BTreeMap, fmt::Debug};

/// The count of one file of cases at one door.
#[derive(Debug)]
pub struct Tally {
    what: String,
    cases: usize,
    items: BTreeMap<&'static str, usize>,
    not_here: BTreeMap<&'static str, Vec<String>>,
    left_out: BTreeMap<&'static str, Vec<String>>,
    failures: Vec<String>,
}

/// How many cases a door was asked, and how many it cannot be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Asked, and answered as they should be.
    pub answered: usize,
    /// Listed with the reason.
    pub not_here: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cases: 0,
            items: BTreeMap::new(),
            not_here: BTreeMap::new(),
            left_out: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// A case was run and held so many of these.
    pub fn ran(&mut self, count: usize, items: &'static str) {
        self.cases += 1;
        *self.items.entry(items).or_default() += count;
    }

    /// A case cannot be asked at this door.
    pub fn not_here(&mut self, case: &str, why: &'static str) {
        self.not_here.entry(why).or_default().push(case.to_owned());
    }

    /// A part of a case is not compared.
    pub fn leave_out(&mut self, part: &str, why: &'static str) {
        self.left_out.entry(why).or_default().push(part.to_owned());
    }

    /// A case went wrong.
    pub fn fail(&mut self, case: &str, what: impl Into<String>) {
        self.failures.push(format!("{case}: {}", what.into()));
    }

    /// A case goes wrong if what was given differs from what was wanted.
    pub fn compare<T: PartialEq + Debug>(&mut self, case: &str, given: &T, wanted: &T) {
        if given != wanted {
            self.fail(case, format!("given {given:?}, wanted {wanted:?}"));
        }
    }

    /// Prints the count, and panics if a case went wrong or if there were fewer cases than `at_least`, those that
    /// cannot be asked here included.
    pub fn finish(self, at_least: usize) -> Count {
        let items: Vec<String> = self
            .items
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(what, count)| format!(", {count} {what}"))
            .collect();
        println!("{}: {} cases{}", self.what, self.cases, items.concat());
        for (why, names) in &self.not_here {
            println!("{}: {} cannot be asked: {why}", self.what, names.len());
            if self.cases > 0 {
                println!("  {}", names.join("\n  "));
            }
        }
        for (why, parts) in &self.left_out {
            println!("{}: {} not compared: {why}\n  {}", self.what, parts.len(), parts.join("\n  "));
        }
        let most = self.failures.len().min(20);
        let shown = self.failures[..most].join("\n  ");
        assert!(self.failures.is_empty(), "{}: {} failures:\n  {shown}", self.what, self.failures.len());
        let not_here = self.not_here.values().map(Vec::len).sum::<usize>();
        let all = self.cases + not_here;
        assert!(all >= at_least, "{}: {all} cases, and there should be {at_least}", self.what);
        Count { answered: self.cases, not_here }
    }
}
