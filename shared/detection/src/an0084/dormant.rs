//! A silent host that wakes up and uploads.

use super::{AN_HOUR, View};
use crate::entity::address_hash;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

/// All traffic of a day that is hardly any, bytes.
const QUIET_DAY: u64 = 30_000_000;

/// Buckets of three hours in which it uploads.
const BUSY: usize = 33;

/// Bytes an hour from which it is a transfer like those that people start.
const BULK: u64 = 2_000_000_000;

/// How long it uploads: an export that somebody asked for is often done in two hours.
const LONG: i64 = 3 * HOUR;

/// A host that was silent for days uploads for hours to somebody new.
pub(super) fn dormant(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    let cells = || view.state.ring.within(view.bucket, 3 * AN_HOUR);
    let busy = cells().filter(|cell| cell.novel.out >= 500_000).count();
    if busy < BUSY {
        return None;
    }
    let past: Vec<u64> =
        view.state.days.iter().filter(|(day, _)| *day < today).map(|(_, bytes)| *bytes).collect();
    let sent: u64 = cells().map(|cell| cell.novel.out).sum();
    let back: u64 = cells().map(|cell| cell.novel.into).sum();
    let silent = silent(&past, sent);
    // What a job pulls and passes on is its work; what leaves a host that pulled nothing was there before.
    let pulled: u64 = cells().map(|cell| cell.pull.into).sum();
    let floor = view.settings.an0084.traffic_egress_threshold.dormant_min_bytes;
    let since = view
        .state
        .destinations
        .iter()
        .filter(|entry| entry.last == view.bucket && !view.state.known.contains(address_hash(entry.ip)));
    let long = since.map(|entry| view.bucket + BUCKET - entry.first).max().is_some_and(|age| age >= LONG);
    (silent && long && sent >= floor && sent >= pulled.saturating_mul(2)).then(|| Verdict {
        kernel: Kernel::Dormant,
        severity: if is_trickle(sent, back, floor) { Severity::Medium } else { Severity::Low },
        score: 0.75,
        facts: vec![format!(
            "{:.0} MB in three hours to destinations that are new here, after days under 30 MB",
            sent as f64 / 1e6
        )],
    })
}

/// Whether it is a steady trickle one way, and not a transfer that somebody asked for: those run as fast as
/// the line allows. A service that starts talks both ways, or sends less than is worth a call.
const fn is_trickle(sent: u64, back: u64, floor: u64) -> bool {
    sent >= floor.saturating_mul(3) && sent <= 3 * BULK && back <= sent / 10
}

/// Whether the days before yesterday were quiet: most of them under 30 MB in all, and none, be it for an
/// update of packages, a quarter of what left within three hours now.
fn silent(past: &[u64], sent: u64) -> bool {
    let before = past.get(..past.len().saturating_sub(1)).unwrap_or_default();
    let quiet = before.iter().filter(|bytes| **bytes < QUIET_DAY).count();
    past.len() >= 2 && quiet * 2 > before.len() && before.iter().all(|bytes| *bytes < QUIET_DAY.max(sent / 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::bucket::{Push, Summary};
    use crate::ring::{Cell, Pair};
    use crate::settings::Settings;
    use crate::state::EntityState;

    const MB: u64 = 1_000_000;

    #[test]
    fn one_day_of_updates_does_not_hide_that_a_host_was_silent() {
        assert!(silent(&[5 * MB, 60 * MB, 4 * MB, 3 * MB], 400 * MB));
        assert!(!silent(&[5 * MB, 60 * MB, 4 * MB, 3 * MB], 200 * MB), "a quarter of what leaves now");
    }

    #[test]
    fn an_upload_of_three_hours_is_a_dormant_hosts_and_a_shorter_one_an_export() {
        assert!(wakes(36));
        assert!(!wakes(35));
    }

    #[test]
    fn a_transfer_at_full_speed_a_talk_or_a_few_bytes_are_low() {
        let severity = |megabytes: u64, back: u64| {
            let novel = Pair { out: megabytes * MB, into: back * MB };
            is_trickle(novel.out, novel.into, 25 * MB)
        };

        assert!(severity(75, 7));
        assert!(!severity(74, 7), "less than the floor an hour");
        assert!(!severity(75, 8), "more than a tenth comes back");
        assert!(severity(6_000, 0));
        assert!(!severity(6_001, 0), "bulk");
    }

    /// Whether a host of silent days that has uploaded for so many buckets is one that woke up.
    fn wakes(buckets: i64) -> bool {
        let last = 30 * DAY + 12 * HOUR;
        let mut state = EntityState { first_seen: 20 * DAY, ..EntityState::default() };
        state.days = (20..30).map(|day| (day, 5 * MB)).collect();
        let payload = Pair { out: 10 * MB, into: 0 };
        let ip = [203, 0, 113, 9].into();
        for n in (0..buckets).rev() {
            let bucket = last - n * BUCKET;
            state.ring.push(bucket, Cell { novel: payload, ..Cell::default() });
            state.note_push(&Push { ip, port: 443, protocol: 6, payload, wire: payload }, bucket);
        }
        let settings = Settings::default();
        let view = View {
            state: &state,
            summary: &Summary::default(),
            fresh_misses: 0,
            bucket: last,
            listed: &[],
            stale: &|_| None,
            shared: &|_| false,
            settings: &settings,
        };
        dormant(&view).is_some()
    }

    #[test]
    fn a_host_that_worked_on_half_of_its_days_was_not_silent() {
        assert!(!silent(&[5 * MB, 31 * MB, 3 * MB], 400 * MB));
        assert!(silent(&[5 * MB, 29 * MB, 3 * MB], 400 * MB));
        assert!(!silent(&[5 * MB], 400 * MB), "one day is no history");
    }
}
