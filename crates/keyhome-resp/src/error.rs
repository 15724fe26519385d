//! What makes a stream unreadable: after it, nobody knows where the next frame begins.

use core::fmt;

/// Why a frame cannot be read. The texts are those of redis-server, so that clients and their logs find what they know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// The count of words is no number, or more than the limit.
    WordCount,
    /// The length of a word is no number, negative, or more than the limit.
    WordLength,
    /// A word begins with this byte instead of `$`.
    NoWord(u8),
    /// A line of the header has no end within the limit.
    LongLine,
    /// The quotes of an inline command do not match.
    Quotes,
    /// The whole request is larger than the limit.
    LargeRequest,
    /// A reply begins with this byte, which is no type of RESP.
    NoType(u8),
    /// The length or the line of a reply cannot be.
    Reply,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WordCount => f.write_str("Protocol error: invalid multibulk length"),
            Self::WordLength => f.write_str("Protocol error: invalid bulk length"),
            Self::NoWord(byte) => write!(f, "Protocol error: expected '$', got '{}'", byte.escape_ascii()),
            Self::LongLine => f.write_str("Protocol error: too big inline request"),
            Self::Quotes => f.write_str("Protocol error: unbalanced quotes in request"),
            Self::LargeRequest => f.write_str("Protocol error: the request is larger than the limit"),
            Self::NoType(byte) => {
                write!(f, "a reply begins with '{}', which is no type of RESP", byte.escape_ascii())
            }
            Self::Reply => f.write_str("a reply with a length that cannot be"),
        }
    }
}

impl core::error::Error for FrameError {}
