//! docs/errors.md lists every code there is, with the advice that the command gives.

use std::fs;

use keyhome::ErrorKind;
use keyhome_tests::here;

#[test]
fn every_code_is_documented() {
    let page = fs::read_to_string(here("../docs/errors.md")).unwrap();
    let (_, codes) = page.split_once("## Codes").unwrap();
    let rows: Vec<Vec<&str>> = codes
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split(" | ").collect())
        .collect();
    let listed: Vec<(&str, &str)> = rows
        .iter()
        .map(|cells| match cells[..] {
            [code, _, advice] => (code, advice),
            _ => panic!("{cells:?}"),
        })
        .collect();
    let wanted: Vec<(String, String)> = ErrorKind::ALL
        .iter()
        .map(|kind| (format!("| `{}`", kind.code()), format!("{} |", kind.advice().trim_end_matches('.'))))
        .collect();
    let wanted: Vec<(&str, &str)> =
        wanted.iter().map(|(code, advice)| (code.as_str(), advice.as_str())).collect();
    assert_eq!(listed, wanted);
}
