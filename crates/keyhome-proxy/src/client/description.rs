//! A client as CLIENT LIST shows it: the members of Redis's `catClientInfoString` (src/networking.c), in its order. What
//! only a server has is 0; `lib-name` and `lib-ver` come from Redis 7.2.

use std::fmt::Write;

use super::Client;

impl Client {
    /// Adds a line, without its end.
    pub(crate) fn describe(&self, now: u64, out: &mut String) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let session = &self.session;
        let seconds = |since: u64| now.saturating_sub(since) / 1_000_000;
        let (channels, patterns, shard_channels) = self
            .subscriber
            .as_ref()
            .map_or((0, 0, 0), |it| (it.channels.len(), it.patterns.len(), it.shard_channels.len()));
        let multi = self.transaction.as_ref().filter(|it| it.multi);
        let queued = multi.map_or(-1, |it| it.queued as i64);
        let buffer = self.input.bytes.len();
        let room = self.input.bytes.capacity() - buffer;
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db=0 sub={channels} psub={patterns} \
             ssub={shard_channels} multi={queued} qbuf={buffer} qbuf-free={room} argv-mem=0 multi-mem={} rbs=0 rbp=0 \
             obl=0 oll={} omem={} tot-mem={} events={} cmd={} user=default redir=-1 resp={} lib-name={} lib-ver={}",
            session.id,
            session.address,
            self.stream.local_address(),
            self.stream.descriptor(),
            text(&session.name),
            seconds(session.since),
            seconds(session.last_request),
            self.flags(),
            multi.map_or(0, |it| it.early.len()),
            u8::from(self.output.len() > 0),
            self.output.len(),
            size_of::<Self>() + buffer + room + self.output.len(),
            if self.output.len() > 0 { "rw" } else { "r" },
            if session.command.is_empty() { "NULL" } else { session.command },
            if session.resp3 { 3 } else { 2 },
            text(&session.library),
            text(&session.library_version),
        );
    }

    fn flags(&self) -> String {
        let mut flags = String::new();
        let mut add = |flag: char, is: bool| {
            if is {
                flags.push(flag);
            }
        };
        add('P', self.subscriber.is_some());
        add('x', self.transaction.as_ref().is_some_and(|it| it.multi));
        add('b', !self.blocked_on.is_empty());
        add('c', self.closing);
        add('U', self.stream.is_unix());
        if flags.is_empty() { "N".into() } else { flags }
    }
}
