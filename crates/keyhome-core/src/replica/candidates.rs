//! Who may serve a read by a policy, remembered until that changes.

use alloc::vec::Vec;

use super::{
    read_from::{NEVER, ReadFrom},
    state::EndpointState,
};

/// The endpoints of the best rank that there is, ascending.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    pub(super) list: Vec<usize>,
    /// From then on it has to be found anew: an outlier is none any more. 0: it always has to be.
    pub(super) until: u64,
}

/// What is only remembered makes no difference.
impl PartialEq for Candidates {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Candidates {}

impl Candidates {
    #[cold]
    pub(super) fn find(&mut self, read_from: ReadFrom, endpoints: &[EndpointState], now: u64) {
        self.list.clear();
        self.until = u64::MAX;
        let mut best = NEVER;
        for (index, endpoint) in endpoints.iter().enumerate() {
            if endpoint.is_outlier(now) {
                self.until = self.until.min(endpoint.left_out_until);
            }
            let rank = read_from.rank(endpoint, now);
            if rank < best {
                best = rank;
                self.list.clear();
            }
            if rank == best && rank != NEVER {
                self.list.push(index);
            }
        }
    }
}
