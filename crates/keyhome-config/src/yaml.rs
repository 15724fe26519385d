//! YAML texts as documents: of YAML 1.1 what a config needs, read as nutcracker's libyaml reads it; the rest is refused
//! rather than guessed at.
//!
//! Written here although libraries are at hand. They read YAML 1.2, in which tabs, comments and line ends are not what
//! they are for nutcracker, so that texts would have to be mended first; and with the best of them `keyhome.wasm`,
//! which browsers download, was 17 KB larger, a quarter more. In the tests that one judges the same texts, and so does
//! the real nutcracker.
//!
//! Lines end in `\n` only: [`text`] has made them so. [`block`] and [`flow`] are the two styles of collections,
//! [`plain`], [`quoted`] and [`literal`] the three of scalars; [`reader`] is what stands between all of them.

mod block;
mod flow;
mod literal;
#[cfg(test)]
mod peer;
mod plain;
mod quoted;
mod reader;
#[cfg(test)]
mod tests;
mod text;

use keyhome_core::Error;

use self::reader::Reader;
use crate::document::Value;

/// Reads `text`, which has no byte order mark. `None`: there is nothing in it but comments.
pub(crate) fn parse(text: &str) -> Result<Option<Value>, Error> {
    let text = text::with_plain_line_ends(text)?;
    let mut reader = Reader::new(&text);
    reader.begin()?;
    reader.node(0)
}
