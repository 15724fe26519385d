//! Every case of the contract, asked of the Rust library.

use keyhome_tests::{contract, doors::RustDoor};

#[test]
fn placement() {
    contract::placement(&RustDoor);
}

#[test]
fn without() {
    contract::without(&RustDoor);
}

#[test]
fn successors() {
    contract::successors(&RustDoor);
}

#[test]
fn balance() {
    contract::balance(&RustDoor);
}

#[test]
fn diff() {
    contract::diff(&RustDoor);
}

#[test]
fn fingerprint() {
    contract::fingerprint(&RustDoor);
}

#[test]
fn slots() {
    contract::slots(&RustDoor);
}

#[test]
fn cluster() {
    contract::cluster(&RustDoor);
}

#[test]
fn config() {
    contract::config(&RustDoor);
}

#[test]
fn config_errors() {
    contract::config_errors(&RustDoor);
}

#[test]
fn commands() {
    contract::commands(&RustDoor);
}

/// Every file of cases has a test here.
#[test]
fn no_file_is_forgotten() {
    let mut asked: Vec<&str> = contract::FILES.iter().map(|(file, _)| *file).collect();
    asked.sort_unstable();
    let folder = std::fs::read_dir(keyhome_tests::here("contract")).unwrap();
    let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
    files.sort_unstable();
    assert_eq!(files, asked);
    println!("rust: {} files asked", asked.len());
}
