//! Functions that JavaScript can call, with Rust data behind them.
#![allow(unsafe_code)] // Node-API is C

use std::{
    any::Any,
    ffi::c_void,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use keyhome_bindings_common::{ErrorKind, Failure};
use napi_sys as sys;

use crate::{
    engine,
    value::{Env, Refused, Value, done},
};

/// The arguments that any function of ours takes, at most.
const ARGUMENTS: usize = 5;

/// What runs when JavaScript calls a function.
pub(crate) trait Body: 'static {
    /// How many arguments it takes. To ask Node for fewer saves time where every nanosecond counts.
    const ARGUMENTS: usize = ARGUMENTS;

    /// What it is called, in JavaScript's traces.
    fn name(&self) -> &'static str;

    fn call<'e>(&self, call: &Call<'e>) -> Result<Value<'e>, Failure>;

    /// About how many bytes it holds, if they are many.
    fn memory(&self) -> usize {
        0
    }
}

/// A call from JavaScript.
pub(crate) struct Call<'e> {
    pub(crate) env: Env<'e>,
    /// As many as the body takes, undefined where none was given; Node refuses to look at the others.
    pub(crate) arguments: [Value<'e>; ARGUMENTS],
    /// What functions that are made during the call throw.
    pub(crate) class: ErrorClass,
}

/// The class of the package that is thrown. Held until the environment ends; there is one for each.
#[derive(Clone, Copy)]
pub(crate) struct ErrorClass(sys::napi_ref);

/// A body and what it throws: what the data pointer of a function points to.
struct Bound<B> {
    class: ErrorClass,
    memory: Reported,
    body: B,
}

/// Memory that V8 was told of: else it sees nothing but a small function, and lets thousands of routers wait for a
/// collection that nothing calls for.
#[derive(Clone, Copy)]
struct Reported(i64);

impl Reported {
    fn of(body: &impl Body) -> Self {
        Self(i64::try_from(body.memory()).unwrap_or(0))
    }

    fn added(self, env: sys::napi_env) {
        adjust(env, self.0);
    }

    fn gone(self, env: sys::napi_env) {
        adjust(env, -self.0);
    }
}

fn adjust(env: sys::napi_env, change: i64) {
    let mut total = 0;
    if change != 0 {
        // SAFETY: both pointers are good. It is a hint: whether it was taken changes nothing.
        let _ = unsafe { sys::napi_adjust_external_memory(env, change, &raw mut total) };
    }
}

/// Marks the functions that stand for a value of Rust, so that no other object is taken for one.
pub(crate) trait Tagged: Body {
    const TAG: sys::napi_type_tag;
}

impl<'e> Call<'e> {
    /// A function of JavaScript that calls `body`.
    pub(crate) fn function<B: Body>(&self, body: B) -> Result<Value<'e>, Failure> {
        function(self.env, self.class, body)
    }

    /// A function that stands for a value of Rust, to be found again by [`tagged`](Self::tagged).
    pub(crate) fn tagged_function<B: Tagged>(&self, body: B) -> Result<Value<'e>, Failure> {
        let function = self.function(body)?;
        // SAFETY: the function is new, and the tag lives for ever.
        done(unsafe { sys::napi_type_tag_object(self.env.raw, function.raw, &B::TAG) })?;
        Ok(function)
    }

    /// What a function that [`tagged_function`](Self::tagged_function) made stands for, if `value` is one.
    pub(crate) fn tagged<B: Tagged, R>(
        &self,
        value: Value<'e>,
        then: impl FnOnce(&B) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let (mut ours, mut data) = (false, ptr::null_mut());
        // SAFETY: all pointers are good.
        let found = unsafe {
            done(sys::napi_check_object_type_tag(self.env.raw, value.raw, &B::TAG, &raw mut ours))
                .and_then(|()| done(sys::napi_unwrap(self.env.raw, value.raw, &raw mut data)))
        };
        if found.is_err() || !ours {
            return Err(Failure::new(ErrorKind::ArgumentType, "not an object of this engine"));
        }
        // SAFETY: only `function` wraps, and only what has `B`'s tag is a `Bound<B>`.
        let bound = unsafe { held::<B>(data) };
        then(&bound.body)
    }
}

/// The data of a function, for the time of a call.
///
/// It stays even if JavaScript lets go of the function during the call: Node finalizes only between calls, when the
/// event loop turns. (To count references on each call would cost a twentieth of `slot`.)
///
/// # Safety
/// `data` is of a function whose body is a `B`, it was not finalized, and a call runs for all of `'e`.
#[inline]
unsafe fn held<'e, B: Body>(data: *mut c_void) -> &'e Bound<B> {
    // SAFETY: `function` made the pointer, and its finalizer comes later.
    unsafe { &*data.cast_const().cast::<Bound<B>>() }
}

fn function<B: Body>(env: Env<'_>, class: ErrorClass, body: B) -> Result<Value<'_>, Failure> {
    let (name, length) = (body.name().as_ptr().cast(), body.name().len() as isize);
    let memory = Reported::of(&body);
    let data = Box::into_raw(Box::new(Bound { class, memory, body })).cast::<c_void>();
    // SAFETY: the name is as long as is said; the callback takes the data for what it is.
    let function = env.make(|env, result| unsafe {
        sys::napi_create_function(env, name, length, Some(called::<B>), data, result)
    });
    let wrapped = function.and_then(|function| {
        // SAFETY: the function is new, and its finalizer takes the data for what it is.
        let status = unsafe {
            sys::napi_wrap(
                env.raw,
                function.raw,
                data,
                Some(finalized::<B>),
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        done(status)?;
        memory.added(env.raw);
        Ok(function)
    });
    wrapped.map_err(|refused| {
        // SAFETY: no finalizer was registered, so it is still ours.
        drop(unsafe { Box::from_raw(data.cast::<Bound<B>>()) });
        refused.into()
    })
}

/// What Node calls when JavaScript calls a function.
unsafe extern "C" fn called<B: Body>(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut arguments = [ptr::null_mut(); ARGUMENTS];
    let mut count = B::ARGUMENTS;
    let mut data = ptr::null_mut();
    // SAFETY: Node gives both for this call; the arguments have room for `count`.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        )
    };
    if done(status).is_err() {
        return ptr::null_mut();
    }
    // SAFETY: JavaScript waits for this call, to which the arguments belong.
    let (env, arguments) = unsafe { (Env::new(env), arguments.map(|argument| Value::new(argument))) };
    // SAFETY: `function` gave this callback and the data together.
    let bound = unsafe { held::<B>(data) };
    let call = Call { env, arguments, class: bound.class };
    // What a panic may have left half done is never seen again: routers do not change, and what changes is `Shared`.
    match catch_unwind(AssertUnwindSafe(|| bound.body.call(&call))) {
        Ok(Ok(value)) => value.raw,
        Ok(Err(failure)) => throw(env, bound.class, &failure),
        Err(panic) => throw(env, bound.class, &of_panic(&*panic)),
    }
}

unsafe extern "C" fn finalized<B: Body>(env: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: Node finalizes once, with the data of the function.
    let bound = unsafe { Box::from_raw(data.cast::<Bound<B>>()) };
    bound.memory.gone(env);
    // A panic in a destructor must not reach Node either; there is nobody to tell.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(bound)));
}

#[cold]
fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<&str>().copied();
    let said =
        said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    Failure::new(ErrorKind::EngineFailure, format!("an error in keyhome: {said}"))
}

/// Throws `new KeyhomeError(code, message, line, column, position)`.
#[cold]
fn throw(env: Env<'_>, class: ErrorClass, failure: &Failure) -> sys::napi_value {
    let number = |number: Option<u32>| match number {
        Some(number) => env.number(number),
        None => env.undefined(),
    };
    let thrown = || {
        let position = failure.position.and_then(|position| u32::try_from(position).ok());
        let fields = [
            env.text(failure.code)?,
            env.text(&failure.message)?,
            number(failure.line)?,
            number(failure.column)?,
            number(position)?,
        ]
        .map(|field| field.raw);
        // SAFETY: the reference was made by `open` in this environment.
        let class = env.make(|env, result| unsafe { sys::napi_get_reference_value(env, class.0, result) })?;
        // SAFETY: the fields belong to this callback.
        let error = env.make(|env, result| unsafe {
            sys::napi_new_instance(env, class.raw, fields.len(), fields.as_ptr(), result)
        })?;
        // SAFETY: as above.
        done(unsafe { sys::napi_throw(env.raw, error.raw) })
    };
    // If this cannot be done, an exception of JavaScript's own is pending already, such as one about the stack.
    let _: Result<(), Refused> = thrown();
    ptr::null_mut()
}

/// `open(KeyhomeError)`: the engine, whose functions throw that class.
unsafe extern "C" fn open(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut class = ptr::null_mut();
    let mut count = 1;
    let mut reference = ptr::null_mut();
    let no = ptr::null_mut();
    // SAFETY: Node gives both for this call; there is room for one argument, and a function can be referred to.
    let status = unsafe {
        match sys::napi_get_cb_info(env, info, &raw mut count, &raw mut class, no, no.cast()) {
            sys::Status::napi_ok => sys::napi_create_reference(env, class, 1, &raw mut reference),
            status => status,
        }
    };
    // SAFETY: JavaScript waits for this call.
    let (env, class) = unsafe { (Env::new(env), Value::new(class)) };
    if done(status).is_err() {
        return ptr::null_mut();
    }
    let call = Call { env, arguments: [class; ARGUMENTS], class: ErrorClass(reference) };
    match catch_unwind(AssertUnwindSafe(|| engine::engine(&call))) {
        Ok(Ok(engine)) => engine.raw,
        Ok(Err(failure)) => throw(env, call.class, &failure),
        Err(panic) => throw(env, call.class, &of_panic(&*panic)),
    }
}

/// What Node calls once in each environment, the main one and each worker, that loads the addon.
#[unsafe(no_mangle)]
unsafe extern "C" fn napi_register_module_v1(
    env: sys::napi_env,
    exports: sys::napi_value,
) -> sys::napi_value {
    // SAFETY: JavaScript waits for this call.
    let (env, exports) = unsafe { (Env::new(env), Value::new(exports)) };
    // SAFETY: without a name there is nothing to read, and `open` needs no data.
    let open = env.make(|env, result| unsafe {
        sys::napi_create_function(env, ptr::null(), 0, Some(open), ptr::null_mut(), result)
    });
    // What fails here leaves exports without `open`, which the package takes for an addon that is not there.
    let _ = open.and_then(|open| env.set(exports, "open", open));
    exports.raw
}

/// The version of Node-API that is used here.
#[unsafe(no_mangle)]
extern "C" fn node_api_module_get_api_version_v1() -> i32 {
    8
}
