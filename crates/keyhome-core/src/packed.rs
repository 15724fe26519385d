//! Many keys in one run of bytes: how keys cross a language border fastest.

use alloc::format;

use crate::error::{Error, ErrorKind};

/// Keys that lie one behind the other: key `i` is `bytes[offsets[i]..offsets[i + 1]]`.
pub(crate) struct Packed<'b> {
    bytes: &'b [u8],
    offsets: &'b [u32],
}

impl<'b> Packed<'b> {
    pub(crate) fn new(bytes: &'b [u8], offsets: &'b [u32]) -> Result<Self, Error> {
        let wrong = |detail| Err(Error::new(ErrorKind::BatchOffsets, detail));
        let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else {
            return wrong("no offsets; one more than keys are needed".into());
        };
        if *first != 0 {
            return wrong(format!("the first offset is {first}; it must be 0"));
        }
        if *last as usize != bytes.len() {
            return wrong(format!(
                "the last offset is {last}; it must be {}, the length of the bytes",
                bytes.len()
            ));
        }
        match offsets.windows(2).position(|pair| pair[0] > pair[1]) {
            Some(at) => wrong(format!("offset {} is below offset {at}", at + 1)),
            None => Ok(Self { bytes, offsets }),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    pub(crate) fn get(&self, position: usize) -> &'b [u8] {
        &self.bytes[self.offsets[position] as usize..self.offsets[position + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Packed;
    use crate::ErrorKind;

    #[test]
    fn keys_between_offsets() {
        let packed = Packed::new(b"abc", &[0, 1, 1, 3]).unwrap();
        assert_eq!(
            (packed.len(), packed.get(0), packed.get(1), packed.get(2)),
            (3, &b"a"[..], &b""[..], &b"bc"[..])
        );
        assert_eq!(Packed::new(b"", &[0]).unwrap().len(), 0);
    }

    #[test]
    fn offsets_that_do_not_fit() {
        for offsets in [&[][..], &[1, 3], &[0, 2], &[0, 4], &[0, 2, 1, 3]] {
            assert_eq!(Packed::new(b"abc", offsets).err().map(|e| e.kind()), Some(ErrorKind::BatchOffsets));
        }
    }
}
