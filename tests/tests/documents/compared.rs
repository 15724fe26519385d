//! The table of docs/dialects.md that says with how many keys each dialect was compared: counted, so that it stays true.

use std::{collections::BTreeMap, env, fs};

use keyhome_tests::{here, recorded::COUNTED, recordings};

const DOCUMENT: &str = "../docs/dialects.md";
const HEAD: &str =
    "| `dialect:` | compared with | recorded | live, in every `make test` |\n|---|---|---|---|\n";

/// Each dialect with whose program its recordings are.
const PROGRAMS: &[(&str, &str)] = &[
    ("twemproxy", "nutcracker 0.5.0"),
    ("redis-cluster", "redis-server 7.0.15"),
    ("vnodes", "the ring as tutorials write it, in Python and in Node"),
    ("charsum", "-"),
    ("libketama", "libketama, git 18cf9a7"),
    ("npm-hashring", "npm hashring 3.2.0"),
    ("uhashring", "PyPI uhashring 2.5"),
    ("hash_ring", "PyPI hash_ring 1.3.1, and hashring 1.5.1, which places alike"),
    ("libmemcached", "libmemcached 1.1.4"),
];

#[test]
fn the_table_of_what_was_compared() {
    let recorded = recorded_keys();
    let mut table = HEAD.to_owned();
    for (dialect, program) in PROGRAMS {
        let recorded = match recorded.get(*dialect) {
            Some((runs, keys)) => format!("{runs} runs, {} keys", digits(*keys)),
            None => "-".to_owned(),
        };
        table += format!("| `{dialect}` | {program} | {recorded} | {} |\n", live(dialect)).as_str();
    }
    assert_eq!(recorded.len(), PROGRAMS.len() - 1, "{recorded:?}");
    let text = fs::read_to_string(here(DOCUMENT)).unwrap();
    let (before, rest) = text.split_once(HEAD).expect("the table");
    let (rows, after) = rest.split_once("\n\n").expect("the end of the table");
    if env::var_os("KEYHOME_WRITE_TRANSCRIPTS").is_some() {
        fs::write(here(DOCUMENT), format!("{before}{table}\n{after}")).unwrap();
    } else {
        assert_eq!(format!("{HEAD}{rows}\n"), table);
    }
}

/// Runs and keys of the recordings, by dialect. A digest over many keys holds each of them.
fn recorded_keys() -> BTreeMap<String, (usize, usize)> {
    let mut recorded: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut add = |dialect: &str, keys: usize| {
        let (runs, sum) = recorded.entry(dialect.to_owned()).or_default();
        (*runs, *sum) = (*runs + 1, *sum + keys);
    };
    for (entry, run) in recordings::runs().values() {
        let pool = entry.config.as_ref().and_then(|config| config.as_object()?.values().next());
        let dialect = pool.map_or("redis-cluster", |pool| pool["dialect"].as_str().unwrap_or("twemproxy"));
        let counted = if run.sha10k.is_some() { COUNTED } else { 0 };
        add(dialect, run.map.len() + run.vectors.len() + counted);
    }
    for pool in recordings::nutcracker() {
        add("twemproxy", pool.keys_hex.len());
    }
    add("redis-cluster", recordings::slots().len());
    recorded
}

/// What is asked of the real program in every run of the tests, with the numbers of those tests.
fn live(dialect: &str) -> String {
    let proof = |name: &str| number("src/proof/mod.rs", &format!("const {name}: usize = "));
    let rings = |file: &str, keys: &str, pools: &str, ways: usize| {
        let fleets = list(file, "FLEETS = ");
        format!("{} keys", digits(ways * (fleets + number(file, pools)) * number(file, keys)))
    };
    let of_node = "../node/test/hashring.test.mjs";
    let of_python = "../python/tests/test_real_rings.py";
    match dialect {
        "twemproxy" => format!(
            "{} keys through nutcracker, in each pool that it has of {} random ones",
            digits(proof("WRITTEN")),
            proof("POOLS")
        ),
        "redis-cluster" => format!(
            "`CLUSTER KEYSLOT` of {} keys; {} keys in a Redis Cluster",
            digits(proof("KEYS")),
            digits(proof("WRITTEN"))
        ),
        // With and without some of the nodes; uhashring in four ways.
        "npm-hashring" => rings(of_node, "const KEYS = ", "const POOLS = ", 2),
        "uhashring" => rings(of_python, "\nKEYS = ", "\nPOOLS = ", 8),
        "hash_ring" => rings(of_python, "\nKEYS = ", "\nPOOLS = ", 2),
        _ => "-".to_owned(),
    }
}

/// The number that stands behind `name` in a source file.
fn number(file: &str, name: &str) -> usize {
    let text = fs::read_to_string(here(file)).unwrap();
    let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("{file} has no {name}"));
    let number: String = rest.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
    number.parse().unwrap_or_else(|error| panic!("{file}: {name}: {error}"))
}

/// How many numbers the list has that stands behind `name`.
fn list(file: &str, name: &str) -> usize {
    let text = fs::read_to_string(here(file)).unwrap();
    let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("{file} has no {name}"));
    rest.lines().next().unwrap().split(',').count()
}

/// `12345` as people read it: `12,345`.
fn digits(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(|group| str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(",")
}
