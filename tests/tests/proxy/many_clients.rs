//! Ten thousand clients at one time, and what they leave behind.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    lease,
    resp::{Connection, encode},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    fleet::{Fleet, POOL},
    limits::{peak, resident},
    metrics::scraped,
    reload::wait_until,
};

const CLIENTS: usize = 10_000;
const THREADS: usize = 8;
const MB: usize = 1 << 20;

/// Both this process and the proxy that it starts have a file for each client.
fn allow_files() {
    let wanted = CLIENTS as u64 + 1000;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|files| files < wanted) {
        let maximum = limit.maximum.map(|files| files.max(wanted));
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        raised.expect("10,000 connections need as many open files: `ulimit -Hn`");
    }
}

#[test]
fn ten_thousand_clients_are_served_at_one_time() {
    allow_files();
    let mut fleet = Fleet::start();
    let port = fleet.proxy.port(POOL).unwrap();
    let all_are_here = Barrier::new(THREADS + 1);
    let idle = thread::scope(|scope| {
        for thread in 0..THREADS {
            let all_are_here = &all_are_here;
            scope.spawn(move || {
                let range = thread * CLIENTS / THREADS..(thread + 1) * CLIENTS / THREADS;
                let mut clients: Vec<(String, Connection)> = range
                    .map(|number| (format!("client:{number}"), Connection::open(port).unwrap()))
                    .collect();
                for (name, client) in &mut clients {
                    client.call(&[b"SET", name.as_bytes(), name.as_bytes()]).unwrap().ok().unwrap();
                }
                all_are_here.wait();
                all_are_here.wait();
                // All at once.
                for (name, client) in &mut clients {
                    client.send(&encode(&[b"GET", name.as_bytes()])).unwrap();
                }
                for (name, client) in &mut clients {
                    assert_eq!(client.receive().unwrap().bytes(), Some(name.as_bytes()));
                }
                all_are_here.wait();
            });
        }
        all_are_here.wait();
        let stats = fleet.proxy.stats().unwrap();
        assert!(stats.contains("\"client_connections\":10000"), "{stats}");
        let idle = resident(&mut fleet.proxy);
        all_are_here.wait();
        all_are_here.wait();
        idle
    });
    println!("{} MB for 10,000 idle clients", idle / MB);
    assert!(idle < 100 * MB, "{} MB", idle / MB);
    // And all are gone.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fleet.proxy.stats().unwrap().contains("\"client_connections\":0") {
        assert!(Instant::now() < deadline, "{}", fleet.proxy.stats().unwrap());
        thread::sleep(Duration::from_millis(20));
    }
}

/// 200 clients write and read a value of 1 MB each, three times, and stay. What the proxy has then is left to the allocator,
/// which keeps more or less of it by chance; but the proxy holds none of it, and bursts do not add up.
#[test]
fn the_memory_of_a_burst_of_large_values_is_given_back() {
    let metrics = lease().unwrap();
    let mut fleet = Fleet::start_with(&["--metrics-port", &metrics.to_string()]);
    let port = fleet.proxy.port(POOL).unwrap();
    let mut clients: Vec<Connection> = (0..200).map(|_| Connection::open(port).unwrap()).collect();
    let value = vec![b'v'; MB];
    let mut first = None;
    for _ in 0..3 {
        thread::scope(|scope| {
            for (thread, clients) in clients.chunks_mut(20).enumerate() {
                let value = &value;
                scope.spawn(move || {
                    let key = format!("large:{thread}");
                    let request = encode(&[b"SET", key.as_bytes(), value]);
                    for client in &mut *clients {
                        client.send(&request).unwrap();
                        client.send(&encode(&[b"GET", key.as_bytes()])).unwrap();
                    }
                    for client in clients {
                        client.receive().unwrap().ok().unwrap();
                        assert!(client.receive().unwrap().bytes() == Some(value.as_slice()));
                    }
                });
            }
        });
        let peak = peak(&mut fleet.proxy);
        let first = *first.get_or_insert(peak);
        println!("{} MB at most, {} MB now", peak / MB, resident(&mut fleet.proxy) / MB);
        assert!(2 * peak < 5 * first, "{} MB at most, {} MB in the first burst", peak / MB, first / MB);
        let buffered = || scraped(metrics).1["keyhome_proxy_buffered_bytes"];
        wait_until("what was large is let go", || buffered() < MB as f64);
    }
}
