//! Every fenced block of what users read is run: here those of a shell; those of a language by its own tests, which take them
//! from the same documents.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod compared;
mod errors;
mod session;
mod spans;

use std::{collections::BTreeMap, env, fs, path::Path};

use keyhome_tests::{
    documents::{Block, Document},
    here,
};
use session::Session;

/// Which test runs the blocks of a language, whatever the document.
const RUN_BY: &[(&str, &str)] = &[
    ("console", "tests/tests/documents/main.rs"),
    ("sh", "tests/tests/documents/main.rs"),
    ("yaml", "tests/tests/documents/main.rs"),
    ("rust", "crates/keyhome/src/lib.rs"),
    ("js", "node/test/documents/documents.test.mjs"),
    ("python", "python/tests/test_documentation.py"),
    ("html", "node/test/browser/browser.test.mjs"),
];

/// Whose shell blocks a test of their own runs, in the folder in which readers do.
const OF_ITS_OWN: (&str, &str) = ("examples/README.md", "tests/examples/examples.test.mjs");

/// No code: pictures made of letters, and what a program prints.
const NO_CODE: &str = "text";

/// How lines begin that belong into a block that is run.
const COMMANDS: [&str; 6] = ["$ ", "keyhome ", "redis-cli ", "cargo ", "make ", "npm "];

#[test]
fn every_block_is_run() {
    let runners =
        RUN_BY.iter().map(|(language, file)| (*language, fs::read_to_string(here("..").join(file)).unwrap()));
    let runners: BTreeMap<&str, String> = runners.collect();
    let (mut lost, mut counts) = (Vec::new(), BTreeMap::new());
    for document in Document::all() {
        let path = document.path.display().to_string();
        for block in document.blocks() {
            let runner = runners.get(block.language.as_str());
            let is_run = match block.language.as_str() {
                // rustdoc knows of a document only if it is named.
                "rust" => runner.is_some_and(|runner| runner.contains(&included(&path))),
                NO_CODE => {
                    !block.text.lines().any(|line| COMMANDS.iter().any(|begin| line.starts_with(begin)))
                }
                _ => runner.is_some(),
            };
            if !is_run {
                lost.push(format!("{path}:{}: ```{}", block.line, block.language));
            }
            *counts.entry(block.language).or_insert(0) += 1;
        }
    }
    let of_its_own = fs::read_to_string(here("..").join(OF_ITS_OWN.1)).unwrap();
    assert!(of_its_own.contains("README.md"), "{OF_ITS_OWN:?}");
    println!("blocks: {counts:?}");
    assert!(lost.is_empty(), "no test runs:\n{}", lost.join("\n"));
}

/// How the library's documentation includes a document.
fn included(path: &str) -> String {
    match path.strip_prefix("crates/keyhome/") {
        Some(own) => format!("include_str!(\"../{own}\")"),
        None => format!("include_str!(\"../../../{path}\")"),
    }
}

/// Shell sessions are run as they stand, on real servers: `console` with what is printed, `sh` until its end.
/// `KEYHOME_WRITE_TRANSCRIPTS=1` writes what is printed into the documents.
#[test]
fn sessions() {
    let mut commands = 0;
    for document in Document::all() {
        let of_a_shell = |block: &&Block| matches!(block.language.as_str(), "console" | "sh");
        let blocks = document.blocks();
        let blocks: Vec<&Block> = blocks.iter().filter(of_a_shell).collect();
        if blocks.is_empty() || document.path == Path::new(OF_ITS_OWN.0) {
            continue;
        }
        let path = document.path.display().to_string();
        let (mut session, mut now) = (Session::new(), document.text.clone());
        for block in blocks {
            let at = format!("{path}:{}", block.line);
            if block.language == "sh" {
                commands += session.script(&block.text, &at);
                continue;
            }
            let (replayed, count) = session.replayed(&block.text);
            commands += count;
            if env::var_os("KEYHOME_WRITE_TRANSCRIPTS").is_some() {
                now = now.replace(&block.text, &replayed);
            } else {
                assert_eq!(replayed, block.text, "{at}");
            }
        }
        if now != document.text {
            fs::write(here("..").join(&document.path), now).unwrap();
        }
    }
    println!("documents: {commands} commands of a shell");
    assert!(commands >= 30, "sessions are missing");
}

/// A config in a document is one.
#[test]
fn configs() {
    let mut configs = 0;
    for document in Document::all() {
        for block in document.blocks().iter().filter(|block| block.language == "yaml") {
            let at = format!("{}:{}", document.path.display(), block.line);
            let config = keyhome::config::Config::parse(&block.text);
            config.unwrap_or_else(|error| panic!("{at}: {error}"));
            if document.path.as_os_str() == "README.md" {
                let file = fs::read_to_string(here("command/nutcracker.yml")).unwrap();
                assert!(file.starts_with(&block.text), "{at}: not the config that the sessions read");
            }
            configs += 1;
        }
    }
    println!("documents: {configs} configs");
}
