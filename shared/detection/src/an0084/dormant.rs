//! A silent host that wakes up and uploads.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::state::DAY;

/// A host that was silent for days uploads for hours to somebody new.
pub(super) fn dormant(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    let past: Vec<u64> =
        view.state.days.iter().filter(|(day, _)| *day < today).map(|(_, bytes)| *bytes).collect();
    let silent = past.len() >= 2 && past.iter().rev().skip(1).all(|bytes| *bytes < 30_000_000);
    let cells = view.state.ring.last(view.bucket, 3 * AN_HOUR);
    let busy = cells.iter().filter(|cell| cell.novel.out >= 500_000).count();
    let sent: u64 = cells.iter().map(|cell| cell.novel.out).sum();
    // What a job pulls and passes on is its work; what leaves a host that pulled nothing was there before.
    let pulled: u64 = cells.iter().map(|cell| cell.pull.into).sum();
    let floor = view.settings.an0084.traffic_egress_threshold.dormant_min_bytes;
    (silent && busy >= 24 && sent >= floor && sent >= pulled.saturating_mul(2)).then(|| Verdict {
        kernel: Kernel::Dormant,
        severity: Severity::Medium,
        score: 0.75,
        facts: vec![format!(
            "{:.0} MB in three hours to destinations that are new here, after days under 30 MB",
            sent as f64 / 1e6
        )],
    })
}
