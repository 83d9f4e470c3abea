//! Requests a second: history is not urgent, and shares its quotas with the deployment.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

/// Turns that are spread evenly.
pub(super) struct Pace {
    between: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// At most this many a second.
    pub(super) fn of(rate: NonZeroU32) -> Self {
        Self { between: Duration::from_secs(1) / rate.get(), next: None }
    }

    /// When the next request may be made: now, or after those before it. Time that nobody used is not saved up.
    pub(super) fn turn(&mut self, now: Instant) -> Instant {
        let turn = self.next.map_or(now, |next| next.max(now));
        self.next = Some(turn + self.between);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_even_and_idle_time_is_not_saved_up() {
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pace = Pace::of(NonZeroU32::new(4).unwrap());
        let asked = [0, 10, 20, 2_000, 2_001];
        let turns = asked.map(|at| pace.turn(after(at)).duration_since(start).as_millis());
        assert_eq!(turns, [0, 250, 500, 2_000, 2_250]);
    }
}
