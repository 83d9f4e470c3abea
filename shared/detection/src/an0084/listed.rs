//! K8: traffic with listed addresses.

use std::collections::BTreeMap;

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::ring::Pair;

/// K8: what the entity itself dialled on an anonymity, proxy or VPN list within the hour.
///
/// Bytes are evidence, however little of a busy host's egress they are; a share of the egress is evidence
/// from a quarter of those bytes, so that a host that hardly talks to anybody else is not overlooked.
pub(super) fn listed(view: &View<'_>) -> Option<Verdict> {
    let mut sums: BTreeMap<&str, (Pair, usize)> = BTreeMap::new();
    for (label, _, pair) in view.listed {
        let sum = sums.entry(label).or_default();
        sum.0.add(*pair);
        sum.1 += 1;
    }
    let (label, (_, count)) = sums.into_iter().max_by_key(|(_, (pair, _))| pair.total())?;
    let (mut hour, mut egress) = (Pair::default(), 0_u64);
    for cell in view.state.ring.last(view.bucket, AN_HOUR) {
        hour.add(cell.listed);
        egress = egress.saturating_add(cell.external.out);
    }
    let settings = &view.settings.an0084;
    let share = hour.out as f64 / egress.max(1) as f64;
    let much = hour.total() >= settings.intel_min_bytes;
    let most = hour.total() >= settings.intel_min_bytes / 4 && share >= settings.intel_share;
    (much || most).then(|| Verdict {
        kernel: Kernel::Intel,
        severity: if label == "tor" { Severity::Medium } else { Severity::Low },
        score: 0.75,
        facts: vec![format!(
            "{:.1} MB within the hour with addresses of the {label} list ({count} now), dialled by the entity, \
             {:.0} % of what left",
            hour.total() as f64 / 1e6,
            share * 100.0
        )],
    })
}
