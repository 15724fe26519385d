//! What goes to stderr: errors with the place they point at, warnings. Coloured on a terminal only.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use keyhome::Error;

use crate::failure::Failure;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// One line as it is. A stderr that cannot be written leaves nobody to tell.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// A warning, on one line.
pub(crate) fn warning(text: &str) {
    line(&format!("{YELLOW}warning{YELLOW:#}: {text}"));
}

/// Why one key has no home.
pub(crate) fn homeless(key: &str, error: &Error) {
    line(&format!("{RED}error[{}]{RED:#}: {key}: {}", error.code(), error.detail()));
}

/// Why the command stops, with the line of the config that it is about.
pub(crate) fn failure(failure: &Failure) {
    match failure {
        Failure::Config { text, error, .. } => {
            line(&format!("{RED}error[{}]{RED:#}: {failure}", error.code()));
            excerpt(text, error);
            line(&format!("{DIM}help{DIM:#}: {}", error.kind().advice()));
        }
        Failure::Core(error) => {
            line(&format!("{RED}error[{}]{RED:#}: {failure}", error.code()));
            line(&format!("{DIM}help{DIM:#}: {}", error.kind().advice()));
        }
        _ => line(&format!("{RED}error{RED:#}: {failure}")),
    }
}

/// The line of the text and a mark under the column.
fn excerpt(text: &str, error: &Error) {
    const SHOWN: usize = 100;
    let (Some(number), Some(column)) = (error.line(), error.column()) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(source) = text.lines().nth(number as usize - 1) else { return };
    let column = column as usize - 1;
    let from = column.saturating_sub(SHOWN / 2);
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = source.chars().skip(from).take(SHOWN).map(printable).collect();
    let margin = number.to_string();
    let blank = " ".repeat(margin.len());
    line(&format!("{DIM}{margin} |{DIM:#} {shown}"));
    line(&format!("{DIM}{blank} |{DIM:#} {}{RED}^{RED:#}", " ".repeat(column - from)));
}
