//! Real servers that say where keys live: keys are written to them, and looked for on each.

mod through;

pub use through::{COUNTERS, Proxied, Through, Writes};

use std::{collections::HashMap, io, ops::RangeInclusive, path::Path};

use keyhome_live::{
    Nutcracker, Pool as NutcrackerPool, Proxy, RedisCluster, RedisServer, Scratch,
    resp::{Connection, Reply},
};

use serde_json::Value;

use crate::{
    cases::Key,
    door::{Asked, Home, Witness},
    pool::{Form, Node, Pool},
    twin::pool::System,
};

/// redis-servers behind a real nutcracker, which is started with each pool that it is asked about.
#[derive(Debug)]
pub struct BehindNutcracker<'s> {
    scratch: &'s Scratch,
    servers: Vec<RedisServer>,
}

impl<'s> BehindNutcracker<'s> {
    /// Starts so many servers.
    pub fn start(scratch: &'s Scratch, servers: usize) -> io::Result<Self> {
        let servers = (0..servers).map(|_| RedisServer::start(scratch)).collect::<io::Result<_>>()?;
        Ok(Self { scratch, servers })
    }

    /// The pool on these servers, if there are enough of them and if it is one of nutcracker's.
    pub fn place(&self, pool: &Pool) -> Option<Pool> {
        let addresses: Vec<String> = self.servers.iter().map(RedisServer::address).collect();
        let placed = pool.at(&addresses);
        (pool.nodes.len() <= self.servers.len() && nutcrackers(&placed).is_some()).then_some(placed)
    }

    /// The servers.
    pub fn servers(&self) -> &[RedisServer] {
        &self.servers
    }

    /// What the servers are.
    pub fn version(&self) -> io::Result<String> {
        self.servers[0].version()
    }

    /// A nutcracker that serves a pool on these servers, which are empty.
    ///
    /// # Panics
    /// If the pool was not [placed](Self::place) here.
    pub fn serve(&self, pool: &Pool) -> io::Result<Serving<'_>> {
        flush(&self.servers)?;
        let made = nutcrackers(pool).expect("a pool of nutcracker's");
        let by = By::Nutcracker(Nutcracker::start(self.scratch, &[made])?);
        Ok(Serving { scratch: self.scratch, servers: &self.servers[..pool.nodes.len()], by })
    }

    fn observe(&self, pool: &Pool, nutcracker: &Nutcracker, keys: &[Key]) -> io::Result<Vec<Home>> {
        let servers = &self.servers[..pool.nodes.len()];
        flush(servers)?;
        let commands = keys.iter().map(|key| vec![b"SET".as_slice(), &key.0, b"1"]);
        let written = nutcracker.connect(POOL)?.pipeline(commands)?;
        found(servers, keys, &written)
    }
}

/// A pool that is served, by a nutcracker first.
#[derive(Debug)]
pub struct Serving<'s> {
    scratch: &'s Scratch,
    servers: &'s [RedisServer],
    by: By,
}

#[derive(Debug)]
enum By {
    Nutcracker(Nutcracker),
    Proxy(Proxy),
}

impl Serving<'_> {
    /// The nutcracker ends, and `program`, which is the command `keyhome`, serves its config on its port as a proxy.
    pub fn taken_over(self, program: &Path) -> io::Result<Self> {
        let by = match self.by {
            By::Nutcracker(nutcracker) => Proxy::in_place_of(nutcracker, self.scratch, program)?,
            By::Proxy(proxy) => proxy,
        };
        Ok(Self { by: By::Proxy(by), ..self })
    }

    /// The proxy ends, and nutcracker is back in its place.
    pub fn taken_back(self) -> io::Result<Self> {
        let by = match self.by {
            By::Proxy(proxy) => Nutcracker::in_place_of(proxy, self.scratch)?,
            By::Nutcracker(nutcracker) => nutcracker,
        };
        Ok(Self { by: By::Nutcracker(by), ..self })
    }

    fn connect(&self) -> io::Result<Connection> {
        match &self.by {
            By::Nutcracker(nutcracker) => nutcracker.connect(POOL),
            By::Proxy(proxy) => proxy.connect(POOL),
        }
    }

    /// Writes through it.
    pub fn write(&self, keys: &[Key], values: &[String]) -> io::Result<()> {
        let commands =
            keys.iter().zip(values).map(|(key, value)| vec![b"SET".as_slice(), &key.0, value.as_bytes()]);
        self.connect()?.pipeline(commands)?.into_iter().try_for_each(Reply::ok)
    }

    /// What is under these keys, as it finds it.
    pub fn read(&self, keys: &[Key]) -> io::Result<Vec<Option<String>>> {
        let commands = keys.iter().map(|key| vec![b"GET".as_slice(), &key.0]);
        let replies = self.connect()?.pipeline(commands)?;
        Ok(replies.iter().map(text).collect())
    }

    /// On which server each key is, straight from them.
    pub fn homes(&self, keys: &[Key]) -> io::Result<Vec<Home>> {
        let holders = holders(self.servers)?;
        Ok(keys.iter().map(|key| home_of(&holders, key)).collect())
    }
}

const POOL: &str = "pool";

/// The pool as nutcracker is given it; none where it has no such pools.
fn nutcrackers(pool: &Pool) -> Option<NutcrackerPool> {
    // It was compiled for x86, where `char` has a sign.
    let System::Twemproxy { hash, modula, tag, signed_char: true } = pool.system else { return None };
    if pool.form != Form::Config || !pool.gone.is_empty() {
        return None;
    }
    let distribution = if modula { "modula" } else { "ketama" };
    let mut made = NutcrackerPool::new(POOL).set("hash", hash).set("distribution", distribution);
    if let Some([open, close]) = tag {
        made = made.set("hash_tag", format!("\"{}{}\"", char::from(open), char::from(close)));
    }
    Some(pool.servers().fold(made, NutcrackerPool::server))
}

impl Witness for BehindNutcracker<'_> {
    fn name(&self) -> &'static str {
        "nutcracker"
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        let on_our_servers =
            pool.nodes.iter().zip(&self.servers).all(|(node, at)| node.address == at.address());
        let Some(made) =
            nutcrackers(pool).filter(|_| on_our_servers && pool.nodes.len() <= self.servers.len())
        else {
            return Asked::NotHere("nutcracker has no such pool");
        };
        match Nutcracker::start(self.scratch, &[made]) {
            Ok(nutcracker) => {
                let observed = self.observe(pool, &nutcracker, keys);
                Asked::Answered(
                    observed.unwrap_or_else(|error| panic!("nutcracker: {error}\n{}", pool.text())),
                )
            }
            Err(error) => {
                // Who makes a pool simpler goes on with another one.
                println!("nutcracker: {error}\n{}", pool.text());
                Asked::NotHere("nutcracker does not start with it")
            }
        }
    }
}

/// Speaks to a proxy without a client library: what it says is what is sent.
#[derive(Debug, Default)]
pub struct Bare(Option<Connection>);

impl Bare {
    fn pipeline(&mut self, commands: Vec<Vec<&[u8]>>) -> Vec<Reply> {
        let connection = self.0.as_mut().expect("it is open");
        connection.pipeline(commands).unwrap_or_else(|error| panic!("keyhome proxy: {error}"))
    }
}

impl Writes for Bare {
    fn name(&self) -> &'static str {
        "keyhome proxy"
    }

    fn open(&mut self, to: &Value) {
        let port = to["port"].as_u64().expect("a port") as u16;
        self.0 = Some(Connection::open(port).unwrap_or_else(|error| panic!("keyhome proxy: {error}")));
    }

    fn set_each(&mut self, keys: &[Key], value: &str) -> Vec<Option<String>> {
        let commands = keys.iter().map(|key| vec![b"SET".as_slice(), &key.0, value.as_bytes()]);
        let why = |reply: Reply| match reply {
            Reply::Simple(ok) if ok == "OK" => None,
            Reply::Error(text) => Some(text),
            other => Some(format!("SET: {other:?}")),
        };
        self.pipeline(commands.collect()).into_iter().map(why).collect()
    }

    fn read_all(&mut self, keys: &[Key]) -> Vec<Option<String>> {
        let command = std::iter::once(b"MGET".as_slice()).chain(keys.iter().map(|key| &*key.0));
        match &self.pipeline(vec![command.collect()])[..] {
            [Reply::Array(Some(values))] => values.iter().map(text).collect(),
            other => panic!("MGET: {other:?}"),
        }
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

fn text(reply: &Reply) -> Option<String> {
    reply.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// A real Redis Cluster of three nodes, its slots in pieces of unequal size.
#[derive(Debug)]
pub struct InCluster {
    cluster: RedisCluster,
    text: String,
}

/// In the order of the lowest slots.
const SLOTS: &[&[RangeInclusive<u16>]] =
    &[&[0..=4999, 12000..=12999, 16383..=16383], &[5000..=5000, 5002..=11999], &[5001..=5001, 13000..=16382]];

impl InCluster {
    /// Starts it.
    pub fn start(scratch: &Scratch) -> io::Result<Self> {
        let cluster = RedisCluster::start(scratch, SLOTS)?;
        let text = cluster.nodes_text()?;
        Ok(Self { cluster, text })
    }

    /// What it says of itself.
    pub fn pool(&self) -> Pool {
        let nodes = self.cluster.nodes().iter().zip(SLOTS).map(|(server, slots)| {
            let mut node = Node::new(server.address());
            node.slots = slots.to_vec();
            node
        });
        let form = Form::MapOf(self.text.clone());
        Pool { form, system: System::RedisCluster, nodes: nodes.collect(), gone: vec![] }
    }

    /// What CLUSTER KEYSLOT says.
    pub fn slots(&self, keys: &[Key]) -> io::Result<Vec<u16>> {
        let commands = keys.iter().map(|key| vec![b"CLUSTER".as_slice(), b"KEYSLOT", &key.0]);
        let replies = self.cluster.nodes()[0].connect()?.pipeline(commands)?;
        let slot = |reply| match reply {
            Reply::Integer(slot) => Ok(slot as u16),
            other => Err(io::Error::other(format!("CLUSTER KEYSLOT: {other:?}"))),
        };
        replies.into_iter().map(slot).collect()
    }

    /// A client that knows nothing about slots writes the keys, and goes where it is sent.
    fn observe(&self, keys: &[Key]) -> io::Result<Vec<Home>> {
        flush(self.cluster.nodes())?;
        let mut client = self.cluster.connect();
        let written: io::Result<Vec<Reply>> =
            keys.iter().map(|key| client.call(&[b"SET", &key.0, b"1"])).collect();
        found(self.cluster.nodes(), keys, &written?)
    }
}

impl Witness for InCluster {
    fn name(&self) -> &'static str {
        "Redis Cluster"
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        if *pool != self.pool() {
            return Asked::NotHere("it is another cluster");
        }
        Asked::Answered(self.observe(keys).unwrap_or_else(|error| panic!("{error}")))
    }
}

/// Takes all keys away.
pub fn flush<'s>(servers: impl IntoIterator<Item = &'s RedisServer>) -> io::Result<()> {
    servers.into_iter().try_for_each(|server| server.connect()?.call(&[b"FLUSHALL"])?.ok())
}

/// On which of the servers each key is, straight from them. A key that was not written, or that is not on exactly one
/// of them, has an error in the place of a home.
fn found(servers: &[RedisServer], keys: &[Key], written: &[Reply]) -> io::Result<Vec<Home>> {
    let holders = holders(servers)?;
    let home = |(key, reply): (&Key, &Reply)| match reply {
        Reply::Simple(ok) if ok == "OK" => home_of(&holders, key),
        other => Err(format!("SET: {other:?}")),
    };
    Ok(keys.iter().zip(written).map(home).collect())
}

fn home_of(holders: &HashMap<Vec<u8>, Home>, key: &Key) -> Home {
    holders.get(&key.0).cloned().unwrap_or_else(|| Err("on no server".to_owned()))
}

/// Which server has which key, by its place among them.
pub fn holders<'s>(servers: impl IntoIterator<Item = &'s RedisServer>) -> io::Result<HashMap<Vec<u8>, Home>> {
    let mut holders: HashMap<Vec<u8>, Home> = HashMap::new();
    for (index, server) in servers.into_iter().enumerate() {
        for key in server.connect()?.call(&[b"KEYS", b"*"])?.list()? {
            let twice = || Err("on two servers".to_owned());
            let key = key.bytes().unwrap_or_default().to_vec();
            holders.entry(key).and_modify(|home| *home = twice()).or_insert(Ok(index));
        }
    }
    Ok(holders)
}
