//! `keyhome node`: on which node each key lives.

use keyhome::{Error, Router, router::KeyText};
use serde_json::json;

use super::{answer_keys, echo};
use crate::{
    args::{KeyArgs, PoolArgs},
    config_file::{self, is_stdin},
    failure::{Answer, Failure},
    key_sample::only_one_stdin,
    report,
};

pub(crate) fn run(pool: &PoolArgs, keys: &KeyArgs, json: bool) -> Result<Answer, Failure> {
    only_one_stdin(&[("the config", is_stdin(&pool.config)), ("the keys", keys.keys.is_empty())])?;
    let router = config_file::router(pool)?;
    let mut answer = Answer::Done;
    let mut indexes = Vec::new();
    answer_keys(keys, |batch, out| {
        if router.indexes(batch, &mut indexes).is_ok() {
            for (key, &index) in batch.iter().zip(&indexes) {
                print(&router, key, Ok(index as usize), keys.hex, json, out);
            }
            return Ok(());
        }
        for key in batch {
            let home = router.index(key);
            if let Err(error) = &home {
                answer = Answer::No;
                report::homeless(&KeyText::from(*key).to_string(), error);
            }
            print(&router, key, home, keys.hex, json, out);
        }
        Ok(())
    })?;
    Ok(answer)
}

fn print(router: &Router, key: &[u8], home: Result<usize, Error>, hex: bool, json: bool, out: &mut Vec<u8>) {
    if json {
        let text = KeyText::from(key);
        let (name, word) =
            text.text().map_or_else(|| ("key_hex", text.hex()), |text| ("key", text.to_owned()));
        let line = match home {
            Ok(index) => {
                let node = &router.nodes()[index];
                json!({ name: word, "node": node.name, "index": index, "address": node.address })
            }
            Err(error) => json!({ name: word, "node": null, "index": null, "error": error }),
        };
        out.extend_from_slice(line.to_string().as_bytes());
    } else {
        echo(key, hex, out);
        out.push(b'\t');
        if let Ok(index) = home {
            out.extend_from_slice(router.nodes()[index].name.as_bytes());
        }
    }
    out.push(b'\n');
}
