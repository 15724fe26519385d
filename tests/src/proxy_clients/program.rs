//! A program of `clients/`: it says line by line what it has found.

use std::{
    ffi::OsString,
    io,
    process::{Command, Stdio},
};

use serde::Deserialize;

use super::{CHECKS, PASSWORD, Protocol, Row, Served};
use crate::{doors::program, here, lines::Lines};

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
        let lines = Lines::of(command.stdin(Stdio::null()))?;
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
