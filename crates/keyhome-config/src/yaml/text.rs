//! The characters of a text.

use alloc::{format, string::String};

use keyhome_core::{Error, ErrorKind};

use crate::{document::Place, wording::quote};

/// The text with all its lines ended by `\n`: they may end in CR, CR LF, and U+0085 too.
///
/// Refused are characters that YAML does not allow; and two that end lines in YAML 1.1, nutcracker's, and not in 1.2,
/// and a mark that one takes for text and the other does not: no answer is better than another one than nutcracker's.
pub(super) fn with_plain_line_ends(text: &str) -> Result<String, Error> {
    let mut plain = String::with_capacity(text.len());
    let mut after_return = false;
    for character in text.chars() {
        match character {
            '\n' if after_return => {}
            '\n' | '\r' | '\u{85}' => plain.push('\n'),
            '\u{2028}' | '\u{2029}' | '\u{feff}' => return Err(refused(&plain, character)),
            '\t' | ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => plain.push(character),
            _ => return Err(refused(&plain, character)),
        }
        after_return = character == '\r';
    }
    Ok(plain)
}

fn refused(before: &str, character: char) -> Error {
    let shown = quote(character.encode_utf8(&mut [0; 4]));
    let detail = format!("the character {shown} is not taken; in double quotes write it as an escape");
    Place::START.after(before).error(ErrorKind::ConfigSyntax, detail)
}
