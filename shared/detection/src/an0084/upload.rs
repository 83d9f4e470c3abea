//! A long upload to somebody new.

use super::View;
use crate::baseline::Usual;
use crate::entity::address_hash;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

/// Hours of upload to a destination that is new here and that nobody else uses.
pub(super) fn upload(view: &View<'_>) -> Option<Verdict> {
    if view.bucket - view.state.first_seen < 2 * DAY {
        return None;
    }
    let asked = i64::from(view.settings.an0084.upload.hours);
    let usual = view.state.season.usual_of(view.bucket);
    let found = view.state.destinations.iter().find(|entry| {
        let age = entry.last - entry.first + BUCKET;
        // People start exports while they work; what began then must last a third longer.
        let hours = if view.settings.in_business_hours(entry.first) { asked + asked / 3 } else { asked };
        let rate = entry.wire.out.saturating_mul(HOUR.unsigned_abs()) / age.unsigned_abs().max(1);
        entry.last == view.bucket
            && age >= hours * HOUR
            && age <= 2 * DAY
            && entry.first - view.state.first_seen >= DAY
            && i64::from(entry.buckets) >= hours * 10
            && rate >= view.settings.an0084.upload.min_bytes
            // A service that moved to another address gets what it always got.
            && rate >= usual_rate(view, &usual, entry.first).saturating_mul(2)
            && !view.state.known.contains(address_hash(entry.ip))
            && !(view.shared)(entry.ip)
    })?;
    Some(Verdict {
        kernel: Kernel::Upload,
        severity: Severity::Low,
        score: 0.6,
        facts: vec![format!(
            "{:.0} MB pushed to {} since it was first seen, in {} buckets of five minutes",
            found.wire.out as f64 / 1e6,
            found.ip,
            found.buckets
        )],
    })
}

/// Bytes an hour that leave the entity as a rule; half of all traffic of the day before where too little was seen.
fn usual_rate(view: &View<'_>, usual: &Usual, first: i64) -> u64 {
    if usual.upper > 0 {
        return usual.upper.saturating_mul(12);
    }
    let before = first.div_euclid(DAY);
    let day = view.state.days.iter().rfind(|(day, _)| *day < before);
    day.map_or(0, |(_, bytes)| bytes / 48)
}
