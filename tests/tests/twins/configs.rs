//! A pool as a config describes it is the pool that is made without one.

use keyhome_tests::twin::random;
use proptest::prelude::*;

use crate::{add, check, plain};

#[test]
fn configs() {
    check("configs", 200, &random::pool(), |pool, held| {
        let config = pool.config();
        let (made, read) = (pool.router(), keyhome::from_config(&config, None));
        if let (Ok(made), Ok(read)) = (&made, &read) {
            prop_assert_eq!(made.nodes(), read.nodes());
            prop_assert_eq!(made.fingerprint(), read.fingerprint());
            prop_assert_eq!(made.balance(), read.balance());
            prop_assert_eq!(made.dialect().id, read.dialect().id);
        }
        prop_assert_eq!(plain(made).err(), plain(read).err(), "{}", config);
        add(held, 1);
        Ok(())
    });
}
