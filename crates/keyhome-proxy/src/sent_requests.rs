//! What was asked over a connection to a server and is not answered yet: the slow log shows it, and the buffers that it
//! was written from are long in use again when a reply turns out to have been slow.

use std::{fmt, io::Write};

use keyhome_resp::{Value, array, bulk};

/// A request of no more bytes is kept as it is, a longer one as it will be shown.
const WHOLE: usize = 512;

/// Memory that is kept for requests to come while none is on its way.
const MOST_IDLE: usize = 64 * 1024;

/// The most words that are shown of a request, and bytes of each: redis-server's, in `src/slowlog.h`.
const MOST_WORDS: usize = 32;
const MOST_BYTES: usize = 128;

/// The requests of one connection, in their order.
#[derive(Default)]
pub(crate) struct SentRequests {
    bytes: Vec<u8>,
    /// Where the request that was answered last begins, and where the next one does.
    last: usize,
    next: usize,
}

impl SentRequests {
    #[inline]
    pub(crate) fn push(&mut self, frame: &[u8]) {
        if self.next > 0 {
            self.forget_answered();
        }
        if frame.len() <= WHOLE {
            self.bytes.extend_from_slice(frame);
        } else {
            self.push_cut(frame);
        }
    }

    /// A request of so many bytes is answered, the first of those that are here.
    #[inline]
    pub(crate) fn pop(&mut self, frame_bytes: u32) {
        self.last = self.next;
        self.next += if frame_bytes as usize <= WHOLE { frame_bytes as usize } else { 4 + self.cut_length() };
        if self.next == self.bytes.len() && self.bytes.capacity() > MOST_IDLE {
            self.give_back();
        }
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// After a burst, when none is on its way any more. The last one may still be asked for.
    #[cold]
    fn give_back(&mut self) {
        self.bytes.drain(..self.last);
        self.bytes.shrink_to(MOST_IDLE);
        (self.last, self.next) = (0, self.bytes.len());
    }

    /// The words of the request that was answered last, of which the frame had so many bytes: as redis-server shows them
    /// (`slowlogCreateEntry`, src/slowlog.c).
    pub(crate) fn last_words(&self, frame_bytes: u32) -> Vec<Vec<u8>> {
        let kept = self.bytes.get(self.last..self.next).unwrap_or_default();
        if frame_bytes as usize <= WHOLE {
            return cut_words(kept);
        }
        words_of(kept.get(4..).unwrap_or_default())
    }

    /// The length of what is kept of the next request, which is a long one.
    fn cut_length(&self) -> usize {
        let length = self.bytes.get(self.next..self.next + 4).and_then(|bytes| bytes.try_into().ok());
        u32::from_le_bytes(length.unwrap_or_default()) as usize
    }

    #[cold]
    fn push_cut(&mut self, frame: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write_cut(&mut self.bytes, frame);
        let length = (self.bytes.len() - start - 4) as u32;
        self.bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }

    fn forget_answered(&mut self) {
        if self.next == self.bytes.len() {
            self.bytes.clear();
        } else if self.next >= MOST_IDLE && self.next * 2 >= self.bytes.len() {
            self.bytes.drain(..self.next);
        } else {
            return;
        }
        (self.last, self.next) = (0, 0);
    }
}

/// The words of a frame, cut.
fn cut_words(frame: &[u8]) -> Vec<Vec<u8>> {
    let mut cut = Vec::new();
    write_cut(&mut cut, frame);
    words_of(&cut)
}

/// Writes a frame of the first 32 words of a frame, the last of which says how many more there are; of each 128 bytes, and
/// how many more there are. Nothing is allocated: every long request comes by here.
fn write_cut(out: &mut Vec<u8>, frame: &[u8]) {
    let Some(Value::Array(words)) = Value::of(frame) else { return array(out, 0) };
    let count = words.len();
    let shown = if count > MOST_WORDS { MOST_WORDS - 1 } else { count };
    array(out, shown + usize::from(count > shown));
    for word in words.take(shown).map(bytes_of) {
        match word.split_at_checked(MOST_BYTES) {
            Some((start, rest)) if !rest.is_empty() => {
                bulk_of(out, start, format_args!("... ({} more bytes)", rest.len()));
            }
            _ => bulk(out, word),
        }
    }
    if count > shown {
        bulk_of(out, b"", format_args!("... ({} more arguments)", count - shown));
    }
}

/// A string of bytes and a remark.
fn bulk_of(out: &mut Vec<u8>, start: &[u8], remark: fmt::Arguments<'_>) {
    let mut text = [0; MOST_BYTES + 64];
    let mut rest = text.as_mut_slice();
    // There is room for the longest number.
    let _ = rest.write_all(start);
    let _ = rest.write_fmt(remark);
    let left = rest.len();
    bulk(out, &text[..text.len() - left]);
}

fn words_of(frame: &[u8]) -> Vec<Vec<u8>> {
    let Some(Value::Array(words)) = Value::of(frame) else { return Vec::new() };
    words.map(|word| bytes_of(word).to_vec()).collect()
}

fn bytes_of(word: &[u8]) -> &[u8] {
    match Value::of(word) {
        Some(Value::Bulk(bytes)) => bytes,
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyhome_resp::request;

    fn frame(words: &[Vec<u8>]) -> Vec<u8> {
        let mut frame = Vec::new();
        request(&mut frame, words);
        frame
    }

    #[test]
    fn words_are_cut_as_redis_cuts_them() {
        let words: Vec<Vec<u8>> = (0..40).map(|word| vec![b'w'; 100 + word]).collect();
        let cut = cut_words(&frame(&words));
        assert_eq!((cut.len(), &cut[28]), (32, &words[28]));
        assert_eq!(cut[30], [&[b'w'; 128][..], b"... (2 more bytes)"].concat());
        assert_eq!(cut[31], b"... (9 more arguments)");
        assert_eq!(cut_words(&frame(&words[..29])), words[..29]);
        let exactly = vec![b"word".to_vec(); 32];
        assert_eq!(cut_words(&frame(&exactly)), exactly);
        assert!(cut_words(b"").is_empty());
    }

    /// Requests come and go in any number, and the last one that went is the one that is shown.
    #[test]
    fn the_request_that_was_answered_is_the_one_that_is_shown() {
        let mut sent = SentRequests::default();
        let request = |number: usize| {
            let long = if number.is_multiple_of(7) { 600 } else { 3 };
            let words = vec![b"SET".to_vec(), number.to_string().into_bytes(), vec![b'v'; long]];
            (frame(&words), cut_words(&frame(&words)))
        };
        let (mut pushed, mut popped, mut most) = (0, 0, 0);
        for turn in 0..20_000 {
            for _ in 0..turn % 5 {
                sent.push(&request(pushed).0);
                pushed += 1;
            }
            for _ in 0..turn * 7 % 6 {
                if popped < pushed {
                    let (frame, words) = request(popped);
                    sent.pop(frame.len() as u32);
                    assert_eq!(sent.last_words(frame.len() as u32), words);
                    popped += 1;
                }
            }
            most = most.max(sent.bytes.len());
        }
        assert!(most < 3 * MOST_IDLE, "{most} bytes for few requests on their way");
    }

    #[test]
    fn a_burst_gives_its_memory_back() {
        let mut sent = SentRequests::default();
        let words = vec![b"SET".to_vec(), b"key".to_vec(), vec![b'v'; 400]];
        let frame = frame(&words);
        (0..10_000).for_each(|_| sent.push(&frame));
        assert!(sent.held_bytes() > 4_000_000);
        (0..10_000).for_each(|_| sent.pop(frame.len() as u32));
        assert!(sent.held_bytes() <= MOST_IDLE, "{}", sent.held_bytes());
        assert_eq!(sent.last_words(frame.len() as u32), cut_words(&frame));
        sent.push(&frame);
        sent.pop(frame.len() as u32);
        assert_eq!(sent.last_words(frame.len() as u32), cut_words(&frame));
    }
}
