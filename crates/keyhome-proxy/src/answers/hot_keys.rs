//! `KEYHOME HOTKEYS [count]`: the keys that come most often, of all threads.

use keyhome_resp::{array, bulk, error, integer, null};

use super::errors::wrong_words;
use crate::pool::Pool;

/// How many are given where the client does not say.
const USUAL: usize = 10;

/// An array for each key, the hottest first: the key, its length, how often it came at most, by how much that may be too
/// high, and its server. Of a long key only the beginning is known, and so not its server. `words` are those after the
/// first two.
pub(crate) fn of(pool: &Pool, words: &[&[u8]], now: u64, resp3: bool, out: &mut Vec<u8>) {
    let count = match words {
        [] => Some(USUAL),
        [count] => std::str::from_utf8(count).ok().and_then(|text| text.parse().ok()),
        _ => return wrong_words(out, "keyhome|hotkeys"),
    };
    let Some(count) = count else {
        return error(out, "ERR the count of hot keys is a number, 0 or greater");
    };
    let hot = match pool.hot_keys.merged(now) {
        Ok(Some(hot)) => hot,
        Ok(None) => return error(out, "ERR hot keys are not counted: start the proxy with --hot-keys"),
        Err(problem) => return error(out, &format!("ERR {problem}")),
    };
    let top = hot.top(count);
    array(out, top.len());
    for hot in top {
        array(out, 5);
        bulk(out, &hot.key);
        integer(out, hot.length as i64);
        integer(out, hot.count as i64);
        integer(out, hot.error as i64);
        let whole = hot.length == hot.key.len() as u64;
        let home = pool.all().index(&hot.key).ok().filter(|_| whole);
        match home.and_then(|home| pool.all().nodes().get(home)) {
            Some(node) => bulk(out, node.name.as_bytes()),
            None => null(out, resp3),
        }
    }
}
