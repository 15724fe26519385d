//! What depends on the CPU: the same hashes as in the files above, faster. Every routine answers "not here" where
//! the CPU cannot, and its caller then takes the safe twin that the tests compare it with.
#![allow(unsafe_code)] // CPU instructions: loads through pointers, and calls that are sound only after detection
#![allow(clippy::cast_possible_wrap)] // intrinsics take bit patterns as signed numbers

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::{crc16, crc16_of_ascii_tag, crc16_of_tag, crc16_of_tags, md5};

#[cfg(not(target_arch = "x86_64"))]
mod none {
    #[inline]
    pub(in crate::hash) fn crc16(_: &[u8]) -> Option<u16> {
        None
    }

    #[inline]
    pub(in crate::hash) fn crc16_of_tag(_: &[u8]) -> Option<u16> {
        None
    }

    #[inline]
    pub(in crate::hash) fn crc16_of_ascii_tag(_: &[u16]) -> Option<u16> {
        None
    }

    #[inline]
    pub(in crate::hash) fn crc16_of_tags<K: AsRef<[u8]>>(_: &[K], _: &mut [u16]) -> bool {
        false
    }

    #[inline]
    pub(in crate::hash) fn md5<K: AsRef<[u8]>>(_: &[K], _: &mut [[u32; 4]]) -> bool {
        false
    }
}
#[cfg(not(target_arch = "x86_64"))]
pub(super) use none::{crc16, crc16_of_ascii_tag, crc16_of_tag, crc16_of_tags, md5};
