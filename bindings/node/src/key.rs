//! A key, or many, on their way over the border.

use keyhome_bindings_common::{self as common, ErrorKind, Failure, push_utf8, slot_of_ascii};

use crate::value::{Bytes, Env, ShortText, Units, Value};

/// Lends the bytes of a key: the UTF-8 of a text, or a `Uint8Array` as it is.
///
/// Errors: `key.encoding` for a text with a lone surrogate; `key.type` for what is no key.
#[inline]
pub(crate) fn with_key<R>(
    env: Env<'_>,
    key: Value<'_>,
    then: impl FnOnce(&[u8]) -> R + Send,
) -> Result<R, Failure> {
    match env.short_text(key, &mut Units::new()) {
        Ok(text) => with_text(env, key, text, then),
        Err(_) => with_bytes(env, key, then),
    }
}

/// Lends a word: a text that is no key, such as those that choose one of several ways.
#[inline]
pub(crate) fn with_word<R>(
    env: Env<'_>,
    word: Value<'_>,
    then: impl FnOnce(&str) -> R + Send,
) -> Result<R, Failure> {
    // Bytes are no word of ours, whatever they are.
    with_key(env, word, |bytes| then(std::str::from_utf8(bytes).unwrap_or_default()))
}

/// The slot of a key: that of a short text, as most keys are, from its code units.
///
/// Errors: those of [`with_key`].
#[inline]
pub(crate) fn slot(env: Env<'_>, key: Value<'_>) -> Result<u16, Failure> {
    match env.short_text(key, &mut Units::new()) {
        Ok(text) => match text.and_then(|text| slot_of_ascii(text.units())) {
            Some(slot) => Ok(slot),
            None => with_text(env, key, text, |key| common::slot(key)),
        },
        Err(_) => with_bytes(env, key, |key| common::slot(key)),
    }
}

#[inline]
fn with_text<R>(
    env: Env<'_>,
    key: Value<'_>,
    short: Option<ShortText<'_>>,
    then: impl FnOnce(&[u8]) -> R,
) -> Result<R, Failure> {
    let mut bytes = Bytes::new();
    match short.and_then(|text| text.ascii(&mut bytes)) {
        Some(bytes) => Ok(then(bytes)),
        None => with_long_text(env, key, then),
    }
}

/// Text that is long, or not ASCII.
#[inline(never)]
fn with_long_text<R>(env: Env<'_>, key: Value<'_>, then: impl FnOnce(&[u8]) -> R) -> Result<R, Failure> {
    let units = env.all_units(key)?;
    if let Some(bytes) = ascii(&units) {
        return Ok(then(&bytes));
    }
    let mut bytes = Vec::new();
    push_utf8(&units, &mut bytes)?;
    Ok(then(&bytes))
}

#[inline(never)]
fn with_bytes<R>(env: Env<'_>, key: Value<'_>, then: impl FnOnce(&[u8]) -> R + Send) -> Result<R, Failure> {
    env.with_elements(key, then)?.ok_or_else(|| {
        Failure::new(
            ErrorKind::KeyType,
            "a key is a string or a Uint8Array, such as a Buffer, and this is neither",
        )
    })
}

/// A text that is no key; one that is not well-formed gives an error of `kind`.
pub(crate) fn text(env: Env<'_>, value: Value<'_>, kind: ErrorKind) -> Result<String, Failure> {
    let units = env.all_units(value).map_err(|_| Failure::new(ErrorKind::ArgumentType, "not a string"))?;
    String::from_utf16(&units)
        .map_err(|_| Failure::new(kind, "the text has a lone surrogate, which is no character"))
}

/// Texts in an array.
pub(crate) fn texts(env: Env<'_>, array: Value<'_>, kind: ErrorKind) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::new();
    env.each_element(array, |position, element| {
        texts.push(text(env, element, kind).map_err(|failure| failure.at_position(position as usize))?);
        Ok::<(), Failure>(())
    })?;
    Ok(texts)
}

/// Many keys, one behind the other: key `i` is `bytes[offsets[i]..offsets[i + 1]]`.
pub(crate) struct Batch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) offsets: Vec<u32>,
}

impl Batch {
    /// The keys of an array of the package's own; or, what takes less than half the time, texts as `keys.join("")` and
    /// the length of each in code units.
    pub(crate) fn read(env: Env<'_>, keys: Value<'_>, lengths: Value<'_>) -> Result<Self, Failure> {
        if env.is_undefined(lengths) {
            Self::of_array(env, keys)
        } else {
            Self::of_joined(env, keys, lengths)
        }
    }

    fn of_array(env: Env<'_>, keys: Value<'_>) -> Result<Self, Failure> {
        let mut batch = Self { bytes: Vec::new(), offsets: vec![0] };
        env.each_element(keys, |position, key| {
            let bytes = &mut batch.bytes;
            let read = with_key(env, key, |key| bytes.extend_from_slice(key));
            read.and_then(|()| batch.end_key()).map_err(|failure| failure.at_position(position as usize))
        })?;
        Ok(batch)
    }

    fn of_joined(env: Env<'_>, text: Value<'_>, lengths: Value<'_>) -> Result<Self, Failure> {
        let units = env.all_units(text)?;
        let batch = env.with_elements(lengths, |lengths: &[u32]| {
            let mut ends = Vec::with_capacity(lengths.len() + 1);
            ends.push(0);
            let total = lengths.iter().try_fold(0_u32, |end, length| {
                let end = end.checked_add(*length);
                ends.extend(end);
                end
            });
            if total.is_none_or(|total| total as usize != units.len()) {
                let message = "the keys changed while they were read";
                return Err(Failure::new(ErrorKind::ArgumentType, message));
            }
            match ascii(&units) {
                Some(bytes) => Ok(Self { bytes, offsets: ends }),
                None => Self::of_units(&units, &ends),
            }
        })?;
        batch.unwrap_or_else(|| Err(Failure::new(ErrorKind::ArgumentType, "not the lengths of keys")))
    }

    fn of_units(units: &[u16], ends: &[u32]) -> Result<Self, Failure> {
        let mut batch =
            Self { bytes: Vec::with_capacity(units.len()), offsets: Vec::with_capacity(ends.len()) };
        batch.offsets.push(0);
        for (position, ends) in ends.windows(2).enumerate() {
            let key = &units[ends[0] as usize..ends[1] as usize];
            let read = push_utf8(key, &mut batch.bytes);
            read.and_then(|()| batch.end_key()).map_err(|failure| failure.at_position(position))?;
        }
        Ok(batch)
    }

    /// The bytes so far end a key.
    fn end_key(&mut self) -> Result<(), Failure> {
        let end = u32::try_from(self.bytes.len());
        self.offsets.push(end.map_err(|_| Failure::new(ErrorKind::BatchOffsets, "more than 4 GiB of keys"))?);
        Ok(())
    }
}

/// The bytes of a text that is all ASCII.
fn ascii(units: &[u16]) -> Option<Vec<u8>> {
    let all = units.iter().fold(0, |all, unit| all | unit);
    (all < 0x80).then(|| units.iter().map(|unit| *unit as u8).collect())
}
