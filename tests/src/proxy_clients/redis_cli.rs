//! redis-cli: what the programs of `clients/` do, as one types it.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use keyhome_live::resp::encode;

use super::{CHECKS, PASSWORD, Protocol, Row, Served};

const SCRIPT: &str = "return redis.call('incrby', KEYS[1], ARGV[1])";

/// Why a check failed.
type Failure = Box<dyn std::error::Error>;

type Check = fn(&Cli) -> Result<(), Failure>;

/// Ends a check that finds something else than it should.
macro_rules! equal {
    ($got:expr, $wanted:expr) => {
        let (got, wanted) = (&$got, &$wanted);
        if *got != *wanted {
            return Err(format!("{got:?} and not {wanted:?} at line {}", line!()).into());
        }
    };
}

pub(super) fn run(served: &Served, protocol: Protocol) -> io::Result<Row> {
    let cli = Cli { served, protocol };
    let checks: [Check; CHECKS.len()] = [
        connect,
        set_and_get,
        binary,
        mget_and_mset,
        maps_and_scores,
        pipeline,
        unknown_command,
        del,
        transaction,
        blocking_pop,
        publish_and_subscribe,
        scan,
        script,
        info,
        client_commands,
        large,
        password,
    ];
    let results = CHECKS.iter().zip(checks).map(|(check, does)| (*check, does(&cli)));
    let failures: Vec<(String, String)> =
        results.filter_map(|(check, done)| Some((check.to_owned(), done.err()?.to_string()))).collect();
    let version =
        String::from_utf8_lossy(&Command::new("redis-cli").arg("--version").output()?.stdout).into_owned();
    let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let told = cli.say(&["CLIENT", "INFO"]).map_err(|error| io::Error::other(error.to_string()))?;
    let spoken = if told.contains(" resp=3") { 3 } else { 2 };
    anstream::println!("redis-cli {version}, RESP{spoken}: {} failed", failures.len());
    Ok(Row {
        client: "redis-cli".to_owned(),
        version,
        protocol: spoken,
        asked: protocol,
        checks: CHECKS.len(),
        failures,
    })
}

struct Cli<'a> {
    served: &'a Served,
    protocol: Protocol,
}

impl Cli<'_> {
    fn command(&self, port: u16, words: &[&str]) -> Command {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &port.to_string()]).args(self.protocol.flag()).args(words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// What it prints for a command, without the last end of a line.
    fn say(&self, words: &[&str]) -> Result<String, Failure> {
        let output = self.command(self.served.port()?, words).output()?;
        Ok(String::from_utf8(output.stdout)?.trim_end_matches('\n').to_owned())
    }

    /// What it prints while it reads `input`.
    fn read(&self, words: &[&str], input: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut child = self.command(self.served.port()?, words).stdin(Stdio::piped()).spawn()?;
        let mut pipe = child.stdin.take().ok_or("no pipe")?;
        let input = input.to_vec();
        let writing = thread::spawn(move || pipe.write_all(&input));
        let output = child.wait_with_output()?;
        writing.join().map_err(|_| "the writer")??;
        Ok(output.stdout)
    }

    /// The lines that it prints for lines of commands over one connection, but for empty ones.
    fn session(&self, lines: &str) -> Result<Vec<String>, Failure> {
        let text = String::from_utf8(self.read(&[], lines.as_bytes())?)?;
        Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// One that waits, and the lines that it prints. It ends when it is dropped.
    fn waiting(&self, words: &[&str]) -> Result<Waiting, Failure> {
        let mut child = self.command(self.served.port()?, words).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        Ok(Waiting { child, lines })
    }
}

struct Waiting {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Waiting {
    fn lines(&mut self, count: usize) -> Result<Vec<String>, Failure> {
        let lines: Vec<String> = self.lines.by_ref().lines().take(count).collect::<Result<_, _>>()?;
        equal!(lines.len(), count);
        Ok(lines)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nobody to be told.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn many() -> impl Iterator<Item = String> {
    (0..100).map(|number| format!("key:{number}"))
}

fn connect(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["PING"])?, "PONG");
    equal!(cli.say(&["QUIT"])?, "OK");
    Ok(())
}

fn set_and_get(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["SET", "a", "1", "EX", "100"])?, "OK");
    equal!(cli.say(&["GET", "a"])?, "1");
    equal!(cli.say(&["GET", "none"])?, "");
    Ok(())
}

fn binary(cli: &Cli) -> Result<(), Failure> {
    let bytes: Vec<u8> = (0..=255).collect();
    equal!(cli.read(&["-x", "SET", "bytes"], &bytes)?, b"OK\n");
    equal!(cli.read(&["GET", "bytes"], b"")?, [&bytes[..], b"\n"].concat());
    Ok(())
}

fn mget_and_mset(cli: &Cli) -> Result<(), Failure> {
    let pairs: Vec<String> = many().enumerate().flat_map(|(number, key)| [key, number.to_string()]).collect();
    let mut words = vec!["MSET"];
    words.extend(pairs.iter().map(String::as_str));
    equal!(cli.say(&words)?, "OK");
    let keys: Vec<String> = many().collect();
    let mut words = vec!["MGET", "none"];
    words.extend(keys.iter().map(String::as_str));
    let numbers: String = (0..100).map(|number| format!("\n{number}")).collect();
    equal!(cli.say(&words)?, numbers);
    Ok(())
}

fn maps_and_scores(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["HSET", "hash", "a", "1", "b", "2"])?, "2");
    let map = cli.say(&["HGETALL", "hash"])?;
    equal!(map.split_whitespace().collect::<Vec<_>>(), ["a", "1", "b", "2"]);
    equal!(cli.say(&["ZADD", "scores", "1.5", "a", "2", "b"])?, "2");
    equal!(cli.say(&["ZSCORE", "scores", "a"])?, "1.5");
    Ok(())
}

fn pipeline(cli: &Cli) -> Result<(), Failure> {
    let commands: Vec<u8> = many()
        .flat_map(|key| {
            [encode(&[b"INCR", format!("p:{key}").as_bytes()]), encode(&[b"GET", key.as_bytes()])].concat()
        })
        .collect();
    let said = String::from_utf8(cli.read(&["--pipe"], &commands)?)?;
    equal!(said.lines().last(), Some("errors: 0, replies: 200"));
    Ok(())
}

fn unknown_command(cli: &Cli) -> Result<(), Failure> {
    let said = cli.session("CLIENT ID\nNOSUCH a\nGET a\nCLIENT ID\n")?;
    equal!(said.len(), 4);
    equal!(said[1].starts_with("ERR unknown command 'NOSUCH'"), true);
    equal!(said[2], "1");
    equal!(said[3], said[0]);
    Ok(())
}

fn del(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["EXISTS", "a", "none", "key:1", "key:2", "key:3"])?, "4");
    equal!(cli.say(&["DEL", "a", "none", "key:1", "key:2"])?, "3");
    equal!(cli.say(&["UNLINK", "key:3", "key:4"])?, "2");
    equal!(cli.say(&["GET", "a"])?, "");
    Ok(())
}

fn transaction(cli: &Cli) -> Result<(), Failure> {
    let said = cli.session("WATCH {t}a\nMULTI\nSET {t}a 1\nINCR {t}a\nEXEC\nGET {t}a\n")?;
    equal!(said, ["OK", "OK", "QUEUED", "QUEUED", "OK", "2", "2"]);
    let said = cli.session("WATCH {t}a\nSET {t}a 5\nMULTI\nINCR {t}a\nEXEC\nGET {t}a\n")?;
    equal!(said, ["OK", "OK", "OK", "QUEUED", "5"]);
    Ok(())
}

fn blocking_pop(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["BLPOP", "list", "0.1"])?, "");
    let mut waiting = cli.waiting(&["BLPOP", "list", "20"])?;
    thread::sleep(Duration::from_millis(100));
    equal!(cli.say(&["RPUSH", "list", "x"])?, "1");
    equal!(waiting.lines(2)?, ["list", "x"]);
    Ok(())
}

fn publish_and_subscribe(cli: &Cli) -> Result<(), Failure> {
    let mut channels = cli.waiting(&["SUBSCRIBE", "news", "sports"])?;
    // Each by its own server, in whichever order.
    let mut confirmed = channels.lines(6)?;
    confirmed.sort();
    equal!(confirmed, ["1", "2", "news", "sports", "subscribe", "subscribe"]);
    let mut pattern = cli.waiting(&["PSUBSCRIBE", "weather.*"])?;
    equal!(pattern.lines(3)?, ["psubscribe", "weather.*", "1"]);
    for channel in ["news", "sports", "weather.today"] {
        cli.say(&["PUBLISH", channel, &format!("of {channel}")])?;
    }
    let mut heard: Vec<String> = channels.lines(6)?;
    heard.retain(|line| line.starts_with("of "));
    heard.sort();
    equal!(heard, ["of news", "of sports"]);
    equal!(pattern.lines(4)?, ["pmessage", "weather.*", "weather.today", "of weather.today"]);
    Ok(())
}

fn scan(cli: &Cli) -> Result<(), Failure> {
    let keys: Vec<String> = many().map(|key| format!("scan:{key}")).collect();
    let mut words = vec!["MSET"];
    words.extend(keys.iter().flat_map(|key| [key.as_str(), "x"]));
    equal!(cli.say(&words)?, "OK");
    let said = cli.say(&["--scan", "--pattern", "scan:*"])?;
    let mut found: Vec<&str> = said.lines().collect();
    found.sort_unstable();
    let mut wanted: Vec<&str> = keys.iter().map(String::as_str).collect();
    wanted.sort_unstable();
    equal!(found, wanted);
    Ok(())
}

fn script(cli: &Cli) -> Result<(), Failure> {
    equal!(cli.say(&["EVALSHA", &"0".repeat(40), "1", "s"])?.starts_with("NOSCRIPT"), true);
    let file = cli.served.folder().join("script.lua");
    fs::write(&file, SCRIPT)?;
    equal!(cli.say(&["--eval", &file.to_string_lossy(), "script:one", ",", "3"])?, "3");
    let digest = cli.say(&["SCRIPT", "LOAD", SCRIPT])?;
    for key in many().take(10) {
        equal!(cli.say(&["EVALSHA", &digest, "1", &format!("script:{key}"), "3"])?, "3");
    }
    equal!(cli.say(&["EVAL", "return 7", "0"])?, "7");
    Ok(())
}

fn info(cli: &Cli) -> Result<(), Failure> {
    for words in [&["INFO"][..], &["INFO", "server"]] {
        equal!(cli.say(words)?.contains("redis_version:"), true);
    }
    Ok(())
}

fn client_commands(cli: &Cli) -> Result<(), Failure> {
    let said = cli.session(
        "CLIENT SETNAME me\nCLIENT GETNAME\nCLIENT NO-EVICT ON\nCLIENT NO-TOUCH ON\nSELECT 0\nECHO hello\nCLIENT ID\n\
         CLIENT INFO\nCLIENT LIST\n",
    )?;
    equal!(said[..6], ["OK", "me", "OK", "OK", "OK", "hello"]);
    let mine = format!("id={} ", said[6]);
    equal!(said[7].starts_with(&mine) && said[7].contains(" name=me "), true);
    equal!(said[8..].iter().filter(|line| line.starts_with(&mine) && line.contains(" name=me ")).count(), 1);
    Ok(())
}

fn large(cli: &Cli) -> Result<(), Failure> {
    let large = b"keyhome ".repeat(1 << 17);
    equal!(cli.read(&["-x", "SET", "large"], &large)?, b"OK\n");
    equal!(cli.read(&["GET", "large"], b"")? == [&large[..], b"\n"].concat(), true);
    Ok(())
}

fn password(cli: &Cli) -> Result<(), Failure> {
    let say = |words: &[&str]| -> Result<String, Failure> {
        let output = cli.command(cli.served.locked()?, words).output()?;
        Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
    };
    equal!(say(&["--no-auth-warning", "-a", PASSWORD, "SET", "a", "1"])?, "OK\n");
    equal!(say(&["--no-auth-warning", "-a", "wrong", "GET", "a"])?.contains("NOAUTH"), true);
    equal!(say(&["GET", "a"])?.contains("NOAUTH"), true);
    Ok(())
}
