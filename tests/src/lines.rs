//! A program that says lines of JSON, each of which is to come in time.

use std::{
    io::{self, BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use serde::de::DeserializeOwned;

/// How long it may take to the next line: a busy machine needs a part of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The program, and what it says. It does not outlive this.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) child: Child,
    lines: mpsc::Receiver<io::Result<String>>,
}

impl Lines {
    /// Starts it.
    pub(crate) fn of(command: &mut Command) -> io::Result<Self> {
        let program = command.get_program().display().to_string();
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        let output = child.stdout.take().expect("a pipe");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || BufReader::new(output).lines().try_for_each(|line| sender.send(line)));
        Ok(Self { child, lines })
    }

    /// The next line.
    pub(crate) fn next<T: DeserializeOwned>(&self) -> Result<T, String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => read(line),
            Err(RecvTimeoutError::Timeout) => Err(format!("nothing for {} s", PATIENCE.as_secs())),
            Err(RecvTimeoutError::Disconnected) => Err("the program has ended".to_owned()),
        }
    }

    /// The lines that are there already.
    pub(crate) fn so_far<T: DeserializeOwned>(&self) -> Result<Vec<T>, String> {
        self.lines.try_iter().map(read).collect()
    }
}

fn read<T: DeserializeOwned>(line: io::Result<String>) -> Result<T, String> {
    let line = line.map_err(|error| error.to_string())?;
    serde_json::from_str(&line).map_err(|error| format!("it says {line}: {error}"))
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nobody to be told.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
