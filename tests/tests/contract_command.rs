//! Every case of the contract, asked of the command.

use keyhome_tests::{contract, doors::CommandDoor};

#[test]
fn placement() {
    contract::placement(&CommandDoor::new());
}

#[test]
fn without() {
    contract::without(&CommandDoor::new());
}

#[test]
fn successors() {
    contract::successors(&CommandDoor::new());
}

#[test]
fn balance() {
    contract::balance(&CommandDoor::new());
}

#[test]
fn diff() {
    contract::diff(&CommandDoor::new());
}

#[test]
fn fingerprint() {
    contract::fingerprint(&CommandDoor::new());
}

#[test]
fn slots() {
    contract::slots(&CommandDoor::new());
}

#[test]
fn cluster() {
    contract::cluster(&CommandDoor::new());
}

#[test]
fn config() {
    contract::config(&CommandDoor::new());
}

#[test]
fn config_errors() {
    contract::config_errors(&CommandDoor::new());
}

#[test]
fn commands() {
    contract::commands(&CommandDoor::new());
}
