#![no_main]
//! Any lines as the words of a command: a clear error, or positions of words that are there; and a route that says the same.

use keyhome::ErrorKind;
use keyhome::command::{Command, ScanCursor, command_keys, command_kind, command_route};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let words: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let cursor = ScanCursor::read(words[0], words.len()).and_then(|at| at.pack(words.len()));
    assert!(cursor.is_err() || words[0].trim_ascii_start() == words[0]);
    match command_keys(&words) {
        Ok(keys) => {
            let mut seen = keys.clone();
            seen.sort_unstable();
            seen.dedup();
            assert!(seen.iter().all(|key| (1..words.len()).contains(key)), "a key is a word behind the name");
            let command = Command::find(&words).unwrap();
            assert!(command.key_step() > 0);
            let kind = command_kind(words[0], words.get(1).copied()).unwrap();
            assert_eq!(kind.command, command.name());
            assert!(kind.only_key.is_none_or(|only| keys == [only]), "the kind says where the key is");
            match command_route(&words) {
                Ok(route) => {
                    assert_eq!((route.command, &route.keys), (command.name(), &keys));
                    assert!(route.channels.iter().all(|channel| (1..words.len()).contains(channel)));
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::CommandArguments);
                    assert!(command.key_step() > 1, "only a part of a command that is split can be short");
                }
            }
        }
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::CommandUnknown | ErrorKind::CommandArguments));
            assert!(!error.detail().is_empty());
            assert_eq!(command_route(&words).unwrap_err(), error);
        }
    }
});
