//! Every fenced block of what users read is run: here those of a shell; those of a language by its own tests, which take them
//! from the same documents.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod session;

use std::{env, fs};

use keyhome_tests::{
    documents::{Block, Document},
    here,
};
use session::Session;

/// Shell sessions are run as they stand, on real servers: `console` with what is printed, `sh` until its end.
/// `KEYHOME_WRITE_TRANSCRIPTS=1` writes what is printed into the documents.
#[test]
fn sessions() {
    let mut commands = 0;
    for document in Document::all() {
        let of_a_shell = |block: &&Block| matches!(block.language.as_str(), "console" | "sh");
        let blocks = document.blocks();
        let blocks: Vec<&Block> = blocks.iter().filter(of_a_shell).collect();
        if blocks.is_empty() {
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
            configs += 1;
        }
    }
    println!("documents: {configs} configs");
}
