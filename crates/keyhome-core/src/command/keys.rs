//! Which words of a command are keys, by key specs and rules; the same as COMMAND GETKEYS of Redis 7.0 (src/db.c,
//! `getKeysFromCommandWithSpecs`).

use alloc::vec::Vec;

use super::class::{Begin, Find, Form, Rule, Spec};
use super::number::{atoi, strict};

/// Adds the positions of the keys; false where the words do not fit, and then nothing is added.
pub(super) fn find<A: AsRef<[u8]>>(form: &Form, args: &[A], out: &mut Vec<usize>) -> bool {
    let before = out.len();
    if !form.specs.is_empty() {
        if by_specs(form.specs, args, false, out) {
            return true;
        }
        out.truncate(before);
    }
    by_rule(form, args, out);
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
        let Some((first, last, step)) = range(spec, args) else { return false };
        let fits = first <= last && last < args.len();
        if fits {
            out.extend((first..=last).step_by(step));
        }
        fits
    })
}

/// The first key of a spec, a word up to which there are keys, and the step between them.
fn range<A: AsRef<[u8]>>(spec: &Spec, args: &[A]) -> Option<(usize, usize, usize)> {
    let first = match spec.begin {
        Begin::Index(index) => usize::from(index),
        Begin::Keyword(keyword, from) => {
            let from = usize::from(from);
            let searched = args.get(from..args.len().checked_sub(1)?)?;
            from + 1 + searched.iter().position(|word| is(word, keyword))?
        }
    };
    match spec.find {
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

fn by_rule<A: AsRef<[u8]>>(form: &Form, args: &[A], out: &mut Vec<usize>) {
    match form.rule {
        Rule::Specs => {}
        Rule::Count => counted(form.specs, args, out),
        Rule::Sort => {
            out.push(1);
            out.extend(last_option(args, 2, &["store"], &[("limit", 2), ("get", 1), ("by", 1)]));
        }
        Rule::Store(from) => {
            out.push(1);
            out.extend(last_option(args, usize::from(from), &["store", "storedist"], &[]));
        }
        Rule::Migrate => migrated(args, out),
    }
}

/// The keys of a command with a count, read as leniently as the servers read it when the specs do not fit. The key that
/// stands apart (the destination of ZUNIONSTORE) comes last then.
fn counted<A: AsRef<[u8]>>(specs: &[Spec], args: &[A], out: &mut Vec<usize>) {
    for spec in specs {
        let Find::Count { count, first, step } = spec.find else { continue };
        let (first, step) = (usize::from(first), usize::from(step));
        let Some(count) = args.get(usize::from(count)).and_then(|word| atoi(word.as_ref())) else { return };
        if count == 0 || count > args.len().saturating_sub(first) / step {
            return;
        }
        out.extend((first..).step_by(step).take(count));
    }
    by_specs(without_counts(specs), args, false, out);
}

/// The specs before the one with a count: a count is the last spec of every command that has one.
fn without_counts(specs: &[Spec]) -> &[Spec] {
    match specs {
        [before @ .., Spec { find: Find::Count { .. }, .. }] => before,
        all => all,
    }
}

/// The word after the last of some options, where each word that is no option is passed over.
fn last_option<A: AsRef<[u8]>>(
    args: &[A],
    from: usize,
    options: &[&str],
    with_words: &[(&str, usize)],
) -> Option<usize> {
    let (mut at, mut found) = (from, None);
    while let Some(word) = args.get(at) {
        if let Some((_, words)) = with_words.iter().find(|(option, _)| is(word, option)) {
            at += words;
        } else if options.iter().any(|option| is(word, option)) && at + 1 < args.len() {
            found = Some(at + 1);
            // SORT looks at the word after STORE again, GEORADIUS does not.
            at += usize::from(with_words.is_empty());
        }
        at += 1;
    }
    found
}

/// One key, the fourth word; or with KEYS, which needs an empty fourth word, all after it.
fn migrated<A: AsRef<[u8]>>(args: &[A], out: &mut Vec<usize>) {
    let mut at = 6;
    while let Some(word) = args.get(at) {
        if is(word, "keys") {
            if args.get(3).is_some_and(|key| key.as_ref().is_empty()) {
                out.extend(at + 1..args.len());
            }
            return;
        }
        let passwords = [("auth", 1), ("auth2", 2)];
        at += 1 + passwords.iter().find(|(option, _)| is(word, option)).map_or(0, |(_, words)| *words);
    }
    out.push(3);
}

fn is(word: &impl AsRef<[u8]>, option: &str) -> bool {
    word.as_ref().eq_ignore_ascii_case(option.as_bytes())
}
