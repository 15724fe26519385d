//! COMMAND GETKEYS of servers that are not here, as it was recorded: what Redis 7.0 does not have.

use serde::Deserialize;

/// Commands whose keys a module tells the server coarsely: the table has what the module documents. The name of an index
/// is no key where there are several nodes.
pub(crate) const DOCUMENTED: &[&str] =
    &["cms.merge", "ft.", "json.mget", "tdigest.merge", "ts.createrule", "ts.deleterule"];

/// Commands of modules that are not for users, and not in the table.
pub(crate) const INTERNAL: &[&str] =
    &["timeseries.", "ft.debug", "ft._alias", "ft._alter", "ft._create", "ft._drop"];

#[derive(Deserialize)]
struct Case {
    args: Vec<String>,
    positions: Option<Vec<usize>>,
    error: Option<String>,
}

#[test]
fn getkeys() {
    for server in ["valkey-9.1.2", "redis-8.2.3", "redis-stack-7.4.1"] {
        let path = keyhome_tests::here("vectors/commands").join(format!("getkeys-{server}.json"));
        let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let (mut equal, mut documented, mut internal) = (0, 0, 0);
        for case in &cases {
            let name = case.args[0].to_ascii_lowercase();
            let ours = keyhome::command_keys(&case.args);
            let code = ours.as_ref().err().map(keyhome::Error::code);
            if INTERNAL.iter().any(|prefix| name.starts_with(prefix)) {
                internal += 1;
                assert_eq!(code, Some("command.unknown"), "{:?}", case.args);
            } else if DOCUMENTED.iter().any(|prefix| name.starts_with(prefix)) {
                documented += 1;
            } else {
                equal += 1;
                match (&case.positions, case.error.as_deref()) {
                    // The server does not count the words of a command without keys.
                    (Some(none), _) if none.is_empty() && code.is_some() => {
                        assert_eq!(code, Some("command.arguments"), "{:?}", case.args);
                    }
                    (Some(positions), _) => assert_eq!(ours.as_ref(), Ok(positions), "{:?}", case.args),
                    (None, Some("Invalid command specified")) => {
                        assert_eq!(code, Some("command.unknown"), "{:?}", case.args);
                    }
                    (None, error) => {
                        assert_eq!(code, Some("command.arguments"), "{:?}: {error:?}", case.args);
                    }
                }
            }
        }
        println!(
            "{server}: {equal} of {} cases equal; {documented} of commands whose keys are documented otherwise, \
             {internal} of commands that are not in the table",
            cases.len()
        );
    }
}
