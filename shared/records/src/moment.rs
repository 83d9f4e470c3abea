//! Times as other people's tools write them.

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// One point in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Moment {
    /// Milliseconds since the epoch.
    pub(crate) ms: i64,
    /// Whether the text said which zone it was in; where not, it was read as UTC.
    pub(crate) zoned: bool,
}

impl Moment {
    /// A number since the epoch, in seconds, milli-, micro- or nanoseconds by its size.
    ///
    /// The four ranges are three digits apart, so that every time from 1973 to 5138 is told rightly.
    pub(crate) fn of_number(number: f64) -> Option<Self> {
        let ms = match number.abs() {
            size if size < 1e11 => number * 1e3,
            size if size < 1e14 => number,
            size if size < 1e17 => number / 1e3,
            _ => number / 1e6,
        };
        // The last millisecond of the year 9999.
        (ms.is_finite() && ms.abs() < 253_402_300_800_000.0)
            .then(|| Self { ms: ms.round() as i64, zoned: true })
    }

    /// `2026-11-24T02:21:22.256599Z`, with a blank for the `T`, slashes for the hyphens, any number of digits of
    /// the second, `+0200`, `+02:00`, ` UTC` or no zone; or a number as text.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = text.as_bytes();
        if bytes.len() < 19 || !matches!(bytes.get(4), Some(b'-' | b'/')) {
            return text.parse().ok().and_then(Self::of_number);
        }
        let digits = |from: usize, to: usize| -> Option<i16> {
            let digits = bytes.get(from..to)?;
            digits.iter().all(u8::is_ascii_digit).then_some(())?;
            text.get(from..to)?.parse().ok()
        };
        let small = |from: usize| digits(from, from + 2).and_then(|number| i8::try_from(number).ok());
        if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) || bytes.get(13) != Some(&b':') {
            return None;
        }
        let mut rest = bytes.get(19..)?;
        let mut nanos = 0;
        if let Some((b'.' | b',', fraction)) = rest.split_first() {
            let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let mut unit = 100_000_000;
            for digit in fraction.get(..count.min(9))? {
                nanos += i32::from(digit - b'0') * unit;
                unit /= 10;
            }
            rest = fraction.get(count..)?;
        }
        let zone = rest.trim_ascii();
        let offset = offset(zone)?;
        let time =
            DateTime::new(digits(0, 4)?, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, nanos);
        let offset_or_utc = offset.unwrap_or(Offset::UTC);
        let ms = offset_or_utc.to_timestamp(time.ok()?).ok()?.as_millisecond();
        Some(Self { ms, zoned: offset.is_some() })
    }
}

/// The offset that ends a time; `Some(None)` where there is none.
fn offset(zone: &[u8]) -> Option<Option<Offset>> {
    if zone.is_empty() {
        return Some(None);
    }
    if matches!(zone, b"Z" | b"z" | b"UTC" | b"GMT") {
        return Some(Some(Offset::UTC));
    }
    let (sign, digits) = zone.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let number = |pair: &[u8]| match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
        }
        _ => None,
    };
    let minutes = match digits.get(2..)? {
        [] => 0,
        [b':', minutes @ ..] | minutes => number(minutes)?,
    };
    let seconds = sign * (number(digits.get(..2)?)? * 3600 + minutes * 60);
    Offset::from_seconds(seconds).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_way_that_a_log_writes_it() {
        let second = 1_795_486_882_000;
        for (text, ms, zoned) in [
            ("2026-11-24T02:21:22.256599Z", second + 256, true),
            ("2026-11-24 02:21:22.2565991", second + 256, false),
            ("2026-11-24T02:21:22", second, false),
            ("2026/11/24 02:21:22.000", second, false),
            ("2026-11-24 04:21:22.250000+0200", second + 250, true),
            ("2026-11-24 04:21:22 +02:00", second, true),
            ("2026-11-23T18:21:22-08", second, true),
            ("2026-11-24T02:21:22.123456789 UTC", second + 123, true),
            ("1795486882", second, true),
            ("1795486882.25", second + 250, true),
            ("1795486882250", second + 250, true),
            ("1795486882250000000", second + 250, true),
        ] {
            assert_eq!(Moment::of_text(text), Some(Moment { ms, zoned }), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "-",
            "XXXXXXXXXX.XXXXXX",
            "2026-13-24T02:21:22Z",
            "2026-11-24",
            "inf",
            "2026-11-24T02:21:22 CET",
        ] {
            assert_eq!(Moment::of_text(text), None, "{text}");
        }
    }
}
