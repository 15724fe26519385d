//! Asks a door every case of the contract. How many there are at least is written here, so that a file that is cut
//! short or skipped fails.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    cases::{self, Homes},
    door::{Asked, Door, Home, Refusal},
    tally::{Count, Tally},
};

/// Asks a door a file of cases.
pub type Ask = fn(&dyn Door) -> Count;

/// Everything, file by file.
pub const FILES: [(&str, Ask); 11] = [
    ("placement", placement),
    ("without", without),
    ("successors", successors),
    ("balance", balance),
    ("diff", diff),
    ("fingerprint", fingerprint),
    ("slots", slots),
    ("cluster", cluster),
    ("config", config),
    ("config_errors", config_errors),
    ("commands", commands),
];

/// What was answered; else the tally notes why not.
fn answer<T>(tally: &mut Tally, case: &str, asked: Asked<T>) -> Option<T> {
    match asked {
        Asked::Answered(answer) => return Some(answer),
        Asked::Refused(refusal) => tally.fail(case, format!("{refusal:?}")),
        Asked::NotHere(why) => tally.not_here(case, why),
    }
    None
}

/// The README of the contract excepts keys that are not UTF-8 in a `charsum` pool of one node ("not asked"), and the
/// contract itself wants `key.encoding` there; one case asks for index 0 all the same. Such a key is not compared.
fn is_excepted(case: &str, key: &cases::Key) -> bool {
    case.starts_with("charsum 1,") && str::from_utf8(&key.0).is_err()
}

fn compare_homes(tally: &mut Tally, case: &str, given: &[Home], wanted: &[Home], keys: &[cases::Key]) {
    tally.compare(case, &given.len(), &wanted.len());
    for ((given, wanted), key) in given.iter().zip(wanted).zip(keys) {
        if is_excepted(case, key) {
            let part = format!("{case}, key {}", cases::to_hex(&key.0));
            tally.leave_out(
                &part,
                "a key that is not UTF-8 in a charsum pool of one node, which is not asked",
            );
        } else if given != wanted {
            let key = cases::to_hex(&key.0);
            tally.fail(case, format!("key {key}: given {given:?}, wanted {wanted:?}"));
        }
    }
}

/// `placement.json`
pub fn placement(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} placement", door.name()));
    for case in cases::read::<cases::Placement>("placement.json") {
        let asked = door.placement(&case.config, case.pool.as_deref(), &case.keys_hex);
        if let Some(homes) = answer(&mut tally, &case.name, asked) {
            compare_homes(&mut tally, &case.name, &homes, &case.homes.homes(), &case.keys_hex);
            tally.ran(case.keys_hex.len(), "keys");
        }
    }
    tally.finish(292)
}

/// `without.json`
pub fn without(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} without", door.name()));
    for case in cases::read::<cases::Without>("without.json") {
        let steps: Vec<&[String]> = case.steps.iter().map(|step| step.names.as_slice()).collect();
        let asked = door.without(&case.config, case.pool.as_deref(), &steps, &case.keys_hex);
        let Some(answers) = answer(&mut tally, &case.name, asked) else { continue };
        tally.compare(&case.name, &answers.len(), &steps.len());
        let mut keys = 0;
        for (number, (given, step)) in answers.iter().zip(&case.steps).enumerate() {
            let name = format!("{}, step {}", case.name, number + 1);
            match (given, &step.homes, &step.error) {
                (Ok(homes), Some(wanted), None) => {
                    compare_homes(&mut tally, &name, homes, &wanted.homes(), &case.keys_hex);
                    keys += homes.len();
                }
                (Err(refusal), None, Some(code)) => tally.compare(&name, &refusal.code, code),
                (given, ..) => tally.fail(&name, format!("given {given:?}, wanted {step:?}")),
            }
        }
        tally.ran(keys, "keys");
    }
    tally.finish(128)
}

/// `successors.json`
pub fn successors(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} successors", door.name()));
    for case in cases::read::<cases::Successors>("successors.json") {
        let asked =
            door.successors(&case.config, case.pool.as_deref(), &case.without, case.n, &case.keys_hex);
        if let Some(successors) = answer(&mut tally, &case.name, asked) {
            tally.compare(&case.name, &successors, &case.successors);
            tally.ran(case.keys_hex.len(), "keys");
        }
    }
    tally.finish(175)
}

/// `balance.json`
pub fn balance(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} balance", door.name()));
    for case in cases::read::<cases::Balance>("balance.json") {
        let asked = door.balance(&case.config, case.pool.as_deref(), &case.without);
        if let Some(balance) = answer(&mut tally, &case.name, asked) {
            let wanted = Value::Object(case.balance);
            let nodes = wanted["shares"].as_array().map_or(0, Vec::len);
            tally.compare(&case.name, &balance, &wanted);
            tally.ran(nodes, "shares");
        }
    }
    tally.finish(285)
}

/// `diff.json`
pub fn diff(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} diff", door.name()));
    for case in cases::read::<cases::Diff>("diff.json") {
        if let Some(diff) = answer(&mut tally, &case.name, door.diff(&case.old, &case.new)) {
            let wanted = Value::Object(case.diff);
            let moves = wanted["moves"].as_array().map_or(0, Vec::len);
            tally.compare(&case.name, &diff, &wanted);
            tally.ran(moves, "moves");
        }
    }
    tally.finish(95)
}

/// `fingerprint.json`
pub fn fingerprint(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} fingerprint", door.name()));
    for case in cases::read::<cases::Fingerprint>("fingerprint.json") {
        let mut group_of = BTreeMap::new();
        let mut configs = 0;
        for (number, group) in case.groups.iter().enumerate() {
            let mut of_group: Option<String> = None;
            for config in group {
                let Some(fingerprint) = answer(&mut tally, &case.name, door.fingerprint(config)) else {
                    continue;
                };
                configs += 1;
                if !is_fingerprint(&fingerprint) {
                    tally.fail(&case.name, format!("{fingerprint:?} is no fingerprint"));
                }
                let first = of_group.get_or_insert_with(|| fingerprint.clone());
                tally.compare(&format!("{}, group {number}", case.name), &fingerprint, first);
                let group = *group_of.entry(fingerprint).or_insert(number);
                tally.compare(&format!("{}, groups share a fingerprint", case.name), &group, &number);
            }
        }
        tally.ran(configs, "configs");
    }
    tally.finish(12)
}

fn is_fingerprint(text: &str) -> bool {
    let digits = text.strip_prefix("k1-").unwrap_or("");
    digits.len() == 16 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// `slots.json`
pub fn slots(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} slots", door.name()));
    for case in cases::read::<cases::Slots>("slots.json") {
        if let Some(slots) = answer(&mut tally, &case.name, door.slots(&case.keys_hex)) {
            tally.compare(&case.name, &slots, &case.slots);
            tally.ran(slots.len(), "keys");
        }
    }
    tally.finish(1)
}

/// `cluster.json`
pub fn cluster(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} cluster", door.name()));
    for case in cases::read::<cases::Cluster>("cluster.json") {
        let asked = door.cluster(&case.kind, &case.reply, &case.keys_hex);
        if let Some(code) = &case.error {
            compare_refusal(&mut tally, &case.name, asked, code, [None, None]);
            continue;
        }
        if let Some(cluster) = answer(&mut tally, &case.name, asked) {
            tally.compare(&case.name, &cluster.nodes, &case.nodes);
            let wanted = case.homes.as_ref().map(Homes::homes).unwrap_or_default();
            compare_homes(&mut tally, &case.name, &cluster.homes, &wanted, &case.keys_hex);
            tally.ran(case.keys_hex.len(), "keys");
        }
    }
    tally.finish(48)
}

/// `config.json`
pub fn config(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} config", door.name()));
    for case in cases::read::<cases::Config>("config.json") {
        let names: Vec<&str> = case.pools.iter().filter_map(|pool| pool["name"].as_str()).collect();
        if let Some(pools) = answer(&mut tally, &case.name, door.config(&case.config, &names)) {
            tally.compare(&case.name, &pools.len(), &case.pools.len());
            for (given, wanted) in pools.iter().zip(case.pools) {
                if let Err(difference) = holds(given, &wanted) {
                    tally.fail(&case.name, difference);
                }
            }
            tally.ran(pools.len(), "pools");
        }
    }
    tally.finish(66)
}

/// Whether all that is wanted is given; members that are not wanted are not compared, but for options: there an
/// option too many would be a default where there is none.
fn holds(given: &Value, wanted: &Value) -> Result<(), String> {
    match (given, wanted) {
        (Value::Object(given), Value::Object(wanted)) => {
            for (name, wanted) in wanted {
                let given = given.get(name).ok_or_else(|| format!("no member {name}, wanted {wanted}"))?;
                if name == "options"
                    && given.as_object().map(serde_json::Map::len)
                        != wanted.as_object().map(serde_json::Map::len)
                {
                    return Err(format!("options: given {given}, wanted {wanted}"));
                }
                holds(given, wanted).map_err(|difference| format!("{name}: {difference}"))?;
            }
            Ok(())
        }
        (Value::Array(given), Value::Array(wanted)) if given.len() == wanted.len() => {
            given.iter().zip(wanted).try_for_each(|(given, wanted)| holds(given, wanted))
        }
        _ if given == wanted => Ok(()),
        _ => Err(format!("given {given}, wanted {wanted}")),
    }
}

/// `config_errors.json`
pub fn config_errors(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} config_errors", door.name()));
    for case in cases::read::<cases::ConfigError>("config_errors.json") {
        let asked = door.config_error(&case.config, case.pool.as_deref());
        compare_refusal(&mut tally, &case.name, asked, &case.code, [case.line, case.column]);
    }
    tally.finish(161)
}

/// `commands.json`
pub fn commands(door: &dyn Door) -> Count {
    let mut tally = Tally::new(format!("{} commands", door.name()));
    let cases: Vec<cases::Command> = cases::read("commands.json");
    let words =
        |case: &cases::Command| case.args.iter().map(|word| cases::Key(word.as_bytes().into())).collect();
    let all: Vec<Vec<cases::Key>> = cases.iter().map(words).collect();
    let said = match door.commands(&all) {
        Asked::Answered(said) => said,
        Asked::Refused(refusal) => panic!("{}: {refusal:?}", door.name()),
        Asked::NotHere(why) => {
            for case in &cases {
                tally.not_here(&case.name, why);
            }
            return tally.finish(830);
        }
    };
    for (case, said) in cases.iter().zip(said) {
        let given = said.keys.as_ref().map_err(|refusal| refusal.code.as_str());
        match (&case.positions, &case.error) {
            (Some(positions), None) => tally.compare(&case.name, &given, &Ok(positions)),
            (None, Some(code)) => tally.compare(&case.name, &given, &Err(code.as_str())),
            _ => panic!("{}: positions or an error", case.name),
        }
        tally.ran(case.positions.as_ref().map_or(0, Vec::len), "keys");
    }
    tally.finish(830)
}

fn compare_refusal<T>(tally: &mut Tally, case: &str, asked: Asked<T>, code: &str, place: [Option<u32>; 2]) {
    match asked {
        Asked::Answered(_) => tally.fail(case, format!("no error, wanted {code}")),
        Asked::NotHere(why) => return tally.not_here(case, why),
        Asked::Refused(Refusal { code: given, line, column, .. }) => {
            tally.compare(case, &given.as_str(), &code);
            for (given, wanted) in [line, column].into_iter().zip(place) {
                if wanted.is_some() && given != wanted {
                    tally.fail(case, format!("at {line:?}, {column:?}, wanted {place:?}"));
                }
            }
        }
    }
    tally.ran(0, "");
}
