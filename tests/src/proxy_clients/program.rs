//! A program of `clients/`: it says line by line what it has found.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{CHECKS, PASSWORD, Protocol, Row, Served};
use crate::{doors::program, here};

/// How long a check may take: a busy machine needs a part of it.
const PATIENCE: Duration = Duration::from_secs(90);

const DEFAULT: &[Protocol] = &[Protocol::Default];
const AND_2: &[Protocol] = &[Protocol::Default, Protocol::Resp(2)];
const AND_3: &[Protocol] = &[Protocol::Default, Protocol::Resp(3)];

/// How a program is called, but for the ports.
#[derive(Debug)]
pub(super) struct Program(Vec<OsString>);

/// Each program with each version of its library, and the protocols that it is run with.
pub(super) fn all() -> Vec<(Program, &'static [Protocol])> {
    let mut all = vec![
        (Program::node("ioredis", "ioredis-5"), DEFAULT),
        (Program::node("ioredis", "ioredis"), AND_2),
        (Program::node("node_redis", "@redis/client-5"), AND_3),
        (Program::node("node_redis", "redis"), AND_2),
    ];
    for (environment, protocols) in
        [("KEYHOME_REDIS_PY_6", AND_3), ("KEYHOME_REDIS_PY_7", AND_3), ("KEYHOME_REDIS_PY_8", AND_2)]
    {
        for face in ["sync", "asyncio"] {
            all.push((Program::python(environment, face), protocols));
        }
    }
    all.push((Program(vec![program("KEYHOME_GO_REDIS").into()]), AND_2));
    all.push((Program::java("KEYHOME_JEDIS_7"), AND_3));
    all.push((Program::java("KEYHOME_JEDIS_8"), AND_2));
    all
}

#[derive(Deserialize)]
struct About {
    client: String,
    version: String,
    protocol: u8,
}

#[derive(Deserialize)]
struct Checked {
    check: String,
    error: Option<String>,
}

impl Program {
    fn node(name: &str, library: &str) -> Self {
        let file = here("clients/node").join(name).with_extension("mjs");
        Self(vec![program("KEYHOME_NODE").into(), file.into(), here("../node").into(), library.into()])
    }

    fn python(environment: &str, face: &str) -> Self {
        let file = here("clients/python/redis_through_proxy.py");
        // Nothing is written beside the sources.
        Self(vec![program(environment).into(), "-B".into(), file.into(), face.into()])
    }

    fn java(class_path: &str) -> Self {
        let file = here("clients/java/Client.java");
        Self(vec!["java".into(), "-cp".into(), program(class_path).into(), file.into()])
    }

    /// Runs it. What it does not do, or not in time, has failed.
    pub(super) fn run(&self, served: &Served, protocol: Protocol) -> io::Result<Row> {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]).args([served.port()?.to_string(), served.locked()?.to_string()]);
        command.arg(PASSWORD).arg(protocol.word());
        let shown = command.get_args().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let lines = Lines::of(&mut command)?;
        let about: About = lines.next().map_err(|why| io::Error::other(format!("{shown}: {why}")))?;
        let mut failures = Vec::new();
        for check in CHECKS {
            let why = match lines.next::<Checked>() {
                Ok(said) if said.check == check => said.error,
                Ok(said) => Some(format!("it does {} instead", said.check)),
                Err(why) => {
                    failures.push((check.to_owned(), why));
                    break;
                }
            };
            failures.extend(why.map(|why| (check.to_owned(), why)));
        }
        if let Protocol::Resp(number) = protocol {
            assert_eq!(about.protocol, number, "{shown}");
        }
        let About { client, version, protocol: spoken } = about;
        anstream::println!("{client} {version}, RESP{spoken}: {} failed", failures.len());
        Ok(Row { client, version, protocol: spoken, asked: protocol, checks: CHECKS.len(), failures })
    }
}

/// A program's lines of JSON. It does not outlive them.
struct Lines {
    child: Child,
    lines: mpsc::Receiver<io::Result<String>>,
}

impl Lines {
    fn of(command: &mut Command) -> io::Result<Self> {
        let program = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        let output = child.stdout.take().expect("a pipe");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || BufReader::new(output).lines().try_for_each(|line| sender.send(line)));
        Ok(Self { child, lines })
    }

    fn next<T: DeserializeOwned>(&self) -> Result<T, String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(Ok(line)) => serde_json::from_str(&line).map_err(|error| format!("it says {line}: {error}")),
            Ok(Err(error)) => Err(error.to_string()),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("nothing for {} s", PATIENCE.as_secs())),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("the program has ended".to_owned()),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nobody to be told.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
