//! INFO: what the proxy knows of itself at once, and what servers count, added up.
//!
//! Clients ask INFO before anything else (ioredis's ready check), and a server that hangs must not keep them from the others:
//! the sections that the proxy has are answered without asking anybody, but for the version of Redis, by which libraries
//! choose what they use: the first server that says it is believed, and not asked again. The rest is asked of all servers
//! when it is asked for by name.

use std::fmt::Write;

use keyhome_resp::{Value, error};

use super::verbatim;
use crate::pool::Pool;

/// The sections that are the proxy's own.
const OWN: [&str; 6] = ["server", "clients", "persistence", "replication", "cluster", "keyhome"];

/// Words for all that the proxy knows.
const DEFAULT: [&str; 1] = ["default"];

/// Words for all that there is.
const ALL: [&str; 2] = ["all", "everything"];

/// What an INFO is about.
pub(crate) struct Sections {
    own: Vec<&'static str>,
    /// Whether servers have to be asked.
    pub(crate) of_servers: bool,
}

impl Sections {
    pub(crate) fn of(words: &[&[u8]]) -> Self {
        let named = words.get(1..).unwrap_or_default();
        let is =
            |word: &[u8], names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
        let all = named.is_empty() || named.iter().any(|word| is(word, &DEFAULT) || is(word, &ALL));
        let own = OWN.into_iter().filter(|name| all || named.iter().any(|word| is(word, &[name])));
        let of_servers = named.iter().any(|word| !is(word, &OWN) && !is(word, &DEFAULT));
        Self { own: own.collect(), of_servers }
    }

    /// Whether the version of Redis is among what is asked for.
    pub(crate) fn has_version(&self) -> bool {
        self.own.contains(&"server")
    }

    /// The proxy's own sections.
    pub(crate) fn write(&self, pool: &Pool, clients: u64, uptime: u64) -> String {
        let mut text = String::new();
        for section in &self.own {
            if !text.is_empty() {
                text.push_str("\r\n");
            }
            let mut title = section.to_string();
            title[..1].make_ascii_uppercase();
            // Writing to a String cannot fail.
            let _ = write!(text, "# {title}\r\n");
            let _ = match *section {
                "server" => write!(
                    text,
                    "redis_version:{}\r\nredis_mode:standalone\r\nos:{}\r\narch_bits:{}\r\n\
                     process_id:{}\r\ntcp_port:{}\r\nuptime_in_seconds:{uptime}\r\nuptime_in_days:{}\r\n",
                    pool.redis_version(),
                    std::env::consts::OS,
                    usize::BITS,
                    std::process::id(),
                    pool.port().unwrap_or_default(),
                    uptime / 86_400,
                ),
                "clients" => write!(text, "connected_clients:{clients}\r\nblocked_clients:0\r\n"),
                "persistence" => write!(text, "loading:0\r\nrdb_bgsave_in_progress:0\r\naof_enabled:0\r\n"),
                "replication" => write!(text, "role:master\r\nconnected_slaves:0\r\n"),
                "cluster" => write!(text, "cluster_enabled:0\r\n"),
                _ => write!(
                    text,
                    "keyhome_version:{}\r\npool:{}\r\nservers:{}\r\n",
                    keyhome::VERSION,
                    pool.name,
                    pool.all().nodes().len()
                ),
            };
        }
        text
    }
}

/// The version that a server says it has.
pub(crate) fn redis_version(reply: &[u8]) -> Option<&str> {
    let Some(Value::Bulk(text)) = Value::of(reply) else { return None };
    let text = std::str::from_utf8(text).ok()?;
    text.lines().find_map(|line| line.strip_prefix("redis_version:"))
}

/// What servers say, put together by [`one_of`] behind `own`, the proxy's. Servers that do not answer count for nothing;
/// where none does, it is the first one's error.
pub(crate) fn merged(own: &str, replies: &[Vec<u8>], resp3: bool, out: &mut Vec<u8>) {
    let said = replies.iter().filter_map(|reply| match Value::of(reply) {
        Some(Value::Bulk(text)) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        return match replies.first() {
            Some(reply) if reply.first() == Some(&b'-') => out.extend_from_slice(reply),
            _ => error(out, "ERR no server has answered"),
        };
    }
    let mut sections: Vec<(&str, Vec<Member<'_>>)> = Vec::new();
    for text in &said {
        let mut title = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("# ") {
                title = name;
            } else if let Some((name, value)) = line.split_once(':')
                && !OWN.iter().any(|own| own.eq_ignore_ascii_case(title))
            {
                add(&mut sections, title, name, value);
            }
        }
    }
    let mut text = own.to_owned();
    for (title, members) in &sections {
        text.push_str(if text.is_empty() { "" } else { "\r\n" });
        let _ = write!(text, "# {title}\r\n");
        for (name, values) in members {
            if let Some(value) = one_of(name, values, said.len()) {
                let _ = write!(text, "{name}:{value}\r\n");
            }
        }
    }
    verbatim(out, text.as_bytes(), resp3);
}

/// A name, and what the servers that have it say of it.
type Member<'a> = (&'a str, Vec<&'a str>);

/// A database, or a command, may be known to some servers only.
fn add<'a>(sections: &mut Vec<(&'a str, Vec<Member<'a>>)>, title: &'a str, name: &'a str, value: &'a str) {
    let section = sections.iter().position(|(it, _)| *it == title).unwrap_or_else(|| {
        sections.push((title, Vec::new()));
        sections.len() - 1
    });
    let Some((_, members)) = sections.get_mut(section) else { return };
    match members.iter_mut().find(|(it, _)| *it == name) {
        Some((_, values)) => values.push(value),
        None => members.push((name, vec![value])),
    }
}

/// One value of those of `servers` servers: numbers are added up, in lists (`keys=3,expires=1`) each; of an average the
/// largest is given; a text is given where it is the same everywhere. What cannot be one value is left out, as is what
/// is a number in other words: a ratio, a percentage, `1.5M`.
fn one_of(name: &str, values: &[&str], servers: usize) -> Option<String> {
    let (first, others) = values.split_first()?;
    if servers == 1 {
        return Some((*first).to_owned());
    }
    if ["_human", "_perc", "_ratio", "_percentage", "_per_call"].iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let parsed = values.iter().map(|value| value.parse().ok()).collect::<Option<Vec<i64>>>();
    if let Some(numbers) = parsed {
        let average = name.starts_with("avg_");
        let one = if average { numbers.into_iter().max()? } else { numbers.into_iter().sum() };
        return Some(one.to_string());
    }
    let parsed = values.iter().map(|value| value.parse().ok()).collect::<Option<Vec<f64>>>();
    if let Some(numbers) = parsed {
        return Some(format!("{:.6}", numbers.into_iter().sum::<f64>()));
    }
    if first.contains('=') {
        let members = first.split(',').filter_map(|member| {
            let (name, value) = member.split_once('=')?;
            let mut of_member = vec![value];
            of_member.extend(others.iter().filter_map(|other| {
                let mut members = other.split(',').filter_map(|member| member.split_once('='));
                members.find(|(it, _)| *it == name).map(|(_, value)| value)
            }));
            Some(format!("{name}={}", one_of(name, &of_member, servers)?))
        });
        return Some(members.collect::<Vec<_>>().join(","));
    }
    others.iter().all(|other| other == first).then(|| (*first).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_added_up() {
        let reply = |text: &str| {
            let mut out = Vec::new();
            keyhome_resp::bulk(&mut out, text.as_bytes());
            out
        };
        let one = "# Server\r\nredis_version:6.2.0\r\n\r\n# Memory\r\nused_memory:10\r\nused_memory_human:10B\r\n\
                   maxmemory_policy:noeviction\r\nmem_allocator:jemalloc\r\nused_cpu_sys:0.250000\r\n\r\n# Keyspace\r\n\
                   db0:keys=3,expires=1,avg_ttl=40\r\n";
        let two = "# Memory\r\nused_memory:5\r\nused_memory_human:5B\r\nmaxmemory_policy:noeviction\r\n\
                   mem_allocator:libc\r\nused_cpu_sys:0.5\r\n\r\n# Keyspace\r\ndb0:keys=4,expires=0,avg_ttl=0\r\n\
                   db1:keys=1,expires=0,avg_ttl=0\r\n";
        let mut out = Vec::new();
        let replies = [reply(one), b"-ERR down\r\n".to_vec(), reply(two)];
        merged("# Keyhome\r\npool:p\r\n", &replies, false, &mut out);
        let expected = "# Keyhome\r\npool:p\r\n\r\n# Memory\r\nused_memory:15\r\nmaxmemory_policy:noeviction\r\n\
                        used_cpu_sys:0.750000\r\n\r\n# Keyspace\r\ndb0:keys=7,expires=1,avg_ttl=40\r\n\
                        db1:keys=1,expires=0,avg_ttl=0\r\n";
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&reply(expected)));
        let (mut out, replies) = (Vec::new(), [b"-ERR down\r\n".to_vec()]);
        merged("", &replies, false, &mut out);
        assert_eq!(out, replies[0]);
    }

    #[test]
    fn what_is_asked_for_decides_who_is_asked() {
        let sections = |words: &[&str]| {
            let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
            let sections = Sections::of(&words);
            (sections.own.len(), sections.of_servers)
        };
        assert_eq!(sections(&["INFO"]), (OWN.len(), false));
        assert_eq!(sections(&["INFO", "Server"]), (1, false));
        assert_eq!(sections(&["INFO", "default"]), (OWN.len(), false));
        assert_eq!(sections(&["INFO", "memory", "clients"]), (1, true));
        assert_eq!(sections(&["INFO", "everything"]), (OWN.len(), true));
    }
}
