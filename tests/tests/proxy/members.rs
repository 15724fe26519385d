//! The members of nutcracker.yml that say how a pool is served, and nutcracker's flags, mean what they meant.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
    time::Duration,
};

use keyhome_live::{
    Pool, Proxy, RedisServer, Scratch,
    resp::{Connection, Reply},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    fleet::{Fleet, PATIENT, POOL, pool, servers},
    reload::wait_until,
};

fn started(scratch: &Scratch, pools: &[Pool], arguments: &[&str]) -> Proxy {
    Proxy::start(scratch, CommandDoor::new().program(), pools, arguments).unwrap()
}

/// Connections of others than this one to a server.
fn connections_to(server: &RedisServer) -> usize {
    let list = server.connect().unwrap().call(&[b"CLIENT", b"LIST"]).unwrap().text().unwrap();
    list.lines().count() - 1
}

#[test]
fn preconnect_connects_before_the_first_request() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let mut proxy = started(&scratch, &[pool(&servers[..2], PATIENT).set("preconnect", "true")], &[]);
    wait_until("each has its connection", || servers[..2].iter().all(|it| connections_to(it) == 1));
    assert_eq!(connections_to(&servers[2]), 0);
    proxy.reload(&[pool(&servers, PATIENT).set("preconnect", "true")]).unwrap();
    wait_until("so has one that comes", || servers.iter().all(|it| connections_to(it) == 1));
}

#[test]
fn without_preconnect_a_server_is_connected_to_when_it_is_needed() {
    let fleet = Fleet::start();
    fleet.connect().call(&[b"PING"]).unwrap();
    assert!(fleet.servers.iter().all(|server| connections_to(server) == 0));
}

#[test]
fn server_connections_is_how_many_a_server_gets() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let three = pool(&servers[..1], PATIENT).set("server_connections", "3");
    let mut proxy = started(&scratch, &[three], &[]);
    let mut clients: Vec<Connection> = (0..12).map(|_| proxy.connect(POOL).unwrap()).collect();
    let mut ask = || {
        for client in &mut clients {
            client.call(&[b"GET", b"key"]).unwrap();
        }
    };
    ask();
    assert_eq!(connections_to(&servers[0]), 3);
    proxy.reload(&[pool(&servers[..1], PATIENT)]).unwrap();
    ask();
    wait_until("those that are too many are closed", || connections_to(&servers[0]) == 1);
}

/// Of the proxy's end of this connection: which timer runs (2: keepalive), by the kernel's table.
fn timer(of: u16, to: u16) -> u8 {
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let is_it = |line: &&str| line.contains(&format!("0100007F:{of:04X} 0100007F:{to:04X} 01 "));
    let line = table.lines().find(is_it).unwrap();
    let timer = line.split_whitespace().nth(5).unwrap();
    timer[..2].parse().unwrap()
}

#[test]
fn tcpkeepalive_is_for_clients() {
    for (given, expected) in [("true", 2), ("false", 0)] {
        let scratch = Scratch::new().unwrap();
        let servers = servers(&scratch);
        let proxy = started(&scratch, &[pool(&servers, PATIENT).set("tcpkeepalive", given)], &[]);
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port(POOL).unwrap())).unwrap();
        client.write_all(b"PING\r\n").unwrap();
        client.read_exact(&mut [0; 7]).unwrap();
        let port = client.local_addr().unwrap().port();
        wait_until("the timer", || timer(proxy.port(POOL).unwrap(), port) == expected);
    }
}

/// Connections that the kernel takes while the proxy accepts none, of twenty.
fn taken_unasked(proxy: &mut Proxy, port: u16) -> usize {
    proxy.process().signal("-STOP").unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
    let taken: Vec<TcpStream> = (0..20).map(connect).take_while(Option::is_some).flatten().collect();
    proxy.process().signal("-CONT").unwrap();
    taken.len()
}

#[test]
fn backlog_is_how_many_may_wait_to_be_accepted() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let short = pool(&servers, PATIENT).set("backlog", "2");
    let mut proxy = started(&scratch, &[short], &[]);
    let port = proxy.port(POOL).unwrap();
    let taken = taken_unasked(&mut proxy, port);
    assert!((1..=4).contains(&taken), "{taken}");
    proxy.reload(&[pool(&servers, PATIENT)]).unwrap();
    assert_eq!(taken_unasked(&mut proxy, port), 20);
}

#[test]
fn client_connections_limits_nobody_as_it_never_did() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let proxy = started(&scratch, &[pool(&servers, PATIENT).set("client_connections", "1")], &[]);
    let mut clients: Vec<Connection> = (0..5).map(|_| proxy.connect(POOL).unwrap()).collect();
    for client in &mut clients {
        assert_eq!(client.call(&[b"PING"]).unwrap(), Reply::Simple("PONG".into()));
    }
}

#[test]
fn flags_without_a_meaning_here_are_taken() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let flags = ["-i", "100", "-m", "512", "-v", "11"];
    let proxy = started(&scratch, &[pool(&servers, PATIENT)], &flags);
    let long = vec![b'k'; 4000];
    let mut client = proxy.connect(POOL).unwrap();
    assert_eq!(client.call(&[b"SET", &long, b"x"]).unwrap(), Reply::Simple("OK".into()));
}

fn ask_over(path: &Path, request: &[u8], expected: &[u8]) {
    ask(&mut UnixStream::connect(path).unwrap(), request, expected);
}

fn ask(stream: &mut UnixStream, request: &[u8], expected: &[u8]) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut reply = vec![0; expected.len()];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(reply, expected);
}

#[test]
fn several_pools_and_unix_sockets_on_both_sides() {
    let scratch = Scratch::new().unwrap();
    let folder = scratch.folder("sockets").unwrap();
    let (server_path, listen, other) =
        (folder.join("redis.sock"), folder.join("proxy.sock"), folder.join("other.sock"));
    let server = RedisServer::start_with(&scratch, &["--unixsocket", server_path.to_str().unwrap()]).unwrap();
    let tcp = Pool::new(POOL).server(format!("{}:1 one", server.address()));
    let proxy = started(&scratch, std::slice::from_ref(&tcp), &["--threads", "2"]);
    let unix = Pool::new("unix").set("redis_db", "2").server(format!("{}:1 one", server_path.display()));
    let port = proxy.port(POOL).unwrap();
    let both = |listen: &str| format!("{}{}", tcp.yaml(&format!("127.0.0.1:{port}")), unix.yaml(listen));
    proxy.reload_text(&both(&format!("{} 0600", listen.display()))).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&listen), 0o600);
    ask_over(&listen, b"SET key unix\r\n", b"+OK\r\n");
    // Each of both threads takes some of them.
    for _ in 0..20 {
        ask_over(&listen, b"GET key\r\n", b"$4\r\nunix\r\n");
    }
    // In its own database, which nutcracker forgets on unix sockets.
    let mut seen = server.connect().unwrap();
    assert_eq!(seen.call(&[b"EXISTS", b"key"]).unwrap(), Reply::Integer(0));
    seen.call(&[b"SELECT", b"2"]).unwrap().ok().unwrap();
    assert_eq!(seen.call(&[b"EXISTS", b"key"]).unwrap(), Reply::Integer(1));
    // Other permissions, another path, none.
    proxy.reload_text(&both(&format!("{} 0666", listen.display()))).unwrap();
    assert_eq!(mode(&listen), 0o666);
    ask_over(&listen, b"GET key\r\n", b"$4\r\nunix\r\n");
    let mut stays = UnixStream::connect(&listen).unwrap();
    proxy.reload_text(&both(&other.display().to_string())).unwrap();
    assert!(!listen.exists());
    // Who came by the old path stays.
    ask(&mut stays, b"GET key\r\n", b"$4\r\nunix\r\n");
    ask_over(&other, b"GET key\r\n", b"$4\r\nunix\r\n");
    proxy.reload_text(&tcp.yaml(&format!("127.0.0.1:{port}"))).unwrap();
    assert!(!other.exists());
    assert_eq!(Connection::open(port).unwrap().call(&[b"GET", b"key"]).unwrap(), Reply::Bulk(None));
}

#[test]
fn a_port_that_another_proxy_has_is_not_shared() {
    for threads in ["1", "2"] {
        let scratch = Scratch::new().unwrap();
        let servers = servers(&scratch);
        let proxy = started(&scratch, &[pool(&servers, PATIENT)], &["--threads", threads]);
        let stats = keyhome_live::lease().unwrap().to_string();
        let config = proxy.config().to_str().unwrap();
        let arguments = ["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats, "--threads", threads];
        let (exit, _, said) = CommandDoor::new().run(&arguments, b"");
        assert!(exit == 1 && said.contains("cannot listen on 127.0.0.1:"), "{exit}: {said}");
    }
}

#[test]
fn a_database_that_a_server_refuses_is_not_taken_for_another() {
    let scratch = Scratch::new().unwrap();
    let server = RedisServer::start_with(&scratch, &["--databases", "2"]).unwrap();
    let pool = |database: &str| pool(std::slice::from_ref(&server), PATIENT).set("redis_db", database);
    let mut proxy = started(&scratch, &[pool("2")], &[]);
    let refused = Reply::Error("ERR DB index is out of range".into());
    let mut connection = proxy.connect(POOL).unwrap();
    for command in [[b"SET".as_slice(), b"a", b"1"], [b"BLPOP", b"list", b"0"], [b"MSET", b"b", b"1"]] {
        let replies = connection.pipeline((0..3).map(|_| command.to_vec())).unwrap();
        assert_eq!(replies, [&refused, &refused, &refused].map(Clone::clone));
    }
    let mut itself = server.connect().unwrap();
    assert_eq!(itself.call(&[b"DBSIZE"]).unwrap(), Reply::Integer(0));
    proxy.reload(&[pool("1")]).unwrap();
    assert_eq!(connection.call(&[b"SET", b"a", b"1"]).unwrap(), Reply::Simple("OK".into()));
    // Connections of a client's own, too.
    for (command, expected) in [
        ([b"MULTI".as_slice()].as_slice(), Reply::Simple("OK".into())),
        (&[b"INCR", b"count"], Reply::Simple("QUEUED".into())),
        (&[b"EXEC"], Reply::Array(Some(vec![Reply::Integer(1)]))),
        (&[b"BLPOP", b"list", b"0.01"], Reply::Array(None)),
        (&[b"RPUSH", b"list", b"x"], Reply::Integer(1)),
        (&[b"BLPOP", b"list", b"0"], Reply::Array(Some([b"list", b"x".as_slice()].map(bulk).to_vec()))),
    ] {
        assert_eq!(connection.call(command).unwrap(), expected);
    }
    let mut listener = proxy.connect(POOL).unwrap();
    listener.call(&[b"SUBSCRIBE", b"news"]).unwrap();
    assert_eq!(connection.call(&[b"PUBLISH", b"news", b"x"]).unwrap(), Reply::Integer(1));
    let message = [b"message".as_slice(), b"news", b"x"].map(bulk).to_vec();
    assert_eq!(listener.receive().unwrap(), Reply::Array(Some(message)));
    assert_eq!(itself.call(&[b"DBSIZE"]).unwrap(), Reply::Integer(0));
    itself.call(&[b"SELECT", b"1"]).unwrap().ok().unwrap();
    assert_eq!(itself.call(&[b"GET", b"a"]).unwrap(), Reply::Bulk(Some(b"1".to_vec())));
}

fn bulk(bytes: &[u8]) -> Reply {
    Reply::Bulk(Some(bytes.to_vec()))
}
