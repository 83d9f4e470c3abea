//! K2: a relay behind gateways that it dialled.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::relay::{Balance, Carried, Legs, Limits, judge};
use crate::observation::BUCKET;
use crate::ring::{CELLS, Cell, Pair};
use crate::state::{DAY, Destination};

/// Score from which an hour counts.
const FIRES: f64 = 0.6;

/// K2: the last hour, and one of the two before it, or one near-perfect hour.
pub(super) fn relay(view: &View<'_>) -> Option<Verdict> {
    let old = view.bucket - view.state.first_seen >= DAY;
    let all = persistent(view, |cell| cell.push, false);
    let novel = if old { persistent(view, |cell| cell.novel, true) } else { None };
    let (balance, new) = match (all, novel) {
        (Some(all), Some(novel)) if novel.score > all.score => (novel, true),
        (Some(all), _) => (all, false),
        (None, Some(novel)) => (novel, true),
        (None, None) => return None,
    };
    let mut facts = told(&balance, "pushed to the gateways");
    if new {
        facts.push("the gateways are new here and nobody else uses them".to_owned());
    }
    let recent = |entry: &&Destination| view.bucket - entry.last < AN_HOUR as i64 * BUCKET;
    let bare =
        view.state.destinations.iter().filter(recent).filter(|entry| view.state.is_bare(entry.ip)).count();
    if bare > 0 {
        facts.push(format!(
            "{bare} of the addresses that it pushes to were in no answer to what it looked up"
        ));
    }
    Some(Verdict { kernel: Kernel::Relay, severity: Severity::Medium, score: balance.score as f32, facts })
}

/// The trailing hour's balance, where it holds for as many of the last hours as the settings ask, or is
/// near-perfect.
///
/// Remotes that are asked much for what they give are origins at one time, and the host's own brokers and
/// two-way APIs at another, whose requests would drown those of the relay.
pub(super) fn persistent(view: &View<'_>, near: fn(&Cell) -> Pair, novel: bool) -> Option<Balance> {
    let all = kept(view, near, |cell| cell.pull, novel);
    let chatty = || view.state.ring.within(view.bucket, CELLS).any(|cell| cell.chatty.out > 0);
    all.or_else(|| chatty().then(|| kept(view, near, |cell| cell.pull.without(cell.chatty), novel))?)
}

fn kept(view: &View<'_>, near: fn(&Cell) -> Pair, far: fn(&Cell) -> Pair, novel: bool) -> Option<Balance> {
    let settings = &view.settings.an0084.relay;
    let limits = Limits {
        min_bytes: settings.min_bytes,
        origins: settings.origins,
        tolerance: settings.tolerance,
        correlation: settings.correlation,
        novel,
        long_records: view.state.interval > BUCKET,
    };
    // Most entities carry too little for any hour to be judged, which is told without a series.
    let span = if novel { CELLS } else { AN_HOUR };
    let carried = view.state.ring.within(view.bucket, span).map(|cell| (near(cell), cell.pull));
    if !Carried::of(carried).is_enough(view.state.origins.count(), &limits) {
        return None;
    }
    let cells = view.state.ring.last(view.bucket, CELLS);
    let all = Legs::new(&cells, near, far, view.state.origins.count(), limits.long_records);
    let hour = |back: usize| {
        let end = CELLS.saturating_sub(back * AN_HOUR);
        judge(&all.part(end.saturating_sub(AN_HOUR)..end), &limits)
    };
    let now = hour(0);
    if now.score < FIRES {
        let long = novel.then(|| judge(&all, &limits))?;
        return (long.score >= FIRES && long.active >= 24).then_some(long);
    }
    let perfect = now.score >= 0.99 && now.active >= AN_HOUR;
    let hours = usize::from(settings.hours.m());
    let before = (1..hours).filter(|&back| hour(back).score >= FIRES).count();
    (perfect || before + 1 >= usize::from(settings.hours.k())).then_some(now)
}

pub(super) fn told(balance: &Balance, what: &str) -> Vec<String> {
    vec![
        format!(
            "{:.1} MB {what}, {:.2} bytes for each byte pulled from {} origins",
            balance.moved as f64 / 1e6,
            balance.forward,
            balance.origins
        ),
        format!(
            "{:.2} bytes of requests came in for each byte of requests that left, shared shape {:.0} %",
            balance.reverse,
            balance.request_overlap * 100.0
        ),
        format!(
            "push and pull move together: rank correlation {:.2}, shared shape {:.0} %",
            balance.coupling,
            balance.overlap * 100.0
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::bucket::Summary;
    use crate::settings::Settings;
    use crate::state::EntityState;

    #[test]
    fn a_relay_is_found_beside_a_broker_whose_requests_would_drown_its_own() {
        assert!(found(1.05, true));
        assert!(!found(1.05, false), "the broker's requests count as those of origins");
    }

    #[test]
    fn a_loader_beside_a_broker_is_no_relay() {
        assert!(!found(0.1, true));
    }

    /// Whether three hours of a host are a relay whose gateways send so many bytes of requests for each byte
    /// that it asks, beside a broker that is told apart or not.
    fn found(reverse: f64, told_apart: bool) -> bool {
        let mut state = EntityState::default();
        let last = 500 * BUCKET;
        for n in 0..CELLS as i64 {
            let (load, own) = ((n * 7 % 11 + 1) as u64, (n * 5 % 13 + 1) as u64);
            let broker = Pair { out: own * 900_000, into: own * 1_900_000 };
            let mut pull = Pair { out: load * 40_000, into: load * 1_000_000 };
            let push = Pair { out: load * 1_050_000, into: (load as f64 * 40_000.0 * reverse) as u64 };
            pull.add(broker);
            let chatty = if told_apart { broker } else { Pair::default() };
            let cell = Cell { push, pull, chatty, origins: load as u16 * 4, ..Cell::default() };
            state.ring.push(last - (CELLS as i64 - 1 - n) * BUCKET, cell);
        }
        let origins: Vec<u64> = (0..200_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        state.origins.add(last, &origins, &crate::counter::Counter::default());
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
        relay(&view).is_some()
    }
}
