//! The servers of a pool: nutcracker's lines, and our mappings.

use alloc::{format, string::String, vec::Vec};

use keyhome_core::{Dialect, Error, ErrorKind, Member, Node, Replica, dialect::NUMBER_MAX};

use crate::{
    document::{Form, Kind, Value},
    fields::{self, Field},
    listen::port_of,
    scalar, slots,
    split::split_last,
    wording::quote,
};

/// Reads a server of a pool of `dialect`. What is wrong only beside other servers is for [`Dialect::check`] to say.
pub(crate) fn read(value: &Value, dialect: &Dialect) -> Result<Member, Error> {
    match &value.kind {
        Kind::Scalar(Form::Text, text) => {
            line(text, dialect).map(Member::from).map_err(|error| value.place.of(error).in_field("servers"))
        }
        Kind::Mapping(_) => mapping(value, dialect),
        _ => Err(value.is_not("a server, `host:port:weight name` or a mapping,").in_field("servers")),
    }
}

/// `host:port:weight` or `/path:weight`, a name behind it or not: taken apart from the right, as nutcracker does, so
/// that a host can hold colons.
fn line(text: &str, dialect: &Dialect) -> Result<Node, Error> {
    let wrong = |kind, reason: &str| {
        let accepted = "`host:port:weight` or `/path:weight`, with ` name` after it or not, is accepted";
        Error::new(kind, format!("found {}, {reason}; {accepted}", quote(text)))
    };
    let server = |reason| wrong(ErrorKind::ConfigServer, reason);
    let (rest, name) = match split_last(text, b' ') {
        Some((rest, name)) => (rest, Some(name)),
        None => (text, None),
    };
    let (address, weight) = split_last(rest, b':').ok_or_else(|| server("which has no weight"))?;
    if !scalar::is_digits(weight) {
        return Err(server("whose weight is not digits"));
    }
    if text.starts_with('/') {
        if address.contains(':') {
            return Err(server("whose path holds a colon"));
        }
    } else {
        let (_, port) = split_last(address, b':').ok_or_else(|| server("which has no port or no weight"))?;
        if port_of(port).is_none() {
            return Err(server("whose port is not a number from 1 to 65535"));
        }
    }
    let mut node = dialect.unnamed_node(address);
    node.weight = match scalar::digits(weight) {
        Some(0) => return Err(wrong(ErrorKind::ConfigWeight, "whose weight is 0, not 1 or more")),
        Some(weight) => weight,
        None => return Err(wrong(ErrorKind::ConfigNumber, &format!("whose weight is above {NUMBER_MAX}"))),
    };
    match name {
        Some("") => return Err(server("whose name is empty")),
        Some(name) => node.name = name.into(),
        None => {}
    }
    Ok(node)
}

const KEYS: [&str; 7] = ["name", "address", "weight", "zone", "replicas", "slots", "vnodes"];

fn mapping(value: &Value, dialect: &Dialect) -> Result<Member, Error> {
    let fields = fields::read(value, "a server", &KEYS)?;
    let address = required_address(value, &fields, "a server")?;
    let mut member = Member::from(dialect.unnamed_node(address));
    for field in fields {
        read_field(&mut member, field, dialect).map_err(|error| field.of(error))?;
    }
    Ok(member)
}

fn read_field(member: &mut Member, field: Field<'_>, dialect: &Dialect) -> Result<(), Error> {
    let Field { name, place, value } = field;
    let has_not = || {
        let detail = format!("servers of the dialect {} have no {}", quote(dialect.id), quote(name));
        place.error(ErrorKind::ConfigOption, detail)
    };
    match name {
        "name" => member.node.name = name_of(value)?,
        "weight" => {
            member.node.weight = scalar::number(value, 0, NUMBER_MAX)?;
            if member.node.weight == 0 {
                return Err(value.error(ErrorKind::ConfigWeight, "found 0; at least 1 is accepted"));
            }
        }
        "zone" => member.node.zone = Some(value.text("a text")?.into()),
        "replicas" => member.node.replicas = replicas(value)?,
        "slots" if dialect.node_slots => member.slots = slot_list(value)?,
        "vnodes" if dialect.node_vnodes => member.vnodes = Some(scalar::number(value, 1, NUMBER_MAX)?),
        "slots" | "vnodes" => return Err(has_not()),
        _ => {} // the address was read first
    }
    Ok(())
}

fn name_of(value: &Value) -> Result<String, Error> {
    let Kind::Scalar(Form::Text, name) = &value.kind else { return Err(value.is_not("a name")) };
    if name.is_empty() || name.contains(' ') {
        let detail = format!("found {}; a name without spaces is accepted", value.described());
        return Err(value.error(ErrorKind::ConfigServer, detail));
    }
    Ok(name.clone())
}

fn replicas(value: &Value) -> Result<Vec<Replica>, Error> {
    let Kind::Sequence(items) = &value.kind else { return Err(value.is_not("a list of replicas")) };
    let mut replicas = Vec::new();
    for item in items {
        let fields = fields::read(item, "a replica", &["address", "zone"])?;
        let mut replica = Replica::new(required_address(item, &fields, "a replica")?);
        for field in fields.iter().filter(|field| field.name == "zone") {
            let zone = field.value.text("a text").map_err(|error| field.of(error))?;
            replica.zone = Some(zone.into());
        }
        replicas.push(replica);
    }
    Ok(replicas)
}

fn required_address<'v>(value: &Value, fields: &[Field<'v>], whose: &str) -> Result<&'v str, Error> {
    let Some(field) = fields.iter().find(|field| field.name == "address") else {
        let detail = format!("{whose} needs an address: `host:port` or `/path`");
        return Err(value.error(ErrorKind::ConfigServer, detail).in_field("address"));
    };
    address(field.value).map_err(|error| field.of(error))
}

/// `host:port`, split at the last colon, or `/path`.
fn address(value: &Value) -> Result<&str, Error> {
    let Kind::Scalar(Form::Text, text) = &value.kind else { return Err(value.is_not("an address")) };
    let readable = text.starts_with('/')
        || split_last(text, b':').is_some_and(|(_, port)| port_of(port).is_some() && !text.contains(' '));
    if readable {
        return Ok(text);
    }
    let detail = format!(
        "found {}; `host:port` with a port from 1 to 65535, or `/path`, is accepted",
        value.described()
    );
    Err(value.error(ErrorKind::ConfigServer, detail))
}

fn slot_list(value: &Value) -> Result<Vec<core::ops::RangeInclusive<u16>>, Error> {
    let Kind::Scalar(Form::Text, text) = &value.kind else {
        return Err(value.is_not("a text like `0-5460,10923`"));
    };
    let mut ranges = Vec::new();
    for part in text.split(',') {
        ranges.push(slots::range(part).ok_or_else(|| {
            let detail =
                format!("found {}; slots from 0 to 16383 are accepted, as `0-5460,10923`", quote(part));
            value.error(ErrorKind::ConfigSlots, detail)
        })?);
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        line(text, Dialect::TWEMPROXY).map_or_else(|error| error.code(), |_| "")
    }

    #[test]
    fn lines_are_taken_apart_from_the_right() {
        let node = |text| line(text, Dialect::TWEMPROXY).map(|node| (node.name, node.address, node.weight));
        let expect = |name: &str, address: &str, weight| Ok((name.into(), address.into(), weight));
        assert_eq!(node("10.0.0.1:6379:1"), expect("10.0.0.1:6379", "10.0.0.1:6379", 1));
        assert_eq!(node("10.0.0.1:011211:02"), expect("10.0.0.1", "10.0.0.1:011211", 2));
        assert_eq!(node(":6379:1"), expect(":6379", ":6379", 1));
        assert_eq!(node("[::1]:6379:1 a:b"), expect("a:b", "[::1]:6379", 1));
        assert_eq!(node("a b:1:1"), Err(line("a b:1:1", Dialect::TWEMPROXY).unwrap_err()));
        assert_eq!(node("/:1"), expect("/:", "/", 1));
        assert_eq!(node("h:1:1 a\tb"), expect("a\tb", "h:1", 1));
    }

    #[test]
    fn each_mistake_has_its_code() {
        for text in
            ["", ":", "::", "h", "h:1", "h:1:", "h:1:x", "h:1:+1", "h:0:1", "h:65536:1", "h:+1:1", "h:1:1 "]
        {
            assert_eq!(code(text), "config.server", "{text:?}");
        }
        for text in ["h:1:1 a b", " h:1:1", "/", "/a", "/a:b:1", "/a:x", "/a b:1"] {
            assert_eq!(code(text), "config.server", "{text:?}");
        }
        assert_eq!(code("h:1:2147483648"), "config.number");
        assert_eq!(code("h:1:99999999999999999999 n"), "config.number");
        assert_eq!(code("h:1:000"), "config.weight");
        assert_eq!(code("/a:0"), "config.weight");
    }
}
