//! Where the keys of a command are, as the Rust of the table.

use anyhow::{Context, Result, bail};

use super::policy;
use super::record::{BeginSearch, Command, FindKeys, KeySpec};

/// Commands whose specs do not say it all, and the rule that does: the `getkeys` functions that Redis has for them.
const RULES: &[(&str, &str)] = &[("migrate", "Rule::Migrate"), ("sort", "Rule::Sort")];

/// Redis has a `getkeys` function for the commands with a count too, but for these.
const STRICT_COUNT: &[&str] = &["msetex"];

/// Its other specs are for keys that patterns name, which nobody can know.
const FIRST_SPEC_ONLY: &[&str] = &["sort_ro"];

/// The form, as an expression.
pub(super) fn of(command: &Command) -> Result<String> {
    let name = command.name.as_str();
    if let Some(keys) = policy::KEYS.iter().find(|keys| keys.names.contains(&name)) {
        let specs: Vec<String> =
            keys.specs.split(", ").filter(|spec| !spec.is_empty()).map(documented).collect::<Result<_>>()?;
        return Ok(form(&specs, "Rule::Specs", specs.is_empty()));
    }
    let mut specs = command.key_specs.as_slice();
    if FIRST_SPEC_ONLY.contains(&name) {
        specs = specs.get(..1).with_context(|| format!("{name} has no key spec"))?;
    }
    let rule = RULES.iter().find(|(of, _)| *of == name).map(|(_, rule)| *rule);
    let whole: Option<Vec<String>> = specs.iter().map(recorded).collect();
    match (whole, rule) {
        (Some(specs), Some(rule)) => Ok(form(&specs, rule, false)),
        (None, Some(rule)) => Ok(form(&[], rule, false)),
        (Some(text), None) => {
            let counted = specs.iter().any(|spec| matches!(spec.find_keys, FindKeys::Keynum { .. }));
            let rule = if counted && !STRICT_COUNT.contains(&name) { "Rule::Count" } else { "Rule::Specs" };
            let no_keys = specs.iter().all(|spec| has(spec, "not_key"));
            Ok(form(&text, rule, no_keys || command.has("no_mandatory_keys")))
        }
        (None, None) => bail!("the key specs of {name} do not say where all its keys are: it needs a rule"),
    }
}

/// Whether it has keys at all, rather than none or channels.
pub(super) fn has_keys(command: &Command) -> bool {
    match policy::KEYS.iter().find(|keys| keys.names.contains(&command.name.as_str())) {
        Some(keys) => !keys.specs.is_empty(),
        None => command.key_specs.iter().any(|spec| !has(spec, "not_key")),
    }
}

fn form(specs: &[String], rule: &str, optional: bool) -> String {
    format!("Form {{ specs: &[{}], rule: {rule}, optional: {optional} }}", specs.join(", "))
}

fn has(spec: &KeySpec, flag: &str) -> bool {
    spec.flags.iter().any(|have| have == flag)
}

/// A spec of a server; `None` where the server itself says that it does not tell all.
fn recorded(spec: &KeySpec) -> Option<String> {
    if has(spec, "incomplete") {
        return None;
    }
    let (begin, from) = match &spec.begin_search {
        BeginSearch::Index { index } => (format!("Begin::Index({index})"), *index),
        BeginSearch::Keyword { keyword, startfrom } => {
            (format!("Begin::Keyword({:?}, {startfrom})", keyword.to_ascii_lowercase()), 0)
        }
        BeginSearch::Unknown {} => return None,
    };
    let find = match spec.find_keys {
        FindKeys::Range { lastkey, keystep, limit } => range(lastkey, keystep, limit),
        FindKeys::Keynum { keynumidx, firstkey, keystep } => {
            count(from + keynumidx, from + firstkey, keystep)
        }
        FindKeys::Unknown {} => return None,
    };
    Some(text(&begin, &find, has(spec, "not_key")))
}

/// A spec of our own list: `range FIRST LAST STEP` or `count COUNT FIRST STEP`.
fn documented(spec: &str) -> Result<String> {
    let words: Vec<&str> = spec.split(' ').collect();
    let [kind, a, b, c] = words.as_slice() else { bail!("`{spec}` is no key spec") };
    match *kind {
        "range" => Ok(text(&format!("Begin::Index({a})"), &range(b.parse()?, c.parse()?, 0), false)),
        "count" => Ok(text(&format!("Begin::Index({a})"), &count(a.parse()?, b.parse()?, c.parse()?), false)),
        _ => bail!("`{spec}` is no key spec"),
    }
}

fn range(last: i8, step: u8, limit: u8) -> String {
    format!("Find::Range {{ last: {last}, step: {step}, limit: {limit} }}")
}

fn count(count: u8, first: u8, step: u8) -> String {
    format!("Find::Count {{ count: {count}, first: {first}, step: {step} }}")
}

fn text(begin: &str, find: &str, channels: bool) -> String {
    format!("Spec {{ begin: {begin}, find: {find}, channels: {channels} }}")
}
