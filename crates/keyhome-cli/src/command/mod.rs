//! The commands, one file each.

mod balance;
mod check;
mod diff;
mod explain;
mod explore;
mod fingerprint;
mod node;
mod proxy;
mod slot;

pub(crate) use proxy::ProxyArgs;

use std::io::{self, Write};

use clap::CommandFactory;
use keyhome::{Error, router::Advice};

use crate::{
    args::{Args, Command, KeyArgs},
    failure::{Answer, Failure},
    key_lines::{KeyLines, Writing},
    report,
};

pub(crate) fn run(args: Args) -> Result<Answer, Failure> {
    match args.command {
        Command::Node { pool, keys } => node::run(&pool, &keys, args.json),
        Command::Slot { keys } => slot::run(&keys, args.json),
        Command::Explain { pool, hex, key } => explain::run(&pool, hex, &key, args.json),
        Command::Balance { pool, sample } => balance::run(&pool, &sample, args.json),
        Command::Diff { old, new, pool, without, sample } => {
            diff::run(&old, new.as_deref(), pool.as_deref(), &without, &sample, args.json)
        }
        Command::Check { config } => check::run(&config, args.json),
        Command::Fingerprint { pool } => fingerprint::run(&pool, args.json),
        Command::Explore { config, pool, port, open } => {
            explore::run(config.as_deref(), pool.as_deref(), port, open, args.json)
        }
        Command::Proxy(proxy) => Ok(proxy::run(&proxy, args.json)),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "keyhome", &mut io::stdout().lock());
            Ok(Answer::Done)
        }
    }
}

/// Hands over the keys of the command line or, with none, of stdin, and writes what `each` has answered after every
/// batch, so that somebody who types keys sees the answers.
fn answer_keys(
    args: &KeyArgs,
    mut each: impl FnMut(&[&[u8]], &mut Vec<u8>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let writing = Writing::new(args.hex);
    let mut stdout = io::stdout().lock();
    let mut out = Vec::new();
    let mut write = |keys: &[&[u8]]| {
        out.clear();
        each(keys, &mut out)?;
        stdout.write_all(&out)?;
        stdout.flush()?;
        Ok(())
    };
    if args.keys.is_empty() {
        if io::IsTerminal::is_terminal(&io::stdin()) {
            report::line("Keys, one a line; Ctrl-D ends.");
        }
        return KeyLines::new(io::stdin().lock(), writing).for_each_batch("stdin", write);
    }
    for (position, word) in args.keys.iter().enumerate() {
        let key = writing.read(word.as_encoded_bytes(), || format!("key {}", position + 1))?;
        write(&[&key])?;
    }
    Ok(())
}

/// A key as it is echoed: byte for byte, or in lower-case hexadecimal digits.
fn echo(key: &[u8], hex: bool, out: &mut Vec<u8>) {
    if hex {
        crate::hexadecimal::encode_into(key, out);
    } else {
        out.extend_from_slice(key);
    }
}

/// The start of a JSON object about a key: its brace and its first member, `key`, or `key_hex` where it is not UTF-8.
fn open_json(key: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
    if let Ok(text) = std::str::from_utf8(key) {
        out.extend_from_slice(b"{\"key\":");
        serde_json::to_writer(&mut *out, text).map_err(io::Error::from)?;
    } else {
        out.extend_from_slice(b"{\"key_hex\":\"");
        crate::hexadecimal::encode_into(key, out);
        out.push(b'"');
    }
    Ok(())
}

/// The question was right, and the answer is that there is none: why, about what.
fn no_answer(about: &str, error: &Error, json: bool) -> Result<Answer, Failure> {
    if json {
        print_json(&serde_json::json!({ "error": error }))?;
    } else {
        report::homeless(about, error);
    }
    Ok(Answer::No)
}

/// One JSON value on a line of its own.
fn print_json(value: &impl serde::Serialize) -> Result<Answer, Failure> {
    let mut text = serde_json::to_vec(value).map_err(io::Error::from)?;
    text.push(b'\n');
    io::stdout().lock().write_all(&text)?;
    Ok(Answer::Done)
}

/// Paragraphs of advice, wrapped for people.
fn print_advice(out: &mut impl Write, advice: &[Advice], indent: &str) -> io::Result<()> {
    const WIDTH: usize = 100;
    for advice in advice {
        let mut line = format!("{indent}!");
        for word in advice.text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                writeln!(out, "{line}")?;
                line = format!("{indent} ");
            }
            line.push(' ');
            line.push_str(word);
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}
