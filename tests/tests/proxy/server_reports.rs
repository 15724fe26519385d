//! What every server is asked about itself, or told to stop: scripts that run, functions, how long things took.

use std::collections::BTreeMap;

use keyhome_live::{
    Proxy, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    commands::words,
    fleet::{Fleet, NAMES, PATIENT, POOL, pool, servers},
    reload::wait_until,
};

fn ask(connection: &mut Connection, command: &str) -> Reply {
    let words = words(command);
    connection.call(&words.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

fn integer(reply: &Reply) -> i64 {
    match reply {
        Reply::Integer(number) => *number,
        reply => panic!("{reply:?}"),
    }
}

fn bulk(text: &str) -> Reply {
    Reply::Bulk(Some(text.as_bytes().to_vec()))
}

/// `d`, `e` and `f` are on a server each.
#[test]
fn a_script_that_runs_is_killed_wherever_it_does() {
    let mut fleet = Fleet::start_with(&["--threads", "2"]);
    for server in &fleet.servers {
        let mut server = server.connect().unwrap();
        assert_eq!(ask(&mut server, "CONFIG SET busy-reply-threshold 20"), Reply::Simple("OK".into()));
    }
    let function = "FUNCTION LOAD #!lua~name=l¶redis.register_function('f',function()~while~true~do~end~end)";
    let mut other = fleet.connect();
    assert_eq!(ask(&mut other, function), bulk("l"));
    for (asks, kills) in [
        ("EVAL while~true~do~end 1 e", "SCRIPT KILL"),
        ("FCALL f 1 f", "FUNCTION KILL"),
        // What it does on one connection, it does not wait for on another.
        ("FCALL f 1 d", "FUNCTION KILL"),
    ] {
        assert_eq!(ask(&mut other, kills).error().unwrap(), "NOTBUSY No scripts in execution right now.");
        let mut runs = fleet.connect();
        let words = words(asks);
        runs.send(&encode(&words.iter().map(Vec::as_slice).collect::<Vec<_>>())).unwrap();
        if kills == "FUNCTION KILL" {
            wait_until("one says that it runs", || {
                let stats = ask(&mut other, "FUNCTION STATS").list().unwrap();
                stats[1] != Reply::Bulk(None) && stats[1] != Reply::Array(None)
            });
        }
        wait_until("it is killed", || match ask(&mut other, kills) {
            Reply::Simple(text) => text == "OK",
            // It may not have begun.
            reply => {
                let text = reply.error().unwrap();
                assert!(text.starts_with("NOTBUSY "), "{text}");
                false
            }
        });
        let text = runs.receive().unwrap().error().unwrap();
        assert!(text.contains("killed by user with SCRIPT KILL"), "{text}");
        for client in [&mut runs, &mut other] {
            assert_eq!(ask(client, "EVAL return(1) 1 e"), Reply::Integer(1));
        }
    }
    assert_eq!(
        ask(&mut other, "FUNCTION STATS"),
        ask(&mut fleet.servers[0].connect().unwrap(), "FUNCTION STATS")
    );
    // One that has written goes on, and that is what is said of it.
    let mut writes = fleet.connect();
    let script = ["EVAL", "redis.call('SET',KEYS[1],1) while true do end", "1", "e"].map(str::as_bytes);
    writes.send(&encode(&script)).unwrap();
    wait_until("it has written", || {
        ask(&mut other, "SCRIPT KILL").error().unwrap().starts_with("UNKILLABLE ")
    });
    fleet.servers[1].kill().unwrap();
    wait_until("its server is dead", || {
        ask(&mut other, "SCRIPT KILL").error().unwrap() == "ERR Connection refused"
    });
}

/// A server in which a script runs refuses to choose a database.
#[test]
fn a_script_is_killed_before_a_pool_with_a_database_too() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let pools = [pool(&servers, PATIENT).set("redis_db", "1")];
    let proxy = Proxy::start(&scratch, CommandDoor::new().program(), &pools, &[]).unwrap();
    let mut of_server = servers[1].connect().unwrap();
    assert_eq!(ask(&mut of_server, "CONFIG SET busy-reply-threshold 20"), Reply::Simple("OK".into()));
    let (mut runs, mut other) = (proxy.connect(POOL).unwrap(), proxy.connect(POOL).unwrap());
    let forever = ["EVAL", "while true do end", "1", "e"].map(str::as_bytes);
    runs.send(&encode(&forever)).unwrap();
    let is_busy = |reply: Reply| matches!(reply, Reply::Error(text) if text.starts_with("BUSY "));
    wait_until("it runs", || is_busy(ask(&mut of_server, "PING")));
    assert_eq!(ask(&mut other, "SCRIPT KILL"), Reply::Simple("OK".into()));
    assert!(runs.receive().unwrap().error().unwrap().contains("killed by user with SCRIPT KILL"));
    // What it was killed over, nobody else gets.
    assert_eq!(ask(&mut other, "BLPOP list 0.01"), Reply::Array(None));
    assert_eq!(ask(&mut other, "SET e 1"), Reply::Simple("OK".into()));
    assert_eq!(ask(&mut other, "MULTI"), Reply::Simple("OK".into()));
    assert_eq!(ask(&mut other, "INCR e"), Reply::Simple("QUEUED".into()));
    assert_eq!(ask(&mut other, "EXEC").list().unwrap(), [Reply::Integer(2)]);
}

#[test]
fn functions_go_to_all_servers_and_back() {
    let fleet = Fleet::start_with(&["--allow-flush"]);
    let mut connection = fleet.connect();
    let load = "FUNCTION LOAD #!lua~name=l¶redis.register_function('f',function()~return~7~end)";
    assert_eq!(ask(&mut connection, load), bulk("l"));
    let Reply::Bulk(Some(dump)) = ask(&mut connection, "FUNCTION DUMP") else { panic!("no dump") };
    let on_each = |function: &str| -> Vec<Reply> {
        fleet.servers.iter().map(|server| ask(&mut server.connect().unwrap(), function)).collect()
    };
    let listed = on_each("FUNCTION LIST");
    assert!(listed.iter().all(|it| *it == listed[0] && it.clone().list().unwrap().len() == 1), "{listed:?}");
    assert_eq!(ask(&mut connection, "FUNCTION LIST"), listed[0]);
    for delete in ["FUNCTION DELETE l", "FUNCTION FLUSH"] {
        assert_eq!(ask(&mut connection, delete), Reply::Simple("OK".into()));
        assert_eq!(on_each("FUNCTION LIST"), vec![Reply::Array(Some(Vec::new())); NAMES.len()], "{delete}");
        let restored = connection.call(&[b"FUNCTION", b"RESTORE", &dump]).unwrap();
        assert_eq!(restored, Reply::Simple("OK".into()));
        assert_eq!(on_each("FUNCTION LIST"), listed);
        for key in ["d", "e", "f"] {
            assert_eq!(ask(&mut connection, &format!("FCALL f 1 {key}")), Reply::Integer(7));
        }
    }
    let refused = ask(&mut connection, load).error().unwrap();
    assert_eq!(refused, "ERR Library 'l' already exists");
}

/// Servers are asked for each channel alone, and all of them for a pattern; the client has asked once.
#[test]
fn subscriptions_that_servers_refuse_are_one_error_and_the_client_goes_on() {
    let fleet = Fleet::start();
    let mut alone = fleet.servers[0].connect().unwrap();
    for server in &fleet.servers {
        let reset = ask(&mut server.connect().unwrap(), "ACL SETUSER default resetchannels &may*");
        assert_eq!(reset, Reply::Simple("OK".into()));
    }
    let mut client = fleet.connect();
    for command in ["PSUBSCRIBE p*", "SUBSCRIBE d", "SUBSCRIBE d e f", "PSUBSCRIBE p* q*"] {
        assert_eq!(ask(&mut client, command), ask(&mut alone, command), "{command}");
        assert_eq!(ask(&mut client, "PING"), Reply::Simple("PONG".into()), "{command}");
    }
    for command in ["SUBSCRIBE maybe", "SUBSCRIBE d", "UNSUBSCRIBE maybe", "PING"] {
        assert_eq!(ask(&mut client, command), ask(&mut alone, command), "{command}");
    }
}

/// The samples of an event, its calls by command, and what a text says are those of all servers together.
#[test]
fn latencies_of_all_servers_become_one() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    for (number, server) in fleet.servers.iter().enumerate() {
        let mut server = server.connect().unwrap();
        assert_eq!(ask(&mut server, "CONFIG SET latency-monitor-threshold 1"), Reply::Simple("OK".into()));
        ask(&mut server, &format!("DEBUG SLEEP 0.0{}", number + 1));
        // From now on nothing is slow, however busy the machine: what is asked first would not know of it.
        assert_eq!(
            ask(&mut server, "CONFIG SET latency-monitor-threshold 100000"),
            Reply::Simple("OK".into())
        );
        assert_eq!(ask(&mut server, "CONFIG RESETSTAT"), Reply::Simple("OK".into()));
    }
    for key in ["d", "e", "f", "f"] {
        ask(&mut connection, &format!("SET {key} 1"));
    }
    let on_each = |command: &str| -> Vec<Reply> {
        fleet.servers.iter().map(|server| ask(&mut server.connect().unwrap(), command)).collect()
    };
    let latest = ask(&mut connection, "LATENCY LATEST").list().unwrap();
    let longest = |events: &[Reply]| -> i64 {
        let events = events.iter().map(|event| event.clone().list().unwrap());
        let command = events.filter(|event| event[0] == bulk("command")).map(|event| integer(&event[3]));
        command.max().unwrap()
    };
    let of_each: Vec<i64> =
        on_each("LATENCY LATEST").into_iter().map(|it| longest(&it.list().unwrap())).collect();
    assert_eq!(Some(longest(&latest)), of_each.iter().copied().max());
    assert!(longest(&latest) >= 30, "{latest:?}");
    let history = ask(&mut connection, "LATENCY HISTORY command").list().unwrap();
    let samples: usize =
        on_each("LATENCY HISTORY command").into_iter().map(|it| it.list().unwrap().len()).sum();
    assert_eq!(history.len(), samples);
    let times: Vec<i64> = history.into_iter().map(|sample| integer(&sample.list().unwrap()[0])).collect();
    assert!(times.len() >= 3 && times.is_sorted(), "{times:?}");
    let histogram = |reply: Reply| -> (i64, BTreeMap<i64, i64>) {
        let members = reply.list().unwrap().remove(1).list().unwrap();
        let buckets = members[3].clone().list().unwrap();
        let buckets = buckets.chunks(2).map(|it| (integer(&it[0]), integer(&it[1]))).collect();
        (integer(&members[1]), buckets)
    };
    let (calls, buckets) = histogram(ask(&mut connection, "LATENCY HISTOGRAM set"));
    assert_eq!((calls, buckets.values().copied().max()), (4, Some(4)), "{buckets:?}");
    let of_each: Vec<_> = on_each("LATENCY HISTOGRAM set").into_iter().map(histogram).collect();
    for (bucket, count) in &buckets {
        let up_to = |of: &BTreeMap<i64, i64>| of.range(..=bucket).next_back().map_or(0, |(_, count)| *count);
        assert_eq!(*count, of_each.iter().map(|(_, buckets)| up_to(buckets)).sum::<i64>(), "{bucket}");
    }
    for command in ["LATENCY DOCTOR", "LATENCY GRAPH command", "MEMORY DOCTOR", "MEMORY MALLOC-STATS"] {
        let text = ask(&mut connection, command).text().unwrap();
        for name in NAMES {
            assert!(text.contains(&format!("# {name}\n")), "{command}: {text}");
        }
    }
    assert_eq!(
        ask(&mut connection, "LATENCY GRAPH nothing").error().unwrap(),
        "ERR No samples available for event 'nothing'"
    );
    let events: i64 = on_each("LATENCY LATEST").into_iter().map(|it| it.list().unwrap().len() as i64).sum();
    assert_eq!(integer(&ask(&mut connection, "LATENCY RESET")), events);
    assert_eq!(ask(&mut connection, "MEMORY PURGE"), Reply::Simple("OK".into()));
    assert_eq!(
        ask(&mut connection, "MEMORY STATS").error().unwrap(),
        "ERR 'memory stats' is about one server: ask the server itself"
    );
}
