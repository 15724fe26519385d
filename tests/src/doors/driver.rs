//! A program that answers a line of JSON with a line of JSON: a door in another language, as `doors/` holds them.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    cases::{Key, to_hex},
    door::Refusal,
};

/// What is kept apart, so that asking for some keys does not send many ones again.
const MANY: usize = 20_000;

/// The program and its pipes. It ends with the pipe that it reads, and so with us, however we end.
#[derive(Debug)]
pub(super) struct Driver {
    name: &'static str,
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    some: Vec<Key>,
    many: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply<T> {
    Answer(T),
    Refused(Refusal),
    Broken(String),
}

impl Driver {
    pub(super) fn start(name: &'static str, command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
                panic!("{name}: {} does not start: {error}", command.get_program().display())
            });
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { name, child, requests, answers, some: vec![], many: vec![] }
    }

    /// Asks one thing. That the door itself does not do what it should is no answer but a failure.
    pub(super) fn ask<T: DeserializeOwned>(&mut self, request: &Value) -> Result<T, Refusal> {
        let name = self.name;
        let requests = self.requests.as_mut().expect("it is open until this is dropped");
        writeln!(requests, "{request}")
            .and_then(|()| requests.flush())
            .unwrap_or_else(|error| panic!("{name} takes no questions: {error}"));
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(read > 0, "{name} has ended without an answer");
        match serde_json::from_str(&line) {
            Ok(Reply::Answer(answer)) => Ok(answer),
            Ok(Reply::Refused(refusal)) => Err(refusal),
            Ok(Reply::Broken(why)) => panic!("{name}: {why}"),
            Err(error) => panic!("{name} answers {line:.300}: {error}"),
        }
    }

    /// Hands keys over, if they are not there already, and gives the name by which to ask for them.
    pub(super) fn keep(&mut self, keys: &[Key]) -> &'static str {
        let (set, kept) = if keys.len() < MANY { ("some", &self.some) } else { ("many", &self.many) };
        if kept != keys {
            let digits: Vec<String> = keys.iter().map(|key| to_hex(&key.0)).collect();
            let count = self.ask::<usize>(&json!({ "ask": "keep", "set": set, "keys": digits }));
            assert_eq!(count, Ok(keys.len()), "{}", self.name);
            let kept = if set == "some" { &mut self.some } else { &mut self.many };
            *kept = keys.to_vec();
        }
        set
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.requests.take());
        // How it ends is of no account: it has answered, or we are failing already.
        drop(self.child.wait());
    }
}
