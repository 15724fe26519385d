//! Keys that a client writes: into a pool by itself, or through `keyhome proxy`; and looked for straight on each server.

use std::{
    io,
    path::Path,
    sync::{Mutex, MutexGuard},
    thread,
};

use keyhome_live::{Pool as ServedPool, Proxy, RedisServer, Scratch, resp::Connection};
use serde_json::{Value, json};

use super::POOL;
use crate::{
    cases::Key,
    door::{Asked, Home, Witness},
    pool::{Node, Pool},
    twin::pool::System,
};

/// How many keys one command asks for.
const AT_ONCE: usize = 500;

/// Who writes and reads.
pub trait Writes: Send {
    /// What to call it.
    fn name(&self) -> &str;

    /// A new client of a `config`, or of what listens at a `port`; with `hot_keys` keys are counted.
    fn open(&mut self, to: &Value);

    /// Writes the value under each key. Why it was not written, for each: keyhome's code, or a text.
    fn set_each(&mut self, keys: &[Key], value: &str) -> Vec<Option<String>>;

    /// What is under these keys, all asked for in one command.
    fn read_all(&mut self, keys: &[Key]) -> Vec<Option<String>>;

    /// Closes its connections.
    fn close(&mut self);
}

impl<C: Writes> Writes for &mut C {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn open(&mut self, to: &Value) {
        (**self).open(to);
    }

    fn set_each(&mut self, keys: &[Key], value: &str) -> Vec<Option<String>> {
        (**self).set_each(keys, value)
    }

    fn read_all(&mut self, keys: &[Key]) -> Vec<Option<String>> {
        (**self).read_all(keys)
    }

    fn close(&mut self) {
        (**self).close();
    }
}

/// A client that writes to these servers, in a database that nobody else has.
#[derive(Debug)]
pub struct Through<'s, C: Writes> {
    name: String,
    /// The ports of the servers.
    servers: Vec<u16>,
    database: u32,
    proxied: Option<Proxied<'s>>,
    state: Mutex<State<C>>,
}

/// How the proxy before the servers is started.
#[derive(Debug, Clone, Copy)]
pub struct Proxied<'s> {
    /// Where it lives.
    pub scratch: &'s Scratch,
    /// The command `keyhome`.
    pub program: &'s Path,
}

#[derive(Debug)]
struct State<C> {
    client: C,
    proxy: Option<Proxy>,
    /// The one before, until the client has let it go.
    former: Option<Proxy>,
    /// What the client is open to.
    open: Value,
}

/// Counters of hot keys, in the proxy and in clients alike.
pub const COUNTERS: usize = 64;

impl<'s, C: Writes> Through<'s, C> {
    /// A client of many servers, or one before a proxy.
    pub fn new(client: C, servers: &[RedisServer], database: u32, proxied: Option<Proxied<'s>>) -> Self {
        let servers = servers.iter().map(RedisServer::port).collect();
        let state = State { proxy: None, former: None, open: Value::Null, client };
        Self { name: state.client.name().to_owned(), servers, database, proxied, state: Mutex::new(state) }
    }

    /// Whether a proxy is before the servers.
    pub fn is_proxied(&self) -> bool {
        self.proxied.is_some()
    }

    /// The pool on its servers, if there are enough of them and if it is a config's.
    pub fn place(&self, pool: &Pool) -> Option<Pool> {
        let addresses: Vec<String> = self.servers.iter().copied().map(address).collect();
        (pool.nodes.len() <= addresses.len() && !pool.is_map()).then(|| pool.whole().at(&addresses))
    }

    /// The client, to be asked for something else.
    pub fn client<T>(&self, ask: impl FnOnce(&mut C) -> T) -> T {
        ask(&mut self.state().client)
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(|_| panic!("{} has failed before", self.name))
    }

    /// The server of each node; why not, where it has no such pool.
    fn servers_of(&self, pool: &Pool) -> Result<Vec<u16>, &'static str> {
        if self.proxied.is_none() && pool.system == System::RedisCluster {
            return Err("clients ask the servers of a cluster themselves where slots live");
        }
        if pool.is_map() || !pool.gone.is_empty() {
            return Err("it is no config, or nodes are taken away");
        }
        let server = |node: &Node| self.servers.iter().copied().find(|&port| address(port) == node.address);
        let servers: Option<Vec<_>> = pool.nodes.iter().map(server).collect();
        servers.ok_or("its servers are others")
    }

    /// Goes over to a pool, with more settings than those that say how it places.
    pub fn serve(&self, pool: &Pool, more: &[(&str, String)]) -> io::Result<()> {
        let mut state = self.state();
        let mut more = more.to_vec();
        more.push(("redis_db", self.database.to_string()));
        let to = match self.proxied {
            None => {
                json!({ "config": pool.text_with(&more), "hot_keys": { "capacity": COUNTERS, "window": 0 } })
            }
            Some(Proxied { scratch, program }) => {
                let set = |made: ServedPool, (name, value): (&str, String)| made.set(name, value);
                let made = pool.settings().into_iter().chain(more).fold(ServedPool::new(POOL), set);
                let made = pool.servers().fold(made, ServedPool::server);
                let proxy = match state.proxy.take() {
                    Some(mut proxy) => {
                        proxy.reload(&[made])?;
                        proxy
                    }
                    None => Proxy::start(scratch, program, &[made], &["--hot-keys", &COUNTERS.to_string()])?,
                };
                json!({ "port": state.proxy.insert(proxy).port(POOL)? })
            }
        };
        if state.open != to {
            state.client.open(&to);
            state.open = to;
        }
        state.former = None;
        Ok(())
    }

    /// What comes next has a new client, and a new proxy if there is one.
    pub fn forget(&self) {
        let mut state = self.state();
        state.former = state.proxy.take();
        state.open = Value::Null;
    }

    /// Where each key is, that was written with this value: by what was said of writing it, and by the servers. Those that
    /// are `away` are not asked.
    pub fn write(&self, pool: &Pool, keys: &[Key], value: &str, away: &[usize]) -> io::Result<Vec<Home>> {
        let servers = self.servers_of(pool).map_err(io::Error::other)?;
        let written = self.client(|client| client.set_each(keys, value));
        assert_eq!(written.len(), keys.len(), "{} says something of each key", self.name);
        let mut homes: Vec<Home> = written
            .iter()
            .map(|error| Err(error.as_deref().map_or("on no server", code).to_owned()))
            .collect();
        for (index, port) in servers.into_iter().enumerate().filter(|(index, _)| !away.contains(index)) {
            let mut connection = self.connect(port)?;
            let mut at = 0;
            for some in keys.chunks(AT_ONCE) {
                let command: Vec<&[u8]> =
                    std::iter::once(b"MGET".as_slice()).chain(some.iter().map(|key| &*key.0)).collect();
                for found in connection.call(&command)?.list()? {
                    if found.bytes() == Some(value.as_bytes()) {
                        homes[at] = match (&written[at], &homes[at]) {
                            (None, Err(_)) => Ok(index),
                            (None, Ok(_)) => Err("on two servers".to_owned()),
                            (Some(error), _) => Err(format!("{}, and it is on {index}", code(error))),
                        };
                    }
                    at += 1;
                }
            }
        }
        Ok(homes)
    }

    fn connect(&self, port: u16) -> io::Result<Connection> {
        let mut connection = Connection::open(port)?;
        connection.call(&[b"SELECT", self.database.to_string().as_bytes()])?.ok()?;
        Ok(connection)
    }

    /// Writes all, looks where they are, and reads them again through the client.
    fn observe(&self, pool: &Pool, servers: &[u16], keys: &[Key]) -> io::Result<Vec<Home>> {
        const VALUE: &str = "here";
        for port in servers {
            self.connect(*port)?.call(&[b"FLUSHDB"])?.ok()?;
        }
        self.serve(pool, &[])?;
        let mut homes = self.write(pool, keys, VALUE, &[])?;
        let places: Vec<usize> = (0..keys.len()).filter(|&at| homes[at].is_ok()).collect();
        for places in places.chunks(AT_ONCE) {
            let some: Vec<Key> = places.iter().map(|&at| keys[at].clone()).collect();
            let read = self.client(|client| client.read_all(&some));
            assert_eq!(read.len(), some.len(), "{} reads each key", self.name);
            for (&at, read) in places.iter().zip(read) {
                if read.as_deref() != Some(VALUE) {
                    homes[at] = Err(format!("read again: {read:?}"));
                }
            }
        }
        Ok(homes)
    }
}

/// The client does not look for a proxy that is gone. Who has failed before is not asked again.
impl<C: Writes> Drop for Through<'_, C> {
    fn drop(&mut self) {
        if let (Ok(state), false) = (self.state.get_mut(), thread::panicking()) {
            state.client.close();
        }
    }
}

impl<C: Writes> Witness for Through<'_, C> {
    fn name(&self) -> &str {
        &self.name
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        match self.servers_of(pool) {
            Ok(servers) => {
                let observed = self.observe(pool, &servers, keys);
                Asked::Answered(
                    observed.unwrap_or_else(|error| panic!("{}: {error}\n{}", self.name, pool.text())),
                )
            }
            Err(why) => Asked::NotHere(why),
        }
    }
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// keyhome's code, where an error begins with one; else the whole error. The proxy's errors are `ERR CODE: ...`, and
/// redis-py leaves the first word out.
fn code(error: &str) -> &str {
    let text = error.strip_prefix("ERR ").unwrap_or(error);
    let code = text.split(':').next().unwrap_or(text);
    if code.contains('.') && !code.contains(' ') { code } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        doors::{CommandDoor, RustDoor},
        keys,
        pool::Form,
        proof::{About, Disagreement, compare},
        real::Bare,
    };

    /// Says that it writes, and leaves some out.
    struct Forgetful(Bare);

    impl Writes for Forgetful {
        fn name(&self) -> &'static str {
            "forgetful"
        }

        fn open(&mut self, to: &Value) {
            self.0.open(to);
        }

        fn set_each(&mut self, keys: &[Key], value: &str) -> Vec<Option<String>> {
            let written: Vec<Key> = keys.iter().filter(|key| !key.0.contains(&b'1')).cloned().collect();
            self.0.set_each(&written, value);
            vec![None; keys.len()]
        }

        fn read_all(&mut self, keys: &[Key]) -> Vec<Option<String>> {
            self.0.read_all(keys)
        }

        fn close(&mut self) {
            self.0.close();
        }
    }

    /// A proxy that does not know of tags.
    struct Tagless<'t>(&'t Through<'t, Bare>);

    impl Witness for Tagless<'_> {
        fn name(&self) -> &'static str {
            "tagless"
        }

        fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
            let mut pool = pool.clone();
            if let System::Twemproxy { tag, .. } = &mut pool.system {
                *tag = None;
            }
            self.0.homes(&pool, keys)
        }
    }

    fn shown(disagreement: &Disagreement) -> (&Key, &Pool) {
        let About::Home(key, pool) = &disagreement.about else { panic!("{disagreement}") };
        (key, pool)
    }

    #[test]
    fn one_that_is_right_agrees_and_one_that_is_wrong_is_shown_by_the_shortest_key() {
        let scratch = Scratch::new().unwrap();
        let servers: Vec<_> = (0..3).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let command = CommandDoor::new();
        let proxied = Some(Proxied { scratch: &scratch, program: command.program() });
        let system =
            System::Twemproxy { hash: "fnv1a_64", modula: false, tag: Some(*b"{}"), signed_char: true };
        // Named, so that the ports are not in the ring and the same keys live on each server every time.
        let node = |(server, name): (&RedisServer, &str)| Node {
            name: Some(name.to_owned()),
            ..Node::new(server.address())
        };
        let nodes = servers.iter().zip(["a", "b", "c"]).map(node).collect();
        let pool = Pool { form: Form::Config, system, nodes, gone: vec![] };
        let keys = keys::make(7, 500);

        let right = Through::new(Bare::default(), &servers, 1, proxied);
        assert_eq!(compare(&[&RustDoor, &right], &pool, &keys).unwrap(), [500, 500]);

        let disagreement = compare(&[&RustDoor, &Tagless(&right)], &pool, &keys).unwrap_err();
        let (key, small) = shown(&disagreement);
        // Which keys show it depends on the ports, which are in the ring.
        let has_a_tag = key.0.contains(&b'{') && key.0.contains(&b'}');
        assert!(has_a_tag && key.0.len() <= 5 && small.nodes.len() == 2, "{disagreement}");

        let forgetful = Through::new(Forgetful(Bare::default()), &servers, 2, proxied);
        let disagreement = compare(&[&RustDoor, &forgetful], &pool, &keys).unwrap_err();
        let (key, small) = shown(&disagreement);
        assert_eq!((&*key.0, small.nodes.len()), (b"1".as_slice(), 1), "{disagreement}");
        assert_eq!(disagreement.said[1], ("forgetful".to_owned(), "on no server".to_owned()));
    }

    #[test]
    fn codes_of_errors() {
        assert_eq!(code("ERR key.encoding: the key is not UTF-8"), "key.encoding");
        assert_eq!(code("key.encoding"), "key.encoding");
        assert_eq!(code("ERR Connection refused"), "Connection refused");
        assert_eq!(code("connect ECONNREFUSED 127.0.0.1:1"), "connect ECONNREFUSED 127.0.0.1:1");
    }
}
