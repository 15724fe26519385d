//! What is known about one endpoint.

use alloc::{borrow::ToOwned, string::String};

use serde::{Serialize, Serializer};

use super::latency::{Average, Latency};
use crate::topology::{Endpoint, Role};

/// Failures in a row that make an outlier. Envoy's default is 5; a client sees fewer requests than a proxy.
const OUTLIER_FAILURES: u32 = 3;

/// How long an outlier is left out: a second, twice as long each time in a row, at most 32 seconds.
const LEFT_OUT: u64 = 1_000_000;
const LEFT_OUT_DOUBLINGS: u32 = 5;

/// A failure is worth at least the double of this, and at most a second, whatever replies took.
const FAILURE_FLOOR: Latency = Latency::from_microseconds(1000);
const FAILURE_MOST: Latency = Latency::from_microseconds(1 << 20);

/// What is known about one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EndpointState {
    address: String,
    pub(super) role: Role,
    zone: Option<String>,
    /// Whether it is elsewhere than the caller, as far as zones are known.
    pub(super) far: bool,
    pub(super) up: bool,
    pub(super) in_flight: u32,
    #[serde(serialize_with = "microseconds")]
    latency: Average,
    /// In a row.
    failures: u32,
    /// 0 where it is not, `null` in JSON.
    #[serde(serialize_with = "time")]
    pub(super) left_out_until: u64,
    /// How often in a row it was left out.
    #[serde(skip)]
    left_out_times: u32,
    /// When the first of the requests in flight was sent, or the last reply came.
    #[serde(skip)]
    progress_at: u64,
}

fn microseconds<S: Serializer>(latency: &Average, serializer: S) -> Result<S::Ok, S::Error> {
    latency.latest.microseconds().serialize(serializer)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn time<S: Serializer>(time: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    (*time != 0).then_some(*time).serialize(serializer)
}

impl EndpointState {
    pub(super) fn new(endpoint: &Endpoint<'_>, own_zone: Option<&str>) -> Self {
        Self {
            address: endpoint.address.to_owned(),
            role: endpoint.role,
            zone: endpoint.zone.map(ToOwned::to_owned),
            far: own_zone.is_some() && own_zone != endpoint.zone,
            up: true,
            in_flight: 0,
            latency: Average::default(),
            failures: 0,
            left_out_until: 0,
            left_out_times: 0,
            progress_at: 0,
        }
    }

    /// The same endpoint in a new topology, where it may have another role or zone.
    pub(super) fn moved_to(&self, endpoint: &Endpoint<'_>, own_zone: Option<&str>) -> Self {
        let Self { address, role, zone, far, .. } = Self::new(endpoint, own_zone);
        Self { address, role, zone, far, ..self.clone() }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The average when it last moved.
    pub(super) fn latency(&self) -> Latency {
        self.latency.latest
    }

    pub(super) fn is_outlier(&self, now: u64) -> bool {
        self.left_out_until > now
    }

    /// What one request more is expected to cost, twice as much in another zone. `quickest` is the lowest average there
    /// is: half of it is the least that is expected of anybody, so that who has been silent for long is tried again, but
    /// not by everybody at once.
    #[inline]
    pub(super) fn cost(&self, quickest: Latency, now: u64) -> u64 {
        // Nothing here is a branch: draws cannot be foreseen, and a wrong guess costs as much as all the rest.
        let expected = self.latency.now(now).max(quickest.half());
        // Whoever has been silent for so long takes at least so long.
        let silent = now.saturating_sub(self.progress_at) * u64::from(self.in_flight > 0);
        let latency = expected.max(Latency::from_microseconds(silent));
        latency.times((u64::from(self.in_flight) + 1) << u32::from(self.far))
    }

    pub(super) fn sent(&mut self, now: u64) {
        if self.in_flight == 0 {
            self.progress_at = now;
        }
        self.in_flight = self.in_flight.saturating_add(1);
    }

    pub(super) fn released(&mut self, now: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.progress_at = now;
    }

    /// Whether it had been left out until now.
    pub(super) fn done(&mut self, latency: u64, now: u64) -> bool {
        self.released(now);
        self.latency.observe(latency, now);
        let left_out = self.left_out_until != 0;
        self.forgive();
        left_out
    }

    /// Failures are forgotten.
    pub(super) fn forgive(&mut self) {
        self.failures = 0;
        self.left_out_until = 0;
        self.left_out_times = 0;
    }

    /// `may_leave_out`: whether there are few enough outliers for one more.
    pub(super) fn failed(&mut self, quickest: Latency, may_leave_out: bool, now: u64) {
        self.released(now);
        if self.is_outlier(now) {
            return; // of the requests that were in flight when it became one
        }
        self.failures = self.failures.saturating_add(1);
        let latency = self.latency.now(now);
        let worse = latency.max(quickest).max(FAILURE_FLOOR).double().min(FAILURE_MOST);
        self.latency.set(worse.max(latency), now);
        if self.failures >= OUTLIER_FAILURES && may_leave_out {
            let doublings = self.left_out_times.min(LEFT_OUT_DOUBLINGS);
            self.left_out_until = now.saturating_add(LEFT_OUT << doublings);
            self.left_out_times = self.left_out_times.saturating_add(1);
        }
    }
}
