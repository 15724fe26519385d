//! x86-64: which instructions the CPU has, asked once, and the routine for them.

mod crc16_clmul;
mod crc16_wide;
mod md5_avx2;
mod md5_avx512;
mod md5_rounds;

cpufeatures::new!(wide_crc, "avx512f", "avx512bw", "vpclmulqdq", "pclmulqdq", "bmi1", "bmi2");
cpufeatures::new!(clmul, "pclmulqdq", "ssse3");
cpufeatures::new!(avx512, "avx512f", "avx512bw");
cpufeatures::new!(avx2, "avx2");

/// CRC-16/XMODEM.
#[inline]
pub(in crate::hash) fn crc16(bytes: &[u8]) -> Option<u16> {
    if wide_crc::get() {
        // SAFETY: the CPU has the features the function is compiled for.
        Some(unsafe { crc16_wide::crc16(bytes) })
    } else if clmul::get() {
        // SAFETY: as above.
        Some(unsafe { crc16_clmul::crc16(bytes) })
    } else {
        None
    }
}

/// CRC-16/XMODEM of the part of a key that Redis Cluster hashes.
#[inline]
pub(in crate::hash) fn crc16_of_tag(key: &[u8]) -> Option<u16> {
    if wide_crc::get() {
        // SAFETY: the CPU has the features the function is compiled for.
        Some(unsafe { crc16_wide::crc16_of_tag(key) })
    } else if clmul::get() {
        // SAFETY: as above.
        Some(unsafe { crc16_clmul::crc16_of_tag(key) })
    } else {
        None
    }
}

/// The same of a key of ASCII, not long, that is given as UTF-16.
#[inline]
pub(in crate::hash) fn crc16_of_ascii_tag(units: &[u16]) -> Option<u16> {
    if wide_crc::get() {
        // SAFETY: the CPU has the features the function is compiled for.
        unsafe { crc16_wide::crc16_of_ascii_tag(units) }
    } else {
        None
    }
}

/// The same of many keys; the whole loop is compiled for the CPU, so that nothing is called for a key.
pub(in crate::hash) fn crc16_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) -> bool {
    if wide_crc::get() {
        // SAFETY: the CPU has the features the function is compiled for.
        unsafe { crc16_wide::crc16_of_tags(keys, out) };
        true
    } else if clmul::get() {
        // SAFETY: as above.
        unsafe { crc16_clmul::crc16_of_tags(keys, out) };
        true
    } else {
        false
    }
}

/// The MD5 digests of many messages.
pub(in crate::hash) fn md5<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) -> bool {
    if avx512::get() {
        // SAFETY: the CPU has the features the function is compiled for.
        unsafe { md5_avx512::digests(messages, out) };
        true
    } else if avx2::get() {
        // SAFETY: as above.
        unsafe { md5_avx2::digests(messages, out) };
        true
    } else {
        false
    }
}
