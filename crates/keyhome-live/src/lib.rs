//! Real servers on loopback, for the demo, the tests and the benches.
//!
//! What keyhome says about a key is only worth something if the real programs agree. This crate starts them
//! ([`RedisServer`], [`RedisCluster`], [`Nutcracker`], [`Proxy`]) on free ports of 127.0.0.1, talks to them ([`resp`]),
//! and sees to it that none of them outlives the program that started them ([`Scratch`]).
//!
//! ```
//! use keyhome_live::{Nutcracker, Pool, RedisServer, Scratch};
//!
//! let scratch = Scratch::new()?;
//! let redis = RedisServer::start(&scratch)?;
//! let pool = Pool::new("sessions").set("hash", "fnv1a_64").server(format!("{}:1 redis-1", redis.address()));
//! let nutcracker = Nutcracker::start(&scratch, &[pool])?;
//! nutcracker.connect("sessions")?.call(&[b"SET", b"user:1001", b"1"])?;
//! assert_eq!(redis.connect()?.call(&[b"GET", b"user:1001"])?.bytes(), Some(b"1".as_slice()));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The programs come from Debian's packages redis-server and nutcracker; `make setup` installs them.

mod nutcracker;
mod ports;
mod proxy;
mod redis_cluster;
mod redis_server;
pub mod resp;
mod scratch;
mod served;

pub use nutcracker::{Nutcracker, Pool};
pub use ports::lease;
pub use proxy::Proxy;
pub use redis_cluster::{ClusterConnection, RedisCluster};
pub use redis_server::RedisServer;
pub use scratch::{Process, Scratch};
