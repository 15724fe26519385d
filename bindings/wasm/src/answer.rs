//! Answers as bytes: texts in UTF-8, numbers as they lie in memory, which in WebAssembly is the order of JavaScript's
//! arrays; and failures.
#![allow(unsafe_code)] // numbers as the bytes that they are
#![allow(clippy::unnecessary_wraps)] // answers stand beside each other in one match

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use keyhome_bindings_common::Failure;

pub(crate) type Answer = Result<Vec<u8>, Failure>;

pub(crate) fn text(text: String) -> Answer {
    Ok(text.into_bytes())
}

/// A number without bytes between or behind its bits.
pub(crate) trait Number: Copy {}

impl Number for u16 {}
impl Number for u32 {}
impl Number for i32 {}
impl Number for f64 {}

pub(crate) fn numbers<T: Number>(numbers: &[T]) -> Answer {
    // SAFETY: all bytes of a slice of numbers are bytes of numbers.
    Ok(unsafe { core::slice::from_raw_parts(numbers.as_ptr().cast::<u8>(), size_of_val(numbers)) }.to_owned())
}

pub(crate) fn indexes(all: Vec<usize>) -> Answer {
    numbers(&all.into_iter().map(|index| index as u32).collect::<Vec<_>>())
}

/// An answer with the byte that says whether it is a failure: `{"code", "message"}` and, where they apply, `line`,
/// `column`, `position`, as JSON.
pub(crate) fn ended(answer: Answer) -> Vec<u8> {
    let failed = answer.is_err();
    let mut bytes = answer.unwrap_or_else(|failure| failure.json().into_bytes());
    bytes.push(u8::from(failed));
    bytes
}
