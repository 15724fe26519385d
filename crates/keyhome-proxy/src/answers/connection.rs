//! HELLO, AUTH, SELECT, PING, ECHO: as Redis 7.0 answers them (src/networking.c, src/acl.c, src/db.c), on a connection that is one
//! to the proxy.

use keyhome_resp::{array, bulk, error, error_bytes, integer, map, number, simple};

use super::errors::wrong_words;
use crate::{client::Session, pool::Pool};

pub(crate) fn ping(words: &[&[u8]], out: &mut Vec<u8>) {
    match words {
        [_] => simple(out, "PONG"),
        [_, text] => bulk(out, text),
        _ => wrong_words(out, "ping"),
    }
}

pub(crate) fn echo(words: &[&[u8]], out: &mut Vec<u8>) {
    match words {
        [_, text] => bulk(out, text),
        _ => wrong_words(out, "echo"),
    }
}

/// There is one database: that of the pool, which clients know as 0, and by its own number where it has another.
pub(crate) fn select(pool: &Pool, words: &[&[u8]], out: &mut Vec<u8>) {
    let [_, text] = words else { return wrong_words(out, "select") };
    match number(text).and_then(|number| i32::try_from(number).ok()) {
        None => error(out, "ERR value is not an integer or out of range"),
        Some(0) => simple(out, "OK"),
        Some(database) if u32::try_from(database) == Ok(pool.settings.redis_db) => simple(out, "OK"),
        Some(_) => error(out, "ERR DB index is out of range"),
    }
}

/// AUTH. With one word in nutcracker's words; with a user, which nutcracker does not know, in Redis's: the user is the
/// one that there is without ACLs, `default`.
pub(crate) fn auth(client: &mut Session, pool: &Pool, words: &[&[u8]], out: &mut Vec<u8>) {
    match (words, &pool.settings.redis_auth) {
        ([_] | [], _) => wrong_words(out, "auth"),
        ([_, _], None) => error(out, "ERR Client sent AUTH, but no password is set"),
        ([_, given], Some(password)) => {
            client.authenticated = is_same(password.as_bytes(), given);
            if client.authenticated { simple(out, "OK") } else { error(out, "ERR invalid password") }
        }
        ([_, user, given], _) => {
            if is_user(client, pool, user, given) {
                simple(out, "OK");
            } else {
                error(out, WRONG_PASSWORD);
            }
        }
        _ => error(out, "ERR syntax error"),
    }
}

const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";

/// A pool without a password lets anybody in, whatever the password that they give, as Redis does.
fn is_user(client: &mut Session, pool: &Pool, user: &[u8], given: &[u8]) -> bool {
    let password = pool.settings.redis_auth.as_ref();
    client.authenticated =
        user == b"default" && password.is_none_or(|password| is_same(password.as_bytes(), given));
    client.authenticated
}

/// Takes as long whatever byte is the first that differs (`time_independent_strcmp` of Redis).
fn is_same(password: &[u8], given: &[u8]) -> bool {
    password.len() == given.len()
        && password.iter().zip(given).fold(0, |different, (one, other)| different | (one ^ other)) == 0
}

/// HELLO (`helloCommand`): nothing of it is done where a part of it is wrong.
pub(crate) fn hello(client: &mut Session, pool: &Pool, words: &[&[u8]], out: &mut Vec<u8>) {
    let resp3 = match words.get(1).map(|version| number(version)) {
        None => client.resp3,
        Some(Some(2)) => false,
        Some(Some(3)) => true,
        Some(Some(_)) => return error(out, "NOPROTO unsupported protocol version"),
        Some(None) => return error(out, "ERR Protocol version is not an integer or out of range"),
    };
    let (mut user, mut name) = (None, None);
    let mut rest = words.get(2..).unwrap_or_default();
    while let [option, after @ ..] = rest {
        rest = match after {
            [given_user, password, after @ ..] if option.eq_ignore_ascii_case(b"auth") => {
                user = Some((*given_user, *password));
                after
            }
            [given, after @ ..] if option.eq_ignore_ascii_case(b"setname") => {
                if !super::client::is_plain(given) {
                    return error(out, super::client::NO_NAME);
                }
                name = Some(*given);
                after
            }
            _ => {
                let mut text = b"ERR Syntax error in HELLO option '".to_vec();
                text.extend_from_slice(option);
                text.push(b'\'');
                return error_bytes(out, &text);
            }
        };
    }
    if let Some((user, password)) = user
        && !is_user(client, pool, user, password)
    {
        return error(out, WRONG_PASSWORD);
    }
    if pool.settings.redis_auth.is_some() && !client.authenticated {
        return error(
            out,
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
             <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the \
             same time",
        );
    }
    if let Some(name) = name {
        client.name = name.to_vec();
    }
    client.resp3 = resp3;
    map(out, 7, resp3);
    bulk(out, b"server");
    bulk(out, b"redis");
    bulk(out, b"version");
    bulk(out, pool.redis_version().as_bytes());
    bulk(out, b"proto");
    integer(out, if resp3 { 3 } else { 2 });
    bulk(out, b"id");
    integer(out, client.id as i64);
    bulk(out, b"mode");
    bulk(out, b"standalone");
    bulk(out, b"role");
    bulk(out, b"master");
    bulk(out, b"modules");
    array(out, 0);
}
