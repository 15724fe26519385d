//! A row of the table, from what the servers say and what the list of policies adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};

use super::form;
use super::policy::{CHANNELS, KEYS, POLICIES, WRITES};
use super::record::Command;

/// A command of the table.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) arity: i8,
    pub(super) access: &'static str,
    pub(super) fan_out: &'static str,
    pub(super) merge: &'static str,
    pub(super) form: String,
    blocking: bool,
    container: bool,
}

/// A row without its name. The order is that of the table.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    fan_out: &'static str,
    merge: &'static str,
    access: &'static str,
    form: usize,
    arity: i8,
    blocking: bool,
    container: bool,
}

impl Row {
    pub(super) fn class(&self, forms: &[&str]) -> Result<Class> {
        let form = forms.iter().position(|form| *form == self.form);
        Ok(Class {
            fan_out: self.fan_out,
            merge: self.merge,
            access: self.access,
            form: form.context("a form of keys is missing")?,
            arity: self.arity,
            blocking: self.blocking,
            container: self.container,
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fan_out, merge, access, form, arity, blocking, container } = self;
        write!(
            f,
            "class({arity}, Access::{access}, {blocking}, FanOut::{fan_out}, Merge::{merge}, {container}, {form})"
        )
    }
}

/// The rows of all commands, by name.
pub(super) fn rows(mut commands: BTreeMap<String, Command>) -> Result<Vec<Row>> {
    for &(name, sibling) in CHANNELS {
        let specs = commands.get(sibling).with_context(|| format!("no {sibling}"))?.key_specs.clone();
        commands.get_mut(name).with_context(|| format!("no {name}"))?.key_specs = specs;
    }
    let named =
        POLICIES.iter().flat_map(|policy| policy.names).chain(KEYS.iter().flat_map(|keys| keys.names));
    for name in named.chain(WRITES) {
        let prefix = name.strip_suffix('*');
        if !commands.keys().any(|have| prefix.map_or(have == name, |prefix| have.starts_with(prefix))) {
            bail!("the list of policies names {name}, which no server knows");
        }
    }
    let mut needed = BTreeSet::new();
    let rows = commands.values().map(|command| row(command, &mut needed)).collect::<Result<_>>()?;
    match (0..POLICIES.len()).find(|index| !needed.contains(index)) {
        Some(index) => bail!("the policy of {:?} is what the tips say already", POLICIES[index].names),
        None => Ok(rows),
    }
}

fn row(command: &Command, needed: &mut BTreeSet<usize>) -> Result<Row> {
    let name = command.name.as_str();
    let form = form::of(command).with_context(|| format!("the keys of {name}"))?;
    let tipped = tips(command, form::has_keys(command));
    let by_prefix = || {
        POLICIES.iter().position(|policy| {
            policy
                .names
                .iter()
                .any(|have| have.strip_suffix('*').is_some_and(|prefix| name.starts_with(prefix)))
        })
    };
    let prefixed = if command.tip("request_policy").is_none() { by_prefix() } else { None };
    let words = |index: usize| (POLICIES[index].fan_out, POLICIES[index].merge);
    let unlisted = || prefixed.map_or_else(|| tipped.as_ref().ok().copied(), |index| Some(words(index)));
    let exact = POLICIES.iter().position(|policy| policy.names.contains(&name));
    needed.extend(exact.filter(|index| unlisted() != Some(words(*index))).into_iter().chain(prefixed));
    let (fan_out, merge) = match exact.or(prefixed) {
        Some(index) => words(index),
        None => tipped.with_context(|| format!("{name} needs a row in the list of policies"))?,
    };
    let access = match (command.has("readonly"), command.has("write") || WRITES.contains(&name)) {
        (_, true) => "Write",
        (true, false) => "Read",
        (false, false) => "Neither",
    };
    Ok(Row {
        name: name.to_owned(),
        arity: command.arity,
        access,
        fan_out,
        merge,
        form,
        blocking: command.has("blocking"),
        container: command.container,
    })
}

/// What the tips say, and where there are none, Redis's defaults: the node of the keys, or any.
fn tips(command: &Command, keys: bool) -> Result<(&'static str, &'static str)> {
    let channels = command.key_specs.iter().any(|spec| spec.flags.iter().any(|flag| flag == "not_key"));
    let fan_out = match command.tip("request_policy") {
        None if keys => "Home",
        None if channels => "Channel",
        None => "Any",
        Some("all_shards") => "AllPrimaries",
        Some("all_nodes") => "AllNodes",
        Some("multi_shard") => "Split",
        Some(other) => bail!("request_policy:{other} is for the client to know"),
    };
    let merge = match (command.tip("response_policy"), fan_out) {
        (None, "Home" | "Channel" | "Any") => "None",
        (None, "Split") => "ByKey",
        (None, _) => "Union",
        (Some("agg_sum"), _) => "Sum",
        (Some("agg_min"), _) => "Min",
        (Some("agg_logical_and"), _) => "And",
        (Some("all_succeeded"), _) => "AllOk",
        (Some("one_succeeded"), _) => "OneOk",
        (Some(other), _) => bail!("response_policy:{other} is for the client to know"),
    };
    Ok((fan_out, merge))
}
