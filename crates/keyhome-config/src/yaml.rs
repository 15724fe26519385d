//! YAML texts as documents, with the parts that a config does not need refused rather than guessed at.

mod builder;
mod characters;
mod source;

use alloc::{string::String, vec::Vec};

use keyhome_core::{Error, ErrorKind};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use self::{
    builder::{Builder, Open},
    characters::Characters,
};
use crate::document::{Form, Kind, Place, Value};

/// A text is mended and read again until this many bytes were read: hundreds of times for any config that people
/// write, a few times for one that was made to take long.
const BYTES_READ_MAX: usize = 16 << 20;

/// Reads `text`, which has no byte order mark. `None`: there is nothing in it but comments.
pub(crate) fn parse(text: &str) -> Result<Option<Value>, Error> {
    let mut text = source::with_common_line_ends(text);
    source::check_characters(&text)?;
    source::check_end_markers(&text)?;
    let mut bytes_read = text.len();
    loop {
        let error = match tree(&text) {
            Ok(root) => return Ok(root.filter(|root| !root.is_null())),
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::Unreadable(error)) => error,
        };
        bytes_read = bytes_read.saturating_add(text.len());
        match source::mended(&text, &error) {
            Some(mended) if bytes_read <= BYTES_READ_MAX => text = mended.into(),
            _ => return Err(source::unreadable(&text, &error, place_of(error.marker()))),
        }
    }
}

/// Why there is no tree.
enum Failure {
    /// It is YAML, and not for a config.
    Refused(Error),
    /// The parser cannot read it.
    Unreadable(ScanError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn tree(source: &str) -> Result<Option<Value>, Failure> {
    let lines: Vec<&str> = source::lines(source).map(|(_, line)| line).collect();
    // The end of a text without a line end is a line further for the parser.
    let end = Place::START.after(source);
    let mut builder = Builder::default();
    let mut begun = false;
    let characters: Vec<char> = source.chars().collect();
    for event in Parser::new(Characters(&characters)) {
        let (event, span) = event.map_err(Failure::Unreadable)?;
        let place = place_of(&span.start).min(end);
        let line = lines.get(span.start.line().saturating_sub(1)).copied().unwrap_or_default();
        match event {
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            Event::DocumentStart(_) if begun => {
                return Err(syntax(place, "a second document begins here; one is read").into());
            }
            Event::DocumentStart(_) => {
                source::check_directives(source, place)?;
                begun = true;
            }
            Event::Alias(_) => {
                return Err(syntax(place, "aliases (`*name`) are not taken; write the value out").into());
            }
            Event::Scalar(text, style, anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                let form = match style {
                    ScalarStyle::Plain if text.is_empty() => Form::Null,
                    ScalarStyle::Literal | ScalarStyle::Folded => Form::Text,
                    _ => {
                        builder.check_indent(line, place)?;
                        Form::Text
                    }
                };
                builder.add(Value { place, kind: Kind::Scalar(form, String::from(text)) });
            }
            Event::SequenceStart(anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                builder.open(line, place, Open::Sequence(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                builder.open(line, place, Open::Mapping(Vec::new(), None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(),
        }
    }
    Ok(builder.root)
}

fn syntax(place: Place, detail: impl AsRef<str>) -> Error {
    place.error(ErrorKind::ConfigSyntax, detail.as_ref())
}

fn place_of(marker: &Marker) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) }
}

fn check_properties(place: Place, anchor: usize, tagged: bool) -> Result<(), Error> {
    if anchor != 0 {
        return Err(syntax(place, "anchors (`&name`) are not taken; write the value out where it is needed"));
    }
    if tagged {
        return Err(syntax(place, "tags (`!name`) are not taken"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (&'static str, u32, u32) {
        let error = parse(text).unwrap_err();
        (error.code(), error.line().unwrap(), error.column().unwrap())
    }

    #[test]
    fn nothing_is_no_document() {
        for text in ["", "\n \n", "# a\n", "---\n", "--- # a"] {
            assert_eq!(parse(text), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn places_count_code_points_whatever_ends_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["# é", "é😀: {a: \"é", "   😀\", b: 1}", "c: |", "  d", "  e", "f:", "- g", "-   h"]
                .join(end);
            let Some(Value { kind: Kind::Mapping(entries), .. }) = parse(&text).unwrap() else { panic!() };
            let places: Vec<_> = entries
                .iter()
                .flat_map(|(key, value)| [key.place, value.place])
                .map(|p| (p.line, p.column))
                .collect();
            assert_eq!(places, [(2, 1), (2, 5), (4, 1), (5, 3), (7, 1), (8, 3)], "{end:?}");
            let Kind::Mapping(inner) = &entries[0].1.kind else { panic!() };
            assert_eq!(inner[1].0.place, Place { line: 3, column: 8 }, "{end:?}");
            let Kind::Sequence(items) = &entries[2].1.kind else { panic!() };
            assert_eq!(items[1].place, Place { line: 9, column: 5 }, "{end:?}");
        }
    }

    #[test]
    fn a_key_without_a_value_is_where_the_key_is() {
        let Some(Value { kind: Kind::Mapping(entries), .. }) = parse("a:\n\n\n\nb: c").unwrap() else {
            panic!()
        };
        assert_eq!(entries[0].1.place, Place::START);
        assert!(entries[0].1.is_null());
    }

    #[test]
    fn what_a_config_does_not_need_is_refused() {
        assert_eq!(error("a: &b c"), ("config.syntax", 1, 4));
        assert_eq!(error("a: &b\n  c: d").0, "config.syntax");
        assert_eq!(error("a: !!str c").0, "config.syntax");
        assert_eq!(error("a: ! c").0, "config.syntax");
        assert_eq!(error("a: *b").0, "config.syntax");
        assert_eq!(error("a: b\n--- # c\n"), ("config.syntax", 2, 1));
        assert_eq!(error("a: b\n...\n"), ("config.syntax", 2, 1));
        assert_eq!(error("...\n---\na: b\n"), ("config.syntax", 1, 1));
        assert_eq!(error("# c\n%YAML 1.2\n---\na: b\n"), ("config.syntax", 2, 1));
        assert_eq!(error("%FOO\n---\na: b\n"), ("config.syntax", 1, 1));
        assert_eq!(error("a: b\u{0}\n"), ("config.syntax", 1, 5));
        assert_eq!(error("é: \u{7f}\n"), ("config.syntax", 1, 4));
        assert_eq!(error("a:\n- b\u{2028}"), ("config.syntax", 2, 4));
    }

    /// nutcracker takes these too.
    #[test]
    fn tabs_behind_colons_and_comments_behind_quotes_are_taken() {
        let plain = parse("a:\n  b: cd\n  'e': \"f\"\n  g: h\n").unwrap();
        assert_eq!(parse("a:\t\n  b:\tcd\t\n  'e': \"f\"#g\n  g: h").unwrap(), plain);
        assert!(parse("a: 'b'c#").is_err());
        let many = "a:\tb\n".repeat(300_000);
        assert_eq!(error(&many).0, "config.syntax");
    }

    #[test]
    fn a_tab_is_no_indent() {
        for text in ["a:\n\tb: c", "a:\n  \tb: c", "a:\n-\tb", "a:\n- \t[b]", "\ta: b", "a: b\n\tc: d"] {
            let (code, line, column) = error(text);
            let line = text.lines().nth(line as usize - 1).unwrap();
            assert_eq!(
                (code, line.chars().nth(column as usize - 1)),
                ("config.syntax", Some('\t')),
                "{text:?}"
            );
        }
        assert!(parse("a: [\n  \tb]\n").is_ok());
    }

    #[test]
    fn depth_does_not_reach_the_stack() {
        for text in ["[", "{a: ", "- ", "? ", "[[]: "] {
            assert_eq!(error(&text.repeat(100_000)).0, "config.syntax", "{text}");
        }
        let mut steps = String::new();
        for step in 0..1000 {
            steps.extend(core::iter::repeat_n(' ', step).chain("a:\n".chars()));
        }
        assert_eq!(error(&steps).0, "config.syntax");
    }
}
