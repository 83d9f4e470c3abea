//! Egress of an entity that was told of: the hours before, and how it went on.

use std::collections::BTreeMap;

use weir_detection::observation::BUCKET;
use weir_detection::ring::{CELLS, Cell};
use weir_detection::state::{EntityState, HOUR};

/// How long an entity is followed after it was told of: what comes later is another day's report.
const FOLLOWED: i64 = 12 * HOUR;

/// Buckets of a turn that may have been judged since the last look.
const RECENT: usize = 12;

/// Cells by the start of their buckets.
#[derive(Default)]
pub(super) struct Timeline {
    pub(super) cells: BTreeMap<i64, Cell>,
    /// Event time of the latest report.
    told: i64,
    /// The three hours before it are still to be taken.
    behind: bool,
}

impl Timeline {
    /// Notes a report.
    pub(super) fn mark(&mut self, time: i64) {
        (self.told, self.behind) = (time, true);
    }

    /// Takes what was judged since.
    pub(super) fn follow(&mut self, state: &EntityState) {
        let last = state.closed - BUCKET;
        if last - self.told > FOLLOWED {
            return;
        }
        let count = if self.behind { CELLS } else { RECENT };
        self.behind = false;
        let first = last - (count as i64 - 1) * BUCKET;
        for (place, cell) in state.ring.last(last, count).into_iter().enumerate() {
            let start = first + place as i64 * BUCKET;
            if start >= state.first_seen {
                self.cells.insert(start, cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_detection::ring::Pair;

    const NOW: i64 = 20_000 * 24 * HOUR;

    #[test]
    fn three_hours_before_a_report_are_kept_and_twelve_after_it() {
        let mut timeline = Timeline::default();
        let mut state = EntityState { first_seen: NOW - 24 * HOUR, ..EntityState::default() };
        for start in (0..600).map(|bucket| NOW - 12 * HOUR + bucket * BUCKET) {
            let external = Pair { out: 1_000, into: 0 };
            state.ring.push(start, Cell { external, ..Cell::default() });
            state.closed = start + BUCKET;
            if start == NOW {
                timeline.mark(NOW);
            }
            if start >= NOW {
                timeline.follow(&state);
            }
        }

        let (first, last) = (timeline.cells.keys().next(), timeline.cells.keys().next_back());
        assert_eq!(first, Some(&(NOW - 35 * BUCKET)));
        assert_eq!(last, Some(&(NOW + FOLLOWED)));
        assert!(timeline.cells.values().all(|cell| cell.external.out == 1_000));
    }
}
