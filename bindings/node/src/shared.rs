//! Objects of Rust that change, behind functions of JavaScript.
//!
//! Such an object is the function that is called most, tagged; other functions that are called for every request are
//! made of it once, and share it; what is asked less often takes it as its first argument.

use std::sync::{Arc, Mutex};

use keyhome_bindings_common::{ErrorKind, Failure};
use napi_sys::napi_type_tag;

use crate::{
    engine::Answer,
    function::{Body, Call, Tagged},
};

/// A value that changes. After a panic that may have left it half changed it refuses.
pub(crate) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// Arguments are read before: `then` calls nothing of JavaScript's, which could ask for the same value again.
    #[inline]
    pub(crate) fn with<R>(&self, then: impl FnOnce(&mut T) -> R) -> Result<R, Failure> {
        match self.0.try_lock() {
            Ok(mut value) => Ok(then(&mut value)),
            Err(_) => Err(stopped()),
        }
    }
}

#[cold]
fn stopped() -> Failure {
    Failure::new(ErrorKind::EngineFailure, "an earlier call failed half-way; make the object anew")
}

/// A kind of values that change.
pub(crate) trait Changing: Send + 'static {
    const TAG: napi_type_tag;
}

/// A tag of ours; the numbers of routers begin with the same.
pub(crate) const fn tag(upper: u64) -> napi_type_tag {
    napi_type_tag { lower: 0x6b65_7968_6f6d_6521, upper }
}

/// What a method does with its value.
pub(crate) type RunWith<T> = for<'e> fn(&Call<'e>, &Shared<T>) -> Answer<'e>;

/// A function that has a value.
pub(crate) struct Method<T> {
    name: &'static str,
    run: RunWith<T>,
    value: Shared<T>,
}

impl<T: Changing> Body for Method<T> {
    const ARGUMENTS: usize = 3;

    fn name(&self) -> &'static str {
        self.name
    }

    #[inline]
    fn call<'e>(&self, call: &Call<'e>) -> Answer<'e> {
        (self.run)(call, &self.value)
    }
}

impl<T: Changing> Tagged for Method<T> {
    const TAG: napi_type_tag = T::TAG;
}

/// The function that stands for a new value, and is its method `run`.
pub(crate) fn object<'e, T: Changing>(
    call: &Call<'e>,
    value: T,
    name: &'static str,
    run: RunWith<T>,
) -> Answer<'e> {
    call.tagged_function(Method { name, run, value: Shared::new(value) })
}

/// Another method of the value in the first argument, as a function by itself.
pub(crate) fn method<'e, T: Changing>(call: &Call<'e>, name: &'static str, run: RunWith<T>) -> Answer<'e> {
    let value =
        call.tagged(call.arguments[0], |object: &Method<T>| Ok(Shared(Arc::clone(&object.value.0))))?;
    call.function(Method { name, run, value })
}

/// What is done with the value in an argument.
pub(crate) fn with<T: Changing, R>(
    call: &Call<'_>,
    argument: usize,
    then: impl FnOnce(&mut T) -> R,
) -> Result<R, Failure> {
    call.tagged(call.arguments[argument], |object: &Method<T>| object.value.with(then))
}
