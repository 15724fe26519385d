//! The errors that the proxy itself answers, by kind: told apart by how their text begins, so that whoever answers with
//! one has nothing to count.

/// How the text of an error begins, and its kind. The first that fits holds.
const KINDS: [(&str, &str); 22] = [
    // twemproxy's words, which are libc's, for what became of a server.
    ("ERR Connection refused", "refused"),
    ("ERR Connection timed out", "timeout"),
    ("ERR unknown command", "unknown_command"),
    ("ERR unknown subcommand", "unknown_command"),
    ("ERR unknown", "closed"),
    ("ERR Connection reset by peer", "reset"),
    ("ERR Broken pipe", "reset"),
    ("ERR Invalid argument", "invalid_reply"),
    ("ERR Host is down", "unreachable"),
    ("ERR No route to host", "unreachable"),
    ("ERR Network is unreachable", "unreachable"),
    ("ERR No such file or directory", "unreachable"),
    ("ERR Too many open files", "limit"),
    ("ERR the proxy holds more than it may", "limit"),
    ("ERR wrong number of arguments", "arguments"),
    ("ERR Protocol error", "protocol"),
    ("CROSSSLOT", "cross_slot"),
    ("EXECABORT", "exec_abort"),
    ("NOAUTH", "auth"),
    ("WRONGPASS", "auth"),
    ("ERR invalid password", "auth"),
    ("ERR Client sent AUTH", "auth"),
];

/// How many errors of each kind there were.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorCounts {
    /// By the place in `KINDS`; the last is all others.
    counts: [u64; KINDS.len() + 1],
}

impl ErrorCounts {
    /// Counts a reply where it is an error.
    #[inline]
    pub(crate) fn count_reply(&mut self, reply: &[u8]) {
        if let [b'-', text @ ..] = reply {
            self.count(text, 1);
        }
    }

    /// Counts errors of one text.
    #[cold]
    pub(crate) fn count(&mut self, text: &[u8], errors: u64) {
        let kind = KINDS.iter().position(|(beginning, _)| text.starts_with(beginning.as_bytes()));
        self.counts[kind.unwrap_or(KINDS.len())] += errors;
    }

    /// Adds those of another worker.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, others) in self.counts.iter_mut().zip(&other.counts) {
            *mine += others;
        }
    }

    /// Every kind once, with its count.
    pub(crate) fn by_kind(&self) -> Vec<(&'static str, u64)> {
        let mut sums: Vec<(&str, u64)> = Vec::new();
        let kinds = KINDS.iter().map(|(_, kind)| *kind).chain(["other"]);
        for (kind, count) in kinds.zip(self.counts) {
            match sums.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, sum)) => *sum += count,
                None => sums.push((kind, count)),
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_text() {
        let mut counts = ErrorCounts::default();
        for reply in [
            "-ERR unknown\r\n",
            "-ERR unknown command 'FOO', with args beginning with: \r\n",
            "-NOAUTH Authentication required.\r\n",
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
            "-ERR what nobody has thought of\r\n",
            "+OK\r\n",
            "$5\r\n-ERR \r\n",
            "",
        ] {
            counts.count_reply(reply.as_bytes());
        }
        let mut both = counts.clone();
        both.add(&counts);
        let found: Vec<_> = both.by_kind().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(found, [("unknown_command", 2), ("closed", 2), ("auth", 4), ("other", 2)]);
        assert_eq!(counts.by_kind().len(), 14);
    }
}
