//! CRC-32 (IEEE 802.3, reflected), as twemproxy (`src/hashkit/nc_crc32.c`) and libmemcached compute it.

use core::sync::atomic::{AtomicU32, Ordering};

/// The CRC of each byte, made when it is first needed: as data it would be a kilobyte of every download of the module
/// for WebAssembly, and few pools use this hash. Whoever comes while somebody else makes it, makes the same.
static TABLE: [AtomicU32; 256] = [const { AtomicU32::new(0) }; 256];

#[cold]
fn make_table() {
    // From the end, so that entry 1 stands for all of them; entry 0 is 0.
    for byte in (0..256_u32).rev() {
        let crc = (0..8).fold(byte, |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
        TABLE[byte as usize].store(crc, Ordering::Release);
    }
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    // Whoever sees this entry sees those that were stored before it.
    if TABLE[1].load(Ordering::Acquire) == 0 {
        make_table();
    }
    let entry = |index: u32| TABLE[(index & 0xff) as usize].load(Ordering::Relaxed);
    !bytes.iter().fold(!0_u32, |crc, &byte| entry(crc ^ u32::from(byte)) ^ (crc >> 8))
}
