//! What is between clients and a server does what it is told.

use std::time::{Duration, Instant};

use keyhome_live::{RedisServer, Scratch, resp::Connection};
use keyhome_tests::chaos::relay::Relay;

#[test]
fn a_relay_passes_on_and_delays_and_cuts() {
    let scratch = Scratch::new().unwrap();
    let mut server = RedisServer::start(&scratch).unwrap();
    let relay = Relay::start(server.port()).unwrap();
    let mut connection = Connection::open(relay.port()).unwrap();
    connection.call(&[b"SET", b"a", b"1"]).unwrap().ok().unwrap();
    assert_eq!(server.connect().unwrap().call(&[b"GET", b"a"]).unwrap().bytes(), Some(b"1".as_slice()));

    relay.delay(Duration::from_millis(100));
    let begin = Instant::now();
    connection.call(&[b"PING"]).unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(200), "there, and back");
    relay.delay(Duration::ZERO);
    connection.call(&[b"PING"]).unwrap();

    relay.cut();
    assert!(connection.call(&[b"PING"]).is_err());
    let mut connection = Connection::open(relay.port()).unwrap();
    connection.call(&[b"PING"]).unwrap();
    server.kill().unwrap();
    assert!(connection.call(&[b"PING"]).is_err(), "its end is passed on");
    assert!(Connection::open(relay.port()).unwrap().call(&[b"PING"]).is_err(), "and nobody is there");
    server.start_again(&scratch).unwrap();
    Connection::open(relay.port()).unwrap().call(&[b"PING"]).unwrap();
}
