//! A config: one pool or more.

use alloc::{collections::BTreeSet, format, vec::Vec};

use keyhome_core::{Error, ErrorKind};
use serde::Serialize;

use crate::{
    document::{self, Kind},
    pool::Pool,
    wording::{did_you_mean, quote},
};

/// The pools of a text that is in order.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Config {
    /// In the order of the text; never empty.
    pub pools: Vec<Pool>,
}

impl Config {
    /// Reads a nutcracker.yml, with our keys or without, or the same shape in JSON if the first character that is
    /// not blank is `{`.
    ///
    /// Errors, with line and column: `config.syntax`, `config.field`, `config.type`, `config.value`,
    /// `config.number`, `config.weight`, `config.server`, `config.name`, `config.option`, `config.empty`,
    /// `config.slots`, `config.points`, `config.nodes`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some(root) = document::parse(text)? else {
            return Err(Error::new(
                ErrorKind::ConfigEmpty,
                "there is nothing in it; at least one pool is needed",
            ));
        };
        let Kind::Mapping(entries) = &root.kind else { return Err(root.is_not("a mapping of pools")) };
        if entries.is_empty() {
            return Err(root.error(ErrorKind::ConfigEmpty, "there is no pool in it"));
        }
        let (mut names, mut listens) = (BTreeSet::new(), BTreeSet::new());
        let mut pools = Vec::new();
        for (key, value) in entries {
            let name = key.key("the name of a pool")?;
            if !names.insert(name) {
                return Err(
                    key.error(ErrorKind::ConfigName, format!("there is a pool {} already", quote(name)))
                );
            }
            let pool = Pool::read(name, key.place, value)?;
            if let (Some(place), Some(listen)) = (value.get("listen"), &pool.settings.listen)
                && !listens.insert(listen.text.clone())
            {
                let detail = format!("another pool listens on {} already", quote(&listen.text));
                return Err(place.error(ErrorKind::ConfigName, detail).in_field("listen"));
            }
            pools.push(pool);
        }
        Ok(Self { pools })
    }

    /// The pool of that name, or the only one if none is named.
    ///
    /// Errors: `pool.unknown`, `pool.required`; both name the pools there are.
    pub fn pool(&self, name: Option<&str>) -> Result<&Pool, Error> {
        let Some(name) = name else {
            return match &self.pools[..] {
                [only] => Ok(only),
                _ => Err(Error::new(
                    ErrorKind::PoolRequired,
                    format!("name one of the pools; {}", self.there_are()),
                )),
            };
        };
        self.pools.iter().find(|pool| pool.name == name).ok_or_else(|| {
            let guess = did_you_mean(name, self.pools.iter().map(|pool| pool.name.as_str()));
            Error::new(
                ErrorKind::PoolUnknown,
                format!("no pool is called {}; {}{guess}", quote(name), self.there_are()),
            )
        })
    }

    fn there_are(&self) -> alloc::string::String {
        const SHOWN: usize = 12;
        let names: Vec<_> = self.pools.iter().take(SHOWN).map(|pool| quote(&pool.name)).collect();
        let names = names.join(", ");
        match self.pools.len() {
            1 => format!("there is {names}"),
            count @ 0..=SHOWN => format!("there are {count}: {names}"),
            count => format!("there are {count}: {names} and others"),
        }
    }
}
