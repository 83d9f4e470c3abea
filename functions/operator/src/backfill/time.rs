//! Times of the command line, and of objects by their names.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A date, a time, or an age before `now`; milliseconds since the epoch.
pub(super) fn read(text: &str, now: i64) -> Option<i64> {
    if let Some(hours) = text.strip_suffix('h').and_then(|hours| hours.parse::<u32>().ok()) {
        return now.checked_sub(i64::from(hours).checked_mul(HOUR)?);
    }
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok()) {
        return now.checked_sub(i64::from(days).checked_mul(DAY)?);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let date: Date = text.parse().ok()?;
    utc(date.to_datetime(Time::midnight()))
}

/// The time that AWS writes into an object's name, as `_20260601T0005Z`.
///
/// # Source
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html> and
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html>
pub(super) fn of_object(key: &str) -> Option<i64> {
    let name = key.rsplit('/').next()?;
    name.split(['_', '.']).find_map(|part| {
        let digits = part.strip_suffix('Z').filter(|part| part.len() == 13)?;
        let time = DateTime::strptime("%Y%m%dT%H%M", digits).ok()?;
        utc(time)
    })
}

fn utc(time: DateTime) -> Option<i64> {
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-06-01 00:05 UTC.
    const TIME: i64 = 1_780_272_300_000;

    #[test]
    fn dates_times_and_ages_are_read_and_nothing_else() {
        for (text, time) in [
            ("2026-06-01", Some(TIME - 300_000)),
            ("2026-06-01T00:05:00Z", Some(TIME)),
            ("2h", Some(TIME - 2 * HOUR)),
            ("21d", Some(TIME - 21 * DAY)),
            ("21", None),
            ("-1d", None),
            ("soon", None),
        ] {
            assert_eq!(read(text, TIME), time, "{text}");
        }
    }

    #[test]
    fn objects_are_dated_by_their_names() {
        let flow = "AWSLogs/1/vpcflowlogs/eu-west-1/2026/06/01/1_vpcflowlogs_eu-west-1_fl-1_20260601T0005Z_09a98f15.log.gz";
        let trail =
            "AWSLogs/1/CloudTrail/us-east-1/2026/06/01/1_CloudTrail_us-east-1_20260601T0005Z_x.json.gz";
        assert_eq!((of_object(flow), of_object(trail)), (Some(TIME), Some(TIME)));
        assert_eq!(of_object("20260601T0005Z/archive.log.gz"), None, "a folder is no name");
        assert_eq!(of_object("a_20260601T9905Z_b.log"), None);
    }
}
