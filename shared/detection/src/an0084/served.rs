//! K3: a relay for clients of a served port, or a node of a mesh.

use super::relay::{persistent, told};
use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::relay::Balance;
use crate::ring::{Cell, Pair};
use crate::state::DAY;

/// Share of an hour's origins that the hour before had not.
///
/// The customers of a proxy go wherever they like; an aggregator or a mirror asks the partners that it always asks.
const RENEWED: f64 = 0.3;

/// Origins of each of two hours, from which it is told of a service that was there before Weir.
///
/// The first hour has none before it, and a few dozen of a gateway's partners change from hour to hour by chance.
const TOLD: u32 = 64;

/// Sizes of requests that are one series: a proxy of pictures asks as often as it is asked, in sizes of its own.
const ONE_SIZE: f64 = 0.6;

/// K3: clients of a port that carries payload since recently; clients of any port where the laws are tight.
pub(super) fn served(view: &View<'_>) -> Option<Verdict> {
    let old = view.bucket - view.state.first_seen >= DAY;
    let browses = view.state.origins.renewed() >= RENEWED;
    let new = if old && browses { persistent(view, |cell| cell.served_new, true) } else { None };
    let told_apart = old && browses && view.state.origins.compares(TOLD);
    let any = || if told_apart { persistent(view, |cell| cell.served, false) } else { None };
    let any = || any().filter(|balance| balance.sizes >= ONE_SIZE);
    let balance = new.or_else(any).or_else(|| mesh(view))?;
    let facts = told(&balance, "sent to the clients");
    Some(Verdict {
        kernel: Kernel::ServedRelay,
        severity: Severity::Medium,
        score: balance.score as f32,
        facts,
    })
}

/// A node of a mesh: a new served port and dialled peers, as much in as out, all along.
fn mesh(view: &View<'_>) -> Option<Balance> {
    let sum = |pick: fn(&Cell) -> Pair| {
        view.state.ring.within(view.bucket, AN_HOUR).fold(Pair::default(), |mut sum, cell| {
            sum.add(pick(cell));
            sum
        })
    };
    let served = sum(|cell| cell.served_new);
    let dialled = sum(|cell| cell.dialled());
    let mut total = served;
    total.add(dialled);
    let min = view.settings.an0084.relay.min_bytes * 2;
    if view.bucket - view.state.first_seen < DAY
        || served.total() < min
        || dialled.total() < min
        || total.pcr().abs() > 0.08
    {
        return None;
    }
    let cells = view.state.ring.last(view.bucket, AN_HOUR);
    let out: Vec<f64> =
        cells.iter().map(|cell| cell.served_new.out.saturating_add(cell.dialled().out) as f64).collect();
    let into: Vec<f64> =
        cells.iter().map(|cell| cell.served_new.into.saturating_add(cell.dialled().into) as f64).collect();
    let coupling = crate::kernels::statistics::coupling(&out, &into);
    // Who gives as much as he takes is no origin, and counts as a peer.
    let peers = view.state.origins.count().max(view.state.peers.count());
    let active = out.iter().filter(|out| **out > 0.0).count();
    (coupling >= 0.8 && peers >= 8 && active >= 10).then(|| Balance {
        forward: total.out as f64 / total.into.max(1) as f64,
        reverse: 1.0,
        coupling,
        overlap: crate::kernels::statistics::overlap(&out, &into),
        requests: coupling,
        request_overlap: 1.0,
        moved: total.out.min(total.into),
        origins: peers,
        active,
        score: 0.8,
        ..Balance::default()
    })
}
