//! CLIENT: about connections to the proxy (`clientCommand` of src/networking.c of Redis 7.0, and 7.2's SETINFO and NO-TOUCH).

use keyhome_resp::{array, bulk, error, error_bytes, integer, map, null, number, simple};

use super::{errors::wrong_words, verbatim};
use crate::client::{Client, ClientType, Selection, Session, Wanted};

const SYNTAX: &str = "ERR syntax error";
pub(crate) const NO_NAME: &str = "ERR Client names cannot contain spaces, newlines or special characters.";

/// Whether it can stand in a line of CLIENT LIST (`validateClientAttr`).
pub(crate) fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

/// Writes the answer to a subcommand that is about this client alone; false for others.
pub(crate) fn of(client: &mut Client, command: &str, words: &[&[u8]], now: u64, out: &mut Vec<u8>) -> bool {
    let rest = words.get(2..).unwrap_or_default();
    let resp3 = client.session.resp3;
    match (command, rest) {
        ("client|id", []) => integer(out, client.session.id as i64),
        ("client|getname", []) if client.session.name.is_empty() => null(out, resp3),
        ("client|getname", []) => bulk(out, &client.session.name),
        ("client|setname", [name]) if is_plain(name) => {
            client.session.name = name.to_vec();
            simple(out, "OK");
        }
        ("client|setname", [_]) => error(out, NO_NAME),
        ("client|setinfo", [attribute, value]) => set_info(&mut client.session, attribute, value, out),
        ("client|info", []) => {
            let mut line = String::new();
            client.describe(now, &mut line);
            line.push('\n');
            verbatim(out, line.as_bytes(), resp3);
        }
        ("client|no-evict" | "client|no-touch", [switch]) => match switch.to_ascii_lowercase().as_slice() {
            b"on" | b"off" => simple(out, "OK"),
            _ => error(out, SYNTAX),
        },
        ("client|reply", [mode]) => reply(client, mode, out),
        // What a client of Valkey can do is nothing that the proxy makes use of.
        ("client|capa", [_, ..]) => simple(out, "OK"),
        ("client|tracking", [switch, ..]) if switch.eq_ignore_ascii_case(b"off") => simple(out, "OK"),
        ("client|tracking", [_, ..]) => error(out, "ERR CLIENT TRACKING is not supported by the proxy"),
        ("client|caching", [_]) => error(
            out,
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
        ),
        ("client|getredir", []) => integer(out, -1),
        ("client|trackinginfo", []) => {
            map(out, 3, resp3);
            bulk(out, b"flags");
            if resp3 {
                out.extend_from_slice(b"~1\r\n");
            } else {
                array(out, 1);
            }
            bulk(out, b"off");
            bulk(out, b"redirect");
            integer(out, -1);
            bulk(out, b"prefixes");
            array(out, 0);
        }
        ("client|pause" | "client|unpause", _) => {
            let command = command.replace('|', " ").to_ascii_uppercase();
            error(out, &format!("ERR {command} is not supported by the proxy"));
        }
        ("client|unblock", [_, _, _, ..]) => {
            error(out, "ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.");
        }
        ("client|kill", []) => wrong_words(out, command),
        ("client|list" | "client|kill", _) | ("client|unblock", [_] | [_, _]) => return false,
        (command, _) if command.starts_with("client|") && command != "client|help" => {
            wrong_words(out, command);
        }
        _ => return false,
    }
    true
}

fn set_info(session: &mut Session, attribute: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let (name, kept) = match attribute.to_ascii_lowercase().as_slice() {
        b"lib-name" => ("lib-name", &mut session.library),
        b"lib-ver" => ("lib-ver", &mut session.library_version),
        _ => {
            let mut text = b"ERR Unrecognized option '".to_vec();
            text.extend_from_slice(attribute);
            text.push(b'\'');
            return error_bytes(out, &text);
        }
    };
    if !is_plain(value) {
        return error(out, &format!("ERR {name} cannot contain spaces, newlines or special characters."));
    }
    *kept = value.to_vec();
    simple(out, "OK");
}

/// CLIENT REPLY: only ON has a reply.
fn reply(client: &mut Client, mode: &[u8], out: &mut Vec<u8>) {
    let wanted = &mut client.replies.wanted;
    match mode.to_ascii_lowercase().as_slice() {
        b"on" => {
            *wanted = Wanted::All;
            simple(out, "OK");
        }
        b"off" => *wanted = Wanted::None,
        b"skip" if *wanted == Wanted::All => *wanted = Wanted::AllButNext,
        b"skip" => {}
        _ => error(out, SYNTAX),
    }
}

/// Whom CLIENT LIST is about; or the error.
pub(crate) fn listed(pool: &str, words: &[&[u8]]) -> Result<Selection, Vec<u8>> {
    let mut selection = Selection { pool: pool.into(), ..Selection::default() };
    match words.get(2..).unwrap_or_default() {
        [] => {}
        [option, kind] if option.eq_ignore_ascii_case(b"type") => selection.kind = Some(client_type(kind)?),
        [option, ids @ ..] if option.eq_ignore_ascii_case(b"id") && !ids.is_empty() => {
            let ids = ids.iter().map(|id| number(id).ok_or_else(|| b"ERR Invalid client ID".to_vec()));
            // There is none with a negative number.
            let ids = ids.collect::<Result<Vec<i64>, _>>()?;
            selection.ids = Some(ids.into_iter().filter_map(|id| u64::try_from(id).ok()).collect());
        }
        _ => return Err(SYNTAX.into()),
    }
    Ok(selection)
}

/// Whom CLIENT KILL is about, and whether it was said in the old form, which names an address; or the error. `own` is
/// the id of who asks.
pub(crate) fn killed(pool: &str, own: u64, words: &[&[u8]]) -> Result<(Selection, bool), Vec<u8>> {
    let mut selection = Selection { pool: pool.into(), ..Selection::default() };
    let mut rest = match words.get(2..).unwrap_or_default() {
        [address] => {
            selection.address = Some(address.to_vec());
            return Ok((selection, true));
        }
        rest => rest,
    };
    let mut skip_me = true;
    while let [option, value, after @ ..] = rest {
        match option.to_ascii_lowercase().as_slice() {
            b"id" => match number(value).filter(|id| *id >= 1) {
                Some(id) => selection.ids = Some(vec![id as u64]),
                None => return Err(b"ERR client-id should be greater than 0".to_vec()),
            },
            b"type" => selection.kind = Some(client_type(value)?),
            b"addr" => selection.address = Some(value.to_vec()),
            b"laddr" => selection.local_address = Some(value.to_vec()),
            b"user" if *value == b"default" => {}
            b"user" => {
                let mut text = b"ERR No such user '".to_vec();
                text.extend_from_slice(value);
                text.push(b'\'');
                return Err(text);
            }
            b"skipme" => match value.to_ascii_lowercase().as_slice() {
                b"yes" => skip_me = true,
                b"no" => skip_me = false,
                _ => return Err(SYNTAX.into()),
            },
            _ => return Err(SYNTAX.into()),
        }
        rest = after;
    }
    if !rest.is_empty() {
        return Err(SYNTAX.into());
    }
    selection.but = skip_me.then_some(own);
    Ok((selection, false))
}

/// Whom CLIENT UNBLOCK is about, and how what it waits for is to end; or the error.
pub(crate) fn unblocked(pool: &str, words: &[&[u8]]) -> Result<(Selection, &'static str), Vec<u8>> {
    let how = match words.get(3).map(|how| how.to_ascii_lowercase()).as_deref() {
        None | Some(b"timeout") => "TIMEOUT",
        Some(b"error") => "ERROR",
        Some(_) => return Err(b"ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR".to_vec()),
    };
    let id = words.get(2).and_then(|id| number(id));
    let id = id.ok_or_else(|| b"ERR value is not an integer or out of range".to_vec())?;
    let ids = Some(u64::try_from(id).into_iter().collect());
    Ok((Selection { pool: pool.into(), ids, ..Selection::default() }, how))
}

fn client_type(word: &[u8]) -> Result<ClientType, Vec<u8>> {
    ClientType::read(word).ok_or_else(|| {
        let mut text = b"ERR Unknown client type '".to_vec();
        text.extend_from_slice(word);
        text.push(b'\'');
        text
    })
}
