//! A proxy, and servers of its own behind it.

use keyhome_live::{Pool, Proxy, RedisServer, Scratch, resp::Connection};
use keyhome_tests::doors::CommandDoor;

/// The names of the servers: what places keys, whatever their ports are.
pub(crate) const NAMES: [&str; 3] = ["one", "two", "three"];

/// Milliseconds that a busy machine does not take.
pub(crate) const PATIENT: u64 = 30_000;

/// The name of the pool.
pub(crate) const POOL: &str = "pool";

/// A pool of these servers. Tags are `{}`; the timeout is in milliseconds.
pub(crate) fn pool(servers: &[RedisServer], timeout: u64) -> Pool {
    let pool =
        Pool::new(POOL).set("hash", "md5").set("hash_tag", "\"{}\"").set("timeout", timeout.to_string());
    servers
        .iter()
        .zip(NAMES)
        .fold(pool, |pool, (server, name)| pool.server(format!("{}:1 {name}", server.address())))
}

/// Three servers.
pub(crate) fn servers(scratch: &Scratch) -> Vec<RedisServer> {
    let options = ["--enable-debug-command", "yes"];
    NAMES.iter().map(|_| RedisServer::start_with(scratch, &options).unwrap()).collect()
}

/// A proxy in front of three servers.
pub(crate) struct Fleet {
    pub(crate) servers: Vec<RedisServer>,
    pub(crate) proxy: Proxy,
    _scratch: Scratch,
}

impl Fleet {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// With further arguments of the command line.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let scratch = Scratch::new().unwrap();
        let servers = servers(&scratch);
        let program = CommandDoor::new();
        let proxy = Proxy::start(&scratch, program.program(), &[pool(&servers, PATIENT)], arguments).unwrap();
        Self { servers, proxy, _scratch: scratch }
    }

    pub(crate) fn connect(&self) -> Connection {
        self.proxy.connect(POOL).unwrap()
    }
}
