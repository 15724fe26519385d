//! Keys and servers to measure with, the same in every run.

use keyhome_core::{Dialect, Error, ErrorKind, Member, Node, Options, Router, dialect::OptionValue};

/// Numbers that look like chance: splitmix64.
pub(crate) struct Numbers(pub(crate) u64);

impl Iterator for Numbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

/// Keys of 10 to 30 bytes, every eighth with a hash tag.
pub(crate) fn keys(count: usize) -> Vec<Vec<u8>> {
    let words = ["user:", "session:", "cart:item:", "feed:v2:user:"];
    let key = |number: u64| {
        let word = words[number as usize % words.len()];
        let id = number >> 8;
        let key = if number & 0x70 == 0 {
            format!("{{{}}}:{word}x", id % 100_000_000)
        } else {
            format!("{word}{id:x}")
        };
        let size = 10 + (number as usize >> 4) % 21;
        let mut key = key.into_bytes();
        key.resize(size.max(10), b'7');
        key
    };
    Numbers(7).take(count).map(key).collect()
}

/// Equal servers.
pub(crate) fn servers(count: usize) -> Vec<Member> {
    let address =
        |number: usize| format!("10.{}.{}.{}:6379", number >> 16, (number >> 8) & 255, number & 255);
    (1..=count).map(|number| Member::from(Node::new(address(number), address(number)))).collect()
}

/// A twemproxy pool of equal servers.
pub(crate) fn pool(count: usize, hash: &'static str) -> Result<Router, Error> {
    routed("twemproxy", &[("hash", hash)], count)
}

/// Options that are words.
pub(crate) type Words<'w> = &'w [(&'static str, &'static str)];

/// A pool of equal servers of any dialect.
pub(crate) fn routed(dialect: &str, words: Words<'_>, count: usize) -> Result<Router, Error> {
    let missing = |what: &str| Error::new(ErrorKind::ConfigOption, format!("there is no `{what}`"));
    let dialect = Dialect::find(dialect).ok_or_else(|| missing(dialect))?;
    let mut options = Options::new();
    for (name, word) in words {
        let option = dialect.option(name).ok_or_else(|| missing(name))?;
        options.set(option, OptionValue::Word(word));
    }
    Router::new(dialect, &options, servers(count))
}
