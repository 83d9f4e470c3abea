//! K7: packets at a rate that nobody answers.

use super::View;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;

/// K7: header-sized or connectionless packets at a rate, hardly answered, for two windows.
pub(super) fn flood(view: &View<'_>) -> Option<Verdict> {
    let settings = &view.settings.an0084;
    let rush = view.summary.rush?;
    let replies = rush.wire.into as f64 / rush.wire.out.max(1) as f64;
    let fast = rush.packets >= settings.flood.packets || rush.bits >= settings.flood.rate;
    (fast
        && rush.span + 30 >= 60 * u64::from(settings.flood.windows)
        && rush.answered <= 0.05
        && replies <= settings.flood.reply_ratio)
        .then(|| Verdict {
            kernel: Kernel::Flood,
            severity: Severity::Medium,
            score: 0.9,
            facts: vec![format!(
                "{} packets/s ({:.0} Mbit/s) to {}:{} for {} s, {:.1} % answered",
                rush.packets,
                rush.bits as f64 / 1e6,
                rush.ip,
                rush.port,
                rush.span,
                rush.answered * 100.0
            )],
        })
}
