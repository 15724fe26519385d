//! What the package can call: the engine's functions, and a router as a function.

use keyhome_bindings_common::{self as common, ErrorKind, Failure, Router};

use crate::{
    command,
    function::{Body, Call, Tagged},
    health, hot_keys,
    key::{Batch, slot, text, texts, with_key},
    replica_set,
    value::Value,
};

pub(crate) type Answer<'e> = Result<Value<'e>, Failure>;

/// The engine: an object of functions.
pub(crate) fn engine<'e>(call: &Call<'e>) -> Answer<'e> {
    let env = call.env;
    let engine = env.object()?;
    env.set(engine, "version", env.text(common::VERSION)?)?;
    env.set(engine, "slot", call.function(Slot)?)?;
    let tables =
        [FUNCTIONS, command::FUNCTIONS, health::FUNCTIONS, replica_set::FUNCTIONS, hot_keys::FUNCTIONS];
    for (name, run) in tables.concat() {
        env.set(engine, name, call.function(Plain { name, run })?)?;
    }
    Ok(engine)
}

/// The functions that are asked less often, those of routers first among their files.
const FUNCTIONS: &[(&str, Run)] = &[
    ("slots", slots),
    ("slotsPacked", slots_packed),
    ("fromConfig", from_config),
    ("read", read),
    ("fromClusterText", from_cluster_text),
    ("fromClusterJson", from_cluster_json),
    ("catalogue", |call| Ok(call.env.text(&common::catalogue())?)),
    ("indexes", indexes),
    ("indexesPacked", indexes_packed),
    ("group", group),
    ("successors", successors),
    ("without", without),
    ("fingerprint", |call| with_router(call, |router| Ok(call.env.text(&router.fingerprint()?)?))),
    ("nodes", |call| with_router(call, |router| Ok(call.env.text(&common::nodes(router))?))),
    ("arcs", |call| with_router(call, |router| Ok(call.env.typed_array(&common::arcs(router)?)?))),
    ("explain", explain),
    ("balance", |call| with_router(call, |router| Ok(call.env.text(&common::balance(router))?))),
    ("diff", diff),
    ("withoutIndexes", without_indexes),
    ("copies", copies),
];

/// A function without data of its own.
struct Plain {
    name: &'static str,
    run: Run,
}

pub(crate) type Run = for<'e> fn(&Call<'e>) -> Answer<'e>;

impl Body for Plain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn call<'e>(&self, call: &Call<'e>) -> Answer<'e> {
        (self.run)(call)
    }
}

/// `slot(key)`
struct Slot;

impl Body for Slot {
    const ARGUMENTS: usize = 1;

    fn name(&self) -> &'static str {
        "slot"
    }

    #[inline]
    fn call<'e>(&self, call: &Call<'e>) -> Answer<'e> {
        Ok(call.env.small_number(slot(call.env, call.arguments[0])?)?)
    }
}

/// `router.index(key)`, which is the router itself.
struct Index(Router);

impl Tagged for Index {
    const TAG: napi_sys::napi_type_tag =
        napi_sys::napi_type_tag { lower: 0x6b65_7968_6f6d_6521, upper: 0x726f_7574_6572_0001 };
}

impl Body for Index {
    const ARGUMENTS: usize = 1;

    fn name(&self) -> &'static str {
        "index"
    }

    fn memory(&self) -> usize {
        // Names and addresses beside the ring, or beside the table of 16,384 slots.
        const NODE: usize = 256;
        let placement = self.0.ring_size().map_or(1 << 15, |(_, bytes)| bytes);
        placement + NODE * self.0.nodes().len()
    }

    #[inline]
    fn call<'e>(&self, call: &Call<'e>) -> Answer<'e> {
        let router = &self.0;
        let index = with_key(call.env, call.arguments[0], |key| router.index(key))??;
        Ok(call.env.small_number(index as u16)?) // there are at most 65,535 nodes
    }
}

fn router<'e>(call: &Call<'e>, router: Router) -> Answer<'e> {
    call.tagged_function(Index(router))
}

/// The router in the first argument.
fn with_router<'e>(call: &Call<'e>, then: impl FnOnce(&Router) -> Answer<'e>) -> Answer<'e> {
    router_in(call, call.arguments[0], then)
}

/// The router in an argument.
pub(crate) fn router_in<'e>(
    call: &Call<'e>,
    argument: Value<'e>,
    then: impl FnOnce(&Router) -> Answer<'e>,
) -> Answer<'e> {
    call.tagged(argument, |index: &Index| then(&index.0))
}

/// `slots(keys)` or `slots(joined, lengths)`
fn slots<'e>(call: &Call<'e>) -> Answer<'e> {
    let [keys, lengths, ..] = call.arguments;
    let batch = Batch::read(call.env, keys, lengths)?;
    let mut slots = Vec::new();
    common::slots_packed(&batch.bytes, &batch.offsets, &mut slots)?;
    Ok(call.env.typed_array(&slots)?)
}

/// `slotsPacked(bytes, offsets)`
fn slots_packed<'e>(call: &Call<'e>) -> Answer<'e> {
    let [bytes, offsets, ..] = call.arguments;
    let slots = with_packed(call, [bytes, offsets], |bytes, offsets| {
        let mut slots = Vec::new();
        common::slots_packed(bytes, offsets, &mut slots)?;
        Ok(slots)
    })?;
    Ok(call.env.typed_array(&slots)?)
}

/// `indexes(router, keys)` or `indexes(router, joined, lengths)`
fn indexes<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, keys, lengths, ..] = call.arguments;
    let batch = Batch::read(call.env, keys, lengths)?;
    with_router(call, |router| {
        let mut indexes = Vec::new();
        router.indexes_packed(&batch.bytes, &batch.offsets, &mut indexes)?;
        Ok(call.env.typed_array(&indexes)?)
    })
}

/// `indexesPacked(router, bytes, offsets)`
fn indexes_packed<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, bytes, offsets, ..] = call.arguments;
    with_router(call, |router| {
        let indexes = with_packed(call, [bytes, offsets], |bytes, offsets| {
            let mut indexes = Vec::new();
            router.indexes_packed(bytes, offsets, &mut indexes)?;
            Ok(indexes)
        })?;
        Ok(call.env.typed_array(&indexes)?)
    })
}

fn with_packed<'e, R: Send>(
    call: &Call<'e>,
    arrays: [Value<'e>; 2],
    then: impl FnOnce(&[u8], &[u32]) -> Result<R, Failure> + Send,
) -> Result<R, Failure> {
    call.env.with_both(arrays, |bytes, offsets| match (bytes, offsets) {
        (Some(bytes), Some(offsets)) => then(bytes, offsets),
        (None, _) => Err(Failure::new(ErrorKind::KeyType, "the bytes of the keys are not a Uint8Array")),
        (_, None) => Err(Failure::new(ErrorKind::BatchOffsets, "the offsets are not a Uint32Array")),
    })?
}

/// `group(router, keys)` or `group(router, joined, lengths)`
fn group<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, keys, lengths, ..] = call.arguments;
    let batch = Batch::read(call.env, keys, lengths)?;
    with_router(call, |router| {
        let groups = common::group_packed(router, &batch.bytes, &batch.offsets)?;
        Ok(call.env.typed_array(&groups)?)
    })
}

/// `successors(router, key, n)`
fn successors<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, key, n, ..] = call.arguments;
    let n = call.env.read_number(n).map_err(|_| Failure::new(ErrorKind::ArgumentType, "not a number"))?;
    with_router(call, |router| {
        let nodes = with_key(call.env, key, |key| common::successors(router, key, n as usize))??;
        Ok(call.env.typed_array(&nodes)?)
    })
}

/// `explain(router, key)`
fn explain<'e>(call: &Call<'e>) -> Answer<'e> {
    with_router(call, |router| {
        let steps = with_key(call.env, call.arguments[1], |key| common::explain(router, key))??;
        Ok(call.env.text(&steps)?)
    })
}

/// `diff(router, new)`
fn diff<'e>(call: &Call<'e>) -> Answer<'e> {
    with_router(call, |old| {
        call.tagged(call.arguments[1], |new: &Index| Ok(call.env.text(&common::diff(old, &new.0))?))
    })
}

/// `without(router, names)`
fn without<'e>(call: &Call<'e>) -> Answer<'e> {
    let names = texts(call.env, call.arguments[1], ErrorKind::NodeUnknown)?;
    with_router(call, |before| router(call, before.without(&names)?))
}

/// `withoutIndexes(router, indexes)`
fn without_indexes<'e>(call: &Call<'e>) -> Answer<'e> {
    let indexes = call.env.with_elements(call.arguments[1], |indexes: &[u32]| {
        indexes.iter().map(|index| *index as usize).collect::<Vec<_>>()
    })?;
    let indexes =
        indexes.ok_or_else(|| Failure::new(ErrorKind::ArgumentType, "not a Uint32Array of indexes"))?;
    with_router(call, |before| router(call, before.without_indexes(&indexes)?))
}

/// `copies(router, key, n)`
fn copies<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, key, n, ..] = call.arguments;
    let n = call.env.read_number(n)?;
    with_router(call, |router| {
        let copies = with_key(call.env, key, |key| common::copies(router, key, n as usize))??;
        Ok(call.env.text(&copies)?)
    })
}

/// `fromConfig(text, pool?)`
fn from_config<'e>(call: &Call<'e>) -> Answer<'e> {
    let (config, pool) = config_and_pool(call)?;
    router(call, common::from_config(&config, pool.as_deref())?)
}

/// `read(text, pool?)`
fn read<'e>(call: &Call<'e>) -> Answer<'e> {
    let (text, pool) = config_and_pool(call)?;
    router(call, common::read(&text, pool.as_deref())?)
}

/// The text of a config, and the name of a pool, if it is given.
pub(crate) fn config_and_pool(call: &Call<'_>) -> Result<(String, Option<String>), Failure> {
    let [config, pool, ..] = call.arguments;
    let config = text(call.env, config, ErrorKind::ConfigSyntax)?;
    let pool = call.env.given(pool, |pool| text(call.env, pool, ErrorKind::PoolUnknown))?;
    Ok((config, pool))
}

/// `fromClusterText(text)`
fn from_cluster_text<'e>(call: &Call<'e>) -> Answer<'e> {
    let reply = text(call.env, call.arguments[0], ErrorKind::ClusterReply)?;
    router(call, common::from_cluster_text(&reply)?)
}

/// `fromClusterJson(json)`
fn from_cluster_json<'e>(call: &Call<'e>) -> Answer<'e> {
    let reply = text(call.env, call.arguments[0], ErrorKind::ClusterReply)?;
    router(call, common::from_cluster_json(&reply)?)
}
