//! What is judged by the text itself, since the parser would not tell or judges otherwise than nutcracker.

use alloc::{format, vec::Vec};

use keyhome_core::Error;
use saphyr_parser::{Marker, ScanError};

use super::syntax;
use crate::{document::Place, wording::quote};

/// A text, character by character, and where its lines begin.
pub(super) struct Source {
    pub(super) characters: Vec<char>,
    /// The first is 0; behind the last line end one more begins, even if there is nothing in it.
    lines: Vec<usize>,
}

impl Source {
    /// The characters of a text that has no byte order mark. U+0085 ends lines in YAML 1.1, nutcracker's.
    pub(super) fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().map(|c| if c == '\u{85}' { '\n' } else { c }).collect();
        let mut lines = Vec::from([0]);
        for (index, character) in characters.iter().enumerate() {
            if *character == '\n' || (*character == '\r' && characters.get(index + 1) != Some(&'\n')) {
                lines.push(index + 1);
            }
        }
        Self { characters, lines }
    }

    /// The line with its end; nothing if there is none of that number.
    fn line(&self, number: u32) -> &[char] {
        let start = |number: u32| self.lines.get(number as usize).copied().unwrap_or(self.characters.len());
        self.characters.get(start(number.wrapping_sub(1))..start(number)).unwrap_or_default()
    }

    fn last_line(&self) -> u32 {
        self.lines.len() as u32
    }

    fn place(&self, index: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= index);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Place { line: line as u32, column: (index - start + 1) as u32 }
    }

    /// Where the parser is. The end of a text without a line end is a line further for it.
    pub(super) fn place_of(&self, marker: &Marker) -> Place {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let place =
            Place { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) };
        place.min(self.place(self.characters.len()))
    }

    /// The character at a place.
    pub(super) fn at(&self, place: Place) -> Option<char> {
        self.line(place.line).get(place.column as usize - 1).copied()
    }

    /// Characters that YAML does not allow; and two that end lines in YAML 1.1, nutcracker's, and not in YAML 1.2, and
    /// a mark that one takes for text and the other does not: rather no answer than another one than nutcracker's.
    pub(super) fn check_characters(&self) -> Result<(), Error> {
        let taken = |character: &char| match character {
            '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => true,
            _ => false,
        };
        for (index, character) in self.characters.iter().enumerate() {
            if !taken(character) {
                let shown = quote(character.encode_utf8(&mut [0; 4]));
                let detail =
                    format!("the character {shown} is not taken; in double quotes write it as an escape");
                return Err(syntax(self.place(index), detail));
            }
        }
        Ok(())
    }

    /// `...` at the beginning of a line ends a document wherever it stands, and the parser would step over it.
    pub(super) fn check_end_markers(&self) -> Result<(), Error> {
        for line in 1..=self.last_line() {
            if let ['.', '.', '.', rest @ ..] = self.line(line)
                && matches!(rest.first(), None | Some(' ' | '\t' | '\n' | '\r'))
            {
                return Err(syntax(Place { line, column: 1 }, "the marker `...` is not taken"));
            }
        }
        Ok(())
    }

    /// The parser tells nothing of the directives before the document.
    pub(super) fn check_directives(&self, document: Place) -> Result<(), Error> {
        for line in 1..document.line {
            if self.line(line).first() == Some(&'%') {
                return Err(syntax(Place { line, column: 1 }, "directives (`%`) are not taken"));
            }
        }
        Ok(())
    }

    /// Before a value of block style there can be spaces and dashes, but no tab: the parser takes tabs there that do
    /// not count as an indent.
    pub(super) fn check_indent(&self, place: Place) -> Result<(), Error> {
        let line = self.line(place.line);
        let before = line.get(..place.column as usize - 1).unwrap_or(line);
        let is_indent = before.iter().all(|character| matches!(character, ' ' | '\t' | '-' | '?'));
        match before.iter().position(|character| *character == '\t') {
            Some(tab) if is_indent => Err(tab_in_indent(place.line, tab)),
            _ => Ok(()),
        }
    }

    /// The error of what the parser could not read. Of a tab in an indent the parser names the line before, where what
    /// the tab breaks began.
    pub(super) fn unreadable(&self, error: &ScanError) -> Error {
        let place = self.place_of(error.marker());
        if error.info().as_bytes().windows(3).any(|word| word == b"tab") {
            for line in place.line..=self.last_line() {
                let indent = self.line(line).iter().take_while(|character| matches!(character, ' ' | '\t'));
                if let Some(tab) = indent.into_iter().position(|character| *character == '\t') {
                    return tab_in_indent(line, tab);
                }
            }
        }
        syntax(place, format!("this is not YAML: {}", error.info()))
    }

    /// Puts spaces for what the parser stumbled over, if it is one of two things that nutcracker takes: tabs between a
    /// colon and a word, and a comment right behind a quote. Nothing else changes, nor does any place.
    pub(super) fn mend(&mut self, error: &ScanError) -> bool {
        let at = error.marker().index();
        let Some((before, after)) = self.characters.split_at_mut_checked(at) else { return false };
        let wrong = match error.info() {
            "':' must be followed by a valid YAML whitespace" => {
                let tabs = before.iter().rev().take_while(|character| **character == '\t').count();
                before.get_mut(at - tabs..)
            }
            "comments must be separated from other tokens by whitespace"
                if matches!(before.last(), Some('"' | '\'')) =>
            {
                let comment = after.iter().take_while(|character| !matches!(character, '\n' | '\r')).count();
                after.get_mut(..comment)
            }
            _ => None,
        };
        let wrong = wrong.unwrap_or_default();
        wrong.fill(' ');
        !wrong.is_empty()
    }
}

/// `tab` characters stand before it in its line.
fn tab_in_indent(line: u32, tab: usize) -> Error {
    syntax(Place { line, column: tab as u32 + 1 }, "a tab in an indent; YAML takes spaces there")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn lines_end_in_three_ways() {
        let source = Source::new("a\nb\r\nc\rd\n\n\re");
        let lines: Vec<String> =
            (1..=source.last_line()).map(|line| source.line(line).iter().collect()).collect();
        assert_eq!(lines, ["a\n", "b\r\n", "c\r", "d\n", "\n", "\r", "e"]);
        assert!(source.line(0).is_empty() && source.line(8).is_empty());
        let end = source.place(source.characters.len());
        assert_eq!((end.line, end.column), (7, 2));
    }
}
