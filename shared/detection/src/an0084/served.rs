//! K3: a relay for clients of a served port, or a node of a mesh.

use super::relay::{persistent, told};
use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::relay::{Balance, ONE_SIZE};
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

/// K3: clients of a port that carries payload since recently; clients of any port where the laws are tight.
pub(super) fn served(view: &View<'_>) -> Option<Verdict> {
    let old = view.bucket - view.state.first_seen >= DAY;
    let browses = view.state.origins.renewed() >= RENEWED;
    let new = if old && browses { persistent(view, |cell| cell.served_new, true) } else { None };
    let told_apart = old && browses && view.state.origins.compares(TOLD);
    // A proxy of pictures asks as often as it is asked, in sizes of its own.
    let any = || persistent(view, |cell| cell.served, false).filter(|balance| balance.sizes >= ONE_SIZE);
    let balance = new.or_else(|| if told_apart { any() } else { None }).or_else(|| mesh(view))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::Counter;
    use crate::kernels::bucket::Summary;
    use crate::observation::BUCKET;
    use crate::ring::CELLS;
    use crate::settings::Settings;
    use crate::state::{EntityState, HOUR};

    /// A service that was there before Weir, and who asks it what.
    #[derive(Clone, Copy)]
    struct Service {
        /// How long it is known.
        known: i64,
        /// Origins of each hour, all of them others than the hour before.
        origins: u64,
        /// Whether it hands on the requests that it gets, as they are.
        hands_on: bool,
    }

    const PROXY: Service = Service { known: DAY, origins: 64, hands_on: true };

    fn is_told(service: Service) -> bool {
        let last = 2_000 * BUCKET;
        let mut state = EntityState { first_seen: last - service.known, ..EntityState::default() };
        for n in 0..CELLS as u64 {
            let origins = 10 + n * 7 % 13;
            let (asked, own) = (1_000 + n * 5 % 11 * 20, 1_000 + n * 3 % 7 * 30);
            let pull = Pair { out: origins * asked, into: origins * 50_000 };
            let requests = if service.hands_on { asked } else { own };
            let served = Pair { out: pull.into, into: origins * requests };
            let cell = Cell { served, pull, origins: origins as u16, ..Cell::default() };
            state.ring.push(last - (CELLS as i64 - 1 - n as i64) * BUCKET, cell);
        }
        for hour in [1, 0] {
            let hashes: Vec<u64> =
                (0..service.origins).map(|n| crate::entity::mix(hour * 10_000 + n + 1)).collect();
            state.origins.add(last - hour as i64 * HOUR, &hashes, &Counter::default());
        }
        let settings = Settings::default();
        served(&View {
            state: &state,
            summary: &Summary::default(),
            fresh_misses: 0,
            bucket: last,
            listed: &[],
            stale: &|_| None,
            shared: &|_| false,
            settings: &settings,
        })
        .is_some()
    }

    #[test]
    fn a_proxy_of_a_port_served_before_is_told_once_it_is_known_for_a_day_and_has_origins_to_compare() {
        assert!(is_told(PROXY));
        assert!(!is_told(Service { known: DAY - BUCKET, ..PROXY }));
        assert!(!is_told(Service { origins: 48, ..PROXY }));
    }

    #[test]
    fn a_gateway_that_asks_in_sizes_of_its_own_is_no_proxy() {
        assert!(!is_told(Service { hands_on: false, ..PROXY }));
    }
}
