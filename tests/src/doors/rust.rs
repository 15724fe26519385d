//! The Rust library: the crate `keyhome`.

use keyhome::{Error, Router, config};
use serde_json::{Value, json};

use super::{
    cluster_node, refusal,
    ways::{Told, agreed},
};
use crate::{
    cases::Key,
    door::{Asked, Cluster, Door, Home, Refusal, Said, Witness},
    keys::pack,
    pool::Pool,
    traces::Run,
};

/// The crate `keyhome`.
#[derive(Debug)]
pub struct RustDoor;

fn refused(error: &Error) -> Refusal {
    let refusal = refusal(&json!(error));
    assert_eq!(
        (refusal.code.as_str(), refusal.line, refusal.column, refusal.position),
        (error.code(), error.line(), error.column(), error.position()),
        "the JSON of an error says what the error says"
    );
    refusal
}

fn asked<T>(answer: Result<T, Error>) -> Asked<T> {
    answer.map_err(|error| refused(&error)).into()
}

/// One home at a time, all at once, packed and grouped: all must say the same.
fn homes(router: &Router, keys: &[Key]) -> Vec<Home> {
    let homes: Vec<Result<usize, Error>> = keys.iter().map(|key| router.index(key)).collect();
    let first_error =
        homes.iter().enumerate().find_map(|(at, home)| home.as_ref().err().map(|error| (at, error.kind())));
    let mut indexes = Vec::new();
    let together = router.indexes(keys, &mut indexes).map_err(|error| (error.position(), error.kind()));
    assert_eq!(together, first_error.map_or(Ok(()), |(at, kind)| Err((Some(at), kind))));
    let (bytes, offsets) = pack(keys);
    let mut packed = Vec::new();
    let in_one_piece = router.indexes_packed(&bytes, &offsets, &mut packed);
    assert_eq!(in_one_piece.map_err(|error| (error.position(), error.kind())), together);
    assert_eq!(packed, indexes);
    if first_error.is_none() {
        let one_by_one: Vec<u32> = homes.iter().flatten().map(|home| *home as u32).collect();
        assert_eq!(indexes, one_by_one);
        let groups = router.group(keys).expect("no key is without a home");
        for (index, positions) in &groups {
            assert!(
                positions.is_sorted()
                    && positions.iter().all(|position| indexes[*position] as usize == *index)
            );
        }
        assert_eq!(groups.values().map(Vec::len).sum::<usize>(), keys.len());
    }
    for (key, home) in keys.iter().zip(&homes) {
        let by_node = router.node(key).map(|node| node.name.as_str()).map_err(|error| error.kind());
        let by_index = home.as_ref().map(|index| router.nodes()[*index].name.as_str()).map_err(Error::kind);
        assert_eq!(by_node, by_index);
    }
    homes.into_iter().map(|home| home.map_err(|error| error.code().to_owned())).collect()
}

/// What a batch says.
fn told(batch: Result<(), Error>, indexes: Vec<u32>) -> Told {
    match batch {
        Ok(()) => Told::of_indexes(indexes),
        Err(error) => Told::Refused(refused(&error)),
    }
}

impl Witness for RustDoor {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        let text = pool.text();
        let router =
            if pool.is_map() { keyhome::from_cluster(text) } else { keyhome::from_config(&text, None) };
        asked(router.and_then(|router| router.without(&pool.gone())).map(|router| {
            let home = |key| router.index(key).map_err(|error| error.code().to_owned());
            let (bytes, offsets) = pack(keys);
            let mut packed = Vec::new();
            let batch = router.indexes_packed(&bytes, &offsets, &mut packed);
            agreed(&[
                ("index", Told::Homes(keys.iter().map(home).collect())),
                ("packed", told(batch, packed)),
            ])
        }))
    }
}

impl Door for RustDoor {
    fn placement(&self, config: &str, pool: Option<&str>, keys: &[Key]) -> Asked<Vec<Home>> {
        asked(keyhome::from_config(config, pool).map(|router| homes(&router, keys)))
    }

    fn without(
        &self,
        config: &str,
        pool: Option<&str>,
        steps: &[&[String]],
        keys: &[Key],
    ) -> Asked<Vec<Result<Vec<Home>, Refusal>>> {
        let router = match keyhome::from_config(config, pool) {
            Ok(router) => router,
            Err(error) => return Asked::Refused(refused(&error)),
        };
        let mut answers = Vec::new();
        let mut next = router.clone();
        for names in steps {
            match next.without(names) {
                Ok(router) => {
                    assert_eq!(router.nodes(), next.nodes(), "nodes and indexes stay");
                    answers.push(Ok(homes(&router, keys)));
                    next = router;
                }
                Err(error) => {
                    answers.push(Err(refused(&error)));
                    break;
                }
            }
        }
        Asked::Answered(answers)
    }

    fn successors(
        &self,
        config: &str,
        pool: Option<&str>,
        without: &[String],
        n: usize,
        keys: &[Key],
    ) -> Asked<Vec<Vec<usize>>> {
        let router = keyhome::from_config(config, pool).and_then(|router| router.without(without));
        asked(router.and_then(|router| {
            keys.iter()
                .map(|key| {
                    let indexes = router.successor_indexes(key, n)?;
                    let nodes: Vec<_> = indexes.iter().map(|index| &router.nodes()[*index]).collect();
                    assert_eq!(router.successors(key, n)?, nodes);
                    Ok(indexes)
                })
                .collect()
        }))
    }

    fn balance(&self, config: &str, pool: Option<&str>, without: &[String]) -> Asked<Value> {
        let router = keyhome::from_config(config, pool).and_then(|router| router.without(without));
        asked(router.map(|router| json!(router.balance())))
    }

    fn arcs(&self, pool: &Pool) -> Asked<Value> {
        let router = config::read(&pool.text(), None).and_then(|router| router.without(&pool.gone()));
        asked(router.and_then(|router| router.arcs()).map(|arcs| json!(arcs)))
    }

    fn diff(&self, old: &str, new: &str) -> Asked<Value> {
        let both =
            keyhome::from_config(old, None).and_then(|old| Ok((old, keyhome::from_config(new, None)?)));
        asked(both.map(|(old, new)| json!(old.diff(&new))))
    }

    fn fingerprint(&self, config: &str) -> Asked<String> {
        asked(keyhome::from_config(config, None).and_then(|router| router.fingerprint()))
    }

    fn slots(&self, keys: &[Key]) -> Asked<Vec<u16>> {
        let mut slots = Vec::new();
        keyhome::slots(keys, &mut slots);
        assert_eq!(slots, keys.iter().map(keyhome::slot).collect::<Vec<_>>());
        let (bytes, offsets) = pack(keys);
        let mut packed = Vec::new();
        let in_one_piece = keyhome::slots_packed(&bytes, &offsets, &mut packed);
        assert_eq!((in_one_piece, &packed), (Ok(()), &slots));
        Asked::Answered(slots)
    }

    fn config(&self, config: &str, pools: &[&str]) -> Asked<Vec<Value>> {
        assert_eq!(config::pool_names(config), Ok(pools.iter().map(|&name| name.to_owned()).collect()));
        let shown = |pool: &config::Pool| {
            pool.router().expect("a pool that is in order");
            json!(pool)
        };
        asked(config::Config::parse(config).map(|config| config.pools.iter().map(shown).collect()))
    }

    fn config_error(&self, config: &str, pool: Option<&str>) -> Asked<()> {
        asked(keyhome::from_config(config, pool).map(|_| ()))
    }

    fn cluster(&self, kind: &str, reply: &Value, keys: &[Key]) -> Asked<Cluster> {
        let reply = config::Reply::from_json(&reply.to_string()).expect("a reply");
        let text = if let config::Reply::Text(text) = &reply { Some(text.clone()) } else { None };
        assert_eq!(text.is_some(), kind == "nodes");
        asked(keyhome::from_cluster(reply).map(|router| {
            assert!(
                text.is_none_or(|text| config::looks_like_cluster_nodes(&text)),
                "it does not look like one"
            );
            Cluster {
                nodes: router.nodes().iter().map(|node| cluster_node(&json!(node))).collect(),
                homes: homes(&router, keys),
            }
        }))
    }

    fn commands(&self, commands: &[Vec<Key>]) -> Asked<Vec<Said>> {
        let kind = |words: &[Key]| {
            let [name, second] = [0, 1].map(|at| words.get(at).map(AsRef::as_ref));
            keyhome::command_kind(name.unwrap_or_default(), second)
        };
        let said = |words: &Vec<Key>| Said {
            keys: keyhome::command_keys(words).map_err(|error| refused(&error)),
            route: keyhome::command_route(words).map(|route| json!(route)).map_err(|error| refused(&error)),
            kind: kind(words).map(|kind| json!(kind)).map_err(|error| refused(&error)),
        };
        Asked::Answered(commands.iter().map(said).collect())
    }

    fn replay(&self, run: &Run) -> Asked<Vec<Value>> {
        Asked::Answered(run.play())
    }
}
