//! The keys of a pool that do not say where keys live: how it is served.

use alloc::{string::String, vec::Vec};
use core::num::NonZeroU32;

use keyhome_core::{Error, OnFailure, ReadFrom, dialect::NUMBER_MAX, health::Rules};
use serde::ser::SerializeMap;

use crate::{document::Value, listen::Listen, scalar};

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// How a pool is served: nutcracker's keys in nutcracker's meanings, and ours. A key that is not given has
        /// twemproxy's default. Times are in milliseconds.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Settings {
            $($(#[$doc])* pub $name: $type,)*
            given: Vec<&'static str>,
        }

        impl Settings {
            /// Every key.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($name),)*];

            /// Reads the value of `key` if it is one of [`KEYS`](Self::KEYS).
            pub(crate) fn read(&mut self, key: &str, value: &Value) -> Result<(), Error> {
                self.given.push(match key {
                    $(stringify!($name) => {
                        self.$name = Setting::read(value)?;
                        stringify!($name)
                    })*
                    _ => return Ok(()),
                });
                Ok(())
            }

            fn shown(&self) -> impl Iterator<Item = (&'static str, Shown<'_>)> {
                [$((stringify!($name), self.$name.shown()),)*].into_iter()
            }
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)* given: Vec::new() }
            }
        }
    };
}

settings! {
    /// Where clients connect. Needed by the proxy only.
    listen: Option<Listen> = None;
    /// How long a server may take to answer; none, or 0: as long as it likes.
    timeout: Option<u32> = None;
    /// The length of the queue of connections that were not accepted yet.
    backlog: u32 = 512;
    /// twemproxy reads it and does nothing with it.
    client_connections: u32 = 0;
    /// Whether the servers speak Redis; else memcached.
    redis: bool = false;
    /// Whether connections of clients are probed by TCP while they are silent.
    tcpkeepalive: bool = false;
    /// The password that clients must give, and that is given to servers.
    redis_auth: Option<String> = None;
    /// The database that is selected on servers.
    redis_db: u32 = 0;
    /// Whether servers are connected to at the start.
    preconnect: bool = false;
    /// Whether a server that fails is taken out for a while.
    auto_eject_hosts: bool = false;
    /// Connections to each server.
    server_connections: NonZeroU32 = NonZeroU32::MIN;
    /// How long a server stays out before it is tried again.
    server_retry_timeout: u32 = 30000;
    /// Failures in a row after which a server is taken out; 0 is 1.
    server_failure_limit: u32 = 2;
    /// What becomes of the keys of a server that is out.
    on_failure: OnFailure = OnFailure::Remap;
    /// Which endpoint of a node is read from.
    read_from: ReadFrom = ReadFrom::Primary;
    /// Where the caller stands, for `read_from: nearest`.
    zone: Option<String> = None;
}

impl Settings {
    /// The keys that the text gives, in its order.
    pub fn given(&self) -> &[&'static str] {
        &self.given
    }

    /// Whether the text gives `key`.
    pub fn is_given(&self, key: &str) -> bool {
        self.given.contains(&key)
    }

    /// When a server is taken out, for how long, and what becomes of its keys.
    pub fn health_rules(&self) -> Rules {
        Rules {
            on_failure: self.on_failure,
            auto_eject_hosts: self.auto_eject_hosts,
            server_failure_limit: self.server_failure_limit,
            server_retry_timeout: self.server_retry_timeout,
        }
    }

    /// Adds the keys to a map: those that were given and, `with_defaults`, the other numbers and switches.
    pub(crate) fn serialize_into<M: SerializeMap>(
        &self,
        map: &mut M,
        with_defaults: bool,
    ) -> Result<(), M::Error> {
        for (key, value) in self.shown() {
            let given = self.is_given(key);
            match value {
                Shown::Number(number) if given || with_defaults => map.serialize_entry(key, &number)?,
                Shown::Switch(switch) if given || with_defaults => map.serialize_entry(key, &switch)?,
                Shown::Text(text) if given => map.serialize_entry(key, text)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// A setting as other languages see it.
enum Shown<'s> {
    Number(i64),
    Switch(bool),
    Text(&'s str),
}

/// What the value of a key can be.
trait Setting: Sized {
    fn read(value: &Value) -> Result<Self, Error>;
    fn shown(&self) -> Shown<'_>;
}

impl Setting for u32 {
    fn read(value: &Value) -> Result<Self, Error> {
        scalar::number(value, 0, NUMBER_MAX)
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Number(i64::from(*self))
    }
}

/// twemproxy's way to say "none" is -1, which no config can.
impl Setting for Option<u32> {
    fn read(value: &Value) -> Result<Self, Error> {
        u32::read(value).map(Some)
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Number(self.map_or(-1, i64::from))
    }
}

impl Setting for NonZeroU32 {
    fn read(value: &Value) -> Result<Self, Error> {
        scalar::number(value, 1, NUMBER_MAX).map(|number| Self::MIN.saturating_add(number - 1))
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Number(i64::from(self.get()))
    }
}

impl Setting for bool {
    fn read(value: &Value) -> Result<Self, Error> {
        scalar::switch(value)
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Switch(*self)
    }
}

impl Setting for Option<String> {
    fn read(value: &Value) -> Result<Self, Error> {
        value.text("a text").map(|text| Some(text.into()))
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.as_deref().unwrap_or_default())
    }
}

impl Setting for Option<Listen> {
    fn read(value: &Value) -> Result<Self, Error> {
        Listen::read(value).map(Some)
    }

    fn shown(&self) -> Shown<'_> {
        Shown::Text(self.as_ref().map_or("", |listen| &listen.text))
    }
}

macro_rules! words {
    ($($name:ident,)*) => {$(
        impl Setting for $name {
            fn read(value: &Value) -> Result<Self, Error> {
                let word = scalar::word(value, Self::WORDS)?;
                Self::find(word).ok_or_else(|| value.is_not("one of its words"))
            }

            fn shown(&self) -> Shown<'_> {
                Shown::Text(self.word())
            }
        }
    )*};
}

words! { OnFailure, ReadFrom, }
