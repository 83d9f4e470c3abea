//! K6: destinations that do not answer.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::bucket::PORT_OF_MANY;
use crate::state::{EntityState, strangers};

/// Hosts of this hour that do not answer, from which it is told whether they are strangers.
const COMPARED: u32 = 10;

/// Strangers within five minutes that no list of servers explains.
const MANY: u32 = 500;

/// K6: distinct hosts on one port, or ports of one host, that do not answer.
pub(super) fn scan(view: &View<'_>) -> Option<Verdict> {
    let settings = &view.settings.an0084;
    let verdict = |score: f64, facts| Verdict {
        kernel: Kernel::Scan,
        severity: Severity::Medium,
        score: score as f32,
        facts,
    };
    if let Some(worst) = view.summary.tries.first()
        && worst.failed >= settings.scan.hosts
    {
        let ratio = f64::from(worst.failed) / f64::from(worst.tried.max(1));
        let many = ratio >= settings.scan.fail_ratio || worst.failed >= 1_000 && ratio >= 0.3;
        if many
            && asks_once(worst.packets, worst.failed)
            && view.fresh_misses.saturating_mul(2) >= worst.failed.min(MANY)
        {
            let fact = format!(
                "{} of {} hosts tried on port {} within five minutes did not answer",
                worst.failed, worst.tried, worst.port
            );
            return Some(verdict(0.6 + (f64::from(worst.failed) / 25.0).log2() / 20.0, vec![fact]));
        }
    }
    if let Some((host, ports)) = view.summary.host_ports
        && ports >= settings.scan.ports
    {
        return Some(verdict(
            0.7,
            vec![format!("{ports} ports of {host} tried within five minutes did not answer")],
        ));
    }
    let cells = || view.state.ring.within(view.bucket, AN_HOUR);
    let failed: u32 = cells().map(|cell| u32::from(cell.failed)).sum();
    let tried: u32 = cells().map(|cell| u32::from(cell.tried)).sum();
    let active = cells().filter(|cell| cell.failed > 0).count();
    let ports = view.summary.tries.iter().filter(|tries| tries.tried >= PORT_OF_MANY);
    let silent = || {
        let scattered = std::iter::once(&view.summary.scattered);
        ports.clone().chain(scattered).filter(|tries| tries.failed * 2 >= tries.tried)
    };
    let packets: u64 = silent().map(|tries| tries.packets).sum();
    let now: u32 = silent().map(|tries| tries.failed).sum();
    let distinct = view.state.misses.count();
    (failed >= 2 * settings.scan.hosts
        && active >= 3
        && now > 0
        && asks_once(packets, now)
        // Who probes the same dead servers all the time fails as often at few.
        && distinct >= settings.scan.hosts.max(failed * 2 / 5)
        && are_strangers(view.state)
        && f64::from(failed) >= 0.7 * f64::from(tried))
    .then(|| {
        verdict(0.65, vec![format!("{failed} of {tried} destinations tried within the hour did not answer")])
    })
}

/// Whether most of this hour's hosts that do not answer neither answered nor failed before.
///
/// A prober of many servers that all go down at once goes round them within the hour: each of its failures is
/// a host that it knows.
fn are_strangers(state: &EntityState) -> bool {
    let silent = state.misses.this();
    let mut known = state.misses.previous().clone();
    state.origins.merge_into(&mut known);
    silent.count() >= COMPARED && strangers(silent, &known).saturating_mul(2) >= silent.count()
}

/// Whether hosts were asked as often as one attempt asks: a connection's SYN is repeated up to six times.
fn asks_once(packets: u64, hosts: u32) -> bool {
    packets <= u64::from(hosts) * 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::bucket::{Summary, Tries};
    use crate::observation::BUCKET;
    use crate::ring::Cell;
    use crate::settings::Settings;

    #[test]
    fn fires_at_the_hosts_that_do_not_answer_and_is_silent_just_below_them() {
        assert!(at_once(25, 75, 25));
        assert!(!at_once(24, 72, 24));
    }

    #[test]
    fn hosts_that_answered_or_failed_before_are_servers_that_are_down() {
        assert!(at_once(40, 120, 20));
        assert!(!at_once(40, 120, 19));
    }

    #[test]
    fn a_client_that_tries_again_and_again_is_no_scanner() {
        assert!(!at_once(40, 281, 40));
    }

    #[test]
    fn few_hosts_an_hour_on_any_ports_are_a_scan_unless_they_are_the_same_ones() {
        assert!(in_an_hour(5, 25));
        assert!(!in_an_hour(5, 24));
        assert!(in_an_hour(10, 48));
        assert!(!in_an_hour(10, 46), "less than two in five of the failures");
    }

    #[test]
    fn a_prober_whose_servers_went_down_knows_each_host_that_does_not_answer() {
        assert!(after_an_hour(0..60, true));
        assert!(!after_an_hour(1_000..1_060, true), "they answered within the hour");
        assert!(!after_an_hour(1_000..1_060, false), "they failed in the hour before");
    }

    /// Whether an hour of failures at these hosts is a scan, of who knows hosts 1,000 to 1,100 because they
    /// answered or because they failed too.
    fn after_an_hour(hosts: std::ops::Range<u32>, answered: bool) -> bool {
        let hash = |n: u32| crate::entity::address_hash(std::net::Ipv4Addr::from_bits(n).into());
        let known: Vec<u64> = (1_000..1_100).map(hash).collect();
        let mut state = EntityState::default();
        let before = if answered { &mut state.origins } else { &mut state.misses };
        before.add(-BUCKET, &known, &crate::counter::Counter::default());
        for n in 0..AN_HOUR as i64 {
            state.ring.push(n * BUCKET, Cell { failed: 5, tried: 5, ..Cell::default() });
        }
        let hosts: Vec<u64> = hosts.map(hash).collect();
        state.misses.add(11 * BUCKET, &hosts, &crate::counter::Counter::default());
        let scattered = Tries { tried: 5, failed: 5, packets: 15, ..Tries::default() };
        found(&state, &Summary { scattered, ..Summary::default() }, 0)
    }

    /// Whether so many hosts that do not answer on one port are a scan, of which so many are strangers.
    fn at_once(failed: u32, packets: u64, fresh_misses: u32) -> bool {
        let tries = Tries { port: 22, tried: failed, failed, packets, example: None };
        let summary = Summary { tries: vec![tries], ..Summary::default() };
        found(&EntityState::default(), &summary, fresh_misses)
    }

    /// Whether an hour of so many failed tries a bucket, each on a port of its own, is a scan of so many hosts.
    fn in_an_hour(failed: u16, distinct: u64) -> bool {
        let mut state = EntityState::default();
        for n in 0..AN_HOUR as i64 {
            state.ring.push(n * BUCKET, Cell { failed, tried: failed, ..Cell::default() });
        }
        let hosts: Vec<u64> = (0..distinct).collect();
        state.misses.add(11 * BUCKET, &hosts, &crate::counter::Counter::default());
        let scattered = Tries { tried: 5, failed: 5, packets: 15, ..Tries::default() };
        found(&state, &Summary { scattered, ..Summary::default() }, 5)
    }

    fn found(state: &EntityState, summary: &Summary, fresh_misses: u32) -> bool {
        let settings = Settings::default();
        let view = View {
            state,
            summary,
            fresh_misses,
            bucket: 11 * BUCKET,
            listed: &[],
            stale: &|_| None,
            shared: &|_| false,
            settings: &settings,
        };
        scan(&view).is_some()
    }
}
