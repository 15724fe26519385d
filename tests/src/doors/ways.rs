//! Ways of asking one door for one thing: one key at a time, many at once, as text, as bytes. All must say the same.

use serde::Deserialize;

use crate::door::{Home, Refusal};

/// What came of asking in one way.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Told {
    /// A home for each key.
    Homes(#[serde(deserialize_with = "homes")] Vec<Home>),
    /// The positions of the keys of each node, by its index.
    Groups(Vec<(usize, Vec<usize>)>),
    /// A batch with a key that has no home gives that key's error and position.
    Refused(Refusal),
}

impl Told {
    pub(super) fn of_indexes(indexes: Vec<u32>) -> Self {
        Self::Homes(indexes.into_iter().map(|index| Ok(index as usize)).collect())
    }

    /// A home for each of `count` keys.
    fn homes(&self, count: usize) -> Vec<Home> {
        match self {
            Self::Homes(homes) => homes.clone(),
            Self::Groups(groups) => ungrouped(groups, count),
            Self::Refused(refusal) => {
                // Nothing is said about the others.
                vec![Err(format!("refused with {} at {:?}", refusal.code, refusal.position)); count]
            }
        }
    }
}

/// An index, or the code of an error.
#[derive(Deserialize)]
#[serde(untagged)]
enum IndexOrCode {
    Index(usize),
    Code(String),
}

fn homes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Home>, D::Error> {
    let homes = Vec::<IndexOrCode>::deserialize(deserializer)?;
    Ok(homes
        .into_iter()
        .map(|home| match home {
            IndexOrCode::Index(index) => Ok(index),
            IndexOrCode::Code(code) => Err(code),
        })
        .collect())
}

fn ungrouped(groups: &[(usize, Vec<usize>)], count: usize) -> Vec<Home> {
    if !groups.is_sorted_by(|one, next| one.0 < next.0) {
        return vec![Err("groups out of order".to_owned()); count];
    }
    let mut homes = vec![Err("in no group".to_owned()); count];
    for (index, positions) in groups {
        for (at, position) in positions.iter().enumerate() {
            let in_order = at == 0 || positions[at - 1] < *position;
            homes[*position] = if in_order { Ok(*index) } else { Err("positions out of order".to_owned()) };
        }
    }
    homes
}

/// What all ways say, the first of them one key at a time, or a batch that is not refused. Where one differs, an error
/// in the place of the home says so.
pub(super) fn agreed<N: AsRef<str>>(ways: &[(N, Told)]) -> Vec<Home> {
    let Some(((first_way, Told::Homes(first)), rest)) = ways.split_first() else {
        panic!("the first way has an answer for each key: {:?}", ways.first().map(|way| &way.1))
    };
    let mut homes = first.clone();
    for (way, told) in rest {
        if is_first_error(told, first) {
            continue;
        }
        let others = told.homes(first.len());
        assert_eq!(others.len(), first.len(), "{}: an answer for each key", way.as_ref());
        for ((home, said), other) in homes.iter_mut().zip(first).zip(others) {
            if *said != other {
                *home = Err(format!(
                    "{}: {}, {}: {}",
                    first_way.as_ref(),
                    shown(said),
                    way.as_ref(),
                    shown(&other)
                ));
            }
        }
    }
    homes
}

/// Whether a batch is refused as it has to be: with the first error of all, and its position.
fn is_first_error(told: &Told, homes: &[Home]) -> bool {
    let first = homes.iter().enumerate().find_map(|(at, home)| Some((at, home.as_ref().err()?)));
    match (told, first) {
        (Told::Refused(refusal), Some((at, code))) => {
            refusal.position == Some(at) && refusal.code == *code && refusal.line.or(refusal.column).is_none()
        }
        _ => false,
    }
}

/// A home for the reader.
pub(crate) fn shown(home: &Home) -> String {
    match home {
        Ok(index) => index.to_string(),
        Err(code) => code.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Told {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn ways_that_agree() {
        let ways = [
            ("index", of(r#"{"homes": [1, 0, 1]}"#)),
            ("packed", of(r#"{"homes": [1, 0, 1]}"#)),
            ("group", of(r#"{"groups": [[0, [1]], [1, [0, 2]]]}"#)),
        ];
        assert_eq!(agreed(&ways), [Ok(1), Ok(0), Ok(1)]);
        let homes = of(r#"{"homes": [1, "a.b", "c.d"]}"#);
        let ways = [("index", homes), ("packed", of(r#"{"refused": {"code": "a.b", "position": 1}}"#))];
        assert_eq!(agreed(&ways), [Ok(1), Err("a.b".to_owned()), Err("c.d".to_owned())]);
    }

    #[test]
    fn any_way_that_differs_shows() {
        let homes = r#"{"homes": [1, 0, "a.b"]}"#;
        let others = [
            r#"{"homes": [1, 1, "a.b"]}"#,
            r#"{"groups": [[0, [1]], [1, [0]]]}"#,
            r#"{"groups": [[1, [0]], [0, [1]]]}"#,
            r#"{"refused": {"code": "a.b", "position": 1}}"#,
            r#"{"refused": {"code": "a.c", "position": 2}}"#,
        ];
        for other in others {
            let given = agreed(&[("index", of(homes)), ("other", of(other))]);
            assert_ne!(given, [Ok(1), Ok(0), Err("a.b".to_owned())], "{other}");
        }
        let given = agreed(&[("index", of(homes)), ("packed", of(others[0]))]);
        assert_eq!(given[1], Err("index: 0, packed: 1".to_owned()));
    }
}
