//! CLUSTER NODES: a line a node,
//! `id ip:port@bus-port,hostname,... flags primary ping-sent pong-received epoch link-state slot slot ...`.

use alloc::{format, string::String, vec::Vec};
use core::ops::RangeInclusive;

use keyhome_core::{Error, Router};

use super::{NO_ADDRESS, owners::Owners, unreadable};
use crate::{
    document::{Place, without_blanks_before, without_byte_order_mark},
    scalar::{digits, is_digits},
    slots,
    split::split_last,
    wording::quote,
};

/// Whether `text` is a reply of CLUSTER NODES rather than a config: its first line that is not blank begins with the
/// id of a node and an address. No config begins so, neither in YAML nor in JSON.
pub fn looks_like_cluster_nodes(text: &str) -> bool {
    let text = without_blanks_before(without_byte_order_mark(text));
    let Some((id, behind)) = text.split_at_checked(ID) else { return false };
    is_id(id) && behind.strip_prefix(' ').and_then(host_and_port).is_some()
}

/// The router that a reply of CLUSTER NODES tells.
pub(crate) fn router(text: &str) -> Result<Router, Error> {
    let mut nodes = Vec::new();
    for (line, number) in without_byte_order_mark(text).lines().zip(1_u32..) {
        if !line.trim().is_empty() {
            nodes.push(Node::read(line, number)?);
        }
    }
    let mut ids: Vec<(&str, usize)> = nodes.iter().map(|node| node.id).zip(0..).collect();
    ids.sort_unstable();
    let stood_before = |node: &Node<'_>, position| {
        let first = ids.partition_point(|(id, _)| *id < node.id);
        ids.get(first).is_some_and(|(_, first)| *first < position)
    };
    let mut owners = Owners::default();
    // The numbers of the nodes that own slots.
    let mut numbers = Vec::new();
    for (position, node) in nodes.iter().enumerate() {
        let wrong = |detail| node.place.of(unreadable(detail));
        let number = match &node.address {
            _ if node.slots.is_empty() => None,
            Some(address) => {
                let number = owners.primary(address.clone(), Some(node.id), Some(node.place))?;
                owners.give(number, node.slots.iter().cloned());
                Some(number)
            }
            None => return Err(wrong(NO_ADDRESS.into())),
        };
        if stood_before(node, position) {
            return Err(wrong(format!("the node {} stands twice in it", quote(node.id))));
        }
        numbers.push(number);
    }
    for node in &nodes {
        let Some(primary) = node.primary else { continue };
        let Ok(found) = ids.binary_search_by_key(&primary, |(id, _)| id) else {
            // A reply has every node that the cluster knows.
            let detail = format!("its primary {} is not in the reply, which was cut", quote(primary));
            return Err(node.place.of(unreadable(detail)));
        };
        let number = ids.get(found).and_then(|(_, position)| numbers.get(*position).copied().flatten());
        if let (Some(number), Some(address), false) = (number, &node.address, node.failed) {
            owners.replica(number, address.clone());
        }
    }
    owners.router()
}

/// A line.
struct Node<'t> {
    place: Place,
    id: &'t str,
    /// `host:port`.
    address: Option<String>,
    failed: bool,
    /// The id of the primary, of a replica.
    primary: Option<&'t str>,
    slots: Vec<RangeInclusive<u16>>,
}

impl<'t> Node<'t> {
    fn read(line: &'t str, number: u32) -> Result<Self, Error> {
        let place = Place { line: number, column: 1 };
        let words: Vec<&str> = line.split(' ').collect();
        let wrong = |word: &str, reason: &str| {
            let before = word.as_ptr() as usize - line.as_ptr() as usize;
            let place = place.after(line.get(..before).unwrap_or_default());
            place.of(unreadable(format!("found {}, {reason}", quote(word))))
        };
        let [id, address, flags, primary, ping, pong, epoch, link, slots @ ..] = &words[..] else {
            return Err(wrong(line, "which is no line of CLUSTER NODES, or one that was cut"));
        };
        if !is_id(id) {
            return Err(wrong(id, "which is not the id of a node, 40 hexadecimal digits"));
        }
        let (host_port, host, port) =
            host_and_port(address).ok_or_else(|| wrong(address, "which is no address"))?;
        if let Some(word) = [ping, pong, epoch].into_iter().find(|word| !is_digits(word)) {
            return Err(wrong(word, "which is not a number"));
        }
        if !["connected", "disconnected"].contains(link) {
            return Err(wrong(link, "which is neither `connected` nor `disconnected`"));
        }
        let has = |flag: &str| flags.split(',').any(|found| found == flag);
        let replica = has("slave") || has("replica");
        if !replica && !["master", "handshake", "noaddr", "noflags"].into_iter().any(has) {
            return Err(wrong(flags, "which is the flag neither of a primary nor of a replica"));
        }
        if !(*primary == "-" || is_id(primary)) || (replica && *primary == "-") {
            return Err(wrong(primary, "which is not the id of a primary"));
        }
        let mut owned = Vec::new();
        for word in slots.iter().filter(|word| !word.is_empty()) {
            match slots::range(word) {
                Some(_) if !has("master") => return Err(wrong(word, "slots of a node that is no primary")),
                Some(range) => owned.push(range),
                None if is_migration(word) => {}
                None => {
                    return Err(wrong(
                        word,
                        "which is neither a slot nor a range of slots within 0 to 16383",
                    ));
                }
            }
        }
        let known = !host.is_empty() && host != "?" && port != 0 && !has("noaddr");
        Ok(Self {
            place,
            id,
            address: known.then(|| host_port.into()),
            failed: has("fail") || has("handshake"),
            primary: replica.then_some(primary),
            slots: owned,
        })
    }
}

/// Ids of nodes are so many hexadecimal digits.
const ID: usize = 40;

fn is_id(word: &str) -> bool {
    word.len() == ID && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `host:port` as it stands before a bus port or a host name (`@17000,name`), or before another word, and its parts.
fn host_and_port(word: &str) -> Option<(&str, &str, u16)> {
    let length = word.bytes().take_while(|byte| !matches!(byte, b'@' | b',' | b' ' | b'\n')).count();
    let address = word.get(..length)?;
    let (host, port) = split_last(address, b':')?;
    Some((address, host, u16::try_from(digits(port)?).ok()?))
}

/// A slot on its way, `[93-<-id]` or `[77->-id]`: it still belongs where the ranges say.
fn is_migration(word: &str) -> bool {
    let inside = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or_default();
    let Some((slot, rest)) = inside.split_once('-') else { return false };
    let id = rest.strip_prefix("<-").or_else(|| rest.strip_prefix(">-"));
    slots::range(slot).is_some() && id.is_some_and(is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "da1c546b28f960418ec22ca65f8dde0d1816927d";
    const B: &str = "b3ae3f85b203aa56738b392bcd66b4f84bbdb2be";

    fn error(text: &str) -> (&'static str, Option<u32>, Option<u32>) {
        let error = router(text).unwrap_err();
        (error.code(), error.line(), error.column())
    }

    #[test]
    fn a_config_never_looks_like_a_reply() {
        for address in ["10.0.0.1:7000@17000", "10.0.0.1:7000", ":0@0", "::1:1@2,host", "h:1,x=y"] {
            assert!(looks_like_cluster_nodes(&format!("\u{feff}\r\n \n{A} {address} master")), "{address}");
        }
        for text in ["", "{}", A, "p:\n", "{\"p\": 1}"] {
            assert!(!looks_like_cluster_nodes(text), "{text}");
        }
        let cut = &A[1..];
        for text in [
            format!("{A}: x"),
            format!("{A} : 1"),
            format!("{A} :\n  servers:"),
            format!("{A}  h:1"),
            format!("{cut}é h:1"),
        ] {
            assert!(!looks_like_cluster_nodes(&text), "{text}");
        }
    }

    #[test]
    fn errors_name_line_and_column() {
        let fine = format!("{A} h:1@2 myself,master - 0 0 1 connected 0-9\n");
        assert_eq!(router(&fine).unwrap().nodes()[0].name, "h:1");
        let second = |line: &str| error(&format!("{fine}{}", line.replace('A', A).replace('B', B)));
        let reply = |column| ("cluster.reply", Some(2), Some(column));
        assert_eq!(second("B h:2@2 master - 0 0 1 connected 10-x"), reply(73));
        assert_eq!(second("B h:2@2 master - 0 0 1 connected 10 [11->-A"), reply(76));
        assert_eq!(second("B h:2@2 master - 0 0 1 connecte"), reply(63));
        assert_eq!(second("B h:x@2 master - 0 0 1 connected"), reply(42));
        assert_eq!(second("B h:2@2 mast - 0 0 1 connected"), reply(48));
        assert_eq!(second("B h:2@2 slave - 0 0 1 connected"), reply(54));
        assert_eq!(second("B h:2@2 slave A 0 0 1 connected 10"), reply(111));
        assert_eq!(second("B h:2@2 master - 0 0 1"), reply(1));
        assert_eq!(second("B h:1@2 master - 0 0 1 connected 10"), reply(1));
        assert_eq!(second("A h:2@2 master - 0 0 1 connected 10"), reply(1));
        assert_eq!(second("B :2@2 master - 0 0 1 connected 10"), reply(1));
        assert_eq!(second("B h:2@2 slave B1 0 0 1 connected"), reply(54));
        assert_eq!(second("B h:2@2 master - 0 0 1 connected 9"), ("config.slots", Some(2), Some(1)));
    }

    #[test]
    fn a_replica_whose_primary_is_not_there_shows_that_the_reply_was_cut() {
        let text = format!(
            "{A} h:1@2 myself,master - 0 0 1 connected 0-9\n{B} h:2@2 slave {} 0 0 1 connected",
            "0".repeat(40)
        );
        assert_eq!(error(&text), ("cluster.reply", Some(2), Some(1)));
    }
}
