//! Slots that redis-server 7.0.15 gave.

use keyhome_tests::{
    doors::{CommandDoor, RustDoor},
    recorded,
};

#[test]
fn rust() {
    recorded::slots(&RustDoor);
}

#[test]
fn command() {
    recorded::slots(&CommandDoor::new());
}
