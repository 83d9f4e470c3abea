//! One entity's windows as the figures that are printed.

use serde::Serialize;
use weir_detection::kernels::volume::USD_PER_GB;
use weir_detection::sketch::Sketch;

/// Windows of a month of 730 hours, as findings project it.
const MONTH: f64 = 730.0 * 12.0;

/// What an entity sends to the outside in five minutes.
///
/// # Units
/// Bytes; percentiles within the sketch's 6.25 %, sums and peak exact.
#[derive(Debug, Serialize)]
pub(super) struct Baseline {
    pub(super) entity: String,
    pub(super) windows: u64,
    pub(super) p50: u64,
    pub(super) p90: u64,
    pub(super) p95: u64,
    pub(super) p99: u64,
    pub(super) peak: u64,
    pub(super) total_bytes: u64,
    pub(super) usd_month: f64,
}

/// The windows seen so far.
#[derive(Debug, Default)]
pub(super) struct Building {
    sketch: Sketch,
    windows: u64,
    peak: u64,
    total: u64,
}

impl Building {
    /// Adds a window with egress.
    pub(super) fn add(&mut self, bytes: u64) {
        self.sketch.insert(bytes);
        self.windows += 1;
        self.peak = self.peak.max(bytes);
        self.total = self.total.saturating_add(bytes);
    }

    /// Adds the windows of `life` that had none.
    pub(super) fn add_silent(&mut self, life: u64) {
        let mut left = life.saturating_sub(self.windows);
        self.windows += left;
        let mut some = Sketch::default();
        some.insert(0);
        // A life may be long and silent: zeros are added in powers of two.
        while left > 0 {
            if left % 2 == 1 {
                self.sketch.merge(&some);
            }
            let as_many = some.clone();
            some.merge(&as_many);
            left /= 2;
        }
    }

    /// The figures, the total projected from `span` windows to a month; `None` where there was no window.
    pub(super) fn finish(self, entity: &str, span: u64) -> Option<Baseline> {
        let months = span.max(1) as f64 / MONTH;
        let usd = self.total as f64 / 1e9 * USD_PER_GB / months;
        (self.windows > 0).then(|| Baseline {
            entity: entity.to_owned(),
            windows: self.windows,
            p50: self.percentile(50),
            p90: self.percentile(90),
            p95: self.percentile(95),
            p99: self.percentile(99),
            peak: self.peak,
            total_bytes: self.total,
            usd_month: (usd * 1e4).round() / 1e4,
        })
    }

    /// A bin's middle may lie above everything that is in it.
    fn percentile(&self, percent: u8) -> u64 {
        self.sketch.percentile(percent).min(self.peak)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_a_gigabyte_costs_a_month_of_it() {
        let mut building = Building::default();
        building.add(1_000_000_000);

        let baseline = building.finish("eni-1", 288).unwrap();
        assert_eq!(baseline.usd_month, 2.7375);
        assert_eq!(baseline.peak, 1_000_000_000);
        assert!(baseline.p50 <= baseline.peak, "a middle above all values would look like a bug");
    }

    #[test]
    fn silent_windows_pull_percentiles_down_and_leave_the_sums() {
        let mut building = Building::default();
        building.add(500);
        building.add(700);
        building.add_silent(20);

        let baseline = building.finish("eni-1", 20).unwrap();
        assert_eq!((baseline.windows, baseline.total_bytes, baseline.peak), (20, 1_200, 700));
        assert_eq!((baseline.p50, baseline.p90), (0, 0));
        assert!(baseline.p95.abs_diff(500) <= 31 && baseline.p99.abs_diff(700) <= 43);
    }

    #[test]
    fn an_entity_without_windows_has_no_baseline() {
        assert!(Building::default().finish("eni-1", 288).is_none());
    }
}
