//! Where nutcracker 0.5.0 put keys.

use keyhome_tests::{Asked, Door, Tally, doors::RustDoor, recordings};

#[test]
fn nutcracker_0_5_0() {
    let mut tally = Tally::new("placement of nutcracker 0.5.0");
    for pool in recordings::nutcracker() {
        match RustDoor.placement(&pool.config(), None, &pool.keys_hex) {
            Asked::Answered(homes) => {
                let wanted: Vec<_> = pool.owners.iter().map(|owner| Ok(*owner)).collect();
                tally.compare(&pool.pool, &homes, &wanted);
                assert_eq!(homes.len(), 297, "{}", pool.pool);
                tally.ran(homes.len(), "keys");
            }
            other => tally.fail(&pool.pool, format!("{other:?}")),
        }
    }
    tally.finish(88);
}
