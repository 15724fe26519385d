//! The power of two choices over a peak-sensitive moving average, as it is usually written: floating point, `exp`, and
//! nothing else.

#[derive(Debug, Clone, Default)]
pub(crate) struct Endpoint {
    pub(crate) in_flight: u32,
    average: f64,
    at: u64,
}

pub(crate) struct PeakEwma(pub(crate) Vec<Endpoint>);

/// Finagle's ten seconds, in microseconds.
const DECAY: f64 = 10_000_000.0;

impl PeakEwma {
    pub(crate) fn choose(&self, dice: u64, now: u64) -> usize {
        let count = self.0.len() as u64;
        let first = (((dice >> 32) * count) >> 32) as usize;
        let mut second = (((dice & 0xffff_ffff) * (count - 1)) >> 32) as usize;
        if second >= first {
            second += 1;
        }
        if self.cost(second, now) < self.cost(first, now) { second } else { first }
    }

    fn cost(&self, index: usize, now: u64) -> f64 {
        let endpoint = &self.0[index];
        let left = (-(now.saturating_sub(endpoint.at) as f64) / DECAY).exp();
        endpoint.average * left * f64::from(endpoint.in_flight + 1)
    }

    pub(crate) fn done(&mut self, index: usize, latency: u64, now: u64) {
        let endpoint = &mut self.0[index];
        let latency = latency as f64;
        let left = (-(now.saturating_sub(endpoint.at) as f64) / DECAY).exp();
        endpoint.average = if latency > endpoint.average {
            latency
        } else {
            endpoint.average * left + latency * (1.0 - left)
        };
        endpoint.at = now;
    }
}
