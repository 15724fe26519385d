//! Frames, written.

use alloc::vec::Vec;

/// A request.
pub fn request<W: AsRef<[u8]>>(out: &mut Vec<u8>, words: &[W]) {
    array(out, words.len());
    for word in words {
        bulk(out, word.as_ref());
    }
}

/// The head of an array: its values are to follow.
pub fn array(out: &mut Vec<u8>, values: usize) {
    head(out, b'*', values as u64);
}

/// The head of a map: its keys and values are to follow; an array of both in RESP2.
pub fn map(out: &mut Vec<u8>, entries: usize, resp3: bool) {
    if resp3 { head(out, b'%', entries as u64) } else { head(out, b'*', 2 * entries as u64) }
}

/// A string.
pub fn bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    head(out, b'$', bytes.len() as u64);
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// A simple string, which has no line end.
pub fn simple(out: &mut Vec<u8>, text: &str) {
    line(out, b'+', text.as_bytes());
}

/// An error: its first word is its code. A line end within would end it: it becomes a space.
pub fn error(out: &mut Vec<u8>, text: &str) {
    line(out, b'-', text.as_bytes());
}

/// An error that shows what a client has sent, which may be any bytes.
pub fn error_bytes(out: &mut Vec<u8>, text: &[u8]) {
    line(out, b'-', text);
}

/// An integer.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    out.push(b':');
    if number < 0 {
        out.push(b'-');
    }
    digits(out, number.unsigned_abs());
    out.extend_from_slice(b"\r\n");
}

/// Null.
pub fn null(out: &mut Vec<u8>, resp3: bool) {
    out.extend_from_slice(if resp3 { b"_\r\n" } else { b"$-1\r\n" });
}

fn line(out: &mut Vec<u8>, kind: u8, text: &[u8]) {
    out.push(kind);
    out.extend(text.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }));
    out.extend_from_slice(b"\r\n");
}

fn head(out: &mut Vec<u8>, kind: u8, number: u64) {
    if number < 10 {
        return out.extend_from_slice(&[kind, b'0' + number as u8, b'\r', b'\n']);
    }
    out.push(kind);
    digits(out, number);
    out.extend_from_slice(b"\r\n");
}

fn digits(out: &mut Vec<u8>, mut number: u64) {
    let mut text = [0; 20];
    let mut at = text.len();
    loop {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_written() {
        let mut out = Vec::new();
        request(&mut out, &["GET", ""]);
        integer(&mut out, i64::MIN);
        error(&mut out, "ERR a\r\nb");
        map(&mut out, 1, true);
        simple(&mut out, "k");
        null(&mut out, true);
        map(&mut out, 1, false);
        null(&mut out, false);
        assert_eq!(
            out.escape_ascii().to_string_lossy(),
            "*2\\r\\n$3\\r\\nGET\\r\\n$0\\r\\n\\r\\n:-9223372036854775808\\r\\n-ERR a  b\\r\\n%1\\r\\n+k\\r\\n_\\r\\n*2\\r\\n$-1\\r\\n"
        );
    }

    trait Lossy {
        fn to_string_lossy(self) -> alloc::string::String;
    }

    impl<I: Iterator<Item = u8>> Lossy for I {
        fn to_string_lossy(self) -> alloc::string::String {
            self.map(char::from).collect()
        }
    }
}
