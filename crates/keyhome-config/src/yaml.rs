//! YAML texts as documents, with the parts that a config does not need refused rather than guessed at.

use alloc::{format, vec::Vec};

use keyhome_core::{Error, ErrorKind};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::document::{DEPTH_MAX, Form, Kind, Place, Value};

/// Reads `text`, which has no byte order mark. `None`: there is nothing in it but comments.
pub(crate) fn parse(text: &str) -> Result<Option<Value>, Error> {
    check_characters(text)?;
    check_end_markers(text)?;
    let mut builder = Builder::default();
    let mut begun = false;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| unreadable(text, &error))?;
        let place = place_of(&span.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            Event::DocumentStart(_) if begun => {
                return Err(syntax(place, "a second document begins here; one is read"));
            }
            Event::DocumentStart(_) => {
                check_directives(text, place)?;
                begun = true;
            }
            Event::Alias(_) => {
                return Err(syntax(place, "aliases (`*name`) are not taken; write the value out"));
            }
            Event::Scalar(text, style, anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                let empty = style == ScalarStyle::Plain && text.is_empty();
                let form = if empty { Form::Null } else { Form::Text };
                builder.add(Value { place, kind: Kind::Scalar(form, text.into_owned()) });
            }
            Event::SequenceStart(anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                builder.open(place, Open::Sequence(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                check_properties(place, anchor, tag.is_some())?;
                builder.open(place, Open::Mapping(Vec::new(), None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(),
        }
    }
    Ok(builder.root.filter(|root| !root.is_null()))
}

fn syntax(place: Place, detail: impl AsRef<str>) -> Error {
    place.error(ErrorKind::ConfigSyntax, detail.as_ref())
}

/// What the parser could not read. Of a tab in an indent it names the line before, where what it breaks began.
fn unreadable(text: &str, error: &ScanError) -> Error {
    let place = place_of(error.marker());
    let tab = lines(text).skip_while(|(line, _)| line.line < place.line).find_map(|(line, text)| {
        let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
        let tab = text.find('\t').filter(|tab| *tab < indent)?;
        text.get(..tab).map(|before| line.after(before))
    });
    match tab {
        Some(tab) if error.info().contains("tab") => {
            syntax(tab, "a tab in an indent; YAML takes spaces there")
        }
        _ => syntax(place, format!("this is not YAML: {}", error.info())),
    }
}

fn place_of(marker: &Marker) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) }
}

/// Characters that YAML does not allow, and the three at which YAML 1.1, nutcracker's, ends a line and YAML 1.2 does
/// not: rather no answer than another one than nutcracker's.
fn check_characters(text: &str) -> Result<(), Error> {
    let taken = |character: char| match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => true,
        _ => false,
    };
    let Some((before, character)) = text.char_indices().find(|(_, character)| !taken(*character)) else {
        return Ok(());
    };
    let place = Place::START.after(text.get(..before).unwrap_or(text));
    Err(syntax(
        place,
        format!(
            "the character U+{:04X} is not taken; in double quotes write it as an escape",
            u32::from(character)
        ),
    ))
}

/// `...` at the beginning of a line ends a document wherever it stands, and the parser would step over it.
fn check_end_markers(text: &str) -> Result<(), Error> {
    let is_marker = |line: &&str| {
        line.strip_prefix("...")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
    };
    match lines(text).find(|(_, line)| is_marker(line)) {
        Some((place, _)) => Err(syntax(place, "the marker `...` is not taken")),
        None => Ok(()),
    }
}

/// The parser tells nothing of the directives before the document.
fn check_directives(text: &str, document: Place) -> Result<(), Error> {
    let before = lines(text).take_while(|(place, _)| place.line < document.line);
    match before.into_iter().find(|(_, line)| line.starts_with('%')) {
        Some((place, _)) => Err(syntax(place, "directives (`%`) are not taken")),
        None => Ok(()),
    }
}

/// The lines with their ends, and where they begin.
fn lines(text: &str) -> impl Iterator<Item = (Place, &str)> {
    text.split_inclusive(['\n', '\r']).scan(Place::START, |next, line| {
        let place = *next;
        *next = place.after(line);
        Some((place, line))
    })
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

/// Makes a tree of events.
#[derive(Default)]
struct Builder {
    open: Vec<(Place, Open)>,
    root: Option<Value>,
}

/// A collection whose end has not come.
enum Open {
    Sequence(Vec<Value>),
    /// The entries, and the key whose value comes next.
    Mapping(Vec<(Value, Value)>, Option<Value>),
}

impl Builder {
    fn open(&mut self, place: Place, collection: Open) -> Result<(), Error> {
        if self.open.len() >= DEPTH_MAX {
            return Err(syntax(place, "nested too deeply"));
        }
        self.open.push((place, collection));
        Ok(())
    }

    fn close(&mut self) {
        let Some((place, collection)) = self.open.pop() else { return };
        let kind = match collection {
            Open::Sequence(items) => Kind::Sequence(items),
            Open::Mapping(entries, _) => Kind::Mapping(entries),
        };
        self.add(Value { place, kind });
    }

    fn add(&mut self, mut value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((_, Open::Sequence(items))) => items.push(value),
            Some((_, Open::Mapping(entries, next))) => match next.take() {
                None => *next = Some(value),
                Some(key) => {
                    if value.is_null() {
                        // Nothing stands nowhere; what is wrong is the key that was left without a value.
                        value.place = key.place;
                    }
                    entries.push((key, value));
                }
            },
        }
    }
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

    #[test]
    fn depth_does_not_reach_the_stack() {
        for text in ["[", "{a: ", "- ", "? ", "[[]: "] {
            assert_eq!(error(&text.repeat(100_000)).0, "config.syntax", "{text}");
        }
        let mut steps = alloc::string::String::new();
        for step in 0..1000 {
            steps.extend(core::iter::repeat_n(' ', step).chain("a:\n".chars()));
        }
        assert_eq!(error(&steps).0, "config.syntax");
    }
}
