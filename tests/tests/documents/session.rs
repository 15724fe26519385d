//! The shell sessions of one document, in a folder of their own, on servers of their own.

use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{Process, RedisServer, Scratch, lease, resp::Connection};
use keyhome_tests::{doors::CommandDoor, here};

/// The servers that documents name, as `10.0.0.1:6379` and so on.
const SERVERS: usize = 3;

/// The ports that documents name: of pools, of statistics, of metrics. Each session has others in their place.
const PORTS: [&str; 8] = ["22121", "22122", "22131", "22132", "22222", "22223", "9422", "16384"];

/// Who else runs these, and what they begin with.
const RUN_ELSEWHERE: &[(&str, &str)] = &[
    ("make ", "the stages of `make test`; the targets are looked for in the Makefile"),
    ("cargo xtask ", "the same"),
    ("npm install ", "the stage `npm` installs the tarballs, as there is no release yet"),
    ("pip install ", "the stage `pip` installs the wheel, as there is no release yet"),
    ("./servers ", "the stage `examples` runs it, and all examples on what it starts"),
    ("cargo install ", "the stage `crates` installs the command as it is packed, as there is no release yet"),
    ("cargo add ", "the stage `docs` compiles what follows with the crate, as there is no release yet"),
    ("keyhome explore ", "the stage `explorer` runs it, with the page in the command"),
];

pub(crate) struct Session {
    // In this order: what a document leaves running ends before its servers and its folder.
    serving: Vec<Process>,
    servers: Vec<RedisServer>,
    ports: Vec<(&'static str, u16)>,
    folder: PathBuf,
    path: String,
    scratch: Scratch,
}

impl Session {
    /// In a folder with the files of `tests/command/`, whose nutcracker.yml is about real servers.
    pub(crate) fn new() -> Self {
        let scratch = Scratch::new().unwrap();
        let folder = scratch.folder("session").unwrap();
        let servers = (0..SERVERS).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let ports = PORTS.map(|port| (port, lease().unwrap())).into();
        let program = CommandDoor::new().program().parent().unwrap().to_owned();
        let path = format!("{}:{}:/usr/sbin", program.display(), env::var("PATH").unwrap());
        let session = Self { serving: Vec::new(), servers, ports, folder, path, scratch };
        for entry in fs::read_dir(here("command")).unwrap() {
            let file = entry.unwrap();
            let mut text = fs::read_to_string(file.path()).unwrap();
            // The other configs have servers without names, which are placed by their addresses.
            if file.file_name() == "nutcracker.yml" {
                text = session.placed(&text);
            }
            fs::write(session.folder.join(file.file_name()), text).unwrap();
        }
        session
    }

    /// A session, each of its commands run again: as it is now, and how many commands it has.
    pub(crate) fn replayed(&mut self, session: &str) -> (String, usize) {
        let commands: Vec<&str> = session.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let replay = |command: &&str| format!("$ {command}\n{}", self.told(command));
        let replays: Vec<String> = commands.iter().map(replay).collect();
        (replays.join("\n"), replays.len())
    }

    /// Runs a script, whose last command may serve until it is stopped; gives how many commands it has.
    pub(crate) fn script(&mut self, script: &str, at: &str) -> usize {
        let mut here = String::new();
        let mut commands = 0;
        for line in script.lines() {
            commands += 1;
            if RUN_ELSEWHERE.iter().any(|(begin, _)| line.starts_with(begin)) {
                is_a_target(line, at);
            } else if line.starts_with("keyhome proxy ") && !line.contains(" -d") && !line.contains(" -t") {
                self.serve(line);
            } else {
                here.push_str(line);
                here.push('\n');
            }
        }
        let output = self.shell(&format!("set -eu\n{here}"));
        assert!(output.1 == Some(0), "{at}: {}\n{here}", output.0);
        for line in script.lines().filter(|line| line.contains(" -d ")) {
            self.wait_for_daemon(line);
        }
        commands
    }

    /// What a command prints, and its exit code where it is not 0.
    fn told(&self, command: &str) -> String {
        match self.shell(command) {
            (printed, Some(0)) => printed,
            (printed, code) => format!("{printed}[exit {}]\n", code.unwrap()),
        }
    }

    /// What a shell prints, both ways together, and its exit code. What it leaves in the background goes on.
    fn shell(&self, script: &str) -> (String, Option<i32>) {
        let printed = self.folder.join(".printed");
        let file = fs::File::create(&printed).unwrap();
        let mut shell = self.command(script);
        shell.current_dir(&self.folder).stdin(Stdio::null());
        let status = shell.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
        let text = String::from_utf8_lossy(&fs::read(&printed).unwrap()).into_owned();
        (self.named(&text), status.code())
    }

    fn command(&self, script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(self.placed(script)).env("PATH", &self.path).env_remove("CLICOLOR_FORCE");
        shell
    }

    /// Starts what serves, and waits until the first pool of nutcracker.yml answers.
    fn serve(&mut self, line: &str) {
        let own = line.replacen("keyhome proxy", "exec keyhome proxy -s 22222 -a 127.0.0.1", 1);
        let own = if line.contains(" -s ") { format!("exec {line}") } else { own };
        let mut process = self.scratch.spawn(self.command(&own), &self.folder).unwrap();
        let port = self.ports.iter().find(|(name, _)| *name == "22121").unwrap().1;
        process.wait_until(|| Ok(Connection::open(port)?.call(&[b"PING"]).is_ok())).unwrap();
        self.serving.push(process);
    }

    /// Waits until the first pool answers of what runs in the background: it may go there before it listens.
    fn wait_for_daemon(&self, line: &str) {
        let config = line.split_once(" -c ").unwrap().1.split_whitespace().next().unwrap();
        let config = fs::read_to_string(self.folder.join(config)).unwrap();
        let port = config.split_once("127.0.0.1:").unwrap().1.lines().next().unwrap().parse().unwrap();
        let start = Instant::now();
        while Connection::open(port).and_then(|mut pool| pool.call(&[b"PING"])).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "{line}: nobody answers");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A text of a document, about the servers and ports of this session.
    fn placed(&self, text: &str) -> String {
        let ports = self.ports.iter().map(|(name, port)| ((*name).to_owned(), port.to_string()));
        let mut text = with_numbers(text, &ports.collect());
        for (number, server) in self.servers.iter().enumerate() {
            text = text.replace(&format!("10.0.0.{}:6379", number + 1), &server.address());
        }
        text
    }

    /// What was printed, with the names that documents have for servers and ports.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (number, server) in self.servers.iter().enumerate() {
            text = text.replace(&server.address(), &format!("10.0.0.{}:6379", number + 1));
        }
        let ports = self.ports.iter().map(|(name, port)| (port.to_string(), (*name).to_owned()));
        with_numbers(&text, &ports.collect())
    }
}

/// A text with other numbers in the place of some. All at once: a port of this session may be one that documents name, too.
fn with_numbers(text: &str, others: &BTreeMap<String, String>) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        replaced.push_str(before);
        replaced.push_str(others.get(number).map_or(number, String::as_str));
        rest = after;
    }
    replaced + rest
}

#[test]
fn numbers_are_replaced_all_at_once_and_only_whole_ones() {
    let others = [("22121", "22131"), ("22131", "29422"), ("9422", "20000")];
    let others = others.map(|(from, to)| (from.to_owned(), to.to_owned())).into();
    let text = "127.0.0.1:22121, s/22121/22131/, 122121, 9422";
    assert_eq!(with_numbers(text, &others), "127.0.0.1:22131, s/22131/29422/, 122121, 20000");
}

impl Drop for Session {
    fn drop(&mut self) {
        // What runs in the background has left its number, as in `-p keyhome.pid`. It may have ended by itself, and the number be
        // somebody else's.
        for entry in fs::read_dir(&self.folder).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "pid") {
                let number = fs::read_to_string(&file).unwrap();
                let runs = fs::read_to_string(format!("/proc/{}/comm", number.trim())).unwrap_or_default();
                if matches!(runs.trim(), "nutcracker" | "keyhome") {
                    drop(Command::new("kill").arg(number.trim()).stderr(Stdio::null()).status());
                }
            }
        }
    }
}

/// A target of make that a document names is one, and so is a stage of the tests.
pub(crate) fn is_a_target(line: &str, at: &str) {
    let has = |file: &str, text: String| {
        assert!(
            fs::read_to_string(here(file)).unwrap().contains(&text),
            "{at}: {line}: no {text:?} in {file}"
        );
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["make", target, ..] => has("../Makefile", format!("\n{target}: ")),
        ["cargo", "xtask", "test", stage, ..] => {
            has("../crates/xtask/src/test.rs", format!("name: \"{stage}\""));
        }
        _ => {}
    }
}
