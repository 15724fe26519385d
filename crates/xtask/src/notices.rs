//! What licences ask of those who pass compiled code on: for each package that has other people's code in it, a text that
//! names them. It lies in the repository, so that every build takes it along, and is what the dependencies of now give.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use spdx::{Expression, ParseMode};

use crate::checkout::Checkout;
use crate::external::output;
use crate::metadata::Package;

/// A text, and of what it speaks.
struct Notice {
    file: &'static str,
    /// What users have in their hands.
    what: &'static str,
    /// Our packages that are compiled into it.
    packages: &'static [&'static str],
    /// For which target; `all` for a package that there is for many.
    target: &'static str,
    /// Other people's code in it that no dependency names, under MIT.
    others: &'static [(&'static str, &'static str)],
}

const MUSL: (&str, &str) = ("musl, the C library, on Linux", "Copyright © 2005-2020 Rich Felker, et al.");

const NOTICES: &[Notice] = &[
    Notice {
        file: "node/THIRD-PARTY.txt",
        what: "the WebAssembly modules",
        packages: &["keyhome-wasm", "keyhome-wasm-slot"],
        target: "wasm32-unknown-unknown",
        others: &[],
    },
    Notice {
        file: "bindings/node/THIRD-PARTY.txt",
        what: "the native addon",
        packages: &["keyhome-node"],
        target: "all",
        others: &[],
    },
    Notice {
        file: "python/THIRD-PARTY.txt",
        what: "the extension module",
        packages: &["keyhome-python"],
        target: "all",
        others: &[],
    },
    Notice {
        file: "crates/keyhome-cli/THIRD-PARTY.txt",
        what: "the command",
        packages: &["keyhome-cli"],
        target: "all",
        others: &[MUSL],
    },
];

/// What the macros of wasm-bindgen ask about names: of its tables nothing comes into a module.
const NOT_COMPILED_IN: &[&str] = &["unicode-ident"];

const RUST: &str = "the Rust standard library";

/// The text of MIT after its title and its copyright lines, without what differs between those who copy it.
const MIT: &str = "permission is hereby granted, free of charge";

/// Writes the texts.
pub(crate) fn write(checkout: &Checkout) -> Result<()> {
    for notice in NOTICES {
        fs::write(checkout.root().join(notice.file), text(checkout, notice)?)?;
        anstream::println!("{}", notice.file);
    }
    Ok(())
}

/// Whether they are what the dependencies of now give.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    for notice in NOTICES {
        let found = fs::read_to_string(checkout.root().join(notice.file)).unwrap_or_default();
        if found != text(checkout, notice)? {
            bail!(
                "{} is not what the dependencies of now give: `cargo xtask notices` writes it",
                notice.file
            );
        }
    }
    anstream::println!(
        "{} texts of the licences of what is shipped, all as the dependencies are",
        NOTICES.len()
    );
    Ok(())
}

fn text(checkout: &Checkout, notice: &Notice) -> Result<String> {
    let mut apache = BTreeSet::from([RUST.to_owned()]);
    let mut mit: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let mut whole: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in compiled_in(checkout, notice)? {
        match Terms::of(package)? {
            Terms::Apache => drop(apache.insert(package.name.clone())),
            Terms::Mit(copyright) => drop(mit.entry(copyright).or_default().insert(package.name.clone())),
            Terms::Whole(text) => drop(whole.entry(text).or_default().insert(package.name.clone())),
        }
    }
    for &(name, copyright) in notice.others {
        mit.entry(vec![copyright.to_owned()]).or_default().insert(name.to_owned());
    }
    let mut text = format!("Code of others in {} of keyhome.\n\n", notice.what);
    text.push_str("Under the Apache License 2.0, whose text is in LICENSE-APACHE:\n");
    text.push_str(&joined(&apache));
    text.push_str(".\n");
    if !mit.is_empty() {
        text.push_str(
            "\nUnder the MIT License, whose permission is that of LICENSE-MIT, with these notices:\n",
        );
        for (copyright, names) in &mit {
            text.push_str(&joined(names));
            text.push_str(":\n");
            for line in copyright {
                text.push_str("  ");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    for (licence, names) in &whole {
        text.push_str("\n----\n");
        text.push_str(&joined(names));
        text.push_str(":\n\n");
        text.push_str(licence);
        text.push('\n');
    }
    Ok(text)
}

/// Everybody else's packages that are compiled into it; macros are not, nor is what only builds.
fn compiled_in<'a>(checkout: &'a Checkout, notice: &Notice) -> Result<Vec<&'a Package>> {
    let mut tree = checkout.cargo("tree");
    tree.args(["--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--target", notice.target]);
    for package in notice.packages {
        tree.args(["--package", package]);
    }
    let listed = output(&mut tree)?;
    // `serde v1.0.229`, of ours with a path behind it, and `(*)` where it was listed before.
    let named: BTreeSet<(&str, &str)> =
        listed.lines().filter_map(|line| line.split_once(" v")).map(name_and_version).collect();
    let third_party = checkout.metadata.third_party();
    Ok(third_party
        .filter(|package| named.contains(&(package.name.as_str(), package.version.as_str())))
        .filter(|package| !NOT_COMPILED_IN.contains(&package.name.as_str()))
        .collect())
}

fn name_and_version<'a>((name, rest): (&'a str, &'a str)) -> (&'a str, &'a str) {
    (name, rest.split_once(' ').map_or(rest, |(version, _)| version))
}

/// Under which of its licences a package is passed on, and what that asks for.
#[derive(Debug, PartialEq)]
enum Terms {
    /// Asks for the licence's text alone, which is that of ours.
    Apache,
    /// Asks for these notices, and for a text that is that of ours.
    Mit(Vec<String>),
    /// Anything else: the texts as they are.
    Whole(String),
}

impl Terms {
    fn of(package: &Package) -> Result<Self> {
        let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().with_context(|| format!("{name} names no licence"))?;
        let files = licence_files(folder)?;
        if goes_by(licence, "Apache-2.0")? && !files.keys().any(|file| file.starts_with("NOTICE")) {
            return Ok(Self::Apache);
        }
        if goes_by(licence, "MIT")? {
            let texts: Vec<&String> = files.values().filter(|text| is_mit(text)).collect();
            let named = texts.first().map(|text| copyright_of(text)).unwrap_or_default();
            if !named.is_empty() {
                return Ok(Self::Mit(named));
            }
            ensure!(!package.authors.is_empty(), "{name} says nowhere who holds the rights");
            return Ok(Self::Mit(vec![format!("Copyright (c) {}", package.authors.join(", "))]));
        }
        if files.is_empty() {
            bail!("{name} is under {licence}, and brings no text of it");
        }
        Ok(Self::Whole(
            files.into_values().map(|text| text.trim().to_owned()).collect::<Vec<_>>().join("\n\n"),
        ))
    }
}

/// Whether a licence may be taken for this one.
fn goes_by(licence: &str, wanted: &str) -> Result<bool> {
    let expression = Expression::parse_mode(licence, ParseMode::LAX);
    let expression = expression.map_err(|error| anyhow!("{licence:?}: {}", error.reason))?;
    Ok(expression.evaluate(|requirement| {
        requirement.addition.is_none() && requirement.license.id().is_some_and(|id| id.name == wanted)
    }))
}

/// The texts that lie beside a manifest, by their names in capitals.
fn licence_files(folder: &Path) -> Result<BTreeMap<String, String>> {
    const BEGIN: &[&str] = &["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "NOTICE"];
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if entry.file_type()?.is_file() && BEGIN.iter().any(|begin| name.starts_with(begin)) {
            files.insert(name, fs::read_to_string(entry.path())?.replace("\r\n", "\n"));
        }
    }
    Ok(files)
}

fn is_mit(text: &str) -> bool {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().contains(MIT)
}

/// What stands in front of the permission: who holds the rights. Without the title, and where nobody is named, nothing.
fn copyright_of(mit: &str) -> Vec<String> {
    let before = mit
        .lines()
        .map(str::trim)
        .take_while(|line| !line.to_lowercase().starts_with("permission is hereby"));
    before.filter(|line| line.to_lowercase().contains("copyright")).map(str::to_owned).collect()
}

/// Names, separated by commas, in lines of a width that one can read.
fn joined(names: &BTreeSet<String>) -> String {
    const WIDTH: usize = 110;
    let mut lines = vec![String::new()];
    for (index, name) in names.iter().enumerate() {
        let word = if index + 1 < names.len() { format!("{name},") } else { name.clone() };
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = word,
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The terms of a package that brings these files.
    fn terms(licence: &str, files: &[(&str, &str)]) -> Result<Terms> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let package: Package = serde_json::from_value(json!({
            "name": "x", "version": "1.0.0", "license": licence, "source": null, "authors": ["Ada"],
            "manifest_path": folder.path().join("Cargo.toml"), "dependencies": [], "publish": null, "targets": [],
        }))
        .unwrap();
        Terms::of(&package)
    }

    const TEXT: &str = "The MIT License\n\nCopyright (c) 2020 Ada\nCopyright (c) 2021 Grace\n\n\
                        Permission is hereby granted, free\nof charge, to any person\n... copyright notice ...\n";

    #[test]
    fn what_each_licence_asks_for() {
        assert_eq!(terms("MIT OR Apache-2.0", &[("LICENSE-MIT", TEXT)]).unwrap(), Terms::Apache);
        let both = vec!["Copyright (c) 2020 Ada".to_owned(), "Copyright (c) 2021 Grace".to_owned()];
        assert_eq!(terms("MIT", &[("LICENSE", TEXT)]).unwrap(), Terms::Mit(both));
        assert_eq!(terms("MIT", &[]).unwrap(), Terms::Mit(vec!["Copyright (c) Ada".to_owned()]));
        assert_eq!(terms("ISC", &[("license.md", "Text\n")]).unwrap(), Terms::Whole("Text".to_owned()));
        let exception = terms("Apache-2.0 WITH LLVM-exception", &[("LICENSE", "Text")]).unwrap();
        assert_eq!(exception, Terms::Whole("Text".to_owned()));
        let with_notice = terms("Apache-2.0", &[("LICENSE", "Text"), ("NOTICE", "Note")]).unwrap();
        assert_eq!(with_notice, Terms::Whole("Text\n\nNote".to_owned()));
        assert!(terms("ISC", &[]).is_err());
    }

    #[test]
    fn lines_are_short() {
        let names: BTreeSet<String> = (100..140).map(|number| format!("name-{number}")).collect();
        let text = joined(&names);
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= 110));
        assert_eq!(text.split(',').count(), 40);
    }
}
