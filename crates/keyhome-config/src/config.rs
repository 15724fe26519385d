//! A config: one pool or more.

use alloc::{format, vec::Vec};

use keyhome_core::{Error, ErrorKind};
use serde::Serialize;

use crate::{
    document::{self, Kind, Value},
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
        let repeated_name = first_repeated(entries.iter().map(|(key, _)| Some(key)).collect());
        let listens = entries.iter().map(|(_, value)| value.get("listen"));
        let repeated_listen = first_repeated(listens.collect());
        let mut pools = Vec::new();
        for (position, (key, value)) in entries.iter().enumerate() {
            let name = key.text("the name of a pool")?;
            if repeated_name == Some(position) {
                return Err(
                    key.error(ErrorKind::ConfigName, format!("there is a pool {} already", quote(name)))
                );
            }
            let pool = Pool::read(name, key.place, value)?;
            if let (Some(place), Some(listen)) = (value.get("listen"), &pool.settings.listen)
                && repeated_listen == Some(position)
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
            let guess =
                did_you_mean(name, &self.pools.iter().map(|pool| pool.name.as_str()).collect::<Vec<_>>());
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

/// The position of the first of these texts that stood there before.
fn first_repeated(values: Vec<Option<&Value>>) -> Option<usize> {
    let mut texts: Vec<(&str, usize)> = Vec::new();
    for (position, value) in values.into_iter().enumerate() {
        if let Some(Value { kind: Kind::Scalar(_, text), .. }) = value {
            texts.push((text, position));
        }
    }
    texts.sort_unstable();
    let mut first = None;
    for pair in texts.windows(2) {
        if let [(text, _), (same, position)] = pair
            && text == same
            && first.is_none_or(|first| *position < first)
        {
            first = Some(*position);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn error(text: &str) -> Error {
        Config::parse(text).unwrap_err()
    }

    #[test]
    fn pools_are_named_to_who_asks_for_another() {
        let config =
            Config::parse("cache:\n  servers:\n   - h:1:1\njobs:\n  servers:\n   - h:1:1\n").unwrap();
        assert_eq!(config.pool(Some("jobs")).unwrap().name, "jobs");
        let message = |name| config.pool(name).unwrap_err().to_string();
        assert_eq!(message(None), "name one of the pools; there are 2: `cache`, `jobs`");
        assert_eq!(
            message(Some("cahce")),
            "no pool is called `cahce`; there are 2: `cache`, `jobs`; did you mean `cache`?"
        );
    }

    #[test]
    fn the_dialect_can_stand_after_what_it_explains() {
        let pool = "p:\n  vnodes: 9\n  servers:\n   - h:11211:1\n  dialect: vnodes\n";
        assert_eq!(Config::parse(pool).unwrap().pools[0].members[0].node.name, "h:11211");
        let error = error("p:\n  hash: md5\n  servers:\n   - h:1:1\n  dialect: vnodes\n");
        assert_eq!((error.code(), error.line(), error.column()), ("config.option", Some(2), Some(3)));
        assert_eq!(
            error.detail(),
            "the dialect `vnodes` has no `hash`; it is an option of `twemproxy` or `libmemcached`"
        );
    }

    #[test]
    fn listens_are_compared_as_texts() {
        let two = |a, b| {
            alloc::format!("a:\n  listen: {a}\n  servers: [h:1:1]\nb:\n  listen: {b}\n  servers: [h:1:1]\n")
        };
        assert!(Config::parse(&two("localhost:1", "127.0.0.1:1")).is_ok());
        let error = error(&two("/x 0666", "'/x 0666'"));
        assert_eq!((error.code(), error.line(), error.column()), ("config.name", Some(5), Some(11)));
    }

    /// nutcracker says no to both.
    #[test]
    fn a_password_needs_redis_and_no_value_is_empty() {
        let error_of = |keys: &str| error(&alloc::format!("p:\n{keys}  servers:\n   - h:1:1\n"));
        let password = error_of("  redis_auth: x\n");
        assert_eq!(
            (password.code(), password.line(), password.column()),
            ("config.value", Some(2), Some(15))
        );
        for key in ["hash", "timeout", "redis", "hash_tag", "listen", "zone", "on_failure", "dialect"] {
            let empty = error_of(&alloc::format!("  {key}: ''\n"));
            assert_eq!((empty.code(), empty.line(), empty.field()), ("config.type", Some(2), Some(key)));
        }
        assert_eq!(error("'': {servers: [h:1:1]}").code(), "config.type");
    }

    #[test]
    fn what_is_wrong_among_servers_is_where_the_server_is() {
        let error = error("p:\n  servers:\n   - h:1:1 a\n   - address: h:2\n     name: a\n");
        assert_eq!((error.code(), error.line(), error.column()), ("config.name", Some(4), Some(6)));
        assert_eq!(error.position(), None);
    }
}
