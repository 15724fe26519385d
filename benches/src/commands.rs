//! The keys of a command, beside a map of upper-case names to the place of the first key, as clients keep one.

use std::collections::HashMap;
use std::hint::black_box;

use keyhome_core::{Command, Error, command_keys};

use crate::{paired, rows::print};

/// What clients send, in the spellings in which they send it; nearly all commands have one key, in the second word.
const COMMANDS: &[&[&str]] = &[
    &["GET", "user:1001"],
    &["SET", "user:1001", "value", "EX", "60"],
    &["hgetall", "session:77"],
    &["HSET", "session:77", "field", "value"],
    &["INCR", "counter:5"],
    &["expire", "counter:5", "60"],
    &["ZADD", "board", "17", "member"],
    &["zrangebyscore", "board", "0", "100"],
    &["LPUSH", "queue:mail", "job"],
    &["SISMEMBER", "tags:9", "blue"],
    &["MGET", "a", "b", "c", "d"],
    &["XADD", "events", "*", "field", "value"],
    &["XREADGROUP", "GROUP", "g", "c", "COUNT", "10", "STREAMS", "events", ">"],
    &["EVALSHA", "c0ffee", "2", "lock:a", "lock:b", "token"],
    &["JSON.GET", "document:3", "$"],
    &["georadiusbymember_ro", "places", "home", "5", "km"],
];

/// Commands of one run.
const REPEATED: usize = 1024;

pub(crate) fn rows(rounds: usize) -> Result<(), Error> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for command in COMMANDS {
        names.insert(command[0].to_ascii_uppercase(), command_keys(command)?[0]);
    }
    // As many names as a client's table has.
    names.extend((names.len()..500).map(|number| (format!("COMMAND.{number}"), 1)));
    let first = |command: &[&str]| names.get(&command[0].to_ascii_uppercase()).map(|key| vec![*key]);
    let run =
        |each: &dyn Fn(&[&str])| (0..REPEATED).for_each(|_| COMMANDS.iter().for_each(|words| each(words)));
    let keys = || run(&|words| _ = black_box(command_keys(black_box(words))));
    let find = || run(&|words| _ = black_box(Command::find(black_box(words)).map(Command::fan_out)));
    let peer = || run(&|words| _ = black_box(first(black_box(words))));
    let count = REPEATED * COMMANDS.len();
    let beside = "HashMap of upper-case names, first key";
    print("command_keys, 16 commands", beside, 1.2, &paired::time(rounds, count, keys, peer));
    print("Command::find, 16 commands", beside, 0.5, &paired::time(rounds, count, find, peer));
    let one = ["GET", "user:1001"];
    let mut out = Vec::with_capacity(8);
    let keys_into = || {
        for _ in 0..count {
            out.clear();
            _ = black_box(Command::find(black_box(&one)).and_then(|command| command.keys(&one, &mut out)));
        }
    };
    let peer = || (0..count).for_each(|_| _ = black_box(first(black_box(&one))));
    print("find and keys of GET, into a Vec", beside, 0.6, &paired::time(rounds, count, keys_into, peer));
    Ok(())
}
