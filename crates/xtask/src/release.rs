//! The release workflow names what there is: it runs where nobody looks until a release is to be made.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::test;

const WORKFLOW: &str = ".github/workflows/release.yml";
const PLATFORMS: &str = "node/scripts/platforms.mjs";

/// What each part of an npm platform is called by rustc.
const SYSTEMS: &[(&str, &str)] = &[
    ("linux-x64-gnu", "x86_64-unknown-linux-gnu"),
    ("linux-x64-musl", "x86_64-unknown-linux-musl"),
    ("linux-arm64-gnu", "aarch64-unknown-linux-gnu"),
    ("linux-arm64-musl", "aarch64-unknown-linux-musl"),
    ("darwin-x64", "x86_64-apple-darwin"),
    ("darwin-arm64", "aarch64-apple-darwin"),
    ("win32-x64-msvc", "x86_64-pc-windows-msvc"),
    ("win32-arm64-msvc", "aarch64-pc-windows-msvc"),
];

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let read = |file: &str| fs::read_to_string(checkout.root().join(file)).with_context(|| file.to_owned());
    let (workflow, platforms) = (read(WORKFLOW)?, read(PLATFORMS)?);
    let addons = addons(&workflow)?;
    platforms_are_those_of(&addons, &platforms)?;
    let wheels: BTreeSet<&str> =
        job(&workflow, "wheel")?.lines().filter_map(|row| field(row, "target")).collect();
    let targets: BTreeSet<&str> = addons.iter().map(|&(_, target)| target).collect();
    ensure!(wheels == targets, "{WORKFLOW}: wheels are built for {wheels:?}, addons for {targets:?}");
    counts(&workflow, "publish-npm", "dist/*.tgz", addons.len() + 1)?;
    counts(&workflow, "publish-pypi", "dist/*.whl", wheels.len())?;
    let binaries = rows(job(&workflow, "binary")?) + rows(job(&workflow, "binary-macos")?);
    counts(&workflow, "publish-binaries", "./*.tar.gz", binaries)?;
    let named = stages(&workflow);
    ensure!(!named.is_empty(), "{WORKFLOW} runs no stage");
    named.iter().try_for_each(|stage| test::is_a_stage(stage))?;
    let packages: BTreeSet<&str> = after(&workflow, "--package ").collect();
    for package in &packages {
        let is_ours = checkout.metadata.ours().any(|ours| ours.name == *package);
        ensure!(is_ours, "{WORKFLOW} builds {package}, which is no package of ours");
    }
    anstream::println!(
        "{} addons, {} wheels, {binaries} binaries, {} stages: all as the tree names them",
        addons.len(),
        wheels.len(),
        named.len()
    );
    Ok(())
}

/// The packages of the addons, and for which target each is built.
fn addons(workflow: &str) -> Result<Vec<(&str, &str)>> {
    let rows = job(workflow, "addon")?.lines();
    let pairs: Vec<_> =
        rows.filter_map(|row| Some((field(row, "package")?, field(row, "target")?))).collect();
    for &(package, target) in &pairs {
        let platform = package.strip_prefix("keyhome-").unwrap_or(package);
        let fits = SYSTEMS.contains(&(platform, target));
        ensure!(fits, "{WORKFLOW}: {package} is not what is built for {target}");
    }
    Ok(pairs)
}

/// Whether the package looks for the addons that are built, and for no others.
fn platforms_are_those_of(addons: &[(&str, &str)], platforms: &str) -> Result<()> {
    let built: BTreeSet<&str> = addons.iter().map(|&(package, _)| package).collect();
    let wanted: BTreeSet<&str> =
        after(platforms, "{ name: \"").map(|name| name.trim_end_matches('"')).collect();
    ensure!(built == wanted, "{WORKFLOW} builds {built:?}; {PLATFORMS} names {wanted:?}");
    Ok(())
}

/// The lines of a job.
fn job<'a>(workflow: &'a str, name: &str) -> Result<&'a str> {
    let head = format!("\n  {name}:\n");
    let (_, from) = workflow.split_once(&head).with_context(|| format!("{WORKFLOW} has no job {name}"))?;
    // The next line that is indented as the job's name is.
    let is_next = |(at, _): &(usize, &str)| {
        from.get(at + 1..).is_some_and(|rest| {
            rest.starts_with("  ") && rest.chars().nth(2).is_some_and(|sign| !sign.is_whitespace())
        })
    };
    let end = from.match_indices('\n').find(is_next).map_or(from.len(), |(at, _)| at);
    Ok(from.get(..end).unwrap_or(from))
}

/// The value of a field of a row of a matrix, `- { package: a, target: b }`.
fn field<'a>(row: &'a str, name: &str) -> Option<&'a str> {
    let inside = row.trim().strip_prefix("- {")?.strip_suffix('}')?;
    inside.split(',').find_map(|pair| {
        let (key, value) = pair.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

fn rows(job: &str) -> usize {
    job.lines().filter(|line| line.trim().starts_with("- {")).count()
}

/// Whether a job counts the files that it publishes, and how many they should be.
fn counts(workflow: &str, name: &str, files: &str, number: usize) -> Result<()> {
    let line = format!("test \"$(ls {files} | wc -l)\" = {number}");
    ensure!(job(workflow, name)?.contains(&line), "{WORKFLOW}: {name} does not say `{line}`");
    Ok(())
}

/// The stages that it runs.
fn stages(workflow: &str) -> BTreeSet<&str> {
    let commands = workflow.lines().filter(|line| !line.trim().starts_with('#'));
    commands
        .filter_map(|line| line.split_once("cargo xtask test "))
        .flat_map(|(_, names)| names.split_whitespace())
        .collect()
}

/// The words that stand behind each `mark`.
fn after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split([' ', ',', '\n']).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "jobs:\n  addon:\n    include:\n      - { package: keyhome-darwin-x64, target: x86_64-apple-darwin, a: b }\n\
                        \x20 publish:\n    run: |\n      test \"$(ls *.tgz | wc -l)\" = 2\n      cargo xtask test node npm\n";

    #[test]
    fn jobs_rows_and_fields() {
        assert_eq!(rows(job(TEXT, "addon").unwrap()), 1);
        assert_eq!(addons(TEXT).unwrap(), [("keyhome-darwin-x64", "x86_64-apple-darwin")]);
        assert!(addons(&TEXT.replace("x86_64-apple", "aarch64-apple")).is_err());
        assert!(job(TEXT, "other").is_err());
        assert!(counts(TEXT, "publish", "*.tgz", 2).is_ok());
        assert!(counts(TEXT, "publish", "*.tgz", 3).is_err());
        assert_eq!(stages(TEXT), BTreeSet::from(["node", "npm"]));
    }

    #[test]
    fn an_addon_that_nobody_looks_for() {
        let addons = [("keyhome-a", "x"), ("keyhome-b", "y")];
        let both = "[\n  { name: \"keyhome-a\", os: 1 },\n  { name: \"keyhome-b\", os: 2 },\n]";
        assert!(platforms_are_those_of(&addons, both).is_ok());
        assert!(platforms_are_those_of(&addons, "{ name: \"keyhome-a\", os: 1 }").is_err());
    }
}
