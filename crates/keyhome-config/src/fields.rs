//! Mappings with known keys: pools, servers, replicas.

use alloc::{format, vec::Vec};

use keyhome_core::{Error, ErrorKind};

use crate::{
    document::{Kind, Place, Value},
    wording::{did_you_mean, line, quote},
};

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'v> {
    pub(crate) name: &'v str,
    /// Where the key stands.
    pub(crate) place: Place,
    pub(crate) value: &'v Value,
}

impl Field<'_> {
    /// `error`, said of this field unless it is about one inside of it.
    pub(crate) fn of(&self, error: Error) -> Error {
        if error.field().is_some() { error } else { error.in_field(self.name) }
    }
}

/// The fields of `value`, each one of `known`, each once. `whose` says what has them: "a pool".
pub(crate) fn read<'v>(value: &'v Value, whose: &str, known: &[&str]) -> Result<Vec<Field<'v>>, Error> {
    let Kind::Mapping(entries) = &value.kind else {
        return Err(value.is_not("a mapping of keys to values"));
    };
    let mut fields: Vec<Field<'_>> = Vec::new();
    for (key, value) in entries {
        let field = Field { name: key.text("a word as a key")?, place: key.place, value };
        let wrong = |detail| Err(key.error(ErrorKind::ConfigField, detail).in_field(&line(field.name)));
        if !known.contains(&field.name) {
            let guess = did_you_mean(field.name, known);
            return wrong(format!("{} is not a key of {whose}{guess}", quote(field.name)));
        }
        if let Some(first) = fields.iter().find(|first| first.name == field.name) {
            return wrong(format!(
                "{} is given twice, first in line {}",
                quote(field.name),
                first.place.line
            ));
        }
        fields.push(field);
    }
    Ok(fields)
}
