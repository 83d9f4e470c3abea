//! World time: where a second lies in the day and the week, and how busy that moment is.

/// Monday 2026-06-01 00:00:00 UTC, where every world begins unless told otherwise.
pub const WORLD_START: i64 = 1_780_272_000;
/// Seconds in an hour.
pub const HOUR: i64 = 3600;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// The daily and weekly rhythm of who causes the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Machines: the same at all hours.
    Flat,
    /// People at work: strong by day, weak at night and at weekends.
    Office,
    /// The public: evening peak, weekends as busy as weekdays.
    Public,
}

impl Rhythm {
    /// How busy a moment is; the mean over a week is near 1.
    pub fn load(self, now: i64) -> f64 {
        let (hour, weekend) = (hour_of_day(now), weekday(now) >= 5);
        let wave =
            |peak: f64, depth: f64| 1.0 + depth * libm::cos((hour - peak) / 24.0 * std::f64::consts::TAU);
        match self {
            Self::Flat => 1.0,
            Self::Office if weekend => 0.35 * wave(14.0, 0.5),
            Self::Office => 1.25 * wave(14.0, 0.8),
            Self::Public => wave(20.0, 0.6),
        }
    }
}

/// Hour of the UTC day with its fraction.
pub fn hour_of_day(now: i64) -> f64 {
    now.rem_euclid(DAY) as f64 / HOUR as f64
}

/// Day of the week, Monday 0 to Sunday 6.
pub fn weekday(now: i64) -> i64 {
    (now.div_euclid(DAY) + 3).rem_euclid(7)
}

/// Year, month, day, hour, minute and second of a UTC instant.
pub fn civil(now: i64) -> [i64; 6] {
    let (days, rest) = (now.div_euclid(DAY), now.rem_euclid(DAY));
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    [yoe + era * 400 + i64::from(month <= 2), month, day, rest / HOUR, rest / 60 % 60, rest % 60]
}

/// `2026-06-01T00:00:00+00:00`, as the AWS command line prints times.
pub fn iso(now: i64) -> String {
    let [y, mo, d, h, mi, s] = civil(now);
    format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_starts_on_a_monday() {
        assert_eq!(iso(WORLD_START), "2026-06-01T00:00:00+00:00");
        assert_eq!(weekday(WORLD_START), 0);
        assert_eq!(weekday(WORLD_START + 6 * DAY), 6);
        assert_eq!(civil(951_827_696), [2000, 2, 29, 12, 34, 56]);
    }
}
