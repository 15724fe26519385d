//! Where nutcracker 0.5.0 put keys.

use keyhome_tests::{
    doors::{CommandDoor, RustDoor},
    recorded,
};

#[test]
fn rust() {
    recorded::nutcracker(&RustDoor);
}

#[test]
fn command() {
    recorded::nutcracker(&CommandDoor::new());
}
