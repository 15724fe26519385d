//! In place of `serving`, where only what homes need is weighed.

use keyhome_bindings_common::Router;

use crate::{answer::Answer, ask::unknown, question::Question};

pub(crate) fn of_object(_: &str, _: &str, _: &Question<'_>) -> Answer {
    unknown()
}

pub(crate) fn of_nothing(_: &str, _: &Question<'_>) -> Answer {
    unknown()
}

pub(crate) fn of_router(_: &str, _: &Router, _: &Question<'_>) -> Answer {
    unknown()
}
