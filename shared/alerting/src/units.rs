//! Figures as people read them: decimal bytes, bit rates, spans and UTC times.

/// Bytes in decimal units with three digits: `999 B`, `1.42 GB`, `142 MB`.
pub fn bytes(count: u64) -> String {
    scaled(count as f64, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// A rate in bits per second with three digits: `600 kbit/s`.
///
/// # Units
/// `count` in bytes over `seconds`; a span of no length has no rate and gives `0 bit/s`.
pub fn bit_rate(count: u64, seconds: u64) -> String {
    let rate = if seconds == 0 { 0.0 } else { count as f64 * 8.0 / seconds as f64 };
    scaled(rate, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s", "Ebit/s"])
}

/// A span in its two largest units: `45 s`, `3 h 10 min`, `14 d`. A negative span counts as none.
///
/// # Units
/// Milliseconds.
pub fn span(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (large, small, large_name, small_name) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => (seconds / 60, seconds % 60, "min", "s"),
        3_600..86_400 => (seconds / 3_600, seconds % 3_600 / 60, "h", "min"),
        _ => (seconds / 86_400, seconds % 86_400 / 3_600, "d", "h"),
    };
    match small {
        0 => format!("{large} {large_name}"),
        _ => format!("{large} {large_name} {small} {small_name}"),
    }
}

/// A moment to the minute: `2026-11-24 04:16 UTC`.
///
/// # Units
/// Milliseconds since the epoch.
pub fn utc(milliseconds: i64) -> String {
    let (year, month, day) = civil(milliseconds.div_euclid(86_400_000));
    let minute = milliseconds.rem_euclid(86_400_000) / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minute / 60, minute % 60)
}

/// A moment to the millisecond as ISO 8601 has it, within the years that it has four digits for:
/// `2026-11-24T04:16:00.000Z`.
///
/// # Units
/// Milliseconds since the epoch.
pub fn iso(milliseconds: i64) -> String {
    let milliseconds = milliseconds.clamp(0, LAST);
    let (year, month, day) = civil(milliseconds.div_euclid(86_400_000));
    let (seconds, fraction) = (milliseconds.rem_euclid(86_400_000) / 1_000, milliseconds % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
}

/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;

/// Money with two decimals below 1,000 and none above: `$0.42`, `$1,234`. `None` where the figure is not a number.
pub fn usd(amount: f32) -> Option<String> {
    let amount = f64::from(amount);
    match amount {
        _ if !amount.is_finite() || amount < 0.0 => None,
        _ if amount < 1_000.0 => Some(format!("${amount:.2}")),
        _ => Some(format!("${}", thousands(amount.round() as u64))),
    }
}

/// A count with its thousands set apart: `2,016`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many times `usual` the `observed` is: `24 times`, `2.4 times`. `None` where there is no usual.
pub fn ratio(observed: u64, usual: u64) -> Option<String> {
    let times = (usual > 0).then(|| observed as f64 / usual as f64)?;
    Some(if times < 10.0 {
        format!("{times:.1} times")
    } else {
        format!("{} times", thousands(times.round() as u64))
    })
}

/// Year, month and day of a day number counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// # Source
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    // Eras of 400 years start on 1 March, so that the leap day is the last day of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Three digits and the unit that keeps the figure below 1,000.
fn scaled(value: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut step = 0;
    // 999.5 would print as "1000"; it belongs to the next unit.
    while value >= 999.5 && step + 1 < units.len() {
        value /= 1_000.0;
        step += 1;
    }
    let unit = units.get(step).copied().unwrap_or_default();
    match value {
        _ if step == 0 || value >= 99.95 => format!("{value:.0} {unit}"),
        _ if value >= 9.995 => format!("{value:.1} {unit}"),
        _ => format!("{value:.2} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits_and_change_unit_where_rounding_would_need_a_fourth() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.00 kB"),
            (14_240_000_000, "14.2 GB"),
            (142_400_000, "142 MB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn rates_are_bits_per_second_and_an_empty_span_has_none() {
        assert_eq!(bit_rate(22_500_000, 300), "600 kbit/s");
        assert_eq!(bit_rate(1_875_000, 300), "50.0 kbit/s");
        assert_eq!(bit_rate(1, 0), "0 bit/s");
    }

    #[test]
    fn spans_show_their_two_largest_units() {
        let cases = [
            (-5, "0 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (11_400_000, "3 h 10 min"),
            (14 * 86_400_000, "14 d"),
        ];
        for (milliseconds, text) in cases {
            assert_eq!(span(milliseconds), text);
        }
    }

    #[test]
    fn times_are_right_on_leap_days_before_the_epoch_and_at_the_ends_of_the_range() {
        let cases = [
            (0, "1970-01-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
            (4_107_542_399_999, "2100-02-28 23:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00 UTC"),
            (1_795_493_760_000, "2026-11-24 04:16 UTC"),
            (i64::MIN, "-292275055-05-16 16:47 UTC"),
            (i64::MAX, "292278994-08-17 07:12 UTC"),
        ];
        for (milliseconds, text) in cases {
            assert_eq!(utc(milliseconds), text);
        }
    }

    #[test]
    fn money_that_is_not_a_number_is_not_shown() {
        assert_eq!(usd(0.424).as_deref(), Some("$0.42"));
        assert_eq!(usd(1_234.4).as_deref(), Some("$1,234"));
        assert_eq!(usd(f32::NAN), None);
        assert_eq!(usd(-1.0), None);
    }

    #[test]
    fn a_ratio_needs_something_usual() {
        assert_eq!(ratio(240, 100).as_deref(), Some("2.4 times"));
        assert_eq!(ratio(2_400, 100).as_deref(), Some("24 times"));
        assert_eq!(ratio(1, 0), None);
    }
}
