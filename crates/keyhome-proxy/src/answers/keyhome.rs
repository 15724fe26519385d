//! KEYHOME: what the proxy says about itself to any client of Redis.

use keyhome_resp::error;

use super::{hot_keys, slow_log};
use crate::{client::Session, pool::Pool};

/// Answers KEYHOME and its words.
pub(crate) fn of(client: &Session, pool: &Pool, words: &[&[u8]], now: u64, out: &mut Vec<u8>) {
    let (name, rest) = match words {
        [_, name, rest @ ..] => (name.to_ascii_lowercase(), rest),
        _ => return super::wrong_words(out, "keyhome"),
    };
    match &*name {
        b"hotkeys" => hot_keys::of(pool, rest, now, client.resp3, out),
        b"slowlog" => slow_log::with_servers(&pool.slow_log, rest, out),
        _ => {
            let name = String::from_utf8_lossy(&name[..name.len().min(128)]).into_owned();
            error(out, &format!("ERR unknown subcommand '{name}' of KEYHOME"));
        }
    }
}
