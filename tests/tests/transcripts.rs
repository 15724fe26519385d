//! Sessions at the command line, as users see them: the transcripts of `tests/command/`.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use keyhome_tests::doors::CommandDoor;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("command")
}

/// What `command` prints in the folder of transcripts, and its exit code where it is not 0.
fn run(door: &CommandDoor, command: &str) -> String {
    let programs = door.program().parent().unwrap();
    let path = format!("{}:{}", programs.display(), env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(folder());
    let output = shell.env("PATH", path).env_remove("CLICOLOR_FORCE").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        printed
    } else {
        format!("{printed}[exit {}]\n", output.status.code().unwrap())
    }
}

/// The commands of a session, each run again: the session as it is now, and how many commands it has.
fn replayed(session: &str) -> (String, usize) {
    let door = CommandDoor::new();
    let commands = session.lines().filter_map(|line| line.strip_prefix("$ "));
    let replays: Vec<String> =
        commands.map(|command| format!("$ {command}\n{}", run(&door, command))).collect();
    (replays.join("\n"), replays.len())
}

#[test]
fn transcripts_of_the_command() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "console"));
    files.sort();
    let mut commands = 0;
    for file in &files {
        let session = fs::read_to_string(file).unwrap();
        let (now, count) = replayed(&session);
        if env::var_os("KEYHOME_WRITE_TRANSCRIPTS").is_some() {
            fs::write(file, &now).unwrap();
        } else {
            assert_eq!(now, session, "{}", file.display());
        }
        commands += count;
    }
    println!("transcripts: {} files, {commands} commands", files.len());
    assert!(commands >= 30, "transcripts are missing");
}
