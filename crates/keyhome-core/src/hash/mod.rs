//! The hash functions that place keys, one file each, and the list of them.
//!
//! All of them answer with 32 bits (but [`Algorithm::Md5Whole`], 128) and are bit-exact with the programs that
//! made them known; the quirks are kept and explained in each file.

mod arch;
pub(crate) mod crc16;
mod crc32;
mod fnv;
mod hsieh;
mod jenkins;
pub(crate) mod md5;
mod murmur;
mod one_at_a_time;
pub(crate) mod sha1;

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $sign:literal, $bits:literal;)*) => {
        /// A hash function, by the program's own name for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Algorithm { $($(#[$doc])* $name,)* }

        impl Algorithm {
            /// Every hash function there is.
            pub const ALL: &'static [Algorithm] = &[$(Algorithm::$name,)*];

            /// The word for it in configs and explanations.
            pub const fn name(self) -> &'static str {
                match self { $(Algorithm::$name => $word,)* }
            }

            /// The function of that name.
            pub fn find(name: &str) -> Option<Algorithm> {
                Self::ALL.iter().find(|algorithm| algorithm.name() == name).copied()
            }

            /// Whether bytes above 0x7f hash differently where C's `char` is signed (x86) and where not (ARM).
            pub const fn looks_at_sign(self) -> bool {
                match self { $(Algorithm::$name => $sign,)* }
            }

            /// How many bits its values have: they lie in `0..2^bits`.
            pub const fn bits(self) -> u32 {
                match self { $(Algorithm::$name => $bits,)* }
            }
        }
    };
}

algorithms! {
    /// Jenkins' one-at-a-time.
    OneAtATime = "one_at_a_time", true, 32;
    /// The first four bytes of MD5, little-endian.
    Md5 = "md5", false, 32;
    /// CRC-16/XMODEM in a 32-bit register that twemproxy never masks.
    Crc16 = "crc16", false, 32;
    /// Bits 16 to 30 of CRC-32: 15 bits. libmemcached calls it `crc`.
    Crc32 = "crc32", false, 15;
    /// CRC-32.
    Crc32a = "crc32a", false, 32;
    /// The low 32 bits of FNV-1, 64-bit.
    Fnv1_64 = "fnv1_64", true, 32;
    /// The low 32 bits of FNV-1a, 64-bit.
    Fnv1a64 = "fnv1a_64", true, 32;
    /// FNV-1, 32-bit.
    Fnv1_32 = "fnv1_32", true, 32;
    /// FNV-1a, 32-bit.
    Fnv1a32 = "fnv1a_32", true, 32;
    /// Hsieh's SuperFastHash without its length seed.
    Hsieh = "hsieh", true, 32;
    /// MurmurHash2 with a seed made from the length.
    Murmur = "murmur", false, 32;
    /// Jenkins' lookup3, initial value 13.
    Jenkins = "jenkins", false, 32;
    /// MurmurHash3, 32-bit, with a seed made from the length, as libmemcached calls it.
    Murmur3 = "murmur3", false, 32;
    /// The first four bytes of SHA-1, little-endian.
    Sha1 = "sha1", false, 32;
    /// The first eight hexadecimal digits of MD5 as a number: its first four bytes, big-endian.
    Md5Hex = "md5_hex8", false, 32;
    /// All of MD5 as one big-endian number.
    Md5Whole = "md5_128", false, 128;
    /// CRC-16/XMODEM modulo 16384: the slot of Redis Cluster.
    Slot = "crc16_slot", false, 14;
    /// The sum of the UTF-16 code units.
    CharSum = "charsum", false, 64;
}

/// A hash function and how it reads bytes above 0x7f.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash {
    algorithm: Algorithm,
    signed_char: bool,
}

impl KeyHash {
    /// `signed_char` counts only where the function looks at the sign: two hashes that give the same values
    /// are equal.
    pub const fn new(algorithm: Algorithm, signed_char: bool) -> Self {
        Self { algorithm, signed_char: signed_char && algorithm.looks_at_sign() }
    }

    /// The function.
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// Whether a byte above 0x7f is taken as negative, as C compilers on x86 do.
    pub const fn signed_char(self) -> bool {
        self.signed_char
    }

    /// The 32-bit hash of `bytes`. [`Algorithm::Md5Whole`] gives its first 32 bits, [`Algorithm::CharSum`] 0.
    #[inline]
    pub fn hash(self, bytes: &[u8]) -> u32 {
        match (self.algorithm, self.signed_char) {
            (Algorithm::Fnv1a64, true) => fnv::fnv1a_64_signed(bytes),
            (Algorithm::Fnv1a64, false) => fnv::fnv1a_64_unsigned(bytes),
            _ => self.hash_rarer(bytes),
        }
    }

    /// Kept out of line so that [`hash`](Self::hash) stays small in its callers.
    #[inline(never)]
    fn hash_rarer(self, bytes: &[u8]) -> u32 {
        let sign = Sign(self.signed_char);
        match self.algorithm {
            Algorithm::Md5 => md5::digest(bytes)[0],
            Algorithm::Md5Hex | Algorithm::Md5Whole => md5::digest(bytes)[0].swap_bytes(),
            Algorithm::OneAtATime => one_at_a_time::one_at_a_time(bytes, sign),
            Algorithm::Fnv1_64 => fnv::fnv1_64(bytes, sign),
            Algorithm::Fnv1_32 => fnv::fnv1_32(bytes, sign),
            Algorithm::Fnv1a32 => fnv::fnv1a_32(bytes, sign),
            Algorithm::Hsieh => hsieh::hsieh(bytes, sign),
            Algorithm::Crc16 => crc16::twemproxy(bytes),
            Algorithm::Crc32 => (crc32::crc32(bytes) >> 16) & 0x7fff,
            Algorithm::Crc32a => crc32::crc32(bytes),
            Algorithm::Murmur => murmur::murmur2(bytes),
            Algorithm::Murmur3 => murmur::murmur3(bytes),
            Algorithm::Jenkins => jenkins::jenkins(bytes),
            Algorithm::Sha1 => sha1::digest(bytes)[0],
            Algorithm::Slot => u32::from(crc16::xmodem(bytes) % crate::key::SLOTS),
            Algorithm::CharSum => 0,
            Algorithm::Fnv1a64 => self.hash(bytes),
        }
    }

    /// The hashes of many keys, side by side where the CPU can. `out` is as long as `keys`.
    pub(crate) fn hash_each(self, keys: &[&[u8]], out: &mut [u32]) {
        match self.algorithm {
            Algorithm::Md5 | Algorithm::Md5Hex => {
                let big_endian = self.algorithm == Algorithm::Md5Hex;
                let mut digests = [[0; 4]; BATCH];
                for (keys, out) in keys.chunks(BATCH).zip(out.chunks_mut(BATCH)) {
                    md5::digests(keys, &mut digests[..keys.len()]);
                    for (out, [first, ..]) in out.iter_mut().zip(&digests) {
                        *out = if big_endian { first.swap_bytes() } else { *first };
                    }
                }
            }
            _ => {
                for (out, key) in out.iter_mut().zip(keys) {
                    *out = self.hash(key);
                }
            }
        }
    }

    /// MD5 as one big-endian number, for the rings whose points are that wide.
    pub(crate) fn hash_whole(bytes: &[u8]) -> u128 {
        whole(md5::digest(bytes))
    }
}

/// How many keys are hashed before they are looked up: enough for any SIMD width, little enough for the L1 cache.
pub(crate) const BATCH: usize = 64;

/// The four little-endian words of a digest as one big-endian number.
pub(crate) fn whole(digest: [u32; 4]) -> u128 {
    digest.iter().fold(0, |number, word| number << 32 | u128::from(word.swap_bytes()))
}

/// How C reads a byte: sign-extended where `char` is signed, as on x86; plain where it is not, as on ARM.
/// Keys outside ASCII are placed differently by the two, so neither may be "fixed" into the other.
#[derive(Clone, Copy)]
struct Sign(bool);

impl Sign {
    /// The byte as C's `int`.
    #[inline(always)]
    fn extend(self, byte: u8) -> u32 {
        if self.0 { byte as i8 as u32 } else { u32::from(byte) }
    }
}

#[cfg(test)]
mod tests;
