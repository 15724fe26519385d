//! Texts that users gave, in messages.

use alloc::{format, string::String};

/// The most characters of a text that a message repeats.
const SHOWN_MAX: usize = 48;

/// `text` in backticks, fit for a line.
pub fn quote(text: &str) -> String {
    format!("`{}`", line(text))
}

/// `text` cut if it is long, with characters that cannot be seen as escapes.
pub fn line(text: &str) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        match character {
            _ if count == SHOWN_MAX => {
                out.push('…');
                break;
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Invisible, or it turns the rest of the line around.
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => out.push_str(&escaped(character)),
            _ if character.is_control() => out.push_str(&escaped(character)),
            _ => out.push(character),
        }
    }
    out
}

/// `\u{202e}`, say. The iterators that the standard library has for it weigh half a kilobyte in WebAssembly.
fn escaped(character: char) -> String {
    format!("\\u{{{:x}}}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::{SHOWN_MAX, quote};
    use alloc::{format, string::String};

    #[test]
    fn a_message_stays_on_one_short_line() {
        assert_eq!(quote("md5"), "`md5`");
        assert_eq!(quote("a\nb\u{1}\u{202e}"), "`a\\nb\\u{1}\\u{202e}`");
        for character in ('\0'..'\u{3000}').filter(|character| character.is_control()) {
            assert_eq!(quote(&String::from(character)), format!("`{}`", character.escape_default()));
        }
        assert_eq!(quote(&"é".repeat(1000)).chars().count(), SHOWN_MAX + 3);
    }
}
