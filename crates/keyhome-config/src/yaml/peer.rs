//! The same texts read by another library, of YAML 1.2. What it cannot judge are the differences between 1.1 and 1.2.

use alloc::{format, string::String, vec::Vec};
use core::iter::once;

use proptest::{collection::vec, prelude::*, sample::select};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::{parse, tests::shown};

/// What it makes of a text: the tree, as the other tests show it.
fn saphyr(text: &str) -> Result<String, ScanError> {
    let mut open: Vec<(char, Vec<String>)> = Vec::from([('.', Vec::new())]);
    for event in Parser::new_from_str(text) {
        let done = match event?.0 {
            Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() => "~".into(),
            Event::Scalar(text, ..) => format!("{text:?}"),
            Event::SequenceStart(..) => {
                open.push(('[', Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(('{', Vec::new()));
                continue;
            }
            Event::SequenceEnd => format!("[{}]", open.pop().unwrap().1.join(", ")),
            Event::MappingEnd => {
                let pairs = open.pop().unwrap().1;
                let entries: Vec<String> = pairs.chunks(2).map(|pair| pair.join(": ")).collect();
                format!("{{{}}}", entries.join(", "))
            }
            _ => continue,
        };
        open.last_mut().unwrap().1.push(done);
    }
    Ok(open.pop().unwrap().1.pop().unwrap_or("~".into()))
}

const PIECES: &[&str] = &[
    "a",
    "b c",
    "é",
    "😀",
    "-",
    "- ",
    "- ",
    "? ",
    ": ",
    ": ",
    ":",
    ":\n",
    "#",
    " # c",
    "'",
    "\"",
    "'q'",
    "\"r\"",
    "''",
    "\\",
    "\\n",
    "\\x41",
    "\\u00e9",
    "|",
    "|-",
    "|+",
    "|2",
    ">",
    "|\n",
    ">\n",
    "\n",
    "\n",
    "\n ",
    "\n  ",
    "\n   ",
    " ",
    "  ",
    "a: b\n",
    "  c: d\n",
    "- e\n",
    "  - f\n",
    "x\n",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "[a, b]",
    "{a: b}",
    "{'a': b, c: [d]}",
    "@",
    "`",
    "%",
    "~",
    "key",
    "- - ",
    "- k: v\n",
    "::1:2",
    "\r\n",
    "\u{a0}",
];

/// What YAML 1.2 does not take and 1.1 does, in the words of its reader.
const ONLY_IN_1_1: &[&str] = &[
    // A comment right behind a quote or a bracket.
    "comments must be separated from other tokens by whitespace",
    // `|` in the column of its key.
    "simple key expect ':'",
    // A comment behind the lines of `|`, further to the right than they may be.
    "wrongly indented line in block scalar",
    // Lines of a text in quotes, and brackets that close, further to the left than what they belong to.
    "invalid indentation in quoted scalar",
    "invalid indentation",
    // `-` alone as a further word in brackets.
    "plain scalar cannot start with '-' followed by ,[]{}",
];

/// What neither takes and we do: in a list in brackets, a key of more than one line.
const ONLY_HERE: &str = "illegal placement of ':' indicator";

/// What YAML 1.1 does not take and 1.2 does, or reads otherwise.
fn is_only_in_1_2(text: &str, tree: &str) -> bool {
    // YAML in both, and not for a config: a second document.
    text.contains("---")
        // A `:` before which there is no key.
        || tree.contains("~: ")
        // `|` or `>` as the whole text, whose lines then need no indent.
        || tree.starts_with('"') && text.contains(['|', '>'])
        // The same as a word in brackets; this is no YAML at all.
        || text.contains(['|', '>']) && text.contains(['[', '{'])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn texts_are_judged_as_by_saphyr(pieces in vec(select(PIECES), 0..12)) {
        let text: String = pieces.into_iter().chain(once("\n")).collect();
        let read = parse(&text).map(|read| read.map_or("~".into(), |value| shown(&value)));
        match (read, saphyr(&text)) {
            (Err(_), Err(_)) => {}
            (Ok(read), Err(error)) => {
                let known = ONLY_IN_1_1.contains(&error.info()) || error.info() == ONLY_HERE;
                prop_assert!(known, "{:?}: {} or {}", text, read, error);
            }
            (Err(error), Ok(expected)) => {
                prop_assert!(is_only_in_1_2(&text, &expected), "{:?}: {} or {}", text, error, expected);
            }
            (Ok(read), Ok(expected)) => {
                prop_assert!(read == expected || is_only_in_1_2(&text, &expected), "{:?}: {} or {}", text, read, expected);
            }
        }
    }
}
