//! What is judged by the text itself, since the parser would not tell or judges otherwise than nutcracker.

use alloc::{borrow::Cow, format, string::String};

use keyhome_core::Error;
use saphyr_parser::ScanError;

use super::syntax;
use crate::document::Place;

/// Characters that YAML does not allow; and two that end lines in YAML 1.1, nutcracker's, and not in YAML 1.2, and a
/// mark that one takes for text and the other does not: rather no answer than another one than nutcracker's.
pub(super) fn check_characters(text: &str) -> Result<(), Error> {
    let taken = |character: char| match character {
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => true,
        _ => false,
    };
    let Some((before, character)) = text.char_indices().find(|(_, character)| !taken(*character)) else {
        return Ok(());
    };
    let place = Place::START.after(text.get(..before).unwrap_or(text));
    let number = u32::from(character);
    Err(syntax(
        place,
        format!("the character U+{number:04X} is not taken; in double quotes write it as an escape"),
    ))
}

/// `...` at the beginning of a line ends a document wherever it stands, and the parser would step over it.
pub(super) fn check_end_markers(text: &str) -> Result<(), Error> {
    let is_marker = |line: &str| {
        line.strip_prefix("...")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
    };
    match lines(text).find(|(_, line)| is_marker(line)) {
        Some((place, _)) => Err(syntax(place, "the marker `...` is not taken")),
        None => Ok(()),
    }
}

/// The parser tells nothing of the directives before the document.
pub(super) fn check_directives(text: &str, document: Place) -> Result<(), Error> {
    let mut before = lines(text).take_while(|(place, _)| place.line < document.line);
    match before.find(|(_, line)| line.starts_with('%')) {
        Some((place, _)) => Err(syntax(place, "directives (`%`) are not taken")),
        None => Ok(()),
    }
}

/// Before a value of block style there can be spaces and dashes, but no tab: the parser takes tabs there that do not
/// count as an indent. `line` is the line of `place`.
pub(super) fn check_indent(line: &str, place: Place) -> Result<(), Error> {
    let before = || line.chars().zip(1..place.column).map(|(character, _)| character);
    let Some(tab) =
        (1_u32..).zip(before()).find_map(|(column, character)| (character == '\t').then_some(column))
    else {
        return Ok(());
    };
    if before().all(|character| matches!(character, ' ' | '\t' | '-' | '?')) {
        return Err(tab_in_indent(Place { column: tab, ..place }));
    }
    Ok(())
}

fn tab_in_indent(place: Place) -> Error {
    syntax(place, "a tab in an indent; YAML takes spaces there")
}

/// The error of what the parser could not read, at `place`. Of a tab in an indent the parser names the line before,
/// where what the tab breaks began; and the end of a text without a line end is a line further for it.
pub(super) fn unreadable(text: &str, error: &ScanError, place: Place) -> Error {
    let place = place.min(Place::START.after(text));
    let tab = lines(text).skip_while(|(line, _)| line.line < place.line).find_map(|(line, text)| {
        let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
        let tab = text.find('\t').filter(|tab| *tab < indent)?;
        text.get(..tab).map(|before| line.after(before))
    });
    match tab {
        Some(tab) if error.info().contains("tab") => tab_in_indent(tab),
        _ => syntax(place, format!("this is not YAML: {}", error.info())),
    }
}

/// U+0085 ends lines in YAML 1.1.
pub(super) fn with_common_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\u{85}') { text.replace('\u{85}', "\n").into() } else { text.into() }
}

/// `text` with spaces for what the parser stumbled over, if it is one of two things that nutcracker takes: tabs between
/// a colon and a word, and a comment right behind a quote. Nothing else changes, nor does any place.
pub(super) fn mended(text: &str, error: &ScanError) -> Option<String> {
    let (at, _) = text.char_indices().nth(error.marker().index())?;
    let (before, after) = text.split_at_checked(at)?;
    let (before, wrong, after) = match error.info() {
        "':' must be followed by a valid YAML whitespace" => {
            let (before, tabs) = before.split_at_checked(before.trim_end_matches('\t').len())?;
            (before, tabs, after)
        }
        "comments must be separated from other tokens by whitespace" if before.ends_with(['"', '\'']) => {
            let (comment, after) = after.split_at_checked(after.find(['\n', '\r']).unwrap_or(after.len()))?;
            (before, comment, after)
        }
        _ => return None,
    };
    (!wrong.is_empty()).then(|| [before, &" ".repeat(wrong.chars().count()), after].concat())
}

/// The lines with their ends, and where they begin.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (Place, &str)> {
    let mut rest = text;
    let line = move || {
        let end = rest.find(['\n', '\r'])?;
        let end = end + if rest.get(end..)?.starts_with("\r\n") { 2 } else { 1 };
        let (line, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(line)
    };
    let all = core::iter::from_fn(line);
    let last = text.rfind(['\n', '\r']).map_or(text, |end| text.get(end + 1..).unwrap_or_default());
    all.chain([last]).zip(1_u32..).map(|(text, line)| (Place { line, column: 1 }, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn lines_end_in_three_ways() {
        let found: Vec<_> = lines("a\nb\r\nc\rd\n\n\re").map(|(place, text)| (place.line, text)).collect();
        let expected = [(1, "a\n"), (2, "b\r\n"), (3, "c\r"), (4, "d\n"), (5, "\n"), (6, "\r"), (7, "e")];
        assert_eq!(found, expected);
    }
}
