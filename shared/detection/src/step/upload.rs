//! An anomaly of volume that one new destination explains.

use crate::entity::address_hash;
use crate::finding::Kernel;
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, EntityState, HOUR};

use super::Around;

/// More than usual, and most of it to one destination that is new here and that nobody else uses: an upload.
pub(super) fn name_upload(
    said: &mut [Verdict],
    state: &EntityState,
    hour: u64,
    bucket: i64,
    around: &Around<'_>,
) {
    let Some(verdict) = said.iter_mut().find(|verdict| verdict.kernel == Kernel::Volume) else { return };
    let found = state.destinations.iter().find(|entry| {
        let age = (bucket - entry.first + BUCKET).unsigned_abs();
        let hourly = entry.wire.out.saturating_mul(HOUR.unsigned_abs()) / age.max(HOUR.unsigned_abs());
        entry.last == bucket
            && bucket - entry.first < DAY
            && hourly >= hour / 2
            && !state.known.contains(address_hash(entry.ip))
            && !(around.users)(address_hash(entry.ip)).is_popular()
    });
    if let Some(entry) = found {
        verdict.kernel = Kernel::Upload;
        verdict.facts.push(format!(
            "most of it to {}, which is new here and used by nobody else, {:.0} MB since it was first seen",
            entry.ip,
            entry.wire.out as f64 / 1e6
        ));
    }
}

#[cfg(test)]
mod tests {
    use weir_intel::Intel;

    use super::*;
    use crate::baseline::Usual;
    use crate::finding::Severity;
    use crate::kernels::bucket::Push;
    use crate::prevalence::Users;
    use crate::ring::Pair;
    use crate::settings::Settings;

    const NOW: i64 = 20_000 * DAY;

    #[test]
    fn more_than_usual_is_an_upload_where_half_of_it_goes_to_somebody_new_of_its_own() {
        assert_eq!(named(50_000_000, 0), Kernel::Upload);
        assert_eq!(named(49_000_000, 0), Kernel::Volume, "less than half");
        assert_eq!(named(50_000_000, 2), Kernel::Volume, "a shared service");
    }

    /// What an hour of 100 MB is called when so much of it went to one address that so many others use.
    fn named(sent: u64, others: u32) -> Kernel {
        let mut state = EntityState { first_seen: NOW - 10 * DAY, ..EntityState::default() };
        let wire = Pair { out: sent, into: 0 };
        let ip = [198, 51, 100, 9].into();
        state.note_push(&Push { ip, port: 443, protocol: 6, payload: wire, wire }, NOW);
        let (settings, intel) = (Settings::default(), Intel::default());
        let around = Around {
            users: &|_| Users { others, entities: 50 },
            usual: &|_| Usual::default(),
            prelude: None,
            host: None,
            settings: &settings,
            intel: &intel,
        };
        let mut said =
            [Verdict { kernel: Kernel::Volume, severity: Severity::Low, score: 0.5, facts: Vec::new() }];
        name_upload(&mut said, &state, 100_000_000, NOW, &around);
        said[0].kernel
    }
}
