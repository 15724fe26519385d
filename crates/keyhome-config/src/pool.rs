//! A pool of a config.

use alloc::{format, string::String, vec::Vec};

use keyhome_core::{
    Dialect, Error, ErrorKind, Member, Node, Options, ReadFrom, Router,
    dialect::OptionValue,
    router::{Advice, AdviceKind},
};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::{
    document::{Kind, Place, Value},
    fields::{self, Field},
    scalar, server,
    settings::Settings,
    wording::{any_of, quote},
};

/// A pool as a config describes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pool {
    /// Its name. Unique in its config.
    pub name: String,
    /// How it places keys.
    pub dialect: &'static Dialect,
    /// The options of the dialect that were given.
    pub options: Options,
    /// How it is served.
    pub settings: Settings,
    /// The servers, in the order of the text.
    pub members: Vec<Member>,
}

impl Pool {
    /// The router of this pool.
    pub fn router(&self) -> Result<Router, Error> {
        Router::new(self.dialect, &self.options, self.members.clone())
    }

    /// What somebody should know about this pool, besides what [`Router::advice`] says: settings that change nothing.
    pub fn advice(&self) -> Vec<Advice> {
        let Settings { on_failure, auto_eject_hosts, read_from, .. } = &self.settings;
        let mut texts = Vec::new();
        if self.settings.is_given("on_failure") && !auto_eject_hosts {
            texts.push(format!(
                "`on_failure: {}` has no effect: without `auto_eject_hosts: true` no server is ever taken out.",
                on_failure.word()
            ));
        }
        if *read_from != ReadFrom::Primary
            && self.members.iter().all(|member| member.node.replicas.is_empty())
        {
            texts.push(format!("`read_from: {}` finds no replicas: no server names any.", read_from.word()));
        } else if *read_from == ReadFrom::Nearest && self.settings.zone.is_none() {
            texts.push("`read_from: nearest` takes all as equally near: the pool names no `zone`.".into());
        }
        texts.into_iter().map(|text| Advice::of_pool(AdviceKind::IdleSetting, text)).collect()
    }

    /// Reads the pool `name`, whose key stands at `place`.
    pub(crate) fn read(name: &str, place: Place, value: &Value) -> Result<Self, Error> {
        let dialect = dialect_of(value)?;
        let fields = fields::read(value, "a pool", &known_keys())?;
        let mut pool = Self {
            name: name.into(),
            dialect,
            options: Options::new(),
            settings: Settings::default(),
            members: Vec::new(),
        };
        let mut servers = None;
        for field in fields {
            match field.name {
                "dialect" => {}
                "servers" => servers = Some(field),
                _ => pool.read_field(field).map_err(|error| field.of(error))?,
            }
        }
        let servers = servers.ok_or_else(|| {
            place
                .error(ErrorKind::ConfigEmpty, format!("the pool {} has no servers", quote(name)))
                .in_field("servers")
        })?;
        pool.read_servers(servers)?;
        pool.check_password(value)?;
        Ok(pool)
    }

    fn read_field(&mut self, field: Field<'_>) -> Result<(), Error> {
        let Field { name, place, value } = field;
        if let Some(option) = self.dialect.option(name) {
            self.options.set(option, scalar::option(value, option.takes)?);
            return Ok(());
        }
        if Settings::KEYS.contains(&name) {
            return self.settings.read(name, value);
        }
        let having = Dialect::ALL.iter().filter(|dialect| dialect.option(name).is_some());
        let having: Vec<_> = having.map(|dialect| dialect.id).collect();
        let (dialect, name) = (quote(self.dialect.id), quote(name));
        let detail = format!("the dialect {dialect} has no {name}; it is an option of {}", any_of(&having));
        Err(place.error(ErrorKind::ConfigOption, detail))
    }

    fn read_servers(&mut self, field: Field<'_>) -> Result<(), Error> {
        let items = match &field.value.kind {
            Kind::Sequence(items) => &items[..],
            _ if field.value.is_null() => &[],
            _ => return Err(field.of(field.value.is_not("a list of servers"))),
        };
        for item in items {
            self.members.push(server::read(item, self.dialect)?);
        }
        self.dialect.check(&self.options, &self.members).map_err(|error| {
            let server = error.position().and_then(|position| items.get(position));
            field.of(server.map_or(field.place, |server| server.place).of(error))
        })
    }

    fn serialize_options<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
        let Self { dialect, options, settings, .. } = self;
        let with_defaults = dialect.id == Dialect::TWEMPROXY.id;
        out.serialize_entry("dialect", dialect.id)?;
        for option in dialect.options {
            match options.get(option.name) {
                None if !with_defaults => {}
                given => serialize_option(out, option.name, given.or(option.default))?,
            }
        }
        settings.serialize_into(out, with_defaults)
    }

    /// nutcracker takes a password for pools that speak Redis only.
    fn check_password(&self, value: &Value) -> Result<(), Error> {
        let misplaced = self.dialect.id == Dialect::TWEMPROXY.id && !self.settings.redis;
        match value.get("redis_auth") {
            Some(password) if misplaced => {
                let detail = "a password is for pools with `redis: true` only";
                Err(password.error(ErrorKind::ConfigValue, detail).in_field("redis_auth"))
            }
            _ => Ok(()),
        }
    }
}

/// The dialect decides what the other keys mean, wherever it stands among them.
fn dialect_of(value: &Value) -> Result<&'static Dialect, Error> {
    let Some(id) = value.get("dialect") else { return Ok(Dialect::TWEMPROXY) };
    let ids: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.id).collect();
    let found = scalar::word(id, &ids).map_err(|error| error.in_field("dialect"))?;
    Ok(Dialect::find(found).unwrap_or(Dialect::TWEMPROXY))
}

/// Every key that a pool can have, of whatever dialect: one that is not of its own is told so later.
fn known_keys() -> Vec<&'static str> {
    let mut keys = Vec::from(["dialect", "servers"]);
    keys.extend_from_slice(Settings::KEYS);
    for dialect in Dialect::ALL {
        for option in dialect.options {
            keys.push(option.name);
        }
    }
    keys
}

/// `{"name", "options", "nodes"}`. For the dialect `twemproxy`, `options` has its defaults filled in; for others
/// only what the text says, and `dialect`.
impl Serialize for Pool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nodes: Vec<&Node> = self.members.iter().map(|member| &member.node).collect();
        let mut out = serializer.serialize_struct("Pool", 3)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("options", &ShownOptions(self))?;
        out.serialize_field("nodes", &nodes)?;
        out.end()
    }
}

struct ShownOptions<'p>(&'p Pool);

impl Serialize for ShownOptions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        self.0.serialize_options(&mut out)?;
        out.end()
    }
}

/// A pool without its servers, in JSON: `name`, and beside it the members of the `options` of a [`Pool`].
#[derive(Debug, Clone, Copy)]
pub struct ShownSettings<'p>(pub &'p Pool);

impl Serialize for ShownSettings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("name", &self.0.name)?;
        self.0.serialize_options(&mut out)?;
        out.end()
    }
}

fn serialize_option<M: SerializeMap>(
    out: &mut M,
    name: &str,
    value: Option<OptionValue>,
) -> Result<(), M::Error> {
    match value {
        Some(OptionValue::Word(word)) => out.serialize_entry(name, word),
        Some(OptionValue::Number(number)) => out.serialize_entry(name, &number),
        Some(OptionValue::Switch(switch)) => out.serialize_entry(name, &switch),
        // Two bytes of a text are a text; a caller can make others of them.
        Some(OptionValue::TwoBytes(bytes)) => {
            out.serialize_entry(name, core::str::from_utf8(&bytes).unwrap_or("\u{fffd}\u{fffd}"))
        }
        None => out.serialize_entry(name, &()),
    }
}
