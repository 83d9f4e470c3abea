//! K8: traffic with listed addresses.

use super::View;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::ring::Pair;

/// Own traffic with listed addresses within a bucket that is worth a word, bytes.
const LISTED_BYTES: u64 = 2_000_000;

/// K8: what the entity itself dialled on an anonymity, proxy or VPN list.
pub(super) fn listed(view: &View<'_>) -> Option<Verdict> {
    let mut sums: std::collections::BTreeMap<&str, (Pair, usize)> = std::collections::BTreeMap::new();
    for (label, _, pair) in view.listed {
        let sum = sums.entry(label).or_default();
        sum.0.add(*pair);
        sum.1 += 1;
    }
    let (label, (pair, count)) = sums.into_iter().max_by_key(|(_, (pair, _))| pair.total())?;
    (pair.total() >= LISTED_BYTES).then(|| Verdict {
        kernel: Kernel::Intel,
        severity: if label == "tor" { Severity::Medium } else { Severity::Low },
        score: 0.75,
        facts: vec![format!(
            "{:.1} MB within five minutes with {count} addresses of the {label} list, dialled by the entity",
            pair.total() as f64 / 1e6
        )],
    })
}
