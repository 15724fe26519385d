//! README.md's map names each folder of the tree, and no other.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::external::output;

/// Above the table.
const HEADING: &str = "\n## What is where\n";

/// Folders of folders, each of which has a place of its own in the map.
const DEEPER: &[&str] = &["crates", "bindings"];

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let readme = fs::read_to_string(checkout.root().join("README.md"))?;
    let named = named(&readme)?;
    let there = there(&output(checkout.git("ls-files").arg("-z"))?);
    let missing: Vec<&str> = there.difference(&named).map(String::as_str).collect();
    ensure!(missing.is_empty(), "README.md does not say what is in {}", missing.join(", "));
    let gone: Vec<&str> = named.difference(&there).map(String::as_str).collect();
    ensure!(gone.is_empty(), "README.md tells of folders that are not there: {}", gone.join(", "));
    anstream::println!("{} folders, each with its line in README.md", there.len());
    Ok(())
}

/// The folders that the table names, each as `folder/` in backquotes in the first column.
fn named(readme: &str) -> Result<BTreeSet<String>> {
    let (_, map) = readme.split_once(HEADING).context("README.md has no map of the tree")?;
    let rows = map.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let words = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    Ok(words.filter_map(|word| word.strip_suffix('/')).map(str::to_owned).collect())
}

/// The folders of files, whose names are ended by zeros.
fn there(files: &str) -> BTreeSet<String> {
    let folder = |file: &str| {
        let mut parts = file.split('/');
        let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
        match third {
            Some(_) if DEEPER.contains(&first) => Some(format!("{first}/{second}")),
            _ => Some(first.to_owned()),
        }
    };
    files.split('\0').filter_map(folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_those_of_files() {
        let there =
            there("README.md\0docs/a.md\0docs/b/c.png\0crates/one/src/lib.rs\0crates/two/Cargo.toml\0");
        assert_eq!(Vec::from_iter(there), ["crates/one", "crates/two", "docs"]);
    }

    #[test]
    fn the_map_is_the_first_column_under_its_heading() {
        let readme = "| `not/` | x |\n\n## What is where\n\n| folder | is |\n|---|---|\n| `a/`, `b/c/` | `d/` |\n\n| `e/` | x |\n";
        assert_eq!(Vec::from_iter(named(readme).unwrap()), ["a", "b/c"]);
        assert!(named("nothing").is_err());
    }
}
