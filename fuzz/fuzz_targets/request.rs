#![no_main]
//! Any bytes as what a client sends: however they are cut, the same words or the same error.

use keyhome_resp::{FrameError, Limits, Progress, RequestReader, request};
use libfuzzer_sys::fuzz_target;

/// Small, so that they are met.
const LIMITS: Limits = Limits { words: 64, word_bytes: 1000, request_bytes: 2000 };

/// The words of all requests until one is not whole, and why no more can be read.
fn read(bytes: &[u8], step: usize) -> (Vec<Vec<Vec<u8>>>, Option<FrameError>) {
    let mut requests = Vec::new();
    let mut reader = RequestReader::default();
    let (mut start, mut end) = (0, 0);
    loop {
        match reader.read(&bytes[start..end], &LIMITS) {
            Ok(Progress::Whole(length)) => {
                assert!((1..=end - start).contains(&length));
                let frame = reader.frame(&bytes[start..start + length]);
                let words: Vec<Vec<u8>> = reader.words().iter().map(|word| word.of(frame).to_vec()).collect();
                if !words.is_empty() {
                    let mut again = Vec::new();
                    request(&mut again, &words);
                    assert_eq!(again, frame, "there is one way to write a request");
                }
                requests.push(words);
                reader.clear();
                start += length;
            }
            Ok(Progress::Partial(needed)) => {
                assert!(needed > end - start, "what is here is not enough");
                if end == bytes.len() {
                    return (requests, None);
                }
                end = (end + step).min(bytes.len());
            }
            Err(error) => return (requests, Some(error)),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    // What is wrong with a request that is too large is found sooner where it comes in pieces.
    let (requests, error) = read(bytes, bytes.len().max(1));
    for step in [1, 7] {
        let (pieces, problem) = read(bytes, step);
        assert_eq!((pieces, problem.is_some()), (requests.clone(), error.is_some()));
    }
});
