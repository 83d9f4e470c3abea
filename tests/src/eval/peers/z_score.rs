//! Hourly egress in standard deviations from its mean.

use super::{HOUR, Method, WINDOW, Window};

/// Standard deviations from which it is an alarm.
const THRESHOLD: f64 = 10.0;
/// Hours before mean and deviation mean anything.
const LEAST: f64 = 24.0;

/// An hour's egress ten standard deviations or more above the mean of all hours before it.
///
/// # Source
/// Bytes out per source and hour against their average and standard deviation, as SIEM searches are written; the
/// threshold of ten is the most cautious in use, three the most common.
#[derive(Default)]
pub(super) struct ZScore {
    hour: f64,
    hours: f64,
    mean: f64,
    squares: f64,
}

impl Method for ZScore {
    fn judge(&mut self, window: &Window) -> bool {
        self.hour += window.egress as f64;
        if (window.start + WINDOW).rem_euclid(HOUR) != 0 {
            return false;
        }
        let hour = std::mem::take(&mut self.hour);
        let deviation = (self.squares / self.hours.max(1.0)).sqrt();
        let alarm = self.hours >= LEAST && hour - self.mean >= THRESHOLD * deviation.max(1.0);
        // Welford: mean and sum of squares without a history.
        self.hours += 1.0;
        let before = hour - self.mean;
        self.mean += before / self.hours;
        self.squares += before * (hour - self.mean);
        alarm
    }
}
