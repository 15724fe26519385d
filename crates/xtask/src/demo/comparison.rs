//! What the servers show against what the doors say.

use std::io;
use std::path::PathBuf;

use anyhow::{Result, bail};
use keyhome_live::RedisServer;

use super::door::{Door, hex};

/// A pool on real servers, with keys written to it, and the servers on which each was then found.
pub(crate) struct Observed {
    pub(crate) pool: String,
    pub(crate) hash: String,
    pub(crate) distribution: String,
    pub(crate) tag: String,
    /// How many, and what is special about them.
    pub(crate) servers: String,
    /// The file that keyhome is given.
    pub(crate) config: PathBuf,
    /// Whether the file holds several pools, so that this one must be named.
    pub(crate) named: bool,
    pub(crate) keys: Vec<Vec<u8>>,
    /// For each key, the names of all nodes of the pool that have it: one, if all is well.
    pub(crate) holders: Vec<Vec<String>>,
}

/// How the keys of a pool fared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) at_home: usize,
    /// One line for each key that is not where some door says.
    pub(crate) astray: Vec<String>,
}

/// Asks every door for every key. A key is at home when all doors name the one server that has it.
pub(crate) fn compare(observed: &Observed, doors: &[Box<dyn Door>]) -> Result<Tally> {
    let pool = observed.named.then_some(observed.pool.as_str());
    let mut wrong: Vec<Option<String>> = vec![None; observed.keys.len()];
    for door in doors {
        let homes = door.homes(&observed.config, pool, &observed.keys)?;
        if homes.len() != observed.keys.len() {
            bail!("{} gave {} answers for {} keys", door.name(), homes.len(), observed.keys.len());
        }
        for (index, home) in homes.iter().enumerate() {
            let holders = &observed.holders[index];
            if home.as_ref().is_none_or(|home| holders != std::slice::from_ref(home)) {
                let key = hex(&observed.keys[index]);
                let said = home.as_deref().unwrap_or("nowhere");
                let found = if holders.is_empty() { "nowhere".to_owned() } else { holders.join(" and ") };
                wrong[index] =
                    Some(format!("{} {key}: {} says {said}; it is on {found}", observed.pool, door.name()));
            }
        }
    }
    let astray: Vec<String> = wrong.into_iter().flatten().collect();
    Ok(Tally { at_home: observed.keys.len() - astray.len(), astray })
}

/// A value that tells whose key it is, so that a stale or foreign one is not taken for it.
pub(crate) fn value(pool: &str, index: usize) -> Vec<u8> {
    format!("{pool} {index}").into_bytes()
}

/// Reads all keys of a pool straight from each of its servers, and lists for each key the nodes that have it.
pub(crate) fn holders(
    pool: &str,
    nodes: &[(String, &RedisServer)],
    keys: &[Vec<u8>],
) -> io::Result<Vec<Vec<String>>> {
    let mut holders = vec![Vec::new(); keys.len()];
    for (name, server) in nodes {
        let replies = server.connect()?.pipeline(keys.iter().map(|key| vec![b"GET".as_slice(), key]))?;
        for (index, reply) in replies.iter().enumerate() {
            if reply.bytes() == Some(&value(pool, index)) {
                holders[index].push(name.clone());
            }
        }
    }
    Ok(holders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    struct Says(&'static [Option<&'static str>]);

    impl Door for Says {
        fn name(&self) -> &'static str {
            "it"
        }

        fn homes(&self, _: &Path, _: Option<&str>, _: &[Vec<u8>]) -> Result<Vec<Option<String>>> {
            Ok(self.0.iter().map(|home| home.map(str::to_owned)).collect())
        }
    }

    fn fared(doors: &[&'static [Option<&'static str>]]) -> Result<Tally> {
        let holders: [&[&str]; 3] = [&["a"], &["b"], &["a", "b"]];
        let observed = Observed {
            pool: "p".to_owned(),
            hash: String::new(),
            distribution: String::new(),
            tag: String::new(),
            servers: String::new(),
            config: PathBuf::new(),
            named: true,
            keys: [b"1", b"2", b"3"].map(|key| key.to_vec()).to_vec(),
            holders: holders
                .iter()
                .map(|names| names.iter().map(|&name| name.to_owned()).collect())
                .collect(),
        };
        let doors: Vec<Box<dyn Door>> =
            doors.iter().map(|says| Box::new(Says(says)) as Box<dyn Door>).collect();
        compare(&observed, &doors)
    }

    #[test]
    fn a_key_on_two_servers_is_astray() {
        let tally = fared(&[&[Some("a"), Some("b"), Some("a")]]).unwrap();
        assert_eq!(tally, Tally { at_home: 2, astray: vec!["p 33: it says a; it is on a and b".to_owned()] });
    }

    #[test]
    fn one_door_that_errs_is_enough() {
        let right: &[Option<&str>] = &[Some("a"), Some("b"), Some("a")];
        let wrong: &[Option<&str>] = &[None, Some("b"), Some("b")];
        let tally = fared(&[right, wrong]).unwrap();
        assert_eq!(tally.at_home, 1);
        assert_eq!(tally.astray[0], "p 31: it says nowhere; it is on a");
    }

    #[test]
    fn a_door_must_answer_for_every_key() {
        assert!(fared(&[&[Some("a")]]).is_err());
    }
}
