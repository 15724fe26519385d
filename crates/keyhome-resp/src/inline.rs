//! Requests that people type, and that health checks of load balancers send: a line of words.

use alloc::vec::Vec;

use crate::{error::FrameError, request::Word};

/// Redis's `PROTO_INLINE_MAX_SIZE`.
const LONGEST_LINE: usize = 64 * 1024;

/// The length of the line at the start of `buffer`, its end included. Its first `looked` bytes have none.
pub(crate) fn line_length(buffer: &[u8], looked: usize) -> Result<Option<usize>, FrameError> {
    let end = buffer.iter().skip(looked).position(|byte| *byte == b'\n').map(|end| looked + end + 1);
    if end.unwrap_or(buffer.len()) > LONGEST_LINE {
        return Err(FrameError::LongLine);
    }
    Ok(end)
}

/// Adds the words of a line. Quotes are an error: who needs bytes that do not fit in a line sends a frame.
pub(crate) fn words(line: &[u8], out: &mut Vec<Word>) -> Result<(), FrameError> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c | 0);
    let mut start = None;
    for (at, byte) in line.iter().enumerate() {
        match (start, is_space(*byte)) {
            _ if matches!(byte, b'"' | b'\'') => return Err(FrameError::Quotes),
            (None, false) => start = Some(at),
            (Some(first), true) => {
                out.push(Word { start: first, end: at });
                start = None;
            }
            _ => {}
        }
    }
    Ok(())
}
