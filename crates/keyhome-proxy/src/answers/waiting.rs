//! How long commands that wait may take.

/// The longest that a command waits, in microseconds; none: until something happens.
///
/// What cannot be read is no time at all: the server says so at once.
pub(crate) fn longest_wait(words: &[&[u8]]) -> Option<u64> {
    let command = words.first()?.to_ascii_lowercase();
    let (word, unit) = match command.as_slice() {
        b"xread" | b"xreadgroup" => {
            let block = words.iter().position(|word| word.eq_ignore_ascii_case(b"block"));
            (block.and_then(|at| words.get(at + 1)), MILLISECONDS)
        }
        b"wait" => (words.get(2), MILLISECONDS),
        b"waitaof" => (words.get(3), MILLISECONDS),
        b"blmpop" | b"bzmpop" => (words.get(1), SECONDS),
        _ => (words.last(), SECONDS),
    };
    let number =
        word.and_then(|word| std::str::from_utf8(word).ok()).and_then(|text| text.parse::<f64>().ok());
    match number {
        Some(0.0) => None,
        Some(number) => Some((number * unit) as u64),
        None => Some(0),
    }
}

const SECONDS: f64 = 1e6;
const MILLISECONDS: f64 = 1e3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_says_it_in_its_place_and_unit() {
        for (text, wait) in [
            ("BLPOP a b 0", None),
            ("blpop a 1.5", Some(1_500_000)),
            ("BLMOVE a b LEFT RIGHT 2", Some(2_000_000)),
            ("BLMPOP 3 2 a b LEFT", Some(3_000_000)),
            ("BZPOPMIN a 0", None),
            ("XREAD COUNT 1 BLOCK 250 STREAMS a $", Some(250_000)),
            ("XREAD BLOCK 0 STREAMS a $", None),
            ("WAIT 1 100", Some(100_000)),
            ("WAIT 1 0", None),
            ("WAITAOF 1 1 100", Some(100_000)),
            ("BLPOP a x", Some(0)),
            ("BLPOP a -1", Some(0)),
            ("WAIT", Some(0)),
        ] {
            let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
            assert_eq!(longest_wait(&words), wait, "{text}");
        }
    }
}
