//! A temporary folder and the processes that live in it. Neither outlives its owner.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to answer for the first time.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The guard reads a pipe that only the owner holds open. The pipe ends when the owner does, whether by
/// returning, by a panic, by Ctrl-C or by `kill -9`: a destructor alone would miss all but the first two.
/// Every process that is still to be ended has a file of its number in `running`.
const GUARD: &str = r#"
read -r _
for marker in "$1"/running/*; do
  if [ -e "$marker" ]; then kill -KILL "${marker##*/}"; fi
done
rm -rf -- "$1"
"#;

/// A temporary folder in which servers run. When it is dropped, or its owner dies in whatever way, its processes
/// are killed and the folder is removed.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    started: AtomicUsize,
    guard: Child,
    pipe: Option<ChildStdin>,
}

impl Scratch {
    /// Makes the folder in the system's place for temporary files.
    pub fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("keyhome-").tempdir()?;
        fs::create_dir(folder.path().join("running"))?;
        // Groups of their own, for the guard and for every server: Ctrl-C in a terminal goes to a whole group,
        // and must not end the guard before it has done its work.
        let mut guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pipe = guard.stdin.take();
        Ok(Self { folder, started: AtomicUsize::new(0), guard, pipe })
    }

    /// The folder, for config files and the like.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a new folder in it, named `name-0`, `name-1` ...
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let path = self.path().join(format!("{name}-{number}"));
        fs::create_dir(&path)?;
        Ok(path)
    }

    /// Starts a program in `folder`; what it prints goes to `log` there.
    pub fn spawn(&self, mut command: Command, folder: &Path) -> io::Result<Process> {
        let program = command.get_program().to_string_lossy().into_owned();
        let log = folder.join("log");
        let output = File::options().create(true).append(true).open(&log)?;
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => {
                    io::Error::new(error.kind(), format!("{program} is not installed: run `make setup`"))
                }
                _ => io::Error::new(error.kind(), format!("{program} does not start: {error}")),
            })?;
        let marker = self.path().join("running").join(child.id().to_string());
        let process = Process { child, marker, program, log };
        File::create(&process.marker)?;
        Ok(process)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The guard removes the folder; the destructor of `folder` then finds nothing left, which is fine.
        // Nothing can be done here about a guard that somebody else has killed.
        drop(self.guard.wait());
    }
}

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    marker: PathBuf,
    program: String,
    log: PathBuf,
}

impl Process {
    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended by itself or been killed.
    pub fn is_running(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits until `ready` says yes. A program that ends, or is not ready in time, is an error with the end of
    /// its log. An error of `ready` means no: nobody may be listening yet.
    pub fn wait_until(&mut self, mut ready: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
        let start = Instant::now();
        let mut last = String::new();
        while start.elapsed() < START_LIMIT {
            match ready() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => last = format!(" ({error})"),
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!(
                    "{} ended with {status}\n{}",
                    self.program,
                    self.log_end()
                )));
            }
            thread::sleep(Duration::from_millis(5));
        }
        let seconds = START_LIMIT.as_secs();
        let log = self.log_end();
        Err(io::Error::other(format!("{} is not ready after {seconds} s{last}\n{log}", self.program)))
    }

    /// Sends it a signal, such as `-HUP`.
    pub fn signal(&self, signal: &str) -> io::Result<()> {
        let status = Command::new("kill").arg(signal).arg(self.id().to_string()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("kill {signal}: {status}"))) }
    }

    /// Kills it, as a crash of its machine would, and waits until it is gone.
    pub fn kill(&mut self) -> io::Result<()> {
        // In this order: a number may belong to another program as soon as it has been waited for.
        self.child.kill()?;
        if self.marker.exists() {
            fs::remove_file(&self.marker)?;
        }
        self.child.wait().map(drop)
    }

    /// The last lines that the program has printed or logged.
    pub fn log_end(&self) -> String {
        const LINES: usize = 15;
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let end = &lines[lines.len().saturating_sub(LINES)..];
        format!("  | {}", end.join("\n  | "))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A failure here has no one to be told to, and the guard comes after.
        drop(self.kill());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(scratch: &Scratch) -> Process {
        let mut command = Command::new("sleep");
        command.arg("600");
        scratch.spawn(command, scratch.path()).unwrap()
    }

    /// A killed process that nobody has waited for is still in /proc, as a zombie.
    fn is_alive(id: u32) -> bool {
        fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn nothing_is_left_after_a_drop() {
        let scratch = Scratch::new().unwrap();
        let process = sleeper(&scratch);
        let (id, path) = (process.id(), scratch.path().to_owned());
        assert!(is_alive(id) && path.exists());
        drop(process);
        assert!(!is_alive(id));
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn the_guard_ends_what_was_never_dropped() {
        let scratch = Scratch::new().unwrap();
        let process = sleeper(&scratch);
        let (id, path) = (process.id(), scratch.path().to_owned());
        std::mem::forget(process);
        drop(scratch);
        assert!(!path.exists());
        // The signal is sent by then; it arrives when the kernel finds the time.
        let start = Instant::now();
        while is_alive(id) && start.elapsed() < START_LIMIT {
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!is_alive(id));
    }

    #[test]
    fn a_program_that_ends_shows_its_log() {
        let scratch = Scratch::new().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo the port is taken; exit 3"]);
        let mut process = scratch.spawn(command, scratch.path()).unwrap();
        let error = process.wait_until(|| Ok(false)).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("the port is taken"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let scratch = Scratch::new().unwrap();
        let error = scratch.spawn(Command::new("no-such-server"), scratch.path()).unwrap_err().to_string();
        assert_eq!(error, "no-such-server is not installed: run `make setup`");
    }
}
