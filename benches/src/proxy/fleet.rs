//! Three servers, and each proxy in front of them.

use std::{fs, io, path::Path, process::Command};

use keyhome_live::{Nutcracker, Pool, Process, Proxy, RedisServer, Scratch, lease, resp::Connection};

/// The pool's name.
const POOL: &str = "pool";

/// Where a proxy listens, and the process that it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proxied {
    pub(crate) port: u16,
    pub(crate) process: u32,
}

/// What is measured. The servers live as long as it does.
pub(crate) struct Fleet {
    pub(crate) keyhome: Proxied,
    pub(crate) nutcracker: Proxied,
    pub(crate) envoy: Option<Proxied>,
    servers: Vec<RedisServer>,
    scratch: Scratch,
    _running: (Proxy, Nutcracker, Option<Process>),
}

impl Fleet {
    pub(crate) fn start(keyhome: &Path, envoy: Option<&Path>) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let servers = (0..3).map(|_| RedisServer::start(&scratch)).collect::<io::Result<Vec<_>>>()?;
        let (own, keyhome) = start_keyhome(&scratch, keyhome, &servers, 1)?;
        let (theirs, nutcracker) = start_nutcracker(&scratch, &servers)?;
        let (third, envoy) = match envoy {
            Some(program) => {
                let (process, proxied) = start_envoy(&scratch, program, &servers)?;
                (Some(process), Some(proxied))
            }
            None => (None, None),
        };
        Ok(Self { keyhome, nutcracker, envoy, servers, scratch, _running: (own, theirs, third) })
    }

    /// All that there are.
    pub(crate) fn proxies(&self) -> impl Iterator<Item = Proxied> {
        [self.keyhome, self.nutcracker].into_iter().chain(self.envoy)
    }

    /// Another keyhome in front of the same servers.
    pub(crate) fn start_keyhome(&self, program: &Path, threads: usize) -> io::Result<(Proxy, Proxied)> {
        start_keyhome(&self.scratch, program, &self.servers, threads)
    }
}

/// Keyhome and nutcracker in front of servers of their own, without a request yet.
pub(crate) struct Fresh {
    pub(crate) keyhome: Proxied,
    pub(crate) nutcracker: Proxied,
    _running: (Proxy, Nutcracker, Vec<RedisServer>, Scratch),
}

impl Fresh {
    pub(crate) fn start(keyhome: &Path) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let servers = (0..3).map(|_| RedisServer::start(&scratch)).collect::<io::Result<Vec<_>>>()?;
        let (own, keyhome) = start_keyhome(&scratch, keyhome, &servers, 1)?;
        let (theirs, nutcracker) = start_nutcracker(&scratch, &servers)?;
        Ok(Self { keyhome, nutcracker, _running: (own, theirs, servers, scratch) })
    }
}

fn pool(servers: &[RedisServer]) -> Pool {
    let pool = Pool::new(POOL).set("timeout", "10000");
    servers.iter().fold(pool, |pool, server| pool.server(format!("{}:1", server.address())))
}

fn start_keyhome(
    scratch: &Scratch,
    program: &Path,
    servers: &[RedisServer],
    threads: usize,
) -> io::Result<(Proxy, Proxied)> {
    let program = program.canonicalize()?;
    let mut proxy = Proxy::start(scratch, &program, &[pool(servers)], &["--threads", &threads.to_string()])?;
    let proxied = Proxied { port: proxy.port(POOL)?, process: proxy.process().id() };
    Ok((proxy, proxied))
}

fn start_nutcracker(scratch: &Scratch, servers: &[RedisServer]) -> io::Result<(Nutcracker, Proxied)> {
    let nutcracker = Nutcracker::start(scratch, &[pool(servers)])?;
    let proxied = Proxied { port: nutcracker.port(POOL)?, process: nutcracker.id() };
    Ok((nutcracker, proxied))
}

/// One worker, and the rest as Envoy's documentation of redis_proxy has it.
fn start_envoy(scratch: &Scratch, program: &Path, servers: &[RedisServer]) -> io::Result<(Process, Proxied)> {
    let folder = scratch.folder("envoy")?;
    let (config, port) = (folder.join("envoy.yaml"), lease()?);
    let address = |port: u16| format!("{{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}");
    let endpoint =
        |server: &RedisServer| format!("        - endpoint: {{address: {}}}", address(server.port()));
    let endpoints: Vec<String> = servers.iter().map(endpoint).collect();
    let text = format!(
        "static_resources:
  listeners:
  - address: {}
    filter_chains:
    - filters:
      - name: envoy.filters.network.redis_proxy
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy
          stat_prefix: pool
          settings: {{op_timeout: 10s}}
          prefix_routes: {{catch_all_route: {{cluster: servers}}}}
  clusters:
  - name: servers
    type: STATIC
    connect_timeout: 10s
    lb_policy: MAGLEV
    load_assignment:
      cluster_name: servers
      endpoints:
      - lb_endpoints:
{}",
        address(port),
        endpoints.join("\n"),
    );
    fs::write(&config, text)?;
    let mut command = Command::new(program.canonicalize()?);
    command.arg("-c").arg(&config).args([
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--log-level",
        "warning",
    ]);
    let mut process = scratch.spawn(command, &folder)?;
    process.wait_until(|| {
        let reply = Connection::open(port)?.call(&[b"SET", b"ready", b"1"])?;
        Ok(reply.ok().is_ok())
    })?;
    let proxied = Proxied { port, process: process.id() };
    Ok((process, proxied))
}
