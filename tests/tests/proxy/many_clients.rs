//! Ten thousand clients at one time, and what they leave behind.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::resp::{Connection, encode};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    fleet::{Fleet, POOL},
    limits::{peak, resident},
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

/// 200 clients write and read a value of 1 MB each.
#[test]
fn the_memory_of_a_burst_of_large_values_is_given_back() {
    let mut fleet = Fleet::start();
    let port = fleet.proxy.port(POOL).unwrap();
    let value = vec![b'v'; MB];
    thread::scope(|scope| {
        for thread in 0..10 {
            let value = &value;
            scope.spawn(move || {
                let key = format!("large:{thread}");
                let request = encode(&[b"SET", key.as_bytes(), value]);
                let mut clients: Vec<Connection> = (0..20).map(|_| Connection::open(port).unwrap()).collect();
                for client in &mut clients {
                    client.send(&request).unwrap();
                    client.send(&encode(&[b"GET", key.as_bytes()])).unwrap();
                }
                for client in &mut clients {
                    client.receive().unwrap().ok().unwrap();
                    assert!(client.receive().unwrap().bytes() == Some(value.as_slice()));
                }
            });
        }
    });
    let peak = peak(&mut fleet.proxy);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        // The system's allocator keeps what lies between buffers that are still in use, more or less of it by chance.
        let left = resident(&mut fleet.proxy);
        if left < peak / 4 * 3 {
            println!("{} MB at most, {} MB later", peak / MB, left / MB);
            break;
        }
        assert!(Instant::now() < deadline, "{} MB at most, {} MB later", peak / MB, left / MB);
        thread::sleep(Duration::from_millis(100));
    }
}
