//! What MD5 (RFC 1321) is made of, for lanes of any width.

/// The state before the first block.
pub(super) const INITIAL: [u32; 4] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

/// How many blocks of 64 bytes a message takes with its padding: at least one byte and eight of length.
#[inline]
pub(super) fn blocks(length: usize) -> usize {
    (length + 8) / 64 + 1
}

/// The constants of the 64 steps: 2^32 |sin(i)|.
pub(super) const ADDENDS: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// One message for every lane; lanes too many repeat the first.
#[inline]
pub(super) fn gather<K: AsRef<[u8]>, const LANES: usize>(messages: &[K]) -> [&[u8]; LANES] {
    let first: &[u8] = messages.first().map_or(&[], AsRef::as_ref);
    let mut gathered = [first; LANES];
    for (slot, message) in gathered.iter_mut().zip(messages) {
        *slot = message.as_ref();
    }
    gathered
}
