//! K8: traffic with listed addresses.

use std::collections::BTreeMap;

use weir_intel::lists::ListKind;

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::ring::Pair;

/// K8: what the entity itself dialled on an anonymity, proxy or VPN list within the hour.
///
/// Bytes are evidence, however little of a busy host's egress they are; a share of the egress is evidence
/// from a quarter of those bytes, so that a host that hardly talks to anybody else is not overlooked.
pub(super) fn listed(view: &View<'_>) -> Option<Verdict> {
    let mut sums: BTreeMap<ListKind, (Pair, usize)> = BTreeMap::new();
    for (kind, _, pair) in view.listed {
        let sum = sums.entry(*kind).or_default();
        sum.0.add(*pair);
        sum.1 += 1;
    }
    let (kind, (_, count)) = sums.into_iter().max_by_key(|(_, (pair, _))| pair.total())?;
    let (mut hour, mut egress) = (Pair::default(), 0_u64);
    for cell in view.state.ring.within(view.bucket, AN_HOUR) {
        hour.add(cell.listed);
        egress = egress.saturating_add(cell.external.out);
    }
    let settings = &view.settings.an0084;
    let share = hour.out as f64 / egress.max(1) as f64;
    let much = hour.total() >= settings.intel_min_bytes;
    let most = hour.total() >= settings.intel_min_bytes / 4 && share >= settings.intel_share;
    // An old list counts half: its addresses have changed hands.
    let age = (view.stale)(kind);
    let stale = age.is_some();
    let label = kind.name();
    let mut facts = vec![format!(
        "{:.1} MB within the hour with addresses of the {label} list ({count} now), dialled by the entity, \
         {:.0} % of what left",
        hour.total() as f64 / 1e6,
        share * 100.0
    )];
    facts.extend(age.map(|days| format!("the {label} list is {days} days old and counts half")));
    (much || most).then(|| Verdict {
        kernel: Kernel::Intel,
        severity: if kind == ListKind::Tor && !stale { Severity::Medium } else { Severity::Low },
        score: if stale { 0.375 } else { 0.75 },
        facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::bucket::Summary;
    use crate::observation::BUCKET;
    use crate::ring::Cell;
    use crate::settings::Settings;
    use crate::state::EntityState;

    #[test]
    fn fires_at_the_bytes_asked_for_and_is_silent_just_below_them() {
        assert_eq!(said(ListKind::Tor, 2_048_000, 0, false), Some(Severity::Medium));
        assert_eq!(said(ListKind::Vpn, 2_048_000, 0, false), Some(Severity::Low));
        assert_eq!(said(ListKind::Tor, 1_990_000, 100_000_000, false), None);
    }

    #[test]
    fn a_quarter_of_the_bytes_is_enough_where_they_are_a_fifth_of_what_leaves() {
        assert_eq!(said(ListKind::Tor, 600_000, 2_390_000, false), Some(Severity::Medium));
        assert_eq!(said(ListKind::Tor, 600_000, 2_500_000, false), None);
    }

    #[test]
    fn a_list_that_is_too_old_is_low_whatever_it_says_and_its_age_is_told() {
        assert_eq!(said(ListKind::Tor, 50_000_000, 0, true), Some(Severity::Low));
        let facts = judged(ListKind::Tor, 50_000_000, 0, true).unwrap().facts;
        assert_eq!(facts[1], "the tor list is 9 days old and counts half");
    }

    /// What is said of an hour with so many bytes to a listed address and so many to others.
    fn said(kind: ListKind, bytes: u64, others: u64, stale: bool) -> Option<Severity> {
        judged(kind, bytes, others, stale).map(|verdict| verdict.severity)
    }

    fn judged(kind: ListKind, bytes: u64, others: u64, stale: bool) -> Option<Verdict> {
        let mut state = EntityState::default();
        let listed = Pair { out: bytes, into: 0 };
        let external = Pair { out: bytes + others, into: 0 };
        state.ring.push(100 * BUCKET, Cell { listed, external, ..Cell::default() });
        let settings = Settings::default();
        let view = View {
            state: &state,
            summary: &Summary::default(),
            fresh_misses: 0,
            bucket: 100 * BUCKET,
            listed: &[(kind, [192, 0, 2, 1].into(), listed)],
            stale: &|_| stale.then_some(9),
            shared: &|_| false,
            settings: &settings,
        };
        super::listed(&view)
    }
}
