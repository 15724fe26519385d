//! The ways to ask keyhome. Each language has its own; all must say the same.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

/// A way to ask keyhome where keys live.
pub(crate) trait Door {
    /// Its name for the reader.
    fn name(&self) -> &str;

    /// The name of the node on which each key lives, or none where it says that there is none. `config` is a file;
    /// `pool` is named when the file has several.
    fn homes(&self, config: &Path, pool: Option<&str>, keys: &[Vec<u8>]) -> Result<Vec<Option<String>>>;
}

/// The `keyhome` command.
pub(crate) struct CommandLine {
    program: PathBuf,
}

impl CommandLine {
    pub(crate) fn new(program: PathBuf) -> Self {
        Self { program }
    }
}

impl Door for CommandLine {
    fn name(&self) -> &'static str {
        "the keyhome command"
    }

    fn homes(&self, config: &Path, pool: Option<&str>, keys: &[Vec<u8>]) -> Result<Vec<Option<String>>> {
        let mut command = Command::new(&self.program);
        command.args(["node", "--hex", "-c"]).arg(config);
        if let Some(pool) = pool {
            command.args(["-p", pool]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", self.program.display()))?;
        let mut stdin = child.stdin.take().context("stdin is a pipe")?;
        let input: String = keys.iter().map(|key| hex(key) + "\n").collect();
        // It answers as it reads; both pipes would fill up if nobody read the answers meanwhile.
        let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output()?;
        let written = writer.join().map_err(|_| anyhow!("the thread that writes the keys has panicked"))?;
        // 1 is an answer too: some key has no home.
        if !matches!(output.status.code(), Some(0 | 1)) {
            bail!("`keyhome node` ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        written.context("`keyhome node` did not read all keys")?;
        answers(&String::from_utf8(output.stdout)?, keys)
    }
}

/// Reads `KEY<TAB>NODE NAME` lines: each key again, in the same order.
fn answers(text: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<String>>> {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() != keys.len() {
        bail!("`keyhome node` printed {} lines for {} keys", lines.len(), keys.len());
    }
    let answer = |(line, key): (&str, &Vec<u8>)| match line.split_once('\t') {
        Some((echo, name)) if echo == hex(key) => Ok(Some(name.to_owned()).filter(|name| !name.is_empty())),
        _ => bail!("`keyhome node` printed {line:?} for {}", hex(key)),
    };
    lines.into_iter().zip(keys).map(answer).collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_order() {
        let keys = [b"a".to_vec(), b"\xff".to_vec(), Vec::new()];
        let read = answers("61\tredis-1\nff\t\n\tredis 2\n", &keys).unwrap();
        assert_eq!(read, [Some("redis-1".to_owned()), None, Some("redis 2".to_owned())]);
    }

    #[test]
    fn an_answer_about_another_key_is_an_error() {
        assert!(answers("62\tredis-1\n", &[b"a".to_vec()]).is_err());
        assert!(answers("61 redis-1\n", &[b"a".to_vec()]).is_err());
        assert!(answers("", &[b"a".to_vec()]).is_err());
    }
}
