//! Every case of the contract, asked of the Rust library.

use keyhome_tests::cases;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    args: Vec<String>,
    positions: Option<Vec<usize>>,
    error: Option<String>,
}

#[test]
fn contract() {
    let cases: Vec<Case> = cases::read("commands.json");
    let mut errors = 0;
    for case in &cases {
        match keyhome::command_keys(&case.args) {
            Ok(positions) => assert_eq!(Some(positions), case.positions, "{}", case.name),
            Err(error) => {
                errors += 1;
                assert_eq!(Some(error.code()), case.error.as_deref(), "{}: {error}", case.name);
            }
        }
    }
    println!("rust: {} cases of commands.json, {errors} of them errors", cases.len());
}
