//! Ejection as the description of twemproxy tells it: counters, a table of who is on the ring, and one pass over all
//! servers whenever the ring is made. `fail` and `probe` as docs/health.md tells them.

/// What the owner of the router is to do before a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Route by the ring that it has.
    Same,
    /// Route by another one.
    Changed,
    /// Refuse.
    Refuse,
}

/// A server; 0 is "none", as in C.
#[derive(Debug, Clone, Default)]
pub struct Server {
    /// Failures since the last reply or ejection.
    pub failure_count: u64,
    /// Microseconds.
    pub next_retry: u64,
    /// When it was last ejected.
    pub ejected_at: u64,
    /// How often it was.
    pub ejects: u64,
    /// Since when it is out.
    pub out_since: Option<u64>,
    /// Whether a request was routed by a ring without it since then.
    pub missed_requests: bool,
}

/// A pool.
#[derive(Debug, Clone)]
pub struct Pool {
    /// `remap`, `fail` or `probe`.
    pub mode: &'static str,
    /// Whether servers are ejected.
    pub auto_eject_hosts: bool,
    /// Failures.
    pub server_failure_limit: u64,
    /// Milliseconds.
    pub server_retry_timeout: u64,
    /// The servers.
    pub servers: Vec<Server>,
    /// How many are live.
    pub nlive: usize,
    /// Microseconds.
    pub next_rebuild: u64,
    /// Who is on the ring.
    pub ring: Vec<bool>,
    /// Who is on the ring that requests were last routed by.
    pub routed_by: Vec<bool>,
    /// What happened: (what, server, when, until or away, keys elsewhere).
    pub log: Vec<(&'static str, usize, u64, u64, bool)>,
}

impl Pool {
    /// All live.
    pub fn new(mode: &'static str, auto_eject_hosts: bool, limit: u64, timeout: u64, servers: usize) -> Self {
        Self {
            mode,
            auto_eject_hosts,
            server_failure_limit: limit,
            server_retry_timeout: timeout,
            servers: vec![Server::default(); servers],
            nlive: servers,
            next_rebuild: 0,
            ring: vec![true; servers],
            routed_by: vec![true; servers],
            log: vec![],
        }
    }

    /// A reload: servers are known by their names, and nobody has asked the new ring yet.
    pub fn take_over(&mut self, before: &Self, old: &[String], new: &[String], now: u64) {
        for (server, name) in self.servers.iter_mut().zip(new) {
            if let Some(at) = old.iter().position(|other| other == name) {
                *server = before.servers[at].clone();
                if !self.auto_eject_hosts {
                    server.next_retry = 0;
                }
            }
        }
        self.nlive = self.servers.iter().filter(|server| server.out_since.is_none()).count();
        self.rebuild(now);
    }

    /// `server_ejects`.
    pub fn server_ejects(&self) -> u64 {
        self.servers.iter().map(|server| server.ejects).sum()
    }

    fn live(&self, server: usize, now: u64) -> bool {
        let next_retry = self.servers[server].next_retry;
        if self.mode == "probe" { next_retry == 0 } else { next_retry <= now }
    }

    /// The ring is made.
    pub fn rebuild(&mut self, now: u64) {
        let before = self.nlive;
        self.nlive = 0;
        self.next_rebuild = 0;
        for index in 0..self.servers.len() {
            let live = self.live(index, now);
            let server = &mut self.servers[index];
            if live {
                server.next_retry = 0;
                self.nlive += 1;
                if let Some(since) = server.out_since.take() {
                    self.log.push(("returned", index, now, now - since, server.missed_requests));
                }
                server.missed_requests = false;
            } else {
                if self.next_rebuild == 0 || server.next_retry < self.next_rebuild {
                    self.next_rebuild = server.next_retry;
                }
                if server.out_since.is_none() {
                    server.out_since = Some(now);
                    self.log.push(("ejected", index, now, server.next_retry, false));
                }
            }
        }
        if self.nlive == 0 {
            if before > 0 {
                self.log.push(("all_gone", 0, now, self.next_rebuild, false));
            }
            return;
        }
        if self.mode != "fail" {
            self.ring = self.servers.iter().map(|server| server.out_since.is_none()).collect();
        }
    }

    /// A forwarded reply.
    pub fn reply(&mut self, index: usize, now: u64) {
        let probe = self.mode == "probe";
        let server = &mut self.servers[index];
        if server.failure_count != 0 {
            server.failure_count = 0;
            server.next_retry = if probe { server.next_retry.min(now) } else { 0 };
        }
    }

    /// A close of a connection.
    pub fn failure(&mut self, index: usize, now: u64) {
        if !self.auto_eject_hosts {
            return;
        }
        let was_out = self.servers[index].out_since.is_some();
        let server = &mut self.servers[index];
        server.failure_count += 1;
        if server.failure_count < self.server_failure_limit {
            return;
        }
        server.ejected_at = now;
        server.ejects += 1;
        server.failure_count = 0;
        self.put_off(index, was_out, now);
    }

    fn put_off(&mut self, index: usize, was_out: bool, now: u64) {
        let until = now + self.server_retry_timeout * 1000;
        self.servers[index].next_retry = until;
        self.rebuild(now);
        if was_out && self.servers[index].out_since.is_some() {
            self.log.push(("postponed", index, now, until, false));
        }
    }

    /// A check; one of a server that is not out changes nothing.
    pub fn check(&mut self, index: usize, passed: bool, now: u64) {
        if self.servers[index].out_since.is_none() {
            return;
        }
        if passed {
            self.servers[index].failure_count = 0;
            self.servers[index].next_retry = 0;
            self.rebuild(now);
        } else {
            self.put_off(index, true, now);
        }
    }

    /// Before routing a request.
    pub fn before(&mut self, now: u64) -> Before {
        if self.next_rebuild != 0 {
            if self.mode != "probe" && now > self.next_rebuild {
                self.rebuild(now);
            } else if self.nlive == 0 && self.mode != "fail" {
                return Before::Refuse;
            }
        }
        let changed = self.ring != self.routed_by;
        self.routed_by.clone_from(&self.ring);
        for (server, on_ring) in self.servers.iter_mut().zip(&self.ring) {
            server.missed_requests |= !on_ring;
        }
        if changed { Before::Changed } else { Before::Same }
    }

    /// Whether a request for a key of that server is sent.
    pub fn admits(&mut self, index: usize, now: u64) -> bool {
        if self.mode != "fail" {
            return true;
        }
        self.before(now);
        self.servers[index].out_since.is_none()
    }

    /// Which servers are to be checked; each is handed out once a timeout.
    pub fn checks(&mut self, now: u64) -> Vec<usize> {
        if self.mode != "probe" {
            return vec![];
        }
        let timeout = self.server_retry_timeout * 1000;
        let mut due = vec![];
        for (index, server) in self.servers.iter_mut().enumerate() {
            if server.out_since.is_some() && server.next_retry <= now {
                server.next_retry = now + timeout;
                due.push(index);
            }
        }
        due
    }
}
