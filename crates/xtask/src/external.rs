//! Running other programs: cargo, git, llvm-cov ... A failure is one sentence that names the command.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};

/// The cargo that runs this xtask.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").as_deref().unwrap_or(OsStr::new("cargo")))
}

/// Runs a command whose output is for the reader.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_run(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended(command, status)) }
}

/// Runs a command whose output is for us; what it says on stderr is shown when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_run(command, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}\n{}", ended(command, output.status), said.trim_end());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What a command said, on stdout and stderr in the order in which it said it, and how it failed if it did.
pub(crate) struct Heard {
    pub(crate) said: String,
    pub(crate) error: Option<Error>,
}

/// Runs a command whose output is shown later, because others run at the same time.
pub(crate) fn heard(command: &mut Command) -> Result<Heard> {
    let (mut reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn();
    // The pipe ends when the command does, and not when we do.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.map_err(|error| cannot_run(command, &error))?;
    let mut said = Vec::new();
    reader.read_to_end(&mut said)?;
    let status = child.wait()?;
    let error = (!status.success()).then(|| ended(command, status));
    Ok(Heard { said: String::from_utf8_lossy(&said).into_owned(), error })
}

/// Runs a command that may fail or hang, such as a download, and says whether it was done in time.
pub(crate) fn succeeds_within(limit: Duration, command: &mut Command) -> Result<bool> {
    let start = Instant::now();
    let mut child = match command.stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(cannot_run(command, &error)),
    };
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn ended(command: &Command, status: ExitStatus) -> Error {
    anyhow!("`{}` ended with {status}", shown(command))
}

fn cannot_run(command: &Command, error: &io::Error) -> Error {
    let program = command.get_program().to_string_lossy();
    if error.kind() == io::ErrorKind::NotFound {
        anyhow!("{program} is not installed: run `make setup`")
    } else {
        anyhow!("{program} does not start: {error}")
    }
}

/// The command as one would type it; long lists of arguments are cut.
fn shown(command: &Command) -> String {
    const WORDS: usize = 12;
    let name = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args());
    let mut words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    if words.len() > WORDS {
        words.truncate(WORDS);
        words.push("...".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_name_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert_eq!(error, "`sh -c exit 3` ended with exit status: 3");
        let error = output(Command::new("sh").args(["-c", "echo no >&2; exit 1"])).unwrap_err().to_string();
        assert!(error.ends_with("\nno"), "{error}");
        let error = run(&mut Command::new("no-such-tool")).unwrap_err().to_string();
        assert_eq!(error, "no-such-tool is not installed: run `make setup`");
    }

    #[test]
    fn what_is_heard_is_in_order() {
        let Heard { said, error } =
            heard(Command::new("sh").args(["-c", "echo a; echo b >&2; echo c; exit 3"])).unwrap();
        assert_eq!(said, "a\nb\nc\n");
        assert!(error.unwrap().to_string().ends_with("ended with exit status: 3"));
        let Heard { said, error } = heard(Command::new("echo").arg("well")).unwrap();
        assert_eq!((said.as_str(), error.is_none()), ("well\n", true));
        assert!(heard(&mut Command::new("no-such-tool")).is_err());
    }

    #[test]
    fn what_hangs_is_ended() {
        let start = Instant::now();
        assert!(!succeeds_within(Duration::from_millis(100), Command::new("sleep").arg("60")).unwrap());
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(succeeds_within(Duration::from_secs(30), &mut Command::new("true")).unwrap());
        assert!(!succeeds_within(Duration::from_secs(30), &mut Command::new("no-such-tool")).unwrap());
    }
}
