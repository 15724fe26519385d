//! Numbers of bytes as people write them, in redis.conf's units.

/// Reads `1000`, `1k` (1,000), `1kb` (1,024), and likewise `m`, `mb`, `g` and `gb`.
pub(super) fn read(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return Err("a number of bytes is expected, such as 1000, 64kb, 512mb or 1gb".into()),
    };
    let number: usize = number.parse().map_err(|_| "a number is expected before the unit")?;
    number.checked_mul(unit).ok_or_else(|| "too large".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_redis_confs() {
        for (text, bytes) in [
            ("0", 0),
            ("1000", 1000),
            ("1k", 1000),
            ("1kb", 1024),
            ("512MB", 512 << 20),
            ("2gb", 2 << 30),
            ("3b", 3),
        ] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for text in ["", "mb", "-1", "1.5gb", "1tb", "1 mb", "99999999999gb"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
