//! The port for Prometheus. That its own parser takes what is written there is tested in python/tests/proxy.
#![allow(clippy::float_cmp, reason = "counts, which floats hold exactly")]

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Proxy, RedisServer, Scratch, lease,
    resp::{Reply, encode},
};
use keyhome_tests::doors::CommandDoor;

use crate::fleet::{Fleet, NAMES, PATIENT, POOL, pool};

/// The samples, by name and labels as they are written.
pub(crate) fn scraped(port: u16) -> (String, BTreeMap<String, f64>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, text) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (sample, value) = line.rsplit_once(' ').unwrap();
        (sample.to_owned(), value.parse().unwrap())
    });
    (text.to_owned(), samples.collect())
}

#[test]
fn what_was_done_is_counted_over_all_threads() {
    let port = lease().unwrap();
    let fleet = Fleet::start_with(&["--threads", "2", "--metrics-port", &port.to_string()]);
    let mut connections: Vec<_> = (0..8).map(|_| fleet.connect()).collect();
    let (mut requests, mut sent, mut received) = (0.0, 0, 0);
    for number in 0..200 {
        let key = format!("key:{number}");
        let request = [b"SET", key.as_bytes(), b"value"];
        connections[number % 8].call(&request).unwrap().ok().unwrap();
        requests += 1.0;
        sent += encode(&request).len();
        received += "+OK\r\n".len();
    }
    // One that is split over all three, one that the proxy refuses, and one that a server does.
    let keys: Vec<String> = (0..20).map(|number| format!("key:{number}")).collect();
    let get: Vec<&[u8]> =
        [b"EXISTS".as_slice()].into_iter().chain(keys.iter().map(String::as_bytes)).collect();
    let odd: [&[&[u8]]; 3] = [&get, &[b"NONSENSE"], &[b"LPUSH", b"key:1", b"x"]];
    for request in odd {
        let reply = connections[0].call(request).unwrap();
        let reply = match reply {
            Reply::Integer(20) => ":20".to_owned(),
            Reply::Error(text) => format!("-{text}"),
            reply => panic!("{reply:?}"),
        };
        requests += 1.0;
        sent += encode(request).len();
        received += reply.len() + 2;
    }
    let (text, samples) = scraped(port);
    let of_pool = |name: &str| samples[&format!("keyhome_pool_{name}")];
    // The fixture's own first connection has closed.
    assert_eq!(of_pool("clients{pool=\"pool\"}"), 8.0, "{text}");
    assert_eq!(of_pool("clients_accepted_total{pool=\"pool\"}"), 9.0, "{text}");
    assert_eq!(of_pool("clients_closed_total{pool=\"pool\",reason=\"eof\"}"), 1.0, "{text}");
    assert_eq!(of_pool("requests_total{pool=\"pool\"}"), requests, "{text}");
    assert_eq!(of_pool("received_bytes_total{pool=\"pool\"}"), sent as f64, "{text}");
    assert_eq!(of_pool("sent_bytes_total{pool=\"pool\"}"), received as f64, "{text}");
    assert_eq!(of_pool("fragments_total{pool=\"pool\"}"), 3.0, "{text}");
    assert_eq!(of_pool("errors_total{pool=\"pool\",kind=\"unknown_command\"}"), 1.0, "{text}");
    assert_eq!(of_pool("errors_total{pool=\"pool\",kind=\"other\"}"), 0.0, "{text}");
    let of_server = |name: &str, server: &str, more: &str| {
        samples[&format!("keyhome_server_{name}{{pool=\"pool\",server=\"{server}\"{more}}}")]
    };
    let sum = |name: &str| -> f64 { NAMES.iter().map(|server| of_server(name, server, "")).sum() };
    assert_eq!((sum("requests_total"), sum("responses_total")), (204.0, 204.0), "{text}");
    assert_eq!((sum("error_replies_total"), sum("live")), (1.0, 3.0), "{text}");
    assert_eq!(sum("ejections_total"), 0.0, "{text}");
    for server in NAMES {
        let responses = of_server("responses_total", server, "");
        assert!(responses > 20.0, "{text}");
        assert_eq!(of_server("latency_seconds_count", server, ""), responses, "{text}");
        assert_eq!(of_server("latency_seconds_bucket", server, ",le=\"+Inf\""), responses, "{text}");
        let total = of_server("latency_seconds_sum", server, "");
        assert!(total > 0.0 && total / responses < 10.0, "{text}");
        assert_eq!(of_server("queue_requests", server, ",queue=\"out\""), 0.0, "{text}");
    }
}

#[test]
fn a_server_that_is_ejected_is_seen() {
    let scratch = Scratch::new().unwrap();
    let mut servers: Vec<_> = (0..3).map(|_| RedisServer::start(&scratch).unwrap()).collect();
    let pool = pool(&servers, PATIENT)
        .set("auto_eject_hosts", "true")
        .set("server_failure_limit", "1")
        .set("server_retry_timeout", "60000");
    let port = lease().unwrap();
    let program = CommandDoor::new();
    let arguments = ["--metrics-port", &port.to_string()];
    let proxy = Proxy::start(&scratch, program.program(), &[pool], &arguments).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    for number in 0..100 {
        connection.call(&[b"SET", format!("key:{number}").as_bytes(), b"value"]).unwrap().ok().unwrap();
    }
    servers[1].kill().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let sample =
        |name: &str, more: &str| format!("keyhome_server_{name}{{pool=\"pool\",server=\"two\"{more}}}");
    let (text, samples) = loop {
        let (text, samples) = scraped(port);
        if samples[&sample("live", "")] == 0.0 {
            break (text, samples);
        }
        assert!(Instant::now() < deadline, "{text}");
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(samples[&sample("ejections_total", "")], 1.0, "{text}");
    assert!(samples[&sample("last_ejection_timestamp_seconds", "")] > 1e9, "{text}");
    assert_eq!(samples[&sample("connections", "")], 0.0, "{text}");
    let closed =
        |reason: &str| samples[&sample("connections_closed_total", &format!(",reason=\"{reason}\""))];
    assert_eq!(closed("eof") + closed("error"), 1.0, "{text}");
    assert_eq!(samples["keyhome_server_live{pool=\"pool\",server=\"one\"}"], 1.0, "{text}");
    // Whose keys they were goes elsewhere.
    for number in 0..100 {
        connection.call(&[b"SET", format!("key:{number}").as_bytes(), b"value"]).unwrap().ok().unwrap();
    }
}

#[test]
fn there_is_no_port_unless_it_is_asked_for_and_it_has_one_owner() {
    let port = lease().unwrap().to_string();
    let fleet = Fleet::start_with(&["--metrics-port", &port]);
    let program = CommandDoor::new();
    let served = std::fs::read_to_string(fleet.proxy.config()).unwrap();
    let listen = fleet.proxy.port(POOL).unwrap().to_string();
    let scratch = Scratch::new().unwrap();
    let config = scratch.path().join("nutcracker.yml");
    std::fs::write(&config, served.replace(&listen, &lease().unwrap().to_string())).unwrap();
    let config = config.to_str().unwrap();
    let stats = lease().unwrap().to_string();
    let start = |more: &[&str]| {
        let arguments = ["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats];
        program.run(&[&arguments[..], more].concat(), b"")
    };
    let (exit, _, said) = start(&["--metrics-port", &port]);
    assert!(exit == 1 && said.contains("the metrics cannot listen on 127.0.0.1:"), "{exit}: {said}");
    let (exit, _, said) = start(&["--metrics-address", "127.0.0.1"]);
    assert!(exit != 0 && said.contains("--metrics-port"), "{exit}: {said}");
}

#[test]
fn limits_are_seen() {
    let port = lease().unwrap();
    let fleet = Fleet::start_with(&["--metrics-port", &port.to_string(), "--max-clients", "2"]);
    // The fixture's own first connection may not have gone yet.
    let let_in = |_| loop {
        let mut connection = fleet.connect();
        if matches!(connection.call(&[b"PING"]), Ok(Reply::Simple(_))) {
            break connection;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let mut connections: Vec<_> = (0..2).map(let_in).collect();
    assert!(matches!(fleet.connect().receive().unwrap(), Reply::Error(text) if text.contains("max number")));
    // The largest of values, on its way in pieces: it is held until it is whole.
    let request = encode(&[b"SET", b"key", &vec![b'v'; 4 << 20]]);
    connections[0].send(&request[..request.len() - 10]).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (text, samples) = scraped(port);
        assert!(samples["keyhome_pool_clients_refused_total{pool=\"pool\"}"] >= 1.0, "{text}");
        if samples["keyhome_proxy_buffered_bytes"] >= (4 << 20) as f64 {
            break;
        }
        assert!(Instant::now() < deadline, "{text}");
        thread::sleep(Duration::from_millis(50));
    }
    connections[0].send(&request[request.len() - 10..]).unwrap();
    connections[0].receive().unwrap().ok().unwrap();
}

/// docs/proxy.md lists every metric.
#[test]
fn the_documentation_names_every_metric() {
    let port = lease().unwrap();
    let _fleet = Fleet::start_with(&["--metrics-port", &port.to_string()]);
    let (text, _) = scraped(port);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/proxy.md");
    let documentation = std::fs::read_to_string(path).unwrap();
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert!(families.len() > 20, "{text}");
    for family in families {
        let (name, kind) = family.split_once(' ').unwrap();
        assert!(documentation.contains(&format!("| `{name}` | {kind} |")), "{name} {kind}");
    }
}
