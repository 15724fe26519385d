#![no_main]
//! Any bytes as what a server sends: however they are cut, the same ends or an error; and what is in a whole reply can be
//! looked at.

use keyhome_resp::{ReplyReader, Value};
use libfuzzer_sys::fuzz_target;

/// The lengths of all replies until one is not whole, and whether no more can be read.
fn read(bytes: &[u8], step: usize) -> (Vec<usize>, bool) {
    let mut lengths = Vec::new();
    let mut reader = ReplyReader::default();
    let (mut start, mut end) = (0, 0);
    loop {
        match reader.read(&bytes[start..end]) {
            Ok(Some(length)) => {
                assert!((1..=end - start).contains(&length));
                lengths.push(length);
                start += length;
            }
            Ok(None) if end == bytes.len() => return (lengths, false),
            Ok(None) => end = (end + step).min(bytes.len()),
            Err(_) => return (lengths, true),
        }
    }
}

/// Everything in a reply, without calling itself: it may be nested to any depth.
fn look_into(reply: &[u8]) {
    let mut all = vec![reply];
    while let Some(reply) = all.pop() {
        if let Some(Value::Array(values) | Value::Map(values)) = Value::of(reply) {
            all.extend(values);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (lengths, is_broken) = read(bytes, bytes.len().max(1));
    for step in [1, 7] {
        let (pieces, was_broken) = read(bytes, step);
        assert_eq!(pieces, lengths);
        // In pieces it is looked at when enough has come for the shortest reply.
        assert!(!was_broken || is_broken);
    }
    let mut start = 0;
    for length in lengths {
        look_into(&bytes[start..start + length]);
        start += length;
    }
    // What is cut is no value, or one whose parts end early.
    look_into(&bytes[start..]);
});
