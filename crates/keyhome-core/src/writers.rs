//! Who else writes to a server, and whether they place keys alike.
//!
//! Each writer announces itself on every server of its pool, in two sorted sets whose scores are seconds of that server's
//! own clock: the fingerprints that are in use, and for each of them its writers. The names of both carry the pool's name,
//! so only those who share a server and a pool are compared. What was not announced again for [`LIFETIME`] seconds counts
//! no more, and the sets themselves go when nobody announces anything: a writer that was killed leaves nothing behind.
//!
//! Nothing is sent from here. [`Writer`] says which commands to send and what the replies mean:
//! TIME; then [`Writer::announce`], whose last reply are fingerprints; where [`Writer::ask`] has questions about those, the
//! replies to them are for [`Writer::apart`]. A writer is in the sets before it reads them: of two that start at once, at
//! least one sees the other.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

use crate::quote::line;

/// Seconds from one announcement to the next.
pub const REFRESH: u64 = 10;

/// Seconds for which an announcement counts: two can be late before a writer that lives is taken for gone.
pub const LIFETIME: u64 = 30;

/// How many other fingerprints are asked about, and how many writers of each: who has more has heard enough.
const MOST: usize = 8;

/// How many fingerprints are listed, whosever they are.
const MOST_LISTED: usize = 64;

/// What a writer says: a command a line. `$w` is the key of the writers of a fingerprint, `$f` that of the fingerprints, `$n`
/// the time, `$o` the time up to which announcements count no more.
///
/// Who finds a fingerprint in the one set finds its writers in the other. `30` is the [`LIFETIME`].
const ANNOUNCE: &str = "ZADD $w $n $e
ZREMRANGEBYSCORE $w -inf $o
EXPIRE $w 30
ZADD $f $n $p
ZREMRANGEBYSCORE $f -inf $o
EXPIRE $f 30
ZRANGE $f 0 -1";

const ASK: &str = "ZREVRANGEBYSCORE $w +inf ($o LIMIT 0 8";

const LIST: &str = "ZREVRANGEBYSCORE $w +inf ($o LIMIT 0 1000";

const WITHDRAW: &str = "ZREM $w $e";

const MESSAGE: &str = "pool `$g`: $a has placed keys differently since $s: its fingerprint is $t, that of this writer is $p; \
                       what one writes the other may not find. Compare the configs: `keyhome diff THEIRS OURS`";

/// The words of a command.
pub type Words = Vec<String>;

/// One writer to a pool, as long as it places keys alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    pool: String,
    fingerprint: String,
    id: String,
    entry: String,
}

/// A writer that places keys differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Tells it from all others, so that each is told of once.
    pub id: String,
    /// By what it places keys.
    pub fingerprint: String,
    /// One sentence for people: who, since when, and what to do.
    pub message: String,
}

/// A writer as it has announced itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry<'e> {
    /// Since when it places keys as it does, by its own clock: `2026-11-26T02:40:00Z`.
    pub since: &'e str,
    /// Tells it from all others.
    pub id: &'e str,
    /// By what it places keys.
    pub fingerprint: &'e str,
    /// Its program, the name of its machine and the number of its process: `keyhome/ioredis 0.1.0 on web-2 pid 4711`.
    pub who: &'e str,
}

impl<'e> Entry<'e> {
    /// Reads a member of a set of writers. None for what no writer of this version has said: whoever can write to the
    /// server could have written anything.
    pub fn read(member: &'e str) -> Option<Self> {
        if member.len() > 512 || member.bytes().any(|byte| byte < b' ') {
            return None;
        }
        let (fingerprint, rest) = member.split_once(' ')?;
        let (id, rest) = rest.split_once(' ')?;
        let (since, who) = rest.split_once(' ')?;
        is_comparable(fingerprint).then_some(Self { since, id, fingerprint, who })
    }
}

/// What is told of a writer to others.
#[derive(Debug, Clone, Copy)]
pub struct Description<'d> {
    /// What tells it from all others, such as random digits; without spaces.
    pub id: &'d str,
    /// What it is: `ioredis`, `keyhome proxy`.
    pub program: &'d str,
    /// The name of its machine.
    pub host: &'d str,
    /// The number of its process.
    pub process: &'d str,
    /// Since when it places keys as it does, by its own clock: `2026-11-26T02:40:00Z`.
    pub since: &'d str,
}

impl Writer {
    /// A writer.
    pub fn new(pool: &str, fingerprint: &str, description: &Description<'_>) -> Self {
        let Description { id, program, host, process, since } = *description;
        let entry = [fingerprint, id, since, &line(program), "on", &line(host), "pid", process].join(" ");
        Self { pool: pool.to_owned(), fingerprint: fingerprint.to_owned(), id: id.to_owned(), entry }
    }

    /// The name of the connection over which it announces itself, for CLIENT LIST: `keyhome:k1-` and 16 digits.
    pub fn connection_name(&self) -> String {
        ["keyhome:", &self.fingerprint].concat()
    }

    /// What to send first, and every [`REFRESH`] seconds; `now` is the server's TIME. The last reply lists fingerprints.
    pub fn announce(&self, now: u64) -> Vec<Words> {
        self.commands(ANNOUNCE, now, &self.fingerprint)
    }

    /// What to ask about the fingerprints that are in use: nothing where all are its own. The replies list writers.
    pub fn ask(&self, now: u64, fingerprints: &[&str]) -> Vec<Words> {
        let mut commands = Vec::new();
        for other in fingerprints {
            if *other != self.fingerprint && is_comparable(other) && commands.len() < MOST {
                commands.append(&mut self.commands(ASK, now, other));
            }
        }
        commands
    }

    /// What to ask to have all writers listed, those who place keys alike too: at most 1,000 of a fingerprint. The replies
    /// list members that [`Entry::read`] reads.
    pub fn list(&self, now: u64, fingerprints: &[&str]) -> Vec<Words> {
        let comparable = fingerprints.iter().filter(|fingerprint| is_comparable(fingerprint));
        comparable.take(MOST_LISTED).flat_map(|fingerprint| self.commands(LIST, now, fingerprint)).collect()
    }

    /// Those who place keys differently, of the writers that the replies list.
    pub fn apart(&self, writers: &[&str]) -> Vec<Apart> {
        let mut apart = Vec::new();
        for writer in writers {
            apart.extend(self.told_of(writer));
        }
        apart
    }

    fn told_of(&self, member: &str) -> Option<Apart> {
        let Entry { since, id, fingerprint: theirs, who } = Entry::read(member)?;
        if theirs == self.fingerprint || id == self.id {
            return None;
        }
        let message = filled(MESSAGE, |symbol| match symbol {
            b'g' => line(&self.pool),
            b'a' => who.to_owned(),
            b's' => since.to_owned(),
            b't' => theirs.to_owned(),
            _ => self.fingerprint.clone(),
        });
        Some(Apart { id: id.to_owned(), fingerprint: theirs.to_owned(), message })
    }

    /// What to send when it places keys so no longer: others need not wait until it is forgotten.
    pub fn withdraw(&self) -> Vec<Words> {
        self.commands(WITHDRAW, 0, &self.fingerprint)
    }

    fn commands(&self, template: &str, now: u64, about: &str) -> Vec<Words> {
        let mut commands = Vec::new();
        for command in template.split('\n') {
            let mut words = Vec::new();
            for word in command.split(' ') {
                words.push(filled(word, |symbol| match symbol {
                    b'w' => ["keyhome:writers:", &self.pool, ":", about].concat(),
                    b'f' => ["keyhome:fingerprints:", &self.pool].concat(),
                    b'n' => now.to_string(),
                    b'o' => now.saturating_sub(LIFETIME).to_string(),
                    b'e' => self.entry.clone(),
                    _ => self.fingerprint.clone(),
                }));
            }
            commands.push(words);
        }
        commands
    }
}

/// A template, each of its symbols filled in.
fn filled(template: &str, value: impl Fn(u8) -> String) -> String {
    let mut text = String::new();
    let mut parts = template.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str(&value(part.as_bytes().first().copied().unwrap_or_default()));
        text.push_str(part.get(1..).unwrap_or_default());
    }
    text
}

/// Whether it is a fingerprint of this version of the format.
fn is_comparable(fingerprint: &str) -> bool {
    fingerprint.len() == 19
        && fingerprint.starts_with("k1-")
        && fingerprint.bytes().skip(3).all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    const OURS: &str = "k1-0123456789abcdef";
    const THEIRS: &str = "k1-fedcba9876543210";

    fn writer(fingerprint: &str, id: &str) -> Writer {
        let since = "2026-11-26T00:00:00Z";
        Writer::new(
            "sessions",
            fingerprint,
            &Description { id, program: "ioredis", host: "web-1", process: "7", since },
        )
    }

    fn spoken(commands: &[Words]) -> Vec<String> {
        commands.iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn a_writer_is_in_the_sets_before_it_reads_them() {
        let writer = writer(OURS, "a1");
        let writers = format!("keyhome:writers:sessions:{OURS}");
        let wanted = vec![
            format!("ZADD {writers} 1000 {OURS} a1 2026-11-26T00:00:00Z ioredis on web-1 pid 7"),
            format!("ZREMRANGEBYSCORE {writers} -inf 970"),
            format!("EXPIRE {writers} 30"),
            format!("ZADD keyhome:fingerprints:sessions 1000 {OURS}"),
            "ZREMRANGEBYSCORE keyhome:fingerprints:sessions -inf 970".into(),
            "EXPIRE keyhome:fingerprints:sessions 30".into(),
            "ZRANGE keyhome:fingerprints:sessions 0 -1".into(),
        ];
        assert_eq!(spoken(&writer.announce(1000)), wanted);
        let [_, key, .., member] = &writer.announce(0)[0][..] else { panic!("no ZADD") };
        assert_eq!(writer.withdraw(), [vec!["ZREM".to_owned(), key.clone(), member.clone()]]);
        assert!(ANNOUNCE.contains(&format!("EXPIRE $f {LIFETIME}")) && ASK.ends_with(&MOST.to_string()));
        assert_eq!(writer.connection_name(), "keyhome:k1-0123456789abcdef");
    }

    #[test]
    fn only_other_fingerprints_of_this_format_are_asked_about() {
        let writer = writer(OURS, "a1");
        assert_eq!(writer.ask(1000, &[OURS]), Vec::<Words>::new());
        assert_eq!(writer.ask(1000, &[]), Vec::<Words>::new());
        let others = ["k2-fedcba9876543210", "k1-", "", "k1-fedcba987654321g", THEIRS];
        let wanted = format!("ZREVRANGEBYSCORE keyhome:writers:sessions:{THEIRS} +inf (970 LIMIT 0 8");
        assert_eq!(spoken(&writer.ask(1000, &others)), [wanted]);
        let many: Vec<String> = (0..99).map(|number| format!("k1-{number:016}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(writer.ask(1000, &many).len(), MOST);
    }

    #[test]
    fn all_are_listed() {
        let writer = writer(OURS, "a1");
        let wanted = [OURS, THEIRS].map(|fingerprint| {
            format!("ZREVRANGEBYSCORE keyhome:writers:sessions:{fingerprint} +inf (970 LIMIT 0 1000")
        });
        assert_eq!(spoken(&writer.list(1000, &[OURS, "k2-fedcba9876543210", THEIRS])), wanted);
        let [.., member] = &writer.announce(0)[0][..] else { panic!("no ZADD") };
        let since = "2026-11-26T00:00:00Z";
        let who = "ioredis on web-1 pid 7";
        assert_eq!(Entry::read(member), Some(Entry { since, id: "a1", fingerprint: OURS, who }));
    }

    #[test]
    fn told_is_who_places_keys_differently() {
        let ours = writer(OURS, "a1");
        let entry = |fingerprint, id| writer(fingerprint, id).entry;
        let listed = [
            entry(THEIRS, "b2"),
            entry(OURS, "c3"),
            // Itself, before a reload.
            entry(THEIRS, "a1"),
            "rubbish".into(),
            format!("{THEIRS} d4 today a\nb x"),
            format!("{THEIRS} e5 today {}", "x".repeat(512)),
            format!("{THEIRS} f6 today \u{202e}"),
        ];
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let apart = ours.apart(&listed);
        assert_eq!(apart.iter().map(|apart| apart.id.as_str()).collect::<Vec<_>>(), ["b2", "f6"]);
        assert_eq!(apart[0].fingerprint, THEIRS);
        assert_eq!(
            apart[0].message,
            "pool `sessions`: ioredis on web-1 pid 7 has placed keys differently since 2026-11-26T00:00:00Z: its \
             fingerprint is k1-fedcba9876543210, that of this writer is k1-0123456789abcdef; what one writes the other \
             may not find. Compare the configs: `keyhome diff THEIRS OURS`"
        );
    }
}
