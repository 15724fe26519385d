//! The command, with what it should not be given: exit 2 with the reason, and what was printed before stands.

use std::fs;

use keyhome_live::Scratch;
use keyhome_tests::doors::CommandDoor;

const POOL: &str = "p:\n  servers:\n   - h:1:1 a\n   - h:2:1 b\n";

/// The path of a new file.
fn file(folder: &Scratch, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A program, a picture, all bytes, UTF-16: files that are no text.
#[test]
fn files_that_are_no_text() {
    let (door, folder) = (CommandDoor::new(), Scratch::new().unwrap());
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    let all_bytes: Vec<u8> = (0..=255).collect();
    let utf16: Vec<u8> = POOL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, &[u8]); 5] = [
        ("program", &program[..program.len().min(1 << 20)]),
        ("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("bytes", &all_bytes),
        ("utf-16", &utf16),
        ("zeros", &[0; 5000]),
    ];
    for (name, bytes) in files {
        let path = file(&folder, name, bytes);
        let (exit, stdout, stderr) = door.run(&["node", "-c", &path, "key"], b"");
        assert_eq!((exit, stdout.len()), (2, 0), "{name}: {stderr}");
        assert!(stderr.contains("error[config.syntax]"), "{name}: {stderr}");
        let (exit, _, stderr) = door.run(&["check", "-c", &path], b"");
        assert_eq!(exit, 1, "{name}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
    println!("files that are no text: {} files", files.len());
}

#[test]
fn files_that_cannot_be_read() {
    let (door, folder) = (CommandDoor::new(), Scratch::new().unwrap());
    let nowhere = folder.path().join("nowhere");
    for path in [nowhere.to_str().unwrap(), folder.path().to_str().unwrap(), ""] {
        for command in ["node", "check", "balance", "fingerprint"] {
            let (exit, stdout, stderr) = door.run(&[command, "-c", path], b"");
            assert_eq!((exit, stdout.len()), (2, 0), "{command} {path}: {stderr}");
            assert!(stderr.contains("error"), "{stderr}");
        }
    }
    println!("files that cannot be read: 12 cases");
}

#[test]
fn digits_that_are_none() {
    let (door, folder) = (CommandDoor::new(), Scratch::new().unwrap());
    let path = file(&folder, "pool.yml", POOL.as_bytes());
    for (lines, wrong) in
        [("61\n6\n62\n", "2"), ("61\n62\nzz\n", "3"), ("61\n62\n63\n \n", "4"), ("0x61\n", "1")]
    {
        let (exit, stdout, stderr) = door.run(&["node", "-c", &path, "--hex"], lines.as_bytes());
        let before = String::from_utf8(stdout).unwrap().lines().count();
        assert_eq!((exit, before), (2, wrong.parse::<usize>().unwrap() - 1), "{lines:?}: {stderr}");
        assert!(stderr.contains(&format!("line {wrong}")), "{lines:?}: {stderr}");
    }
    let (exit, stdout, stderr) = door.run(&["node", "-c", &path, "--hex"], b"6A\r\n6b\r\n");
    assert_eq!(exit, 0, "{stderr}");
    let stdout = String::from_utf8(stdout).unwrap();
    let keys: Vec<&str> = stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(keys, ["6a", "6b"], "either case in, lower case out, a carriage return ignored");
    println!("digits that are none: 5 cases");
}

#[test]
fn one_stdin_for_two() {
    let door = CommandDoor::new();
    let (exit, stdout, stderr) = door.run(&["node", "-c", "-"], POOL.as_bytes());
    assert_eq!((exit, stdout.len()), (2, 0), "{stderr}");
    let (exit, stdout, stderr) = door.run(&["node", "-c", "-", "user:1001"], POOL.as_bytes());
    assert_eq!(exit, 0, "{stderr}");
    assert!(stdout.starts_with(b"user:1001\t"));
    println!("one stdin for two: 2 cases");
}

/// Keys are the bytes before each line feed, nothing trimmed; an empty line is the empty key.
#[test]
fn lines_as_they_are() {
    let (door, folder) = (CommandDoor::new(), Scratch::new().unwrap());
    let path = file(&folder, "pool.yml", POOL.as_bytes());
    let router = keyhome::from_config(POOL, None).unwrap();
    let keys: [&[u8]; 8] = [b"", b" ", b"a\t", b"\tb", b"a\r", b"\xff\xfe", b"\0", b"last"];
    let stdin = keys.join(&b'\n');
    let (exit, stdout, stderr) = door.run(&["node", "-c", &path], &stdin);
    let line = |key: &&[u8]| [key, &b"\t"[..], router.node(key).unwrap().name.as_bytes(), b"\n"].concat();
    assert_eq!(stdout, keys.iter().flat_map(line).collect::<Vec<u8>>());
    assert_eq!(exit, 0, "{stderr}");
    let (_, _, warned) = door.run(&["node", "-c", &path], b"a\r\nb\r\nc\r\n");
    assert_eq!(warned.lines().count(), 1, "one warning: {warned}");
    println!("lines as they are: {} keys", keys.len());
}

#[test]
fn words_that_are_none() {
    let (door, folder) = (CommandDoor::new(), Scratch::new().unwrap());
    let path = file(&folder, "pool.yml", POOL.as_bytes());
    let cases: [&[&str]; 7] = [
        &["node"],
        &["nodes", "-c", &path],
        &["node", "-c", &path, "--no-such-option"],
        &["node", "-c", &path, "-p", "q", "key"],
        &["explain", "-c", &path],
        &["diff", &path],
        &["balance", "-c", &path, "--keys", "/nowhere/at/all"],
    ];
    for args in cases {
        let (exit, stdout, stderr) = door.run(args, b"");
        assert_eq!((exit, stdout.len()), (2, 0), "{args:?}: {stderr}");
        assert!(!stderr.is_empty() && !stderr.contains("panicked"), "{args:?}: {stderr}");
    }
    println!("words that are none: {} cases", cases.len());
}
