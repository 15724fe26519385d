//! The same commands through the real nutcracker and through keyhome, to servers of the same names: the same replies, and
//! the same data on the servers that have the same names.

use keyhome_live::{
    Nutcracker, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::dice::Dice;

use crate::fleet::{Fleet, PATIENT, POOL, pool, servers};

const COMMANDS: usize = 20_000;

/// Commands sent at once.
const PIPELINE: usize = 40;

/// One in so many pipelines is sent byte by byte.
const BYTE_BY_BYTE: usize = 20;

/// All commands that both support, by the type of their keys, as words: `K` is a key of any server, `T` one of a tag, `V` a
/// value, `M` a member, `N` a small number, `D` a value as DUMP gives it. What is left to chance or time is asked for all of
/// it (`SPOP K 1000`) or only for its kind ([`comparable`]). Not here are ZUNION, ZINTER and ZDIFF, and EXISTS of several
/// keys, which nutcracker sends to the wrong server (docs/proxy.md).
const SHAPES: &[(&str, &str)] = &[
    (
        "string",
        "GET K; SET K V; SET K V EX 1000; SET K V NX GET; SETNX K V; SETEX K 1000 V; PSETEX K 100000 V; GETSET K V; GETDEL K; \
         GETEX K; GETEX K EX 1000; APPEND K V; STRLEN K; GETRANGE K 0 N; SETRANGE K N V; INCR K; DECR K; INCRBY K N; \
         DECRBY K N; INCRBYFLOAT K N; GETBIT K N; SETBIT K N 1; BITCOUNT K; BITPOS K 1; BITFIELD K INCRBY u8 0 N; \
         MGET K; MGET K K K K K; MSET K V; MSET K V K V K V; SET K N",
    ),
    (
        "list",
        "LPUSH K V V; RPUSH K V; LPUSHX K V; RPUSHX K V V; LPOP K; LPOP K 2; RPOP K; LLEN K; LRANGE K 0 N; LINDEX K N; \
         LREM K 0 V; LTRIM K 0 N; LSET K 0 V; LINSERT K BEFORE V V; LPOS K V; RPOPLPUSH T T; LMOVE T T LEFT RIGHT; \
         SORT K ALPHA; SORT T ALPHA DESC STORE T",
    ),
    (
        "set",
        "SADD K M; SADD K M M M; SREM K M; SCARD K; SISMEMBER K M; SMISMEMBER K M M; SMEMBERS K; SPOP K 1000; \
         SRANDMEMBER K 1000; SSCAN K 0 COUNT 1000; SADD T M M; SDIFF T T; SINTER T T; SUNION T T; SDIFFSTORE T T T; \
         SINTERSTORE T T T; SUNIONSTORE T T T; SMOVE T T M",
    ),
    (
        "hash",
        "HSET K M V; HSET K M V M V; HMSET K M V; HSETNX K M V; HGET K M; HMGET K M M; HGETALL K; HKEYS K; HVALS K; HLEN K; \
         HDEL K M; HEXISTS K M; HSTRLEN K M; HINCRBY K M N; HINCRBYFLOAT K M N; HRANDFIELD K 1000; HSCAN K 0 COUNT 1000; \
         HSET K M N",
    ),
    (
        "sorted set",
        "ZADD K N M; ZADD K N M N M; ZSCORE K M; ZMSCORE K M M; ZREM K M; ZCARD K; ZRANGE K 0 N; ZREVRANGE K 0 N WITHSCORES; \
         ZRANK K M; ZREVRANK K M; ZINCRBY K N M; ZCOUNT K 0 N; ZLEXCOUNT K - +; ZRANGEBYSCORE K 0 N; ZREVRANGEBYSCORE K N 0; \
         ZRANGEBYLEX K - +; ZREVRANGEBYLEX K + -; ZREMRANGEBYLEX K [m1 [m2; ZREMRANGEBYRANK K N N; ZREMRANGEBYSCORE K N N; \
         ZPOPMAX K; ZPOPMIN K N; ZRANDMEMBER K 1000; ZSCAN K 0 COUNT 1000; ZADD T N M; ZRANGESTORE T T 0 N; \
         ZDIFFSTORE T 2 T T; ZINTERSTORE T 2 T T; ZUNIONSTORE T 2 T T",
    ),
    (
        "place",
        "GEOADD K N 38.1 M; GEODIST K M M; GEOHASH K M; GEOPOS K M M; GEORADIUS K 5 37 900 km ASC; \
         GEORADIUSBYMEMBER K M 900 km ASC; GEOSEARCH K FROMLONLAT 5 37 BYRADIUS 900 km ASC; GEOADD T N 37.5 M; \
         GEOSEARCHSTORE T T FROMLONLAT 5 37 BYRADIUS 900 km",
    ),
    ("log", "PFADD K M M; PFCOUNT K; PFADD T M; PFCOUNT T T; PFMERGE T T T"),
    (
        "any",
        "DEL K; DEL K K K; UNLINK K K; TOUCH K; TOUCH K K K K; EXISTS K; TYPE K; PERSIST K; EXPIRE K 1000; PEXPIRE K 1000000; \
         EXPIREAT K 4000000000; PEXPIREAT K 4000000000000; TTL K; PTTL K; DUMP K; RESTORE K 0 D; RESTORE K 0 D REPLACE; \
         COPY T T; COPY T T REPLACE; PING; COMMAND; LOLWUT VERSION 1; EVAL return(KEYS[1]) 1 K; \
         EVAL return(redis.call('type',KEYS[1])) 1 K; EVALSHA c25612b82607a58c0a27b966f5ea53f2556fcb4e 1 K",
    ),
];

/// A random command. `dump` is what DUMP gives for some value.
fn random(dice: &mut Dice, dump: &[u8], large: bool) -> Vec<Vec<u8>> {
    let (of, shapes) = dice.one_of(SHAPES);
    let shapes: Vec<&str> = shapes.split("; ").collect();
    let shape = dice.one_of(&shapes);
    let mut below = |limit: usize| dice.below(limit);
    let mut tag = None;
    // The keys of one tag are of one type, too, but for one in ten.
    let of_key = |below: &mut dyn FnMut(usize) -> usize| -> &str {
        if of == "any" || below(10) == 0 { SHAPES[below(SHAPES.len() - 1)].0 } else { of }
    };
    let words = shape.split(' ').map(|word| match word {
        "K" if below(20) == 0 => vec![0xff, b'k', below(4) as u8],
        "K" => format!("{}:{}", of_key(&mut below), below(12)).into_bytes(),
        "T" => {
            let tag = *tag.get_or_insert_with(|| below(5));
            format!("{{tag{tag}}}:{}:{}", of_key(&mut below), below(3)).into_bytes()
        }
        "V" if large && below(200) == 0 => vec![b'v'; 40_000],
        "V" => format!("v{}\r\n", below(9)).into_bytes(),
        "M" => format!("m{}", below(9)).into_bytes(),
        "N" => below(12).to_string().into_bytes(),
        "D" => dump.to_vec(),
        word => word.as_bytes().to_vec(),
    });
    words.collect()
}

/// What of a reply is the same on every server: not the order of a set, nor how much time is left, nor in which order a
/// server lists its commands.
fn comparable(command: &[Vec<u8>], reply: Reply) -> Reply {
    match (command[0].as_slice(), reply) {
        (
            b"SMEMBERS" | b"SINTER" | b"SUNION" | b"SDIFF" | b"HGETALL" | b"HKEYS" | b"HVALS" | b"SPOP"
            | b"SRANDMEMBER" | b"HRANDFIELD" | b"ZRANDMEMBER",
            Reply::Array(Some(values)),
        ) => sorted(values),
        (b"SSCAN" | b"HSCAN" | b"ZSCAN", Reply::Array(Some(values))) => {
            let part = |value| match value {
                Reply::Array(Some(values)) => sorted(values),
                cursor => cursor,
            };
            Reply::Array(Some(values.into_iter().map(part).collect()))
        }
        (b"TTL" | b"PTTL", Reply::Integer(1..)) => Reply::Integer(1),
        (b"COMMAND", Reply::Array(Some(values))) => Reply::Integer(values.len() as i64),
        // A set or hash as it lies in memory.
        (b"DUMP", Reply::Bulk(Some(bytes))) => Reply::Integer(bytes.len() as i64),
        // It is drawn anew each time.
        (b"LOLWUT", Reply::Bulk(Some(_))) => Reply::Bulk(None),
        (_, reply) => reply,
    }
}

fn sorted(mut values: Vec<Reply>) -> Reply {
    values.sort_by_key(|value| format!("{value:?}"));
    Reply::Array(Some(values))
}

fn ask(connection: &mut Connection, commands: &[Vec<Vec<u8>>], byte_by_byte: bool) -> Vec<Reply> {
    let mut bytes = Vec::new();
    for command in commands {
        bytes.extend(encode(&command.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }
    if byte_by_byte {
        for byte in bytes {
            connection.send(&[byte]).unwrap();
        }
    } else {
        connection.send(&bytes).unwrap();
    }
    commands.iter().map(|command| comparable(command, connection.receive().unwrap())).collect()
}

#[test]
fn the_same_commands_give_the_same_replies_and_leave_the_same_data() {
    let scratch = Scratch::new().unwrap();
    let behind_nutcracker = servers(&scratch);
    let nutcracker = Nutcracker::start(&scratch, &[pool(&behind_nutcracker, PATIENT)]).unwrap();
    let fleet = Fleet::start();
    let dump = {
        let mut server = behind_nutcracker[0].connect().unwrap();
        server.call(&[b"RPUSH", b"dumped", b"a", b"b"]).unwrap();
        let dump = server.call(&[b"DUMP", b"dumped"]).unwrap().bytes().unwrap().to_vec();
        server.call(&[b"DEL", b"dumped"]).unwrap();
        dump
    };
    let (mut old, mut new) = (nutcracker.connect(POOL).unwrap(), fleet.connect());
    let mut dice = Dice::new(1);
    let mut refused = 0;
    for number in 0..COMMANDS / PIPELINE {
        let slowly = number % BYTE_BY_BYTE == 0;
        let commands: Vec<_> = (0..PIPELINE).map(|_| random(&mut dice, &dump, !slowly)).collect();
        let (expected, found) = (ask(&mut old, &commands, slowly), ask(&mut new, &commands, slowly));
        for ((command, expected), found) in commands.iter().zip(expected).zip(found) {
            refused += usize::from(matches!(expected, Reply::Error(_)));
            let shown: Vec<_> =
                command.iter().map(|word| word[..word.len().min(40)].escape_ascii().to_string()).collect();
            assert_eq!(expected, found, "{}", shown.join(" "));
        }
    }
    assert!((COMMANDS / 100..COMMANDS / 3).contains(&refused), "{refused} errors");
    for (old, new) in behind_nutcracker.iter().zip(&fleet.servers) {
        let digest = |server: &keyhome_live::RedisServer| {
            server.connect().unwrap().call(&[b"DEBUG", b"DIGEST"]).unwrap().text().unwrap()
        };
        assert_eq!(digest(old), digest(new));
        assert_ne!(digest(old), "0".repeat(40), "each server has keys");
    }
}
