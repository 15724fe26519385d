//! In place of `serving`, where only what homes need is weighed.

use keyhome_bindings_common::Router;

use crate::{answer::Answer, ask::unknown, question::Question};

pub(crate) fn of_object(_: u32, _: u32, _: &Question<'_>) -> Answer {
    unknown()
}

pub(crate) fn of_nothing(_: u32, _: &Question<'_>) -> Answer {
    unknown()
}

pub(crate) fn of_router(_: u32, _: &Router, _: &Question<'_>) -> Answer {
    unknown()
}
