//! When people work: days of the week and hours of the day on the clock of a time zone.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, tz::TimeZone};

use super::fault::ValueError;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY_MINUTES: u16 = 24 * 60;

/// A moment on the clock of a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LocalTime {
    /// 0 is Monday.
    pub weekday: u8,
    /// Minute of the day.
    pub minute: u16,
}

/// Days of the week and one span of hours, `Mon-Fri 07:00-19:00`; a span over midnight belongs to the day it begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BusinessHours {
    first: u8,
    last: u8,
    from: u16,
    until: u16,
}

impl BusinessHours {
    /// Whether people work at `time`.
    #[must_use]
    pub const fn contains(self, time: LocalTime) -> bool {
        let yesterday = (time.weekday + 6) % 7;
        if self.from < self.until {
            self.is_workday(time.weekday) && self.from <= time.minute && time.minute < self.until
        } else {
            (self.is_workday(time.weekday) && self.from <= time.minute)
                || (self.is_workday(yesterday) && time.minute < self.until)
        }
    }

    /// Whether people work on a day of the week, 0 for Monday.
    #[must_use]
    pub const fn is_workday(self, day: u8) -> bool {
        if self.first <= self.last {
            self.first <= day && day <= self.last
        } else {
            self.first <= day || day <= self.last
        }
    }
}

impl Default for BusinessHours {
    fn default() -> Self {
        Self { first: 0, last: 4, from: 7 * 60, until: 19 * 60 }
    }
}

impl FromStr for BusinessHours {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        parse_hours(text)
            .ok_or_else(|| ValueError::expected("days and hours such as Mon-Fri 07:00-19:00", text))
    }
}

impl fmt::Display for BusinessHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: u8| DAYS.get(usize::from(day)).copied().unwrap_or_default();
        f.write_str(day(self.first))?;
        if self.first != self.last {
            write!(f, "-{}", day(self.last))?;
        }
        let (from, until) = (self.from, self.until);
        write!(f, " {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

/// A time zone by its IANA name; the rules are built in, so that every machine reads the same hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The local time at `time` (ms since the epoch).
    #[must_use]
    pub fn local(&self, time: i64) -> LocalTime {
        // Out of the calendar's range, far from any log: the epoch will do.
        let moment = Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = self.zone.to_datetime(moment);
        let weekday = clock.weekday().to_monday_zero_offset().unsigned_abs();
        let minute = u16::from(clock.hour().unsigned_abs()) * 60 + u16::from(clock.minute().unsigned_abs());
        LocalTime { weekday, minute }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl FromStr for Zone {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if text == "UTC" {
            return Ok(Self::default());
        }
        match TimeZone::get(text) {
            Ok(zone) => Ok(Self { name: text.to_owned(), zone }),
            Err(_) => {
                Err(ValueError::expected("a time zone by its IANA name such as UTC or Europe/Berlin", text))
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn parse_hours(text: &str) -> Option<BusinessHours> {
    let (days, hours) = text.split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (from, until) = hours.trim().split_once('-')?;
    let (from, until) = (parse_clock(from)?, parse_clock(until)?);
    let sane = from != until && from < DAY_MINUTES;
    sane.then_some(BusinessHours { first: parse_day(first)?, last: parse_day(last)?, from, until })
}

fn parse_day(text: &str) -> Option<u8> {
    DAYS.iter().position(|day| day.eq_ignore_ascii_case(text)).and_then(|i| u8::try_from(i).ok())
}

fn parse_clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| super::quantity::digits::<u16>(part))?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let total = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}
