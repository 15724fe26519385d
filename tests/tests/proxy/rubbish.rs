//! Frames that are cut, mixed up and made up, from both sides: everybody gets whole replies in order, or an error and the
//! end; and nobody else notices.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpStream},
    time::Duration,
};

use keyhome_live::resp::encode;
use keyhome_resp::ReplyReader;
use keyhome_tests::dice::Dice;

use crate::{
    fake_server::{FakeServer, Front, request},
    fleet::{Fleet, POOL},
};

/// Pieces of what clients send.
const ASKED: &[&[u8]] = &[
    b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
    b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\nabcd\r\n",
    b"*4\r\n$4\r\nMGET\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n",
    b"*1\r\n$5\r\nMULTI\r\n",
    b"*1\r\n$4\r\nEXEC\r\n",
    b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n",
    b"*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nn\r\n",
    b"*2\r\n$4\r\nSCAN\r\n$1\r\n0\r\n",
    b"*1\r\n$5\r\nRESET\r\n",
    b"PING\r\n",
    b"GET 'a b'\r\n",
    b"\r\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*1\r\n$1000000\r\n",
    b"*1000\r\n",
    b"$3\r\n",
    b"\xff\x00",
];

/// Pieces of what servers send.
const ANSWERED: &[&[u8]] = &[
    b"$1\r\na\r\n",
    b"$-1\r\n",
    b"+OK\r\n",
    b"-ERR no\r\n",
    b"-LOADING no\r\n",
    b":1\r\n",
    b"*1\r\n$1\r\na\r\n",
    b"*2\r\n$1\r\na\r\n:1\r\n",
    b"*-1\r\n",
    b"%1\r\n+a\r\n:1\r\n",
    b">2\r\n+a\r\n+b\r\n",
    b"|1\r\n+a\r\n+b\r\n",
    b"_\r\n",
    b"*1099511627776\r\n",
    b"$1099511627776\r\n",
    b"=2\r\nab\r\n",
    b"hello\r\n",
    b"\x00",
];

/// Pieces, one of which may be spoilt.
fn mixture(dice: &mut Dice, pieces: &[&'static [u8]], count: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..count).flat_map(|_| dice.one_of(pieces).to_vec()).collect();
    if !bytes.is_empty() && dice.once_in(2) {
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => bytes[at] = dice.number() as u8,
            1 => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Sends bytes in pieces of any size. Who gets them may have hung up.
fn send_in_pieces(dice: &mut Dice, stream: &mut TcpStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(1 + dice.below(bytes.len().min(40)));
        if stream.write_all(now).is_err() {
            return;
        }
        bytes = later;
    }
}

#[test]
fn whatever_clients_send_they_get_whole_replies_and_others_notice_nothing() {
    let mut fleet = Fleet::start();
    let port = fleet.proxy.port(POOL).unwrap();
    let mut well = fleet.connect();
    let mut dice = Dice::new(7);
    let mut closed = 0;
    for round in 0..600 {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let count = 1 + dice.below(12);
        let bytes = mixture(&mut dice, ASKED, count);
        send_in_pieces(&mut dice, &mut stream, &bytes);
        let key = format!("key:{round}");
        well.call(&[b"SET", key.as_bytes(), key.as_bytes()]).unwrap().ok().unwrap();
        assert_eq!(well.call(&[b"GET", key.as_bytes()]).unwrap().bytes(), Some(key.as_bytes()));
        // Some wait for their replies, some go.
        if dice.once_in(4) {
            continue;
        }
        let _ = stream.shutdown(Shutdown::Write);
        let mut replies = Vec::new();
        match stream.read_to_end(&mut replies) {
            Ok(_) => closed += 1,
            // What it sent after an error was not read.
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{}", bytes.escape_ascii()),
        }
        let mut rest = replies.as_slice();
        while !rest.is_empty() {
            let length = ReplyReader::default().read(rest).unwrap();
            let length = length.unwrap_or_else(|| {
                panic!("{} was answered by {}", bytes.escape_ascii(), replies.escape_ascii())
            });
            rest = &rest[length..];
        }
    }
    assert!(closed > 300, "{closed}");
    assert!(fleet.proxy.process().is_running().unwrap());
}

/// The length of the reply that begins at `start`, when it has come.
fn next(connection: &mut TcpStream, replies: &mut Vec<u8>, start: usize) -> usize {
    loop {
        if let Some(length) = ReplyReader::default().read(&replies[start..]).unwrap() {
            return length;
        }
        let mut more = [0; 4096];
        let count = connection.read(&mut more).unwrap();
        assert_ne!(count, 0, "the connection stays");
        replies.extend_from_slice(&more[..count]);
    }
}

#[test]
fn whatever_servers_send_each_request_is_answered_once_and_in_order() {
    let servers: Vec<FakeServer> = (0..3)
        .map(|which| {
            FakeServer::start(move |number, mut stream| {
                let mut dice = Dice::new(number as u64 * 3 + which);
                while request(&mut stream).is_some() {
                    let count = usize::from(!dice.once_in(10)) + usize::from(dice.once_in(20));
                    let bytes = mixture(&mut dice, ANSWERED, count);
                    send_in_pieces(&mut dice, &mut stream, &bytes);
                    if dice.once_in(10) {
                        return;
                    }
                }
            })
        })
        .collect();
    let addresses: Vec<String> = servers.iter().map(FakeServer::address).collect();
    let mut front = Front::of(&addresses, 50, &[]);
    let mut dice = Dice::new(11);
    let port = front.proxy.port(POOL).unwrap();
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut errors = 0;
    for round in 0..300 {
        let mut bytes = Vec::new();
        let count = 1 + dice.below(10);
        for _ in 0..count {
            let key = format!("key:{}", dice.below(50));
            bytes.extend(match dice.below(6) {
                0 => encode(&[b"MGET", key.as_bytes(), b"b", b"c", b"d"]),
                1 => encode(&[b"DEL", key.as_bytes(), b"b", b"c", b"d"]),
                2 => encode(&[b"SCAN", b"0"]),
                3 => encode(&[b"DBSIZE"]),
                4 => encode(&[b"KEYS", b"*"]),
                _ => encode(&[b"GET", key.as_bytes()]),
            });
        }
        let marker = format!("round {round}");
        bytes.extend(encode(&[b"ECHO", marker.as_bytes()]));
        connection.write_all(&bytes).unwrap();
        let mut replies = Vec::new();
        let mut start = 0;
        for _ in 0..count {
            let length = next(&mut connection, &mut replies, start);
            errors += usize::from(replies[start] == b'-');
            start += length;
        }
        let length = next(&mut connection, &mut replies, start);
        let last = format!("${}\r\n{marker}\r\n", marker.len());
        assert_eq!(&replies[start..start + length], last.as_bytes());
    }
    assert!(errors > 100, "{errors}");
    assert!(front.proxy.process().is_running().unwrap());
}
