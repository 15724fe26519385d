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

/// Commands that both support, as words: `K` is a key of any server, `T` one of a tag, `V` a value, `N` a small number.
/// Not here: those whose reply is by chance (SPOP), a matter of time (TTL), and those that nutcracker sends to the wrong
/// server (EXISTS of several keys, ZUNION; docs/proxy.md).
const SHAPES: &str = "\
    GET K; SET K V; SETNX K V; GETSET K V; APPEND K V; STRLEN K; INCR K; INCRBY K N; DECR K; DEL K; \
    DEL K K K; UNLINK K K; TOUCH K K K K; MGET K K K K K; MGET K; MSET K V K V K V; MSET K V; TYPE K; \
    EXISTS K; PERSIST K; EXPIRE K 1000; GETRANGE K 0 N; SETRANGE K N V; GETBIT K N; SETBIT K N 1; \
    BITCOUNT K; LPUSH K V V; RPUSH K V; LPOP K; RPOP K; LLEN K; LRANGE K 0 N; LINDEX K N; LREM K 0 V; \
    LTRIM K 0 N; LSET K 0 V; LINSERT K BEFORE V V; RPOPLPUSH T T; LMOVE T T LEFT RIGHT; SADD K N; \
    SREM K N; SCARD K; SISMEMBER K N; SMEMBERS K; SADD T N; SINTER T T; SUNION T T; SDIFFSTORE T T T; \
    SMOVE T T N; HSET K V V; HGET K V; HDEL K V; HLEN K; HGETALL K; HEXISTS K V; HINCRBY K V N; \
    HSETNX K V V; HMGET K V V; HSTRLEN K V; ZADD K N V; ZSCORE K V; ZREM K V; ZCARD K; ZRANGE K 0 N; \
    ZRANK K V; ZINCRBY K N V; ZCOUNT K 0 N; ZREVRANGE K 0 N WITHSCORES; ZRANGEBYSCORE K 0 N; PFADD K V; \
    PFCOUNT K; COPY T T; PING; EVAL return(KEYS[1]) 1 K; EVAL return(redis.call('get',KEYS[1])) 1 K; \
    SORT T ALPHA; GETDEL K; GETEX K; SET K V EX 1000; PSETEX K 100000 V; DUMP K";

fn random(dice: &mut Dice) -> Vec<Vec<u8>> {
    let shapes: Vec<&str> = SHAPES.split("; ").collect();
    let shape = dice.one_of(&shapes);
    let mut below = |limit: usize| dice.below(limit);
    let mut tag = None;
    let words = shape.split(' ').map(|word| match word {
        "K" if below(8) == 0 => vec![0xff, b'k', below(4) as u8],
        "K" => format!("key:{}", below(60)).into_bytes(),
        "T" => {
            let tag = *tag.get_or_insert_with(|| below(5));
            format!("{{tag{tag}}}:{}", below(6)).into_bytes()
        }
        "V" if below(200) == 0 => vec![b'v'; 40_000],
        "V" => format!("v{}\r\n", below(9)).into_bytes(),
        "N" => below(12).to_string().into_bytes(),
        word => word.as_bytes().to_vec(),
    });
    words.collect()
}

/// The order of a set is the server's own.
fn comparable(command: &[u8], mut reply: Reply) -> Reply {
    if let (b"SMEMBERS" | b"SINTER" | b"SUNION" | b"HGETALL", Reply::Array(Some(values))) =
        (command, &mut reply)
    {
        values.sort_by_key(|value| format!("{value:?}"));
    }
    reply
}

fn ask(connection: &mut Connection, commands: &[Vec<Vec<u8>>]) -> Vec<Reply> {
    let mut bytes = Vec::new();
    for command in commands {
        bytes.extend(encode(&command.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }
    connection.send(&bytes).unwrap();
    commands.iter().map(|command| comparable(&command[0], connection.receive().unwrap())).collect()
}

#[test]
fn the_same_commands_give_the_same_replies_and_leave_the_same_data() {
    let scratch = Scratch::new().unwrap();
    let behind_nutcracker = servers(&scratch);
    let nutcracker = Nutcracker::start(&scratch, &[pool(&behind_nutcracker, PATIENT)]).unwrap();
    let fleet = Fleet::start();
    let (mut old, mut new) = (nutcracker.connect(POOL).unwrap(), fleet.connect());
    let mut dice = Dice::new(1);
    for _ in 0..COMMANDS / PIPELINE {
        let commands: Vec<_> = (0..PIPELINE).map(|_| random(&mut dice)).collect();
        let (expected, found) = (ask(&mut old, &commands), ask(&mut new, &commands));
        for ((command, expected), found) in commands.iter().zip(expected).zip(found) {
            let shown: Vec<_> =
                command.iter().map(|word| word[..word.len().min(40)].escape_ascii().to_string()).collect();
            assert_eq!(expected, found, "{}", shown.join(" "));
        }
    }
    for (old, new) in behind_nutcracker.iter().zip(&fleet.servers) {
        let digest = |server: &keyhome_live::RedisServer| {
            server.connect().unwrap().call(&[b"DEBUG", b"DIGEST"]).unwrap().text().unwrap()
        };
        assert_eq!(digest(old), digest(new));
        assert_ne!(digest(old), "0".repeat(40), "each server has keys");
    }
}
