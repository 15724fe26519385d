//! Commands that documents name within their sentences and tables: subcommands, flags, targets and stages are there.

use std::{collections::BTreeMap, process::Command};

use keyhome_tests::{documents::Document, doors::CommandDoor};

use crate::session::is_a_target;

/// Its flags stand by themselves in its tables.
const OF_THE_PROXY: &str = "docs/proxy.md";

#[test]
fn commands_within_sentences() {
    let mut helps = Helps { program: CommandDoor::new(), read: BTreeMap::new() };
    let mut commands = 0;
    for document in Document::all() {
        let path = document.path.display().to_string();
        for span in spans(&document.text) {
            let words: Vec<&str> = span.split_whitespace().collect();
            match words[..] {
                ["keyhome", subcommand, ref rest @ ..] => helps.have(subcommand, rest, &path),
                ["make" | "cargo", _, ..] => is_a_target(&words.join(" "), &path),
                [flag, ..] if path == OF_THE_PROXY && flag.starts_with("--") => {
                    helps.have("proxy", &[flag], &path);
                }
                _ => continue,
            }
            commands += 1;
        }
    }
    println!("documents: {commands} commands within sentences");
    assert!(commands >= 60, "commands are missing");
}

/// What the command says of its subcommands.
struct Helps {
    program: CommandDoor,
    read: BTreeMap<String, String>,
}

impl Helps {
    /// A subcommand is one, and has these flags.
    fn have(&mut self, subcommand: &str, words: &[&str], path: &str) {
        let program = self.program.program();
        let help = self.read.entry(subcommand.to_owned()).or_insert_with(|| {
            let output = Command::new(program).args([subcommand, "--help"]).output().unwrap();
            assert!(output.status.success(), "{path}: no keyhome {subcommand}");
            String::from_utf8(output.stdout).unwrap()
        });
        let listed: Vec<&str> = help.split([' ', ',', '\n', '[', ']', '=']).collect();
        for flag in words.iter().filter(|word| word.starts_with('-') && word.len() > 1) {
            assert!(listed.contains(flag), "{path}: keyhome {subcommand} has no {flag}");
        }
    }
}

/// What stands between backquotes in a line, outside of fences.
fn spans(text: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    spans
}
