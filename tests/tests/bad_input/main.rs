//! What nobody should pass: each is a clear error or the right answer, and never a panic.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod command;
mod configs;
mod keys;
mod pools;
mod replies;

use keyhome::Error;

/// The code of an error whose message is one line that says something.
fn code<T>(answer: Result<T, Error>) -> &'static str {
    let Err(error) = answer else { panic!("no error") };
    assert!(error.detail().len() > 8 && !error.to_string().contains('\n'), "{error:?}");
    assert!(error.detail().len() < 600, "a message that nobody reads: {} bytes", error.detail().len());
    error.code()
}
