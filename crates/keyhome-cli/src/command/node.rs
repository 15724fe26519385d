//! `keyhome node`: on which node each key lives.

use keyhome::{Error, Router, router::KeyText};
use serde_json::json;

use super::{answer_keys, echo, open_json};
use crate::{
    args::{KeyArgs, PoolArgs},
    config_file::{self, is_stdin, only_one_stdin},
    failure::{Answer, Failure},
    report,
};

pub(crate) fn run(pool: &PoolArgs, keys: &KeyArgs, json: bool) -> Result<Answer, Failure> {
    only_one_stdin(&[("the config", is_stdin(&pool.config)), ("the keys", keys.keys.is_empty())])?;
    let router = config_file::router(pool)?;
    let homes = Homes::new(&router, json);
    let mut answer = Answer::Done;
    let mut indexes = Vec::new();
    answer_keys(keys, |batch, out| {
        if router.indexes(batch, &mut indexes).is_ok() {
            for (key, &index) in batch.iter().zip(&indexes) {
                homes.print(key, Ok(index as usize), keys.hex, out)?;
            }
            return Ok(());
        }
        for key in batch {
            let home = router.index(key);
            if let Err(error) = &home {
                answer = Answer::No;
                report::homeless(&KeyText::from(*key).to_string(), error);
            }
            homes.print(key, home, keys.hex, out)?;
        }
        Ok(())
    })?;
    Ok(answer)
}

/// What is printed behind a key, made once for each node.
struct Homes {
    json: bool,
    ends: Vec<String>,
}

impl Homes {
    fn new(router: &Router, json: bool) -> Self {
        let nodes = router.nodes().iter().enumerate();
        let ends = nodes.map(|(index, node)| {
            if json {
                format!(
                    ",\"node\":{},\"index\":{index},\"address\":{}}}",
                    json!(node.name),
                    json!(node.address)
                )
            } else {
                format!("\t{}", node.name)
            }
        });
        Self { json, ends: ends.collect() }
    }

    fn print(
        &self,
        key: &[u8],
        home: Result<usize, Error>,
        hex: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        if self.json {
            open_json(key, out)?;
        } else {
            echo(key, hex, out);
        }
        match home {
            Ok(index) => out.extend_from_slice(self.ends[index].as_bytes()),
            Err(error) if self.json => {
                let end = format!(",\"node\":null,\"index\":null,\"error\":{}}}", json!(error));
                out.extend_from_slice(end.as_bytes());
            }
            Err(_) => out.push(b'\t'),
        }
        out.push(b'\n');
        Ok(())
    }
}
