//! Counts of hash values: how much of a range somebody owns, exactly.

use alloc::format;
use core::{
    fmt,
    ops::{Add, AddAssign},
};

use serde::{Serialize, Serializer};

/// A number of hash values, from 0 to 2^128, both included: the range of a 128-bit hash does not fit 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Share {
    /// Set for 2^128 alone; `low` is 0 then. First, so that the order is that of the numbers.
    whole: bool,
    low: u128,
}

impl Share {
    /// No value at all.
    pub const ZERO: Self = Self { whole: false, low: 0 };

    /// All values of a hash of so many bits, at most 128.
    pub const fn of_bits(bits: u32) -> Self {
        if bits >= 128 { Self { whole: true, low: 0 } } else { Self { whole: false, low: 1 << bits } }
    }

    /// So many values.
    pub const fn new(count: u128) -> Self {
        Self { whole: false, low: count }
    }

    /// The highest value of a range of this size: one less than it.
    pub(crate) const fn highest(self) -> u128 {
        self.low.wrapping_sub(1)
    }

    /// The size of a range that a list is laid over: lists take hashes of 32 bits or fewer.
    pub(crate) const fn of_list(self) -> u64 {
        self.low as u64
    }

    /// The number, where it fits.
    pub fn count(self) -> Option<u128> {
        (!self.whole).then_some(self.low)
    }

    /// How much of `range` this is, from 0 to 1; 0 of an empty range.
    pub fn of(self, range: Share) -> f64 {
        let range = range.approximately();
        if range == 0.0 { 0.0 } else { self.approximately() / range }
    }

    fn approximately(self) -> f64 {
        if self.whole { 2.0 * (1_u128 << 127) as f64 } else { self.low as f64 }
    }
}

impl Add for Share {
    type Output = Self;

    /// Shares of one range never sum to more than 2^128; what would is cut there.
    fn add(self, other: Self) -> Self {
        match self.low.checked_add(other.low) {
            Some(low) if !(self.whole || other.whole) => Self { whole: false, low },
            _ => Self { whole: true, low: 0 },
        }
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// In decimal digits up to 2^53, beyond in hexadecimal ones.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            Some(count) if count <= EXACT_IN_JSON => write!(f, "{}", count as u64),
            Some(count) => write!(f, "{count:x}"),
            None => write!(f, "1{:032x}", 0),
        }
    }
}

/// The greatest integer that a reader of JSON can be trusted with.
const EXACT_IN_JSON: u128 = 1 << 53;

/// A number up to 2^53; beyond, a text of lower-case hexadecimal digits without a prefix.
impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.count() {
            Some(count) if count <= EXACT_IN_JSON => serializer.serialize_u64(count as u64),
            _ => serializer.serialize_str(&format!("{self}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Share;
    use alloc::string::ToString;

    #[test]
    fn the_range_of_a_128_bit_hash() {
        let range = Share::of_bits(128);
        let half = Share::new(1 << 127);
        assert_eq!(half + half, range);
        assert_eq!(range.to_string(), "100000000000000000000000000000000");
        assert_eq!(range.highest(), u128::MAX);
        assert!(half < range && Share::new(u128::MAX) < range);
        assert!((half.of(range) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn json_is_exact_everywhere() {
        let json = |share: Share| serde_json::to_string(&share).unwrap();
        assert_eq!(json(Share::new(1 << 53)), "9007199254740992");
        assert_eq!(json(Share::new((1 << 53) + 1)), "\"20000000000001\"");
    }
}
