//! Who else writes to a server: questions and answers as lists of texts.

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use keyhome::{
    ErrorKind,
    digits::decimal,
    writers::{Apart, Description, REFRESH, Words, Writer},
};

use crate::{Failure, json};

/// Asks a writer: the words are its pool, fingerprint, id, program, host, process and since when, then the question and
/// what that takes. Times are digits.
///
/// | question | takes | answer |
/// |---|---|---|
/// | `about` | | one list: the name of its connection, the seconds from one announcement to the next |
/// | `announce` | TIME of the server | commands |
/// | `ask` | TIME, fingerprints | commands |
/// | `apart` | writers | for each that places keys differently its id, its fingerprint and a message |
/// | `withdraw` | | a command |
///
/// The answer is a list of lists of texts, as JSON text. Errors: `argument.type`.
pub fn writers(words: &[&str]) -> Result<String, Failure> {
    let [pool, fingerprint, id, program, host, process, since, question, rest @ ..] = words else {
        return Err(refused("words are missing"));
    };
    let writer = Writer::new(pool, fingerprint, &Description { id, program, host, process, since });
    let answer: Vec<Words> = match (*question, rest) {
        ("about", []) => vec![vec![writer.connection_name(), REFRESH.to_string()]],
        ("announce", [now]) => writer.announce(number(now)?),
        ("ask", [now, fingerprints @ ..]) => writer.ask(number(now)?, fingerprints),
        ("apart", others) => {
            let shown = |Apart { id, fingerprint, message }| vec![id, fingerprint, message];
            writer.apart(others).into_iter().map(shown).collect()
        }
        ("withdraw", []) => writer.withdraw(),
        _ => return Err(refused("there is no such question to a writer")),
    };
    Ok(json(&answer))
}

fn number(digits: &str) -> Result<u64, Failure> {
    decimal(digits.as_bytes()).ok_or_else(|| refused("the time of the server has other than digits"))
}

#[cold]
fn refused(message: &str) -> Failure {
    Failure::new(ErrorKind::ArgumentType, message)
}

#[cfg(test)]
mod tests {
    use super::writers;

    const WRITER: [&str; 7] = ["p", "k1-0123456789abcdef", "a1", "ioredis", "web-1", "7", "0"];

    fn asked(question: &[&str]) -> Result<alloc::string::String, &'static str> {
        writers(&[&WRITER, question].concat()).map_err(|failure| failure.code)
    }

    #[test]
    fn answers_are_lists_of_texts() {
        assert_eq!(asked(&["about"]).unwrap(), r#"[["keyhome:k1-0123456789abcdef","10"]]"#);
        assert!(asked(&["announce", "1000"]).unwrap().starts_with(r#"[["ZADD","keyhome:writers:p:k1-01"#));
        assert_eq!(asked(&["ask", "1000", "k1-0123456789abcdef"]).unwrap(), "[]");
        let other = "k1-fedcba9876543210 b2 1970-01-01T00:00:00Z redis-py on web-2 pid 8";
        let apart = asked(&["apart", other]).unwrap();
        assert!(
            apart.starts_with(r#"[["b2","k1-fedcba9876543210","pool `p`: redis-py on web-2 pid 8 "#),
            "{apart}"
        );
        assert!(asked(&["withdraw"]).unwrap().starts_with(r#"[["ZREM","keyhome:writers:p:k1-01"#));
    }

    #[test]
    fn other_questions_are_refused() {
        for question in
            [&["announce"][..], &["announce", "-1"], &["announce", ""], &["about", "x"], &["x"], &[]]
        {
            assert_eq!(asked(question), Err("argument.type"), "{question:?}");
        }
    }
}
