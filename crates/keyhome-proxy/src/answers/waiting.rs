//! Which commands wait, and for how long.

/// Whether a command that can wait does: XREAD and XREADGROUP wait with BLOCK only.
pub(crate) fn can_wait(command: &str, words: &[&[u8]]) -> bool {
    !matches!(command, "xread" | "xreadgroup") || block(words).is_some()
}

/// The longest that a command waits, in microseconds; none: until something happens.
///
/// What cannot be read is no time at all: the server says so at once.
pub(crate) fn longest_wait(words: &[&[u8]]) -> Option<u64> {
    let command = words.first()?.to_ascii_lowercase();
    let (word, unit) = match command.as_slice() {
        b"xread" | b"xreadgroup" => (block(words), MILLISECONDS),
        b"wait" => (words.get(2).copied(), MILLISECONDS),
        b"waitaof" => (words.get(3).copied(), MILLISECONDS),
        b"blmpop" | b"bzmpop" => (words.get(1).copied(), SECONDS),
        _ => (words.last().copied(), SECONDS),
    };
    let number =
        word.and_then(|word| std::str::from_utf8(word).ok()).and_then(|text| text.parse::<f64>().ok());
    match number {
        Some(0.0) => None,
        Some(number) => Some((number * unit) as u64),
        None => Some(0),
    }
}

/// What stands behind BLOCK among the options of XREAD and XREADGROUP (`xreadCommand`, src/t_stream.c of Redis). Groups and
/// consumers may be called as options are.
fn block<'w>(words: &[&'w [u8]]) -> Option<&'w [u8]> {
    let mut rest = words.get(1..)?;
    loop {
        let (option, values) = rest.split_first()?;
        let passed = match option.to_ascii_lowercase().as_slice() {
            b"block" => return values.first().copied(),
            b"group" => 2,
            b"count" | b"claim" => 1,
            b"noack" => 0,
            _ => return None,
        };
        rest = values.get(passed..)?;
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
            ("XREADGROUP GROUP block streams COUNT 1 BLOCK 250 STREAMS a >", Some(250_000)),
            ("XREADGROUP NOACK GROUP g block BLOCK 0 STREAMS a >", None),
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
    #[test]
    fn streams_are_waited_for_with_block_only() {
        for (text, waits) in [
            ("XREAD BLOCK 0 STREAMS a $", true),
            ("xread count 1 block 0 streams a $", true),
            ("XREAD STREAMS block 0", false),
            ("XREADGROUP GROUP g c STREAMS a >", false),
            ("XREADGROUP GROUP block c STREAMS a >", false),
            ("XREADGROUP GROUP g streams BLOCK 0 STREAMS a >", true),
            ("XREADGROUP GROUP g streams NOACK STREAMS block >", false),
            ("BLPOP a 0", true),
        ] {
            let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
            let command = text.split(' ').next().unwrap().to_ascii_lowercase();
            assert_eq!(can_wait(&command, &words), waits, "{text}");
        }
    }
}
