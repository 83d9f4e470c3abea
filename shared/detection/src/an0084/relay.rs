//! K2: a relay behind gateways that it dialled.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::relay::{Balance, Legs, Limits, judge};
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
pub(super) fn persistent(view: &View<'_>, near: fn(&Cell) -> Pair, novel: bool) -> Option<Balance> {
    let settings = &view.settings.an0084.relay;
    let limits = Limits {
        min_bytes: settings.min_bytes,
        origins: settings.origins,
        tolerance: settings.tolerance,
        correlation: settings.correlation,
        novel,
        long_records: view.state.interval > BUCKET,
    };
    let cells = view.state.ring.last(view.bucket, CELLS);
    let all = Legs::new(&cells, near, view.state.origins.count(), limits.long_records);
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
