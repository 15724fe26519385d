//! What texts are read as: libyaml's trees where libyaml takes them, but for flow style.

use alloc::{format, string::String, vec::Vec};
use core::iter::repeat_n;

use super::parse;
use crate::document::{Form, Kind, Place, Value};

fn error(text: &str) -> (&'static str, u32, u32) {
    let error = parse(text).unwrap_err();
    (error.code(), error.line().unwrap(), error.column().unwrap())
}

/// Where the text is not YAML.
fn place(text: &str) -> (u32, u32) {
    let (code, line, column) = error(text);
    assert_eq!(code, "config.syntax", "{text:?}");
    (line, column)
}

/// The tree without places: texts in quotes, `~` for nothing.
fn tree(text: &str) -> String {
    let read = parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    read.map_or("~".into(), |value| shown(&value))
}

pub(super) fn shown(value: &Value) -> String {
    match &value.kind {
        Kind::Scalar(Form::Null, _) => "~".into(),
        Kind::Scalar(_, text) => format!("{text:?}"),
        Kind::Sequence(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Mapping(entries) => {
            let entry = |(key, value): &(Value, Value)| shown(key) + ": " + &shown(value);
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn nothing_is_no_document() {
    for text in ["", "\n \n", "# a\n", "---\n", "--- # a", "\n\t\n"] {
        assert_eq!(parse(text), Ok(None), "{text:?}");
    }
}

#[test]
fn places_count_code_points_whatever_ends_lines() {
    for end in ["\n", "\r\n", "\r", "\u{85}"] {
        let text =
            ["# é", "é😀: {a: \"é", "   😀\", b: 1}", "c: |", "  d", "  e", "f:", "- g", "-   h"].join(end);
        let Some(Value { kind: Kind::Mapping(entries), .. }) = parse(&text).unwrap() else { panic!() };
        let places: Vec<_> = entries
            .iter()
            .flat_map(|(key, value)| [key.place, value.place])
            .map(|p| (p.line, p.column))
            .collect();
        assert_eq!(places, [(2, 1), (2, 5), (4, 1), (4, 4), (7, 1), (8, 1)], "{end:?}");
        let Kind::Mapping(inner) = &entries[0].1.kind else { panic!() };
        assert_eq!(inner[1].0.place, Place { line: 3, column: 8 }, "{end:?}");
        let Kind::Sequence(items) = &entries[2].1.kind else { panic!() };
        assert_eq!(items[1].place, Place { line: 9, column: 5 }, "{end:?}");
    }
}

#[test]
fn what_is_not_there_is_where_it_is_missed() {
    let Some(Value { kind: Kind::Mapping(entries), .. }) = parse("a:\n\n\n\nb:\n - c\n -\n").unwrap() else {
        panic!()
    };
    assert_eq!((entries[0].1.is_null(), entries[0].1.place), (true, Place::START));
    let Kind::Sequence(items) = &entries[1].1.kind else { panic!() };
    assert_eq!((items[1].is_null(), items[1].place), (true, Place { line: 7, column: 2 }));
}

#[test]
fn collections_of_block_style() {
    assert_eq!(tree("a:\n- b\n- c\nd:\n  - e\n"), r#"{"a": ["b", "c"], "d": ["e"]}"#);
    assert_eq!(tree("- - a\n  - b: c\n    d: e\n-\n- f"), r#"[["a", {"b": "c", "d": "e"}], ~, "f"]"#);
    assert_eq!(tree("? a\n: - b\n? - c\n? d\n: e: f\n"), r#"{"a": ["b"], ["c"]: ~, "d": {"e": "f"}}"#);
    assert_eq!(tree("\"a\" : b\n'c':\n   d\ne: # f\n  g"), r#"{"a": "b", "c": "d", "e": "g"}"#);
    assert_eq!(tree("# a\n---\nb: c"), r#"{"b": "c"}"#);
    assert_eq!(tree("--- a"), r#""a""#);
    assert_eq!(tree("a:\n|\n  b\n"), r#"{"a": "b\n"}"#);
    for (text, expected) in [
        ("a: b\n  c: d", (2, 4)),
        ("a: 'b'\n  c: d", (2, 3)),
        ("a:\n    b: c\n  d: e", (3, 3)),
        ("a: b\nc\nd: e", (2, 1)),
        ("a: b: c", (1, 5)),
        ("a: 'b': c", (1, 7)),
        ("a: 'b' c", (1, 8)),
        ("a: - b", (1, 4)),
        ("- a\nb: c", (2, 1)),
        ("a: b\n- c", (2, 1)),
        (": b", (1, 1)),
        ("--- a: b", (1, 6)),
        ("  a: [\n] : b", (2, 3)),
    ] {
        assert_eq!(place(text), expected, "{text:?}");
    }
    let key = |length| format!("{}: b", "é".repeat(length));
    assert!(parse(&key(1024)).is_ok());
    assert_eq!(place(&key(1025)), (1, 1026));
}

#[test]
fn collections_of_flow_style() {
    assert_eq!(tree("[a, 'b', \"c\",\n d e,]"), r#"["a", "b", "c", "d e"]"#);
    assert_eq!(tree("{a: b, c, \"d\":e, 'f' : , g: {}}"), r#"{"a": "b", "c": ~, "d": "e", "f": ~, "g": {}}"#);
    assert_eq!(
        tree("a: [\n  ::1:2, b: c # d\n]\ne:\n- {f: [\n]}"),
        r#"{"a": ["::1:2", {"b": "c"}], "e": [{"f": []}]}"#
    );
    assert_eq!(tree("{a: [b, c]}: d"), r#"{{"a": ["b", "c"]}: "d"}"#);
    for (text, expected) in [
        ("a: [b\nc: d", (2, 5)),
        ("a: [b,, c]", (1, 7)),
        ("a: ['b' 'c']", (1, 9)),
        ("a: [b]]", (1, 7)),
        ("a: {b: c", (1, 9)),
        ("a: ]", (1, 4)),
        ("[a,\n---\n]", (2, 1)),
        ("[- a]", (1, 2)),
        ("[: a]", (1, 2)),
    ] {
        assert_eq!(place(text), expected, "{text:?}");
    }
}

#[test]
fn scalars_without_quotes() {
    assert_eq!(
        tree("- b c  # d\n- f#g\n- i:j\n- -l\n- ?n\n- ::o"),
        r#"["b c", "f#g", "i:j", "-l", "?n", "::o"]"#
    );
    assert_eq!(tree("a: b\n  c\t d\n\n\n  e # f\ng:\n h\n i"), r#"{"a": "b c\t d\n\ne", "g": "h i"}"#);
    for (text, expected) in
        [("a: b # c\n d", (2, 2)), ("a: @b", (1, 4)), ("a: `b", (1, 4)), ("a: %b", (1, 4)), ("a: ,b", (1, 4))]
    {
        assert_eq!(place(text), expected, "{text:?}");
    }
}

#[test]
fn scalars_in_quotes() {
    assert_eq!(tree("a: 'b\n\n c ''d''  \n\te \\ \"'"), r#"{"a": "b\nc 'd' e \\ \""}"#);
    let escapes = r#""\\\"\/\0\a\b\t\n\v\f\r\e\ \N\_\L\P\x41\u00e9\U0001F600""#;
    let read = "\\\"/\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b} \u{85}\u{a0}\u{2028}\u{2029}Aé😀";
    assert_eq!(tree(escapes), format!("{read:?}"));
    assert_eq!(tree("\"b\\\n   c\\\n\n  d\\\t\n e\""), r#""bc\nd\t e""#);
    // nutcracker does not mind how far to the left these lines are.
    assert_eq!(tree("a:\n  b: \"c\nd\"\n"), r#"{"a": {"b": "c d"}}"#);
    for (text, expected) in [
        ("a: 'b", (1, 4)),
        ("a: \"b\\\"", (1, 4)),
        ("a: \"b\\'\"", (1, 6)),
        ("a: \"\\x4g\"", (1, 5)),
        ("a: \"\\ud800\"", (1, 5)),
        ("a: \"\\U00110000\"", (1, 5)),
        ("a: 'b\n---\nc'", (2, 1)),
        ("a: 'b\n... c'", (2, 1)),
    ] {
        assert_eq!(place(text), expected, "{text:?}");
    }
}

#[test]
fn scalars_of_whole_lines() {
    assert_eq!(tree("a: | # b\n  c\n   d\n\n  e\n\nf: g"), r#"{"a": "c\n d\n\ne\n", "f": "g"}"#);
    assert_eq!(tree("a: >\n  b\n  c\n\n  d\n   e\n   f\n  g\n"), r#"{"a": "b c\nd\n e\n f\ng\n"}"#);
    assert_eq!(tree("- |-\n b\n\n- |+\n b\n\n- |\n b"), r#"["b", "b\n\n", "b"]"#);
    assert_eq!(tree("- >1-\n  b\n  c\n- |+2\n   b\n- |\n"), r#"[" b\n c", " b\n", ""]"#);
    for (text, expected) in [
        ("a: |x\n b", (1, 5)),
        ("a: |0\n b", (1, 5)),
        ("a: |\n  \tb\n c", (2, 3)),
        ("a: |\n\tb", (2, 1)),
        ("a: |\n   \n b", (3, 2)),
        ("|\nb", (2, 1)),
    ] {
        assert_eq!(place(text), expected, "{text:?}");
    }
}

#[test]
fn what_a_config_does_not_need_is_refused() {
    for (text, expected) in [
        ("a: &b c", (1, 4)),
        ("a: &b\n  c: d", (1, 4)),
        ("a: !!str c", (1, 4)),
        ("a: ! c", (1, 4)),
        ("a: *b", (1, 4)),
        ("a: b\n--- # c\n", (2, 1)),
        ("---\n---\n", (2, 1)),
        ("a: b\n...\n", (2, 1)),
        ("...\n---\na: b\n", (1, 1)),
        ("# c\n%YAML 1.2\n---\na: b\n", (2, 1)),
        ("%FOO\n---\na: b\n", (1, 1)),
        ("a: b\u{0}\n", (1, 5)),
        ("é: \u{7f}\n", (1, 4)),
        ("a:\r\n- b\u{2028}", (2, 4)),
        ("a:\u{85}- b\u{feff}", (2, 4)),
    ] {
        assert_eq!(place(text), expected, "{text:?}");
    }
}

/// nutcracker takes these too.
#[test]
fn tabs_behind_colons_and_comments_behind_quotes_are_taken() {
    let plain = tree("a:\n  b: cd\n  'e': \"f\"\n  g: h\n");
    assert_eq!(tree("a:\t\n  b:\tcd\t\n  'e': \"f\"#g\n  g: h"), plain);
    assert!(parse("a: 'b'c#").is_err());
}

#[test]
fn a_tab_is_no_indent() {
    for text in ["a:\n\tb: c", "a:\n  \tb: c", "a:\n-\tb", "a:\n- \t[b]", "\ta: b", "a: b\n\tc: d", "\t# a"] {
        let (line, column) = place(text);
        let line = text.lines().nth(line as usize - 1).unwrap();
        assert_eq!(line.chars().nth(column as usize - 1), Some('\t'), "{text:?}");
    }
    assert!(parse("a: [\n  \tb,\n\tc\n\td]\n").is_ok());
    assert_eq!(tree("a: b\n\t\n \t\nc:\n  \t\n  d: e\n\t"), r#"{"a": "b", "c": {"d": "e"}}"#);
}

#[test]
fn depth_does_not_reach_the_stack() {
    for text in ["[", "{a: ", "- ", "? ", "[[]: "] {
        assert_eq!(error(&text.repeat(100_000)).0, "config.syntax", "{text}");
    }
    let mut steps = String::new();
    for step in 0..1000 {
        steps.extend(repeat_n(' ', step).chain("a:\n".chars()));
    }
    assert_eq!(error(&steps).0, "config.syntax");
}

/// Each of these would take minutes if a piece were looked at again for every piece before it.
#[test]
fn time_grows_with_the_text() {
    for piece in ["a:\tb\n", "'a'#b\n", "\t\n", " \t", "a ", "\"\\\n", "[],", "a\n", "#", "|\n \n", "\t"] {
        let _ = parse(&piece.repeat(300_000));
        let _ = parse(&format!("a: [{}", piece.repeat(300_000)));
        let _ = parse(&format!("a: \"{}", piece.repeat(300_000)));
    }
}
