//! Words for messages: what was found, what is accepted, what was probably meant.

use alloc::{string::String, vec::Vec};

pub(crate) use keyhome_core::quote::{line, quote};

/// `` `a`, `b` or `c` ``
pub(crate) fn any_of(words: &[&str]) -> String {
    let mut out = String::new();
    for (index, word) in words.iter().enumerate() {
        match index {
            0 => {}
            _ if index + 1 == words.len() => out.push_str(" or "),
            _ => out.push_str(", "),
        }
        out.push_str(&quote(word));
    }
    out
}

/// `` ; did you mean `hash`? `` if one of `words` is near enough to `found` to be a slip of it, else nothing.
pub(crate) fn did_you_mean(found: &str, words: &[&str]) -> String {
    let mut nearest = (usize::MAX, usize::MAX, "");
    // A slip of the keyboard is short; no word that is accepted is longer than this.
    if found.len() <= 32 {
        for word in words {
            nearest = nearest.min((edits(found.as_bytes(), word.as_bytes()), word.len(), word));
        }
    }
    match nearest {
        (edits, length, word) if edits <= (length / 3).min(2) => {
            alloc::format!("; did you mean {}?", quote(word))
        }
        _ => String::new(),
    }
}

/// How many letters must be put in, taken out, changed, or swapped with their neighbour to make `b` of `a`.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.iter().copied().map(like).enumerate() {
        let mut row = alloc::vec![i + 1];
        let mut left = i + 1;
        for (j, y) in b.iter().copied().map(like).enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&above, j) + usize::from(x != y)).min(at(&above, j + 1) + 1).min(left + 1);
            if j > 0 && previous == Some(y) && b.get(j - 1).copied().map(like) == Some(x) {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
            left = cost;
        }
        before = core::mem::replace(&mut above, row);
        previous = Some(x);
    }
    above.last().copied().unwrap_or(0)
}

/// Letters that are taken for one another without thinking are the same.
fn like(letter: u8) -> u8 {
    if letter == b'-' { b'_' } else { letter.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(any_of(&["a"]), "`a`");
        assert_eq!(any_of(&["a", "b", "c"]), "`a`, `b` or `c`");
    }

    #[test]
    fn counts_edits() {
        let cases = [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("hosh", "hash", 1),
            ("hahs", "hash", 1),
            ("kitten", "sitting", 3),
        ];
        for (a, b, expected) in cases {
            assert_eq!(edits(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }

    #[test]
    fn suggests_slips_only() {
        let words = ["hash", "hash_tag", "timeout", "server_connections"];
        assert_eq!(did_you_mean("hosh", &words), "; did you mean `hash`?");
        assert_eq!(did_you_mean("HASH", &words), "; did you mean `hash`?");
        assert_eq!(did_you_mean("hash-tag", &words), "; did you mean `hash_tag`?");
        assert_eq!(did_you_mean("server_conections", &words), "; did you mean `server_connections`?");
        assert_eq!(did_you_mean("password", &words), "");
        assert_eq!(did_you_mean("", &words), "");
    }
}
