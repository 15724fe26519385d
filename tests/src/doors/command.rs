//! The command `keyhome`, as a shell calls it.

mod run;

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::Write,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use run::{Ran, build, lossy};

use super::{cluster_node, refusal};
use crate::{
    cases::{Key, to_hex},
    door::{Asked, Cluster, Door, Home, Refusal, Said, Witness},
    pool::Pool,
    traces::Run,
};

const NO_ARCS: &str = "the command draws nothing";
const NO_WITHOUT: &str = "the command cannot take nodes away";
const NO_SUCCESSORS: &str = "the command lists no successors";
const TEXT_ONLY: &str = "the command reads the text of CLUSTER NODES, not lists or maps";
const NO_COMMANDS: &str = "the command knows nothing of the commands of Redis";
const NO_STATE: &str = "the command keeps nothing from one call to the next";
const NO_REPLY: &str = "the command takes a text that does not begin as CLUSTER NODES does for a config";

/// Tests of one process each have a door, and a folder, of their own.
static DOORS: AtomicU32 = AtomicU32::new(0);

/// The command `keyhome`.
#[derive(Debug)]
pub struct CommandDoor {
    program: PathBuf,
    folder: PathBuf,
    files: AtomicU32,
}

/// The homes of keys, the names of their nodes, and the exit that goes with them.
struct Printed {
    homes: Vec<Home>,
    names: Vec<String>,
    exit: i32,
}

impl CommandDoor {
    /// The program that `KEYHOME_BIN` names; else the one of this build, built now if it is not there or is old.
    pub fn new() -> Self {
        let program = std::env::var_os("KEYHOME_BIN").map_or_else(build, PathBuf::from);
        let number = DOORS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("keyhome-tests-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for configs");
        Self { program, folder, files: AtomicU32::new(0) }
    }

    /// The program that is asked.
    pub fn program(&self) -> &Path {
        &self.program
    }

    fn file(&self, text: &str) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.yml"));
        fs::write(&path, text).expect("a config file");
        path
    }

    /// Runs `keyhome` with these arguments and this on its stdin.
    pub fn run<A: AsRef<OsStr>>(&self, args: &[A], stdin: &[u8]) -> (i32, Vec<u8>, String) {
        let mut command = Command::new(&self.program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        let mut pipe = child.stdin.take().expect("a pipe");
        let output = std::thread::scope(|scope| {
            // The command may stop reading at an error; then there is nobody to write to.
            scope.spawn(move || drop(pipe.write_all(stdin)));
            child.wait_with_output().expect("output")
        });
        let exit = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {}", output.status));
        (exit, output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn ask(&self, config: &Path, command: &str, pool: Option<&str>, more: &[OsString], stdin: &[u8]) -> Ran {
        let mut args: Vec<OsString> = vec![command.into(), "-c".into(), config.into()];
        if let Some(pool) = pool {
            args.extend(["-p".into(), pool.into()]);
        }
        args.extend_from_slice(more);
        let (exit, stdout, stderr) = self.run(&args, stdin);
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ran { exit, stdout, stderr }
    }

    fn json(&self, config: &Path, command: &str, pool: Option<&str>) -> Asked<Value> {
        self.ask(config, command, pool, &["--json".into()], b"").value()
    }

    /// Homes of keys from stdin in hexadecimal digits, as JSON; then the same keys in the other ways of passing
    /// them, which must say the same.
    fn every_way(&self, config: &Path, pool: Option<&str>, keys: &[Key]) -> Result<Vec<Home>, Refusal> {
        let Printed { homes, names, exit } = self.piped(config, pool, keys)?;
        self.other_ways(config, pool, keys, &names, exit);
        Ok(homes)
    }

    /// Homes of keys from stdin in hexadecimal digits, as JSON.
    fn piped(&self, config: &Path, pool: Option<&str>, keys: &[Key]) -> Result<Printed, Refusal> {
        let digits: String = keys.iter().map(|key| to_hex(&key.0) + "\n").collect();
        let ran = self.ask(config, "node", pool, &["--json".into(), "--hex".into()], digits.as_bytes());
        if ran.exit == 2 {
            return Err(ran.refusal());
        }
        let lines: Vec<Value> = ran.lines();
        assert_eq!(lines.len(), keys.len(), "a line a key");
        let mut homes = Vec::new();
        let mut names = Vec::new();
        for (line, key) in lines.iter().zip(keys) {
            is_key(line, key);
            names.push(line["node"].as_str().unwrap_or("").to_owned());
            homes.push(match line["index"].as_u64() {
                Some(index) => Ok(index as usize),
                None => Err(refusal(&line["error"]).code),
            });
        }
        let exit = i32::from(homes.iter().any(Result::is_err));
        assert_eq!(ran.exit, exit, "{}", ran.stderr);
        Ok(Printed { homes, names, exit })
    }

    /// Keys as lines and as arguments, plain and in hexadecimal digits: `KEY<TAB>NAME` for each. A key with LF cannot
    /// be a line, one with NUL cannot be an argument.
    fn other_ways(&self, config: &Path, pool: Option<&str>, keys: &[Key], names: &[String], exit: i32) {
        let expected = |shown: &dyn Fn(&Key) -> Option<Vec<u8>>| -> Vec<u8> {
            let lines = keys.iter().zip(names).filter_map(|(key, name)| {
                shown(key).map(|key| [key.as_slice(), b"\t", name.as_bytes(), b"\n"].concat())
            });
            lines.flatten().collect()
        };
        let line = |key: &Key| (!key.0.contains(&b'\n')).then(|| key.0.clone());
        let word = |key: &Key| (!key.0.contains(&0)).then(|| key.0.clone());
        let digits = |key: &Key| Some(to_hex(&key.0).into_bytes());
        let lines: Vec<u8> =
            keys.iter().filter_map(line).flat_map(|key| [key, vec![b'\n']].concat()).collect();
        let ran = self.ask(config, "node", pool, &[], &lines);
        assert_eq!(lossy(&ran.stdout), lossy(&expected(&line)), "keys as lines");
        assert_eq!(ran.stdout, expected(&line), "keys as lines");
        assert!(ran.exit <= exit, "{}", ran.stderr);
        let (stdout, _) = self.as_arguments(config, pool, keys.iter().filter_map(word), &[]);
        assert_eq!(stdout, expected(&word), "keys as arguments");
        let (stdout, given) = self.as_arguments(config, pool, keys.iter().filter_map(digits), &["--hex"]);
        assert_eq!(stdout, expected(&digits), "keys as arguments in hexadecimal digits");
        assert_eq!(given, exit);
    }

    /// Runs the command with keys as arguments, as often as it takes. All that was printed, and the highest exit.
    fn as_arguments(
        &self,
        config: &Path,
        pool: Option<&str>,
        words: impl Iterator<Item = Vec<u8>>,
        option: &[&str],
    ) -> (Vec<u8>, i32) {
        const MOST_BYTES: usize = 500_000; // the system takes 2 MB, the environment and pointers to words included
        let none: Vec<OsString> = option.iter().map(OsString::from).chain(["--".into()]).collect();
        let (mut stdout, mut exit, mut arguments, mut bytes) = (vec![], 0, none.clone(), 0);
        let mut run = |arguments: &[OsString]| {
            let ran = self.ask(config, "node", pool, arguments, b"");
            stdout.extend(ran.stdout);
            exit = exit.max(ran.exit);
        };
        for word in words {
            bytes += word.len() + size_of::<usize>();
            arguments.push(OsStr::from_bytes(&word).to_owned());
            if bytes > MOST_BYTES {
                run(&arguments);
                (arguments, bytes) = (none.clone(), 0);
            }
        }
        if arguments.len() > none.len() {
            run(&arguments);
        }
        (stdout, exit)
    }
}

impl Default for CommandDoor {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for CommandDoor {
    fn drop(&mut self) {
        // What cannot be removed is left in the system's folder for such things.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// `key` where the key is text, `key_hex` where not.
fn is_key(line: &Value, key: &Key) {
    match str::from_utf8(&key.0) {
        Ok(text) => assert_eq!((&line["key"], &line["key_hex"]), (&Value::from(text), &Value::Null)),
        Err(_) => assert_eq!((&line["key_hex"], &line["key"]), (&Value::from(to_hex(&key.0)), &Value::Null)),
    }
}

/// The members that the contract's files show, of a value that may have more.
fn only(value: Value, names: &[&str]) -> Value {
    let Value::Object(mut members) = value else { panic!("no object: {value}") };
    members.retain(|name, _| names.contains(&name.as_str()));
    Value::Object(members)
}

impl Witness for CommandDoor {
    fn name(&self) -> &'static str {
        "command"
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        if !pool.gone().is_empty() {
            return Asked::NotHere(NO_WITHOUT);
        }
        self.piped(&self.file(&pool.text()), None, keys).map(|printed| printed.homes).into()
    }
}

impl Door for CommandDoor {
    fn placement(&self, config: &str, pool: Option<&str>, keys: &[Key]) -> Asked<Vec<Home>> {
        self.every_way(&self.file(config), pool, keys).into()
    }

    fn without(
        &self,
        _: &str,
        _: Option<&str>,
        _: &[&[String]],
        _: &[Key],
    ) -> Asked<Vec<Result<Vec<Home>, Refusal>>> {
        Asked::NotHere(NO_WITHOUT)
    }

    fn successors(
        &self,
        _: &str,
        _: Option<&str>,
        _: &[String],
        _: usize,
        _: &[Key],
    ) -> Asked<Vec<Vec<usize>>> {
        Asked::NotHere(NO_SUCCESSORS)
    }

    fn balance(&self, config: &str, pool: Option<&str>, without: &[String]) -> Asked<Value> {
        if !without.is_empty() {
            return Asked::NotHere(NO_WITHOUT);
        }
        let balance = self.json(&self.file(config), "balance", pool);
        balance.map(|value| only(value, &["range", "shares", "uncovered"]))
    }

    fn arcs(&self, _: &Pool) -> Asked<Value> {
        Asked::NotHere(NO_ARCS)
    }

    fn diff(&self, old: &str, new: &str) -> Asked<Value> {
        let args: [OsString; 4] =
            ["diff".into(), self.file(old).into(), self.file(new).into(), "--json".into()];
        let (exit, stdout, stderr) = self.run(&args, b"");
        let diff = Ran { exit, stdout, stderr }.value();
        diff.map(|value| only(value, &["exact", "range", "moves", "stays", "addresses"]))
    }

    fn fingerprint(&self, config: &str) -> Asked<String> {
        let config = self.file(config);
        self.json(&config, "fingerprint", None).map(|value| {
            let fingerprint = value["fingerprint"].as_str().expect("a fingerprint").to_owned();
            let alone = self.ask(&config, "fingerprint", None, &[], b"");
            assert_eq!(lossy(&alone.stdout), format!("{fingerprint}\n"), "alone on a line");
            fingerprint
        })
    }

    fn slots(&self, keys: &[Key]) -> Asked<Vec<u16>> {
        let digits: String = keys.iter().map(|key| to_hex(&key.0) + "\n").collect();
        let (exit, stdout, stderr) = self.run(&["slot", "--hex", "--json"], digits.as_bytes());
        assert_eq!(exit, 0, "{stderr}");
        let lines = Ran { exit, stdout, stderr }.lines();
        assert_eq!(lines.len(), keys.len(), "a line a key");
        let slots = lines.iter().zip(keys).map(|(line, key)| {
            is_key(line, key);
            line["slot"].as_u64().unwrap_or_else(|| panic!("no slot in {line}")) as u16
        });
        let slots: Vec<u16> = slots.collect();
        let expected: String =
            keys.iter().zip(&slots).map(|(key, slot)| format!("{}\t{slot}\n", to_hex(&key.0))).collect();
        let (_, stdout, _) = self.run(&["slot", "--hex"], digits.as_bytes());
        assert_eq!(lossy(&stdout), expected);
        Asked::Answered(slots)
    }

    fn config(&self, config: &str, _: &[&str]) -> Asked<Vec<Value>> {
        self.json(&self.file(config), "check", None).map(|value| {
            assert_eq!(value["valid"], true);
            value["pools"].as_array().expect("pools").clone()
        })
    }

    /// `node` refuses with exit 2; `check` says so with exit 1, unless it is only the pool that is missing.
    fn config_error(&self, config: &str, pool: Option<&str>) -> Asked<()> {
        let config = self.file(config);
        let ran = self.ask(&config, "node", pool, &["--json".into()], b"");
        if ran.exit != 2 {
            return Asked::Answered(());
        }
        let refused = ran.refusal();
        let checked = self.ask(&config, "check", None, &["--json".into()], b"");
        if refused.code.starts_with("pool.") {
            assert_eq!(checked.exit, 0, "{}", checked.stderr);
        } else {
            assert_eq!(checked.exit, 1, "{}", checked.stderr);
            let value = &checked.lines()[0];
            assert_eq!((&value["valid"], refusal(&value["error"])), (&Value::from(false), refused.clone()));
        }
        Asked::Refused(refused)
    }

    fn cluster(&self, kind: &str, reply: &Value, keys: &[Key]) -> Asked<Cluster> {
        let Some(text) = reply.as_str().filter(|_| kind == "nodes") else { return Asked::NotHere(TEXT_ONLY) };
        let id = text.trim_start().split(' ').next().unwrap_or("");
        if id.len() != 40 || id.bytes().any(|digit| !digit.is_ascii_hexdigit()) {
            return Asked::NotHere(NO_REPLY);
        }
        let config = self.file(text);
        match self.every_way(&config, None, keys) {
            Ok(homes) => self.json(&config, "check", None).map(|value| {
                let nodes = value["pools"][0]["nodes"].as_array().expect("nodes");
                Cluster { nodes: nodes.iter().map(cluster_node).collect(), homes }
            }),
            Err(refusal) => Asked::Refused(refusal),
        }
    }

    fn commands(&self, _: &[Vec<Key>]) -> Asked<Vec<Said>> {
        Asked::NotHere(NO_COMMANDS)
    }

    fn replay(&self, _: &Run) -> Asked<Vec<Value>> {
        Asked::NotHere(NO_STATE)
    }
}
