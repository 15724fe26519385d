//! The public lists of the core, for hosts to compare their own types with.

use alloc::{string::String, vec::Vec};

use keyhome::{Dialect, ErrorKind, hash::Algorithm};
use serde::Serialize;

use crate::json;

#[derive(Serialize)]
struct Catalogue {
    error_codes: Vec<&'static str>,
    dialects: Vec<&'static str>,
    hashes: Vec<&'static str>,
}

/// `{error_codes, dialects, hashes}`, each in the order of the core.
pub fn catalogue() -> String {
    json(&Catalogue {
        error_codes: ErrorKind::ALL.iter().map(|kind| kind.code()).collect(),
        dialects: Dialect::ALL.iter().map(|dialect| dialect.id).collect(),
        hashes: Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect(),
    })
}
