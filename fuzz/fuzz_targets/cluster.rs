#![no_main]
//! Any text as the reply of CLUSTER NODES, and what is JSON also as that of SLOTS or SHARDS: a clear error, or a
//! router that answers.

use keyhome::config::Reply;
use libfuzzer_sys::fuzz_target;

mod answers;

fn check(reply: Reply) {
    match keyhome::from_cluster(reply) {
        Ok(router) => answers::of_router(&router),
        Err(error) => answers::of_error(&error),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    check(Reply::from(&*text));
    match Reply::from_json(&text) {
        Ok(reply) => check(reply),
        Err(error) => answers::of_error(&error),
    }
});
