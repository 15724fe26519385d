//! The checker of chaos is fed with histories that are as they should be, and with broken ones: it finds what is wrong with each.
//! `cargo xtask test chaos` has it check real ones.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod broken;
mod plans;
mod relays;
mod sound;
mod told;
