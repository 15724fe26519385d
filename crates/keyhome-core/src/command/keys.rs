//! Which words of a command are keys, by key specs and rules; the same as COMMAND GETKEYS of Redis 7.0 (src/db.c,
//! `getKeysFromCommandWithSpecs`).

use alloc::vec::Vec;

use super::class::{Begin, Find, Form, Rule, Spec};
use super::number::{atoi, strict};

/// Adds the positions of the keys; false where the words do not fit, and then nothing is added.
pub(super) fn find<A: AsRef<[u8]>>(form: &Form, args: &[A], out: &mut Vec<usize>) -> bool {
    let before = out.len();
    match form.rule {
        Rule::Sort => sorted(args, out),
        Rule::Migrate => migrated(args, out),
        Rule::Specs | Rule::Count => {
            if !by_specs(form.specs, args, false, out) {
                out.truncate(before);
                if matches!(form.rule, Rule::Count) {
                    counted(form.specs, args, out);
                }
            }
        }
    }
    out.len() > before || form.optional
}

/// Adds what each spec finds; false as soon as one of them does not fit the words.
pub(super) fn by_specs<A: AsRef<[u8]>>(
    specs: &[Spec],
    args: &[A],
    channels: bool,
    out: &mut Vec<usize>,
) -> bool {
    specs.iter().filter(|spec| spec.channels == channels).all(|spec| {
        // A keyword that is not there is an option that was not used.
        let Some(begin) = begin(spec.begin, args) else { return true };
        let Some((first, last, step)) = range(spec.find, begin, args) else { return false };
        let fits = first <= last && last < args.len();
        if fits {
            // Not `step_by`, which divides to know its length.
            let mut at = first;
            while at <= last {
                out.push(at);
                at += step;
            }
        }
        fits
    })
}

fn begin<A: AsRef<[u8]>>(begin: Begin, args: &[A]) -> Option<usize> {
    match begin {
        Begin::Index(index) => Some(usize::from(index)),
        Begin::Keyword(keyword, from) => {
            let from = usize::from(from);
            let searched = args.get(from..args.len().checked_sub(1)?)?;
            Some(from + 1 + searched.iter().position(|word| is(word, keyword))?)
        }
    }
}

/// The first key of a spec, a word up to which there are keys, and the step between them.
fn range<A: AsRef<[u8]>>(find: Find, first: usize, args: &[A]) -> Option<(usize, usize, usize)> {
    match find {
        Find::Range { last, step, limit } => {
            let last = match (last, limit) {
                (0.., _) => first + usize::from(last.unsigned_abs()),
                (_, 0) => args.len().checked_sub(usize::from(last.unsigned_abs()))?,
                // What is left after the keyword: of 2n words, or of 2n + 1, the first n are keys.
                (_, limit) => (first + args.len().checked_sub(first)? / usize::from(limit)).checked_sub(1)?,
            };
            Some((first, last, usize::from(step)))
        }
        Find::Count { count, first, step } => {
            let (first, step) = (usize::from(first), usize::from(step));
            let count = strict(args.get(usize::from(count))?.as_ref())?;
            Some((first, first.checked_add(count.checked_sub(1)?.checked_mul(step)?)?, step))
        }
    }
}

/// The keys of a command with a count, read as leniently as the servers read it when the specs do not fit. The key that
/// stands apart (the destination of ZUNIONSTORE) comes last then.
fn counted<A: AsRef<[u8]>>(specs: &[Spec], args: &[A], out: &mut Vec<usize>) {
    // A count is the last spec of every command that has one.
    let Some((Spec { find: Find::Count { count, first, step }, .. }, others)) = specs.split_last() else {
        return;
    };
    let (first, step) = (usize::from(*first), usize::from(*step));
    let Some(count) = args.get(usize::from(*count)).and_then(|word| atoi(word.as_ref())) else { return };
    if count > 0 && count <= args.len().saturating_sub(first) / step {
        out.extend((first..).step_by(step).take(count));
        by_specs(others, args, false, out);
    }
}

/// The first word, and the word after the last STORE. Each word that is no option is passed over.
fn sorted<A: AsRef<[u8]>>(args: &[A], out: &mut Vec<usize>) {
    let (mut at, mut stored) = (2, None);
    while let Some(word) = args.get(at) {
        if is(word, "store") && at + 1 < args.len() {
            stored = Some(at + 1);
        }
        at += 1 + words_of(word, &[("limit", 2), ("get", 1), ("by", 1)]);
    }
    out.push(1);
    out.extend(stored);
}

/// The fourth word; or with KEYS, which needs an empty fourth word, all after it. KEYS as the last word alone is passed
/// over.
fn migrated<A: AsRef<[u8]>>(args: &[A], out: &mut Vec<usize>) {
    let before_last = args.get(2..args.len().saturating_sub(1)).unwrap_or_default();
    let mut at = if before_last.iter().any(|word| is(word, "keys")) { 6 } else { args.len() };
    while let Some(word) = args.get(at) {
        if is(word, "keys") {
            if args.get(3).is_some_and(|key| key.as_ref().is_empty()) {
                out.extend(at + 1..args.len());
            }
            return;
        }
        at += 1 + words_of(word, &[("auth", 1), ("auth2", 2)]);
    }
    out.push(3);
}

/// How many words belong to an option.
fn words_of(word: &impl AsRef<[u8]>, options: &[(&str, usize)]) -> usize {
    options.iter().find(|(option, _)| is(word, option)).map_or(0, |(_, words)| *words)
}

fn is(word: &impl AsRef<[u8]>, option: &str) -> bool {
    word.as_ref().eq_ignore_ascii_case(option.as_bytes())
}
