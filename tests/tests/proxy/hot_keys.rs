//! KEYHOME HOTKEYS, over all threads.

use keyhome_live::resp::{Connection, Reply};

use crate::fleet::Fleet;

/// Key, length, count, error and server.
type Hot = (Vec<u8>, i64, i64, i64, Option<String>);

fn hot_keys(connection: &mut Connection, count: &[u8]) -> Vec<Hot> {
    let keys = connection.call(&[b"KEYHOME", b"HotKeys", count]).unwrap().list().unwrap();
    let of = |key| match key {
        Reply::Array(Some(fields)) => match &fields[..] {
            [key, Reply::Integer(length), Reply::Integer(count), Reply::Integer(error), server] => {
                let server = server.clone().text().ok();
                (key.bytes().unwrap().to_vec(), *length, *count, *error, server)
            }
            fields => panic!("{fields:?}"),
        },
        key => panic!("{key:?}"),
    };
    keys.into_iter().map(of).collect()
}

#[test]
fn the_hottest_of_all_threads_come_first() {
    let fleet = Fleet::start_with(&["--threads", "2", "--hot-keys", "64"]);
    // Which thread a connection comes to is the system's choice.
    let mut connections: Vec<_> = (0..8).map(|_| fleet.connect()).collect();
    let long = [b'k'; 200];
    for round in 0..20 {
        for connection in &mut connections {
            connection.call(&[b"GET", b"hottest"]).unwrap();
            connection.call(&[b"MGET", b"hottest", b"warm", format!("other:{round}").as_bytes()]).unwrap();
        }
        connections[0].call(&[b"SET", &long, b"x"]).unwrap();
        connections[0].call(&[b"PUBLISH", b"a channel is no key", b"x"]).unwrap();
    }
    // Counts are halved once a minute, which may have been just now: more than half is there.
    let top = hot_keys(&mut connections[1], b"3");
    let (hottest, warm, beginning) = (&top[0], &top[1], &top[2]);
    assert_eq!((&*hottest.0, hottest.1), (b"hottest".as_slice(), 7), "{top:?}");
    assert!((160..=320).contains(&hottest.2) && hottest.3 <= hottest.2 / 2, "{top:?}");
    assert_eq!((&*warm.0, &*beginning.0), (b"warm".as_slice(), &long[..120]), "{top:?}");
    assert_eq!((beginning.1, &beginning.4), (200, &None), "{top:?}");
    connections[0].call(&[b"SET", b"hottest", b"x"]).unwrap();
    let home = fleet.servers.iter().zip(crate::fleet::NAMES).find(|(server, _)| {
        server.connect().unwrap().call(&[b"EXISTS", b"hottest"]).unwrap() == Reply::Integer(1)
    });
    assert_eq!(hottest.4.as_deref(), home.map(|(_, name)| name));
    assert_eq!(hot_keys(&mut connections[2], b"0"), []);
    connections[0].call(&[b"KEYHOME", b"NODE", b"a key that is only asked about"]).unwrap();
    assert!(hot_keys(&mut connections[2], b"100").iter().all(|key| !key.0.starts_with(b"a ")));
}

#[test]
fn what_cannot_be_told_is_an_error() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    let mut error = |words: &[&[u8]]| connection.call(words).unwrap().error().unwrap();
    let text = error(&[b"KEYHOME", b"HOTKEYS"]);
    assert_eq!(text, "ERR hot keys are not counted: start the proxy with --hot-keys");
    let text = error(&[b"KEYHOME", b"HOTKEYS", b"-1"]);
    assert_eq!(text, "ERR the count of hot keys is a number, 0 or greater");
    let text = error(&[b"KEYHOME", b"HOTKEYS", b"1", b"2"]);
    assert_eq!(text, "ERR wrong number of arguments for 'keyhome|hotkeys' command");
}
