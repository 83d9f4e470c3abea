//! K2: a relay behind gateways that it dialled.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::relay::{Balance, Legs, Limits, judge};
use crate::observation::BUCKET;
use crate::ring::{Cell, Pair};
use crate::state::DAY;

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
    Some(Verdict { kernel: Kernel::Relay, severity: Severity::Medium, score: balance.score as f32, facts })
}

/// The trailing hour's balance, where it holds for 2 of 3 hours or is near-perfect.
pub(super) fn persistent(view: &View<'_>, near: fn(&Cell) -> Pair, novel: bool) -> Option<Balance> {
    let settings = &view.settings.an0084;
    let limits = Limits {
        min_bytes: settings.relay.min_bytes,
        origins: settings.relay.origins,
        correlation: settings.relay.correlation,
        novel,
    };
    let origins = view.state.origins.count();
    let hour = |back: usize| {
        let last = view.bucket - (back * AN_HOUR) as i64 * BUCKET;
        judge(&legs(&view.state.ring.last(last, AN_HOUR), near, origins), &limits)
    };
    let mut now = hour(0);
    if novel && now.score < 0.6 {
        now = judge(&legs(&view.state.ring.last(view.bucket, 3 * AN_HOUR), near, origins), &limits);
        return (now.score >= 0.6 && now.active >= 24).then_some(now);
    }
    if now.score < 0.6 {
        return None;
    }
    let perfect = now.score >= 0.99 && now.active >= 12;
    (perfect || hour(1).score >= 0.6 || hour(2).score >= 0.6).then_some(now)
}

fn legs(cells: &[Cell], near: impl Fn(&Cell) -> Pair, origins: u32) -> Legs {
    Legs {
        near: cells.iter().map(near).collect(),
        far: cells.iter().map(|cell| cell.pull).collect(),
        origins,
    }
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
