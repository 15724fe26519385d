//! Scalars of a document as what a key takes: words, numbers, switches.

use alloc::format;

use keyhome_core::{
    Error, ErrorKind,
    dialect::{NUMBER_MAX, OptionValue, Takes},
    digits::decimal,
};

use crate::{
    document::{Form, Kind, Value},
    wording::{any_of, did_you_mean, quote},
};

/// One of `words`.
pub(crate) fn word(value: &Value, words: &[&'static str]) -> Result<&'static str, Error> {
    let accepted = format!("{} {} accepted", any_of(words), if words.len() == 1 { "is" } else { "are" });
    let found = match &value.kind {
        Kind::Scalar(Form::Text, text) if !text.is_empty() => text,
        _ => {
            return Err(
                value.error(ErrorKind::ConfigType, format!("found {}; {accepted}", value.described()))
            );
        }
    };
    words.iter().copied().find(|word| *word == found).ok_or_else(|| {
        let guess = did_you_mean(found, words);
        value.error(ErrorKind::ConfigValue, format!("found {}; {accepted}{guess}", quote(found)))
    })
}

/// A number from `least` to `most`, as decimal digits, quoted or not.
pub(crate) fn number(value: &Value, least: u32, most: u32) -> Result<u32, Error> {
    let text = match &value.kind {
        Kind::Scalar(Form::Text | Form::Number, text) if !text.is_empty() => text,
        _ => return Err(value.is_not("a number in decimal digits")),
    };
    let number = digits(text).ok_or_else(|| {
        let accepted = format!("found {}; decimal digits up to {NUMBER_MAX} are accepted", quote(text));
        value.error(ErrorKind::ConfigNumber, accepted)
    })?;
    if !(least..=most).contains(&number) {
        let detail = if most == NUMBER_MAX {
            format!("found {number}; at least {least} is accepted")
        } else {
            format!("found {number}; from {least} to {most} are accepted")
        };
        return Err(value.error(ErrorKind::ConfigValue, detail));
    }
    Ok(number)
}

/// `true` or `false`, quoted or not, in lower case.
pub(crate) fn switch(value: &Value) -> Result<bool, Error> {
    match &value.kind {
        Kind::Scalar(Form::Text | Form::Boolean, text) if text == "true" => Ok(true),
        Kind::Scalar(Form::Text | Form::Boolean, text) if text == "false" => Ok(false),
        _ => Err(value.is_not("`true` or `false`")),
    }
}

/// The value of an option that takes `takes`.
pub(crate) fn option(value: &Value, takes: Takes) -> Result<OptionValue, Error> {
    match takes {
        Takes::Word(words) => word(value, words).map(OptionValue::Word),
        Takes::Number(least, most) => number(value, least, most).map(OptionValue::Number),
        Takes::Switch => switch(value).map(OptionValue::Switch),
        Takes::TwoBytes => {
            let text = value.text("a text")?;
            <[u8; 2]>::try_from(text.as_bytes()).map(OptionValue::TwoBytes).map_err(|_| {
                let found = format!("found {} of {} bytes; 2 bytes are accepted", quote(text), text.len());
                value.error(ErrorKind::ConfigValue, found)
            })
        }
    }
}

/// What nothing but decimal digits say, if it is at most [`NUMBER_MAX`].
pub(crate) fn digits(text: &str) -> Option<u32> {
    decimal(text.as_bytes())
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number <= NUMBER_MAX)
}

/// Whether there is nothing but decimal digits, one at least.
pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_that_fit_an_int() {
        assert_eq!(digits("0"), Some(0));
        assert_eq!(digits("0000000000000000007"), Some(7));
        assert_eq!(digits("2147483647"), Some(2147483647));
        for text in [
            "",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "0x1",
            "٤",
            "2147483648",
            "4294967296",
            "99999999999999999999",
        ] {
            assert_eq!(digits(text), None, "{text:?}");
        }
    }
}
