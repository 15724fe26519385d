//! Slots as texts say them: `7`, or `0-5460`, both ends included.

use core::ops::RangeInclusive;

use keyhome_core::key::SLOTS;

use crate::scalar::digits;

/// One slot or one range of them; `None` if it is none within 0 to 16383.
pub(crate) fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let slot = |text| digits(text).and_then(|slot| u16::try_from(slot).ok());
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (slot(first)?, slot(last)?),
        None => (slot(text)?, slot(text)?),
    };
    between(first, last)
}

/// The slots from `first` to `last`; `None` if these are none.
pub(crate) fn between(first: u16, last: u16) -> Option<RangeInclusive<u16>> {
    (first <= last && last < SLOTS).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_within_the_slots_and_the_right_way_round() {
        assert_eq!(range("0"), Some(0..=0));
        assert_eq!(range("0-16383"), Some(0..=16383));
        assert_eq!(range("007-7"), Some(7..=7));
        for text in ["", "-", "0-", "-1", "9-3", "16384", "0-16384", "65536", "1-2-3", " 1", "+1", "a"] {
            assert_eq!(range(text), None, "{text:?}");
        }
    }
}
