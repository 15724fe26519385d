#![no_main]
//! Any small topology, with any servers gone: keyhome places every key where the naive description does.

use keyhome::dialect::OptionValue;
use keyhome::{Dialect, Member, Node, Options, Router};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

mod naive;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Hash {
    Md5,
    Fnv1a64,
    OneAtATime,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Rule {
    Ketama(Hash, Option<[u8; 2]>),
    Modula(Hash, Option<[u8; 2]>),
    Vnodes(u8),
}

/// A server: letters of its name, and its weight as a number of bits, to meet light ones beside heavy ones.
#[derive(Arbitrary, Debug)]
struct Server {
    letters: [u8; 3],
    weight: u16,
    shift: u8,
    gone: bool,
}

#[derive(Arbitrary, Debug)]
struct Case {
    rule: Rule,
    servers: Vec<Server>,
    keys: Vec<Vec<u8>>,
}

/// The index of the server that owns a key.
type Home<'a> = dyn Fn(&[u8]) -> Option<usize> + 'a;

impl Hash {
    fn word(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Fnv1a64 => "fnv1a_64",
            Self::OneAtATime => "one_at_a_time",
        }
    }

    /// twemproxy hashes an empty key to 0 without calling the function.
    fn of(self, key: &[u8]) -> u32 {
        match self {
            _ if key.is_empty() => 0,
            Self::Md5 => naive::md5_word(key),
            Self::Fnv1a64 => naive::fnv1a_64(key),
            Self::OneAtATime => naive::one_at_a_time(key),
        }
    }
}

impl Rule {
    fn dialect(self) -> (&'static Dialect, Options) {
        let id = if let Self::Vnodes(_) = self { "vnodes" } else { "twemproxy" };
        let dialect = Dialect::find(id).expect("the dialect is known");
        let mut options = Options::new();
        let mut set = |name, value| options.set(dialect.option(name).expect("the option is known"), value);
        match self {
            Self::Vnodes(count) => set("vnodes", OptionValue::Number(u32::from(count) + 1)),
            Self::Ketama(hash, tag) | Self::Modula(hash, tag) => {
                let distribution = if let Self::Ketama(..) = self { "ketama" } else { "modula" };
                set("distribution", OptionValue::Word(distribution));
                set("hash", OptionValue::Word(hash.word()));
                if let Some(tag) = tag {
                    set("hash_tag", OptionValue::TwoBytes(tag));
                }
            }
        }
        (dialect, options)
    }

    /// A way to find the server of a key among these.
    fn naively<'a>(self, servers: &'a mut Vec<naive::Server<'a>>) -> Box<Home<'a>> {
        if !matches!(self, Self::Vnodes(_)) {
            naive::twemproxy_order(servers);
        }
        match self {
            Self::Ketama(hash, tag) => {
                let points = naive::ketama(servers);
                Box::new(move |key| naive::on_ring(&points, hash.of(naive::tagged(key, tag))))
            }
            Self::Modula(hash, tag) => {
                Box::new(move |key| naive::modula(servers, hash.of(naive::tagged(key, tag))))
            }
            Self::Vnodes(count) => {
                let points = naive::vnodes(servers, u32::from(count) + 1);
                Box::new(move |key| naive::on_ring(&points, naive::md5_hex(key)))
            }
        }
    }
}

fn check(router: &Router, home: &Home, keys: &[Vec<u8>]) {
    for key in keys {
        let index = router.index(key).expect("rings and lists have a home for every key");
        assert_eq!(Some(index), home(key), "{key:?}");
    }
    let mut indexes = Vec::new();
    router.indexes(keys, &mut indexes).expect("and so they have for many");
    let one_by_one = keys.iter().map(|key| router.index(key).expect("as above") as u32);
    assert!(indexes.iter().copied().eq(one_by_one), "many keys at once go where each goes");
}

fuzz_target!(|case: Case| {
    let Case { rule, mut servers, keys } = case;
    servers.truncate(12);
    if servers.is_empty() {
        return;
    }
    let weighted = !matches!(rule, Rule::Vnodes(_));
    let letter = |byte: &u8| char::from(b'a' + byte % 26);
    let nodes: Vec<Node> = servers
        .iter()
        .enumerate()
        .map(|(index, server)| {
            let letters: String =
                server.letters.iter().take(usize::from(server.shift % 4)).map(letter).collect();
            let mut node = Node::new(format!("{letters}{index}"), format!("10.0.0.{index}:6379"));
            node.weight = if weighted { u32::from(server.weight.max(1)) << (server.shift % 12) } else { 1 };
            node
        })
        .collect();
    let named = |index: usize| naive::Server { index, name: &nodes[index].name, weight: nodes[index].weight };
    let (dialect, options) = rule.dialect();
    let router = Router::new(dialect, &options, nodes.iter().cloned().map(Member::from).collect())
        .expect("names differ, weights are small, and so is the ring");

    let mut all: Vec<_> = (0..nodes.len()).map(named).collect();
    // Of a single server the rule is not asked.
    if nodes.len() == 1 {
        check(&router, &|_| Some(0), &keys);
        return;
    }
    check(&router, &*rule.naively(&mut all), &keys);

    let gone: Vec<&str> = nodes
        .iter()
        .zip(&servers)
        .filter(|(_, server)| server.gone)
        .map(|(node, _)| node.name.as_str())
        .collect();
    let mut left: Vec<_> = (0..nodes.len()).filter(|index| !servers[*index].gone).map(named).collect();
    match router.without(&gone) {
        Ok(rest) => check(&rest, &*rule.naively(&mut left), &keys),
        Err(error) => assert!(left.is_empty() && error.code() == "pool.empty", "{error}"),
    }
});
