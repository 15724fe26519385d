//! What the proxy knows itself, or puts together of several servers and threads.

use std::collections::BTreeSet;

use keyhome_live::{
    Proxy, RedisServer, Scratch,
    resp::{Connection, Reply},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    commands::words,
    fake_server::{FakeServer, Front, answer, request},
    fleet::{Fleet, PATIENT, POOL, pool, servers},
    reload::wait_until,
};

/// What a client sees who asks in words.
fn text(connection: &mut Connection, command: &str) -> String {
    let words = words(command);
    match connection.call(&words.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap() {
        Reply::Simple(text) | Reply::Error(text) => text,
        Reply::Integer(number) => number.to_string(),
        Reply::Bulk(bytes) => bytes.map_or("(nil)".into(), |bytes| String::from_utf8(bytes).unwrap()),
        Reply::Array(values) => format!("{values:?}"),
    }
}

#[test]
fn a_password_lets_in_who_knows_it() {
    let scratch = Scratch::new().unwrap();
    let servers = [RedisServer::start(&scratch).unwrap()];
    let mut server = servers[0].connect().unwrap();
    server.call(&[b"CONFIG", b"SET", b"requirepass", b"secret"]).unwrap().ok().unwrap();
    let program = CommandDoor::new();
    let pool = pool(&servers, PATIENT).set("redis_auth", "secret").set("redis_db", "3");
    let proxy = Proxy::start(&scratch, program.program(), &[pool], &[]).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    for (command, expected) in [
        ("PING", "NOAUTH Authentication required."),
        ("GET a", "NOAUTH Authentication required."),
        ("KEYHOME POOLS", "NOAUTH Authentication required."),
        ("FOO", "ERR unknown command 'FOO', with args beginning with: "),
        (
            "HELLO",
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
        ),
        ("AUTH wrong", "ERR invalid password"),
        ("AUTH default wrong", "WRONGPASS invalid username-password pair or user is disabled."),
        ("AUTH nobody secret", "WRONGPASS invalid username-password pair or user is disabled."),
        ("HELLO 2 AUTH default wrong", "WRONGPASS invalid username-password pair or user is disabled."),
        ("AUTH secret", "OK"),
        ("SET a 1", "OK"),
        ("SELECT 3", "OK"),
        ("SELECT 2", "ERR DB index is out of range"),
        ("AUTH wrong", "ERR invalid password"),
        ("GET a", "NOAUTH Authentication required."),
        ("AUTH default secret", "OK"),
        ("GET a", "1"),
        ("RESET", "RESET"),
        ("GET a", "NOAUTH Authentication required."),
    ] {
        assert_eq!(text(&mut connection, command), expected, "{command}");
    }
    // Who has not said it may send no more than redis-server takes then.
    for (begins, told) in [
        (b"*11\r\n".as_slice(), "ERR Protocol error: unauthenticated multibulk length"),
        (b"*2\r\n$4\r\nAUTH\r\n$16385\r\n", "ERR Protocol error: unauthenticated bulk length"),
    ] {
        for mut stranger in [proxy.connect(POOL).unwrap(), servers[0].connect().unwrap()] {
            stranger.send(begins).unwrap();
            assert_eq!(stranger.receive().unwrap(), Reply::Error(told.into()));
            assert!(stranger.receive().is_err(), "it is closed");
        }
    }
    let greeted = text(&mut connection, "HELLO 2 AUTH default secret SETNAME me");
    assert!(greeted.starts_with("Some([Bulk(Some("), "{greeted}");
    assert_eq!(text(&mut connection, "CLIENT GETNAME"), "me");
    server.call(&[b"AUTH", b"secret"]).unwrap().ok().unwrap();
    server.call(&[b"SELECT", b"3"]).unwrap().ok().unwrap();
    assert_eq!(
        server.call(&[b"GET", b"a"]).unwrap().bytes(),
        Some(b"1".as_slice()),
        "the pool's database is 3"
    );
}

#[test]
fn clients_of_all_threads_are_listed_and_killed() {
    let scratch = Scratch::new().unwrap();
    let servers = servers(&scratch);
    let program = CommandDoor::new();
    let proxy =
        Proxy::start(&scratch, program.program(), &[pool(&servers, PATIENT)], &["--threads", "3"]).unwrap();
    let mut clients: Vec<Connection> = (0..24).map(|_| proxy.connect(POOL).unwrap()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        assert_eq!(text(client, &format!("CLIENT SETNAME c{number}")), "OK");
    }
    let list = text(&mut clients[0], "CLIENT LIST");
    let lines: Vec<&str> = list.lines().collect();
    let member = |line: &str, name: &str| -> String {
        let member = line.split(' ').find_map(|member| member.strip_prefix(name)?.strip_prefix('='));
        member.unwrap_or_else(|| panic!("no {name}: {line}")).to_owned()
    };
    let by_name = |name: &str| *lines.iter().find(|line| member(line, "name") == name).unwrap();
    assert_eq!(lines.iter().filter(|line| member(line, "name").starts_with('c')).count(), 24, "{list}");
    let ids: BTreeSet<String> = lines.iter().map(|line| member(line, "id")).collect();
    assert_eq!(ids.len(), lines.len(), "no id twice: {list}");
    assert_eq!(member(by_name("c0"), "cmd"), "client|list");
    // The members, in their order, of the server itself; those that came with later versions stand behind them.
    let names = |line: &str| -> Vec<String> {
        line.split(' ').map(|member| member.split('=').next().unwrap().to_owned()).collect()
    };
    let of_server = text(&mut servers[0].connect().unwrap(), "CLIENT INFO");
    let of_server = names(of_server.trim_end());
    assert_eq!(names(&text(&mut clients[0], "CLIENT INFO"))[..of_server.len()], of_server);
    let (id, address) = (member(by_name("c1"), "id"), member(by_name("c2"), "addr"));
    assert_eq!(member(&text(&mut clients[0], &format!("CLIENT LIST ID {id}")), "name"), "c1");
    assert_eq!(text(&mut clients[0], &format!("CLIENT KILL ID {id}")), "1");
    assert_eq!(text(&mut clients[0], &format!("CLIENT KILL ID {id}")), "0");
    assert_eq!(text(&mut clients[0], &format!("CLIENT KILL {address}")), "OK");
    assert_eq!(text(&mut clients[0], &format!("CLIENT KILL {address}")), "ERR No such client");
    assert!(clients[1].call(&[b"PING"]).is_err() && clients[2].call(&[b"PING"]).is_err(), "they are closed");
    assert_eq!(text(&mut clients[3], "PING"), "PONG", "others are not");
    let own = member(by_name("c0"), "id");
    assert_eq!(
        text(&mut clients[0], &format!("CLIENT KILL ID {own} SKIPME no")),
        "1",
        "who kills itself is told so"
    );
    assert!(clients[0].call(&[b"PING"]).is_err());
}

#[test]
fn keyhome_answers_what_the_command_line_does() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    let program = CommandDoor::new();
    let config = fleet.proxy.config().to_str().unwrap();
    let said = |arguments: &[&str]| {
        let (exit, out, error) = program.run(arguments, b"");
        assert_eq!(exit, 0, "{error}");
        String::from_utf8(out).unwrap()
    };
    for key in ["a", "b", "c", "user:{7}:name", ""] {
        let expected: serde_json::Value =
            serde_json::from_str(&said(&["node", "-c", config, "--json", "--", key])).unwrap();
        let found = connection.call(&[b"KEYHOME", b"NODE", key.as_bytes()]).unwrap().text().unwrap();
        assert_eq!(expected["node"], found.as_str(), "{key}");
        let expected: serde_json::Value =
            serde_json::from_str(&said(&["explain", "-c", config, "--json", "--", key])).unwrap();
        let found = connection.call(&[b"KEYHOME", b"EXPLAIN", key.as_bytes()]).unwrap();
        assert_eq!(as_json(&found), expected, "{key}");
    }
    let several = connection.call(&[b"keyhome", b"node", b"a", b"d", b"e"]).unwrap();
    let Reply::Array(Some(several)) = several else { panic!("{several:?}") };
    assert_eq!(several.len(), 3);
    assert_eq!(text(&mut connection, "KEYHOME FINGERPRINT"), said(&["fingerprint", "-c", config]).trim());
    let pools = as_json(&connection.call(&[b"KEYHOME", b"POOLS"]).unwrap());
    assert_eq!(pools[0]["name"], POOL);
    assert_eq!(pools[0]["nodes"][1]["name"], "two");
    assert_eq!(pools[0]["nodes"][1]["live"], 1);
    for (command, expected) in [
        ("KEYHOME", "ERR wrong number of arguments for 'keyhome' command"),
        ("KEYHOME NODE", "ERR wrong number of arguments for 'keyhome|node' command"),
        ("KEYHOME EXPLAIN a b", "ERR wrong number of arguments for 'keyhome|explain' command"),
        ("keyhome foo", "ERR unknown subcommand 'foo'. Try KEYHOME HELP."),
    ] {
        assert_eq!(text(&mut connection, command), expected);
    }
    assert!(text(&mut connection, "KEYHOME HELP").contains("FINGERPRINT"));
    let scratch = Scratch::new().unwrap();
    let by_chance = pool(&fleet.servers, PATIENT).set("distribution", "random");
    let proxy = Proxy::start(&scratch, program.program(), &[by_chance], &[]).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    for command in ["KEYHOME NODE a", "KEYHOME EXPLAIN a"] {
        let refused = text(&mut connection, command);
        assert!(refused.starts_with("ERR placement.random: "), "{refused}");
    }
}

/// A reply of RESP2, where a map is a list of names and values.
fn as_json(reply: &Reply) -> serde_json::Value {
    use serde_json::Value;
    match reply {
        Reply::Integer(number) => Value::from(*number),
        Reply::Simple(text) | Reply::Error(text) => Value::from(text.as_str()),
        Reply::Bulk(None) | Reply::Array(None) => Value::Null,
        Reply::Bulk(Some(bytes)) => Value::from(std::str::from_utf8(bytes).unwrap()),
        Reply::Array(Some(values)) => {
            let is_map = values.len() % 2 == 0 && matches!(values.first(), Some(Reply::Bulk(_)));
            if !is_map {
                return values.iter().map(as_json).collect();
            }
            let entries = values.chunks(2).map(|entry| {
                let name = std::str::from_utf8(entry[0].bytes().unwrap()).unwrap().to_owned();
                (name, as_json(&entry[1]))
            });
            Value::Object(entries.collect())
        }
    }
}

#[test]
fn what_several_servers_say_becomes_one_reply() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    for number in 0..90 {
        connection.call(&[b"SET", format!("k{number}").as_bytes(), b"v"]).unwrap().ok().unwrap();
    }
    let keyspace = text(&mut connection, "INFO keyspace");
    assert!(keyspace.contains("db0:keys=90,expires=0,avg_ttl=0"), "{keyspace}");
    let memory = text(&mut connection, "INFO memory");
    assert!(memory.contains("maxmemory_policy:noeviction") && memory.contains("used_memory:"), "{memory}");
    let own = text(&mut connection, "INFO");
    assert!(own.contains("loading:0\r\n") && own.contains("connected_clients:1\r\n"), "{own}");
    // Listeners on channels of several servers, and a pattern on all of them.
    let mut listener = fleet.connect();
    for (kind, name) in [("SUBSCRIBE", "d"), ("SUBSCRIBE", "e"), ("SUBSCRIBE", "f"), ("PSUBSCRIBE", "p*")] {
        listener.call(&[kind.as_bytes(), name.as_bytes()]).unwrap();
    }
    let three =
        "Some([Bulk(Some([100])), Integer(1), Bulk(Some([101])), Integer(1), Bulk(Some([102])), Integer(1)])";
    assert_eq!(text(&mut connection, "PUBSUB NUMSUB d e f"), three);
    assert_eq!(text(&mut connection, "PUBSUB NUMPAT"), "1");
    assert_eq!(text(&mut connection, "PUBLISH d x"), "1");
    // Nothing is emptied but where the operator allows it.
    for command in ["FLUSHALL", "FLUSHDB", "FUNCTION FLUSH"] {
        let refused = format!("ERR {command} empties every server of the pool: --allow-flush allows it");
        assert_eq!(text(&mut connection, command), refused);
    }
    assert_eq!(text(&mut connection, "MULTI"), "OK");
    assert!(text(&mut connection, "FLUSHALL").starts_with("ERR"));
    assert!(text(&mut connection, "EXEC").starts_with("EXECABORT"));
    assert_eq!(text(&mut connection, "DBSIZE"), "90");
}

/// `d`, `e` and `f` are on a server each.
#[test]
fn what_has_no_key_or_several_goes_where_it_can_be_done() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    let script = text(&mut connection, "SCRIPT LOAD return(7)");
    let function = "#!lua~name=f¶redis.register_function('f',function()~return~8~end)";
    assert_eq!(text(&mut connection, &format!("FUNCTION LOAD {function}")), "f");
    // Without keys any server is asked; after so many times, each has been.
    for _ in 0..40 {
        assert_eq!(text(&mut connection, &format!("EVALSHA {script} 0")), "7");
        assert_eq!(text(&mut connection, "FCALL f 0"), "8");
        assert_eq!(text(&mut connection, "EVAL return(9) 0"), "9");
    }
    for key in ["d", "e", "f"] {
        assert_eq!(text(&mut connection, &format!("SET {key} 1")), "OK");
        assert_eq!(text(&mut connection, &format!("OBJECT ENCODING {key}")), "int");
        assert_ne!(text(&mut connection, &format!("MEMORY USAGE {key}")), "(nil)");
    }
    for command in
        ["XADD {t}1 1-1 f v", "XADD {t}2 1-1 f v", "XGROUP CREATE {t}1 g 0", "XGROUP CREATE {t}2 g 0"]
    {
        assert!(!text(&mut connection, command).starts_with("ERR"), "{command}");
    }
    let read = text(&mut connection, "XREADGROUP GROUP g c BLOCK 5000 STREAMS {t}1 {t}2 > >");
    assert_eq!(read.matches("49, 45, 49").count(), 2, "an entry of each: {read}");
    assert_eq!(text(&mut connection, "XREADGROUP GROUP g c BLOCK 1 STREAMS {t}1 {t}2 > >"), "None");
    let refused = text(&mut connection, "XREADGROUP GROUP g c STREAMS d e > >");
    assert_eq!(refused, "CROSSSLOT the keys are on several servers: 'd' on one, 'e' on two");
    assert_eq!(text(&mut connection, "MULTI"), "OK");
    assert_eq!(text(&mut connection, "KEYHOME NODE a"), "ERR Command not allowed inside a transaction");
    assert!(text(&mut connection, "EXEC").starts_with("EXECABORT"));
}

#[test]
fn every_server_is_emptied_or_none_is_said_to_be() {
    let scratch = Scratch::new().unwrap();
    let mut servers = servers(&scratch);
    let program = CommandDoor::new();
    let pool = pool(&servers, PATIENT);
    let proxy = Proxy::start(&scratch, program.program(), &[pool], &["--allow-flush"]).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    let fill = |connection: &mut Connection| {
        for number in 0..30 {
            assert_eq!(text(connection, &format!("SET k{number} v")), "OK");
        }
    };
    fill(&mut connection);
    assert_eq!(text(&mut connection, "FLUSHALL"), "OK");
    for server in &servers {
        assert_eq!(text(&mut server.connect().unwrap(), "DBSIZE"), "0");
    }
    fill(&mut connection);
    servers[1].kill().unwrap();
    let failed = text(&mut connection, "FLUSHDB");
    assert!(failed.starts_with("ERR "), "{failed}");
}

/// Libraries choose by the version what they may use; and they ask before anything else.
#[test]
fn the_version_is_that_of_the_servers_though_one_of_them_hangs() {
    let old = FakeServer::start(|_, mut stream| {
        while let Some(words) = request(&mut stream) {
            assert_eq!(words, ["INFO", "server"]);
            answer(&mut stream, "# Server\r\nredis_version:5.0.7\r\n");
        }
    });
    let hangs = FakeServer::start(|_, mut stream| while request(&mut stream).is_some() {});
    let front = Front::of(&[hangs.address(), old.address()], 0, &["--threads", "2"]);
    let mut connection = front.connect();
    for _ in 0..3 {
        let info = text(&mut connection, "INFO");
        assert!(info.contains("redis_version:5.0.7\r\n") && info.contains("loading:0\r\n"), "{info}");
    }
    assert!(text(&mut connection, "HELLO").contains(&format!("{:?}", b"5.0.7")), "HELLO says it, too");
    assert!(text(&mut connection, "INFO replication").contains("role:master"));
    assert_eq!(text(&mut connection, "PING"), "PONG");
    // Who hangs may not have noticed yet that somebody connected.
    wait_until("both were asked", || (old.connections(), hangs.connections()) == (1, 1));
    assert_eq!(text(&mut connection, "PING"), "PONG");
    assert_eq!((old.connections(), hangs.connections()), (1, 1), "they were asked once");
}
