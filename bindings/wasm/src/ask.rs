//! All that can be asked, but for what is called once a key or once a request, which is in `hot`.
#![allow(unsafe_code)] // objects behind addresses

use alloc::vec::Vec;

use keyhome_bindings_common::{self as common, ErrorKind, Failure, Router};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    answer::{Answer, ended, numbers, text},
    asked::{self, nothing, router},
    object::{give, look_at, take_back},
    question::Question,
    serving,
};

/// Asks for `what`, one of the numbers in `asked.rs`: of the object at an address, about words or keys that lie one behind
/// the other in `bytes`, with some numbers. `node/src/engine/wasm.ts` and `wasm-objects.ts` beside it know what each
/// question takes and answers: a text, numbers, or the address of a new object, which they let go of with `FREE`.
///
/// Behind the answer is one byte more: 0, or 1 where it is a failure as JSON text.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // an array of numbers would cross by 400 bytes of JavaScript, in each of two files
pub fn ask(
    what: u32,
    object: usize,
    bytes: &[u8],
    offsets: &[u32],
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    e: f64,
) -> Vec<u8> {
    let question = Question { object, bytes, offsets, numbers: [a, b, c, d, e] };
    ended(match asked::kind(what) {
        0 => of_nothing(what, &question),
        router::KIND => of_router(what, &question),
        kind => serving::of_object(kind, what, &question),
    })
}

#[cold]
pub(crate) fn unknown() -> Answer {
    Err(Failure::new(ErrorKind::EngineFailure, "there is no such question"))
}

/// The address of a new object.
pub(crate) fn new<T>(object: T) -> Answer {
    numbers(&[give(object) as u32])
}

fn of_nothing(what: u32, q: &Question<'_>) -> Answer {
    match what {
        nothing::VERSION => text(common::VERSION.into()),
        nothing::SLOTS => {
            let mut slots = Vec::new();
            common::slots_packed(q.bytes, q.offsets, &mut slots)?;
            numbers(&slots)
        }
        _ => serving::of_nothing(what, q),
    }
}

fn of_router(what: u32, q: &Question<'_>) -> Answer {
    match what {
        router::FROM_CONFIG => return new(common::from_config(q.text(0)?, q.optional_text(1, 0)?)?),
        router::FROM_CLUSTER_TEXT => return new(common::from_cluster_text(q.text(0)?)?),
        router::FROM_CLUSTER_JSON => return new(common::from_cluster_json(q.text(0)?)?),
        router::FREE => {
            // SAFETY: the host asks so of routers, once each.
            unsafe { take_back::<Router>(q.object) };
            return Ok(Vec::new());
        }
        _ => {}
    }
    // SAFETY: the host asks the rest of routers only.
    let router: &Router = unsafe { look_at(q.object)? };
    match what {
        router::INDEX => numbers(&[common::index(router, q.bytes)?]),
        router::INDEXES => {
            let mut indexes = Vec::new();
            router.indexes_packed(q.bytes, q.offsets, &mut indexes)?;
            numbers(&indexes)
        }
        router::GROUP => numbers(&common::group_packed(router, q.bytes, q.offsets)?),
        router::SUCCESSORS => numbers(&common::successors(router, q.bytes, q.number(0))?),
        router::WITHOUT => {
            let names: Result<Vec<&str>, Failure> = (0..q.number(0)).map(|name| q.text(name)).collect();
            new(router.without(&names?)?)
        }
        router::FINGERPRINT => text(router.fingerprint()?),
        router::NODES => text(common::nodes(router)),
        router::EXPLAIN => text(common::explain(router, q.bytes)?),
        router::BALANCE => text(common::balance(router)),
        // SAFETY: the number is the address of another router, or of this one.
        router::DIFF => text(common::diff(router, unsafe { look_at(q.number(0))? })),
        _ => serving::of_router(what, router, q),
    }
}
