//! The seasons of a week: working days and free days, by the hour.

use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// One of 48 slots: an hour of a working day or of a free one, on the clock of the settings' time zone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Slot(u8);

impl Slot {
    /// The slot that holds `time` (ms since the epoch); the days of the business hours are the working ones.
    #[must_use]
    pub fn of(time: i64, settings: &Settings) -> Self {
        let local = settings.time_zone.local(time);
        let hour = u8::try_from(local.minute / 60).unwrap_or(0).min(23);
        Self(if settings.business_hours.is_workday(local.weekday) { hour } else { hour + 24 })
    }

    /// All slots, by their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..48).map(Self)
    }

    /// Whether its day is a working one, and its hour on the clock of the time zone.
    #[must_use]
    pub const fn hour(self) -> (bool, u8) {
        (self.0 < 24, self.0 % 24)
    }

    /// A number below 48: working days first.
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday 2026-11-20, 23:30 UTC.
    const FRIDAY: i64 = 1_795_217_400_000;

    #[test]
    fn the_time_zone_decides_which_day_and_hour_it_is() {
        let utc = Settings::default();
        let berlin = Settings::from_values([("time-zone", "Europe/Berlin")]).unwrap();

        assert_eq!(Slot::of(FRIDAY, &utc).index(), 23);
        assert_eq!(Slot::of(FRIDAY, &berlin).index(), 24);
    }

    #[test]
    fn the_business_hours_decide_which_days_are_worked() {
        let sunday = FRIDAY + 2 * 86_400_000;
        let gulf = Settings::from_values([("business-hours", "Sun-Thu 08:00-18:00")]).unwrap();

        assert_eq!(Slot::of(sunday, &Settings::default()).index(), 47);
        assert_eq!(Slot::of(sunday, &gulf).index(), 23);
        assert_eq!(Slot::of(FRIDAY, &gulf).index(), 47);
    }

    #[test]
    fn a_time_far_outside_the_calendar_has_a_slot_too() {
        assert!(Slot::of(i64::MAX, &Settings::default()).index() < 48);
        assert!(Slot::of(i64::MIN, &Settings::default()).index() < 48);
    }
}
