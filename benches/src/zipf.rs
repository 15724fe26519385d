//! Streams in which few keys come often and most come seldom.

use crate::keys::Numbers;

/// Keys one behind the other, in the order in which they come: what a parser's buffer looks like. A key that lay
/// anywhere in memory would cost more to fetch than to count.
pub(crate) struct Stream {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    ranks: Vec<u32>,
}

impl Stream {
    /// `length` keys, of `distinct` different ones of 10 to 30 bytes, the one of rank r as often as r^-exponent says.
    pub(crate) fn zipf(exponent: f64, length: usize, distinct: u32) -> Self {
        let mut sums = Vec::new();
        let mut sum = 0.0;
        for rank in 1..=distinct {
            sum += f64::from(rank).powf(-exponent);
            sums.push(sum);
        }
        let mut stream = Self { bytes: Vec::new(), ends: Vec::new(), ranks: Vec::new() };
        for number in Numbers(5).take(length) {
            let chance = (number >> 11) as f64 / (1_u64 << 53) as f64 * sum;
            let rank = sums.partition_point(|sum| *sum < chance) as u32;
            stream.bytes.extend_from_slice(&key(rank));
            stream.ends.push(stream.bytes.len());
            stream.ranks.push(rank);
        }
        stream
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.bytes[core::mem::replace(&mut start, *end)..*end])
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Keys and how often each comes, the most frequent first.
    pub(crate) fn exact(&self) -> Vec<(Vec<u8>, u64)> {
        let mut counts = vec![0_u64; self.ranks.iter().max().map_or(0, |rank| *rank as usize + 1)];
        for rank in &self.ranks {
            counts[*rank as usize] += 1;
        }
        let mut exact: Vec<(Vec<u8>, u64)> = (0..).map(key).zip(counts).collect();
        exact.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        exact
    }
}

/// The key of a rank: 10 to 30 bytes, no two alike.
fn key(rank: u32) -> Vec<u8> {
    const WORDS: [&str; 4] = ["user:", "session:", "cart:item:", "feed:v2:user:"];
    let number = Numbers(u64::from(rank)).next().unwrap_or_default() as usize;
    let size = 10 + (number >> 4) % 21;
    // An odd factor moves every number below 2^20 to another one.
    let id = format!("{:x}", rank.wrapping_mul(7919) % (1 << 20));
    let word = WORDS[number % WORDS.len()];
    let digits = size.saturating_sub(word.len());
    format!("{word}{id:0>digits$}").into_bytes()
}
