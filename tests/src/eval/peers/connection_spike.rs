//! Connections an hour against an exponentially weighted average.

use super::{HOUR, Method, WINDOW, Window};

/// Hours that the average remembers: 30 days.
const MEMORY: f64 = 720.0;
/// Standard deviations from which it is a spike.
const DEVIATIONS: f64 = 3.0;
/// Data points before a spike can be told.
const LEAST: f64 = 5.0;

/// More connections in an hour than the weighted average and three weighted standard deviations.
///
/// # Source
/// Splunk Security Content, "Detect Spike in blocked Outbound Traffic from your AWS": count of connections by source,
/// average and deviation updated by one part in 720 each hour, `deviationThreshold` 3, `dataPointThreshold` 5. Here it
/// counts all connections that are dialled to outside, not those that were blocked: security groups rarely block them.
/// Its first 720 hours are plain averages, which stand in for the support search that prepares the baseline.
#[derive(Default)]
pub(super) struct ConnectionSpike {
    hour: u64,
    points: f64,
    mean: f64,
    variance: f64,
}

impl Method for ConnectionSpike {
    fn judge(&mut self, window: &Window) -> bool {
        self.hour += window.dialled;
        if (window.start + WINDOW).rem_euclid(HOUR) != 0 {
            return false;
        }
        let count = std::mem::take(&mut self.hour) as f64;
        let alarm = self.points > LEAST && count > self.mean + DEVIATIONS * self.variance.sqrt();
        self.points += 1.0;
        let weight = 1.0 / self.points.min(MEMORY);
        let before = count - self.mean;
        self.mean += before * weight;
        self.variance = self.variance * (1.0 - weight) + before * (count - self.mean) * weight;
        alarm
    }
}
