//! A process in Node, one in Python and the proxy on the same servers, with weights that differ or do not: who warns, who
//! refuses, and when that is over.

use std::{
    io::{self, Write},
    process::{ChildStdin, Command, Stdio},
    slice::from_ref,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{Pool, Proxy, RedisServer, Scratch, resp::Reply};
use serde_json::{Value, json};

use crate::{
    doors::{CommandDoor, program},
    here,
    lines::{Lines, PATIENCE},
};

/// As the core has it: what was not said again for so many seconds counts no more.
const LIFETIME: u64 = keyhome::writers::LIFETIME;

const NODE: (&str, &str) = ("KEYHOME_NODE", "fingerprint/writer.mjs");
const PYTHON: (&str, &str) = ("KEYHOME_PYTHON", "fingerprint/writer.py");

/// A process that writes.
struct Writer {
    lines: Lines,
    stdin: Option<ChildStdin>,
}

impl Writer {
    fn start((variable, source): (&str, &str), config: &str, fingerprint: &str) -> io::Result<Self> {
        let folder = here("../node").display().to_string();
        let given = json!({ "folder": folder, "config": config, "fingerprint": fingerprint });
        let mut command = Command::new(program(variable));
        if variable == PYTHON.0 {
            // Nothing is written beside the sources.
            command.arg("-B");
        }
        command.arg(here(source)).arg(given.to_string()).stdin(Stdio::piped());
        let mut lines = Lines::of(&mut command)?;
        let stdin = lines.child.stdin.take();
        Ok(Self { lines, stdin })
    }

    /// The next that it says of this kind.
    fn says(&self, kind: &str) -> io::Result<String> {
        loop {
            let line = self.lines.next::<Value>();
            let line = line.map_err(|why| io::Error::other(format!("no {kind}: {why}")))?;
            if let Some(value) = line.get(kind) {
                return Ok(value.as_str().unwrap_or_default().to_owned());
            }
            if kind == "done" && line.get("refused").is_some() {
                return Err(io::Error::other(format!("it was refused: {line}")));
            }
        }
    }

    fn reload(&mut self, config: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or_else(|| io::Error::other("no stdin"))?;
        writeln!(stdin, "{}", config.replace('\n', "\\n"))
    }

    /// It is killed, and can take back nothing.
    fn killed(mut self) -> io::Result<()> {
        self.lines.child.kill()?;
        self.lines.child.wait().map(drop)
    }

    /// It ends by itself.
    fn ended(mut self) -> io::Result<()> {
        drop(self.stdin.take());
        self.lines.child.wait().map(drop)
    }

    /// Of whom it has warned.
    fn warnings(&self) -> io::Result<Vec<String>> {
        let said: Vec<Value> = self.lines.so_far().map_err(io::Error::other)?;
        let warning = |line: &Value| Some(line.get("warning")?.as_str()?.to_owned());
        Ok(said.iter().filter_map(warning).collect())
    }
}

fn pool(servers: &[RedisServer], weight: u32) -> Pool {
    let pool = Pool::new("sessions").set("hash", "md5").set("timeout", "20000");
    let pool = pool.server(format!("{}:1 one", servers[0].address()));
    pool.server(format!("{}:{weight} two", servers[1].address()))
}

/// As if so much time had passed for all who placed keys by this config, and have said nothing since.
fn time_is_over(servers: &[RedisServer], fingerprint: &str) -> io::Result<()> {
    let key = format!("keyhome:writers:sessions:{fingerprint}");
    for server in servers {
        let mut connection = server.connect()?;
        for member in connection.call(&[b"ZRANGE", key.as_bytes(), b"0", b"-1"])?.list()? {
            let back = format!("-{}", LIFETIME + 1);
            connection.call(&[b"ZINCRBY", key.as_bytes(), back.as_bytes(), member.text()?.as_bytes()])?;
        }
    }
    Ok(())
}

/// How many say to each server that they place keys so.
fn count(servers: &[RedisServer], fingerprint: &str) -> io::Result<Vec<i64>> {
    let key = format!("keyhome:writers:sessions:{fingerprint}");
    let count = |server: &RedisServer| match server.connect()?.call(&[b"ZCARD", key.as_bytes()])? {
        Reply::Integer(count) => Ok(count),
        other => Err(io::Error::other(format!("no number: {other:?}"))),
    };
    servers.iter().map(count).collect()
}

fn wait_for_writers(servers: &[RedisServer], fingerprint: &str, wanted: i64) -> io::Result<()> {
    let start = Instant::now();
    while count(servers, fingerprint)?.iter().any(|count| *count != wanted) {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other(format!("not {wanted} writers")));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn is(what: &str, it_is: bool) -> io::Result<()> {
    if !it_is {
        return Err(io::Error::other(format!("not so: {what}")));
    }
    println!("{what}");
    Ok(())
}

/// Runs it, and prints what was seen. Whether all was as it should be.
pub fn run() -> io::Result<bool> {
    let scratch = Scratch::new()?;
    let servers = [RedisServer::start(&scratch)?, RedisServer::start(&scratch)?];
    let (light, heavy) = (pool(&servers, 1), pool(&servers, 3));
    let [one, other] = [&light, &heavy].map(|pool| pool.yaml("127.0.0.1:1"));
    let fingerprint = |text: &str| {
        let router = keyhome::from_config(text, None).and_then(|router| router.fingerprint());
        router.map_err(|error| io::Error::other(error.to_string()))
    };
    for (first, second, first_name, second_name) in [
        (NODE, PYTHON, "keyhome/ioredis", "keyhome/redis-py"),
        (PYTHON, NODE, "keyhome/redis-py", "keyhome/ioredis"),
    ] {
        let begun = Writer::start(first, &one, "warn")?;
        begun.says("done")?;
        let same = Writer::start(second, &one, "warn")?;
        same.says("done")?;
        wait_for_writers(&servers, &fingerprint(&one)?, 2)?;
        let refused = wait_for_refusal(second, &other)?;
        is(
            &format!("{second_name} is refused beside {first_name}: {refused}"),
            refused == "fingerprint.differs",
        )?;
        is("who is refused leaves nothing behind", count(&servers, &fingerprint(&other)?)? == [0, 0])?;
        // Who was refused was among the writers until then: who looked in that very moment has seen it.
        let refused = fingerprint(&other)?;
        let of_others = [same.warnings()?, begun.warnings()?].concat();
        is(
            "who places keys alike is not warned",
            of_others.iter().all(|warning| warning.contains(&refused)),
        )?;
        same.ended()?;
        let apart = Writer::start(second, &other, "warn")?;
        apart.says("done")?;
        let told = apart.says("warning")?;
        is(&format!("{second_name} warns: {told}"), told.contains(first_name))?;
        let told = begun.says("warning")?;
        is(&format!("{first_name} warns: {told}"), told.contains(&fingerprint(&other)?))?;
        apart.killed()?;
        begun.ended()?;
        let refused = wait_for_refusal(second, &one)?;
        is("who was killed counts for a while", refused == "fingerprint.differs")?;
        time_is_over(&servers, &fingerprint(&other)?)?;
        time_is_over(&servers, &fingerprint(&one)?)?;
        let mut started = Writer::start(second, &one, "refuse")?;
        started.says("done")?;
        is("and no longer", started.warnings()?.is_empty())?;
        let alike = Writer::start(first, &one, "refuse")?;
        alike.says("done")?;
        started.reload(&other)?;
        let refused = started.says("refused")?;
        is(&format!("its reload is refused beside {first_name}"), refused == "fingerprint.differs")?;
        alike.ended()?;
        started.ended()?;
    }
    beside_the_proxy(&scratch, &light, &heavy, &one)?;
    Ok(true)
}

/// The code with which it is refused.
fn wait_for_refusal(program: (&str, &str), config: &str) -> io::Result<String> {
    Writer::start(program, config, "refuse")?.says("refused")
}

fn beside_the_proxy(scratch: &Scratch, light: &Pool, heavy: &Pool, config: &str) -> io::Result<()> {
    let node = Writer::start(NODE, config, "refuse")?;
    node.says("done")?;
    let command = CommandDoor::new();
    let refused = Proxy::start(scratch, command.program(), from_ref(heavy), &["--fingerprint", "refuse"]);
    let said = refused.err().map(|error| error.to_string()).unwrap_or_default();
    is(
        &format!("the proxy does not start beside a client that differs: {said}"),
        said.contains("keyhome/ioredis"),
    )?;
    let mut proxy = Proxy::start(scratch, command.program(), from_ref(light), &["--fingerprint", "refuse"])?;
    let said = proxy.reload(from_ref(heavy)).err().map(|error| error.to_string()).unwrap_or_default();
    is(&format!("its reload is refused: {said}"), said.contains("keyhome/ioredis"))?;
    drop(proxy);
    let mut proxy = Proxy::start(scratch, command.program(), from_ref(heavy), &["--fingerprint", "warn"])?;
    let told = node.says("warning")?;
    is(&format!("the client warns of the proxy: {told}"), told.contains("keyhome/proxy"))?;
    let start = Instant::now();
    while !proxy.process().log_end().contains("keyhome/ioredis") && start.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    is("the proxy warns of the client", proxy.process().log_end().contains("keyhome/ioredis"))?;
    node.ended()
}
