#![no_main]
//! Any bytes as a config: a clear error, or pools whose routers answer.

use keyhome::config::{Config, Pool};
use keyhome::dialect::{NUMBER_MAX, OptionValue, Takes};
use libfuzzer_sys::fuzz_target;

mod answers;

/// More points than this take so long that a run of the fuzzer learns nothing else.
const POINTS: u64 = 10_000;

/// At most how many points the ring of a pool has: in the worst dialect all counts and the weight multiply.
fn points(pool: &Pool) -> u64 {
    let counts =
        pool.dialect.options.iter().filter(|option| matches!(option.takes, Takes::Number(_, NUMBER_MAX)));
    let count = |value| if let Some(OptionValue::Number(number)) = value { u64::from(number) } else { 160 };
    let each = counts.map(|option| count(pool.options.get(option.name).or(option.default)));
    let each = each.reduce(u64::saturating_mul).unwrap_or(0);
    let of_node = |weight: u32, vnodes: Option<u32>| each.saturating_mul(u64::from(vnodes.unwrap_or(weight)));
    let members = pool.members.iter().map(|member| of_node(member.node.weight, member.vnodes));
    members.fold(0, u64::saturating_add)
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let config = match Config::parse(&text) {
        Ok(config) => config,
        Err(error) => {
            answers::of_error(&error);
            let again = keyhome::from_config(&text, None).expect_err("it could not be read");
            assert_eq!(again.to_string(), error.to_string());
            return;
        }
    };
    assert!(!config.pools.is_empty());
    for pool in config.pools.iter().filter(|pool| points(pool) <= POINTS) {
        match keyhome::from_config(&text, Some(&pool.name)) {
            Ok(router) => answers::of_router(&router),
            Err(error) => answers::of_error(&error),
        }
    }
});
