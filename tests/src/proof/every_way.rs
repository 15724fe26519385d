//! A door that is asked in every way it has, not only as one asks for many keys.

use serde_json::Value;

use crate::{
    cases::Key,
    door::{Asked, Door, Home, Witness},
    pool::Pool,
};

/// The door.
pub(super) struct EveryWay<'d>(pub(super) &'d dyn Door);

impl Witness for EveryWay<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        let (text, gone) = (pool.text(), pool.gone());
        match (pool.is_map(), gone.is_empty()) {
            (false, true) => self.0.placement(&text, None, keys),
            (false, false) => match self.0.without(&text, None, &[&gone], keys) {
                Asked::Answered(mut steps) => steps.remove(0).into(),
                Asked::Refused(refusal) => Asked::Refused(refusal),
                Asked::NotHere(why) => Asked::NotHere(why),
            },
            (true, true) => self.0.cluster("nodes", &Value::from(text), keys).map(|cluster| cluster.homes),
            (true, false) => Asked::NotHere("a cluster without nodes is asked for many keys only"),
        }
    }
}
