//! What a proxy tells its servers of how it places keys, it takes back when it ends, however it does.

use std::process::Command;

use keyhome_live::{
    Proxy, RedisServer, Scratch, lease,
    resp::{Connection, Reply},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    fleet::{PATIENT, pool, servers},
    reload::wait_until,
};

/// The keys on a server that begin so.
fn keys(connection: &mut Connection, begin: &str) -> Vec<Reply> {
    match connection.call(&[b"KEYS", format!("{begin}*").as_bytes()]).unwrap() {
        Reply::Array(Some(keys)) => keys,
        reply => panic!("{reply:?}"),
    }
}

fn writers(server: &RedisServer) -> usize {
    keys(&mut server.connect().unwrap(), "keyhome:writers:").len()
}

#[test]
fn one_that_cannot_listen_takes_back_what_it_said() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let pools = [pool(&servers, PATIENT)];
    let proxy = Proxy::start(&scratch, CommandDoor::new().program(), &pools, &[]).unwrap();
    let config = proxy.config().to_str().unwrap();
    for how in ["refuse", "warn"] {
        let stats = lease().unwrap().to_string();
        let arguments = ["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats, "--fingerprint", how];
        let (exit, _, said) = CommandDoor::new().run(&arguments, b"");
        assert!(exit == 1 && said.contains("cannot listen on 127.0.0.1:"), "{exit}: {said}");
        assert_eq!(servers.iter().map(writers).sum::<usize>(), 0, "{how}");
    }
}

#[test]
fn who_ends_it_at_once_waits_for_no_server_that_hangs() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let (program, pools) = (CommandDoor::new(), [pool(&servers, 120_000)]);
    let mut proxy = Proxy::start(&scratch, program.program(), &pools, &["--fingerprint", "warn"]).unwrap();
    wait_until("all servers are told", || servers.iter().all(|server| writers(server) == 1));
    servers[0].pause().unwrap();
    let process = proxy.process().id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    wait_until("it has ended", || !proxy.process().is_running().unwrap());
    servers[0].resume().unwrap();
}
