//! A proxy that takes servers out which fail.

use keyhome::Router;
use keyhome_live::{Proxy, RedisServer, Scratch, resp::Connection};
use keyhome_tests::doors::CommandDoor;

use crate::{
    fleet::{POOL, pool, servers},
    reload::router,
};

/// Milliseconds that a server has for a reply, where it does not matter that one is out which was only slow.
pub(crate) const TIMEOUT: u64 = 400;

/// Three servers, each of which is out after one failure.
pub(crate) struct Ejecting {
    pub(crate) scratch: Scratch,
    pub(crate) servers: Vec<RedisServer>,
    pub(crate) proxy: Proxy,
    /// With all servers.
    pub(crate) router: Router,
}

impl Ejecting {
    /// With further settings of the pool.
    pub(crate) fn start(timeout: u64, settings: &[(&str, &str)], threads: &str) -> Self {
        let scratch = Scratch::new().unwrap();
        let servers = servers(&scratch);
        let ejects = [("auto_eject_hosts", "true"), ("server_failure_limit", "1")];
        let settings = ejects.iter().chain(settings);
        let pool = settings.fold(pool(&servers, timeout), |pool, (name, value)| pool.set(*name, *value));
        let program = CommandDoor::new();
        let proxy = Proxy::start(&scratch, program.program(), &[pool], &["--threads", threads]).unwrap();
        let router = router(&proxy);
        Self { scratch, servers, proxy, router }
    }

    pub(crate) fn connect(&self) -> Connection {
        self.proxy.connect(POOL).unwrap()
    }

    /// A key whose home is this server.
    pub(crate) fn key_on(&self, server: usize) -> String {
        let mut keys = (0..1000).map(|number| format!("key:{number}"));
        keys.find(|key| self.router.index(key).unwrap() == server).unwrap()
    }
}
