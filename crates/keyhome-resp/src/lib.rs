//! Frames of the Redis protocol (RESP2 and RESP3), found in a stream of bytes as they come in, without copying them.
//!
//! A proxy passes most bytes on untouched: of a request it needs the words, of a reply only where it ends. So
//! [`RequestReader`] gives the places of the words in the caller's buffer, [`ReplyReader`] the length of a reply, and
//! both go on where they stopped when more bytes have come: a frame of many small parts costs its length once, however
//! it is cut. What has to be looked into is read as [`Value`]s.
//!
//! The grammar is that of redis-server's `networking.c` (`processMultibulkBuffer`, `processInlineBuffer`) and of the RESP3
//! specification. There is no I/O here: `no_std` with `alloc`.

#![no_std]

extern crate alloc;

mod encode;
mod error;
mod inline;
mod number;
mod reply;
mod request;
mod value;

pub use encode::{array, bulk, error, error_bytes, integer, map, null, request, simple};
pub use error::FrameError;
pub use number::number;
pub use reply::ReplyReader;
pub use request::{Limits, Progress, RequestReader, Word};
pub use value::{Value, Values, first_value};
