//! Past values of an instance with their quantiles.

/// Values seen, sorted.
#[derive(Debug, Default)]
pub(super) struct History {
    values: Vec<u64>,
}

impl History {
    /// Adds a value.
    pub(super) fn add(&mut self, value: u64) {
        let at = self.values.partition_point(|have| *have < value);
        self.values.insert(at, value);
    }

    /// The value that a share of them does not exceed; `None` of less than `least` values.
    pub(super) fn quantile(&self, share: f64, least: usize) -> Option<u64> {
        let rank = (self.values.len() as f64 * share).ceil() as usize;
        let found = self.values.get(rank.max(1) - 1).copied();
        found.filter(|_| self.values.len() >= least)
    }
}
