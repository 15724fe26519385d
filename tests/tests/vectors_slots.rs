//! Slots that redis-server 7.0.15 gave.

use keyhome_tests::{Asked, Door, Tally, cases::Key, doors::RustDoor, recordings};

#[test]
fn redis_server_7_0_15() {
    let recorded = recordings::slots();
    let keys: Vec<Key> = recorded.iter().map(|(key, _)| key.clone()).collect();
    let mut tally = Tally::new("slots of redis-server 7.0.15");
    let Asked::Answered(slots) = RustDoor.slots(&keys) else { panic!("slots cannot be asked") };
    for ((key, wanted), given) in recorded.iter().zip(slots) {
        tally.compare(&keyhome_tests::cases::to_hex(&key.0), &given, wanted);
        tally.ran(1, "keys");
    }
    tally.finish(1000);
}
