//! What comes in pieces, what is no request, what a connection is asked about itself.

use keyhome_live::resp::{Reply, encode};

use crate::fleet::Fleet;

#[test]
fn a_request_may_be_cut_at_every_byte() {
    let fleet = Fleet::start();
    let mut requests = Vec::new();
    for request in [
        &[b"MSET".as_slice(), b"a", b"1", b"b", b"2\r\n", b"c", b"3"][..],
        &[b"MGET", b"a", b"b", b"c", b"d"],
        &[b"PING"],
        &[b"SET", b"empty", b""],
        &[b"GET", b"empty"],
        &[b"nonsense", b"x"],
    ] {
        requests.extend(encode(request));
    }
    requests.extend_from_slice(b"PING\r\nGET a\r\n");
    let replies = |cut: usize| -> Vec<Reply> {
        let mut connection = fleet.connect();
        connection.send(&requests[..cut]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
        connection.send(&requests[cut..]).unwrap();
        (0..8).map(|_| connection.receive().unwrap()).collect()
    };
    let whole = replies(0);
    assert_eq!(whole[0], Reply::Simple("OK".into()));
    assert_eq!(whole[7], Reply::Bulk(Some(b"1".to_vec())));
    for cut in 1..requests.len() {
        assert_eq!(replies(cut), whole, "cut at {cut}");
    }
}

#[test]
fn what_cannot_be_done_is_an_error_and_the_connection_stays() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    let mut error = |words: &[&[u8]]| connection.call(words).unwrap().error().unwrap();
    assert_eq!(error(&[b"FOO", b"bar"]), "ERR unknown command 'FOO', with args beginning with: 'bar' ");
    assert_eq!(error(&[b"GET"]), "ERR wrong number of arguments for 'get' command");
    assert_eq!(error(&[b"SELECT", b"1"]), "ERR DB index is out of range");
    let text = error(&[b"RENAME", b"d", b"e"]);
    assert_eq!(text, "CROSSSLOT the keys are on several servers: 'd' on one, 'e' on two");
    assert!(error(&[b"SHUTDOWN"]).starts_with("ERR 'shutdown' is about one server"));
    assert_eq!(error(&[b"CLIENT", b"TRACKING", b"ON"]), "ERR CLIENT TRACKING is not supported by the proxy");
    assert_eq!(connection.call(&[b"PING"]).unwrap(), Reply::Simple("PONG".into()));
}

#[test]
fn a_transaction_that_fails_in_one_pipeline_answers_every_command() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    // `d` and `e` are on two servers: what is queued for the first is under way when the second is refused.
    let commands: [&[&[u8]]; 5] =
        [&[b"MULTI"], &[b"SET", b"d", b"1"], &[b"SET", b"e", b"1"], &[b"EXEC"], &[b"GET", b"d"]];
    connection.send(&commands.map(encode).concat()).unwrap();
    let replies: Vec<Reply> = commands.iter().map(|_| connection.receive().unwrap()).collect();
    assert_eq!(replies[..2], [Reply::Simple("OK".into()), Reply::Simple("QUEUED".into())]);
    assert!(matches!(&replies[2], Reply::Error(text) if text.starts_with("CROSSSLOT ")), "{replies:?}");
    assert!(matches!(&replies[3], Reply::Error(text) if text.starts_with("EXECABORT ")), "{replies:?}");
    assert_eq!(replies[4], Reply::Bulk(None));
}
