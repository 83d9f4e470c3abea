//! Where a setting lives and how its text is read and written.

use std::fmt::Display;

use weir_intel::{Cidr, RangeSet};

use crate::settings::{
    fault::{ValueError, quoted},
    hours::{BusinessHours, Zone},
    quantity::{self, DURATIONS, KofM, PACKETS, RATES, SIZES, Units},
    tree::{AnalyticMode, Settings},
};

type At<T> = fn(&mut Settings) -> &mut T;

/// A place in [`Settings`] and what it may hold: bounds are inclusive.
pub(super) enum Slot {
    Count(At<u32>, u32, u32),
    Countries(At<Vec<String>>),
    Duration(At<i64>, i64, i64),
    Factor(At<f64>, f64, f64),
    Families(At<Vec<String>>),
    Feeds(At<Vec<String>>),
    Hourly(At<u64>, u64, u64),
    Hours(At<BusinessHours>),
    KofM(At<KofM>, u8),
    Mode(At<AnalyticMode>),
    Monthly(At<f64>, f64, f64),
    Networks(At<RangeSet>),
    OptionalRate(At<Option<u64>>, u64, u64),
    Packets(At<u64>, u64, u64),
    Percentile(At<u8>),
    Principals(At<Vec<String>>),
    Rate(At<u64>, u64, u64),
    Ratio(At<f64>, f64, f64),
    Tags(At<Vec<String>>),
    Words(At<Vec<String>>),
    Zone(At<Zone>),
}

/// What sort of value a setting takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Days and hours.
    BusinessHours,
    /// A whole number.
    Count,
    /// Countries.
    Countries,
    /// A length of time.
    Duration,
    /// A number of times.
    Factor,
    /// Instance families.
    Families,
    /// URLs.
    Feeds,
    /// Bytes an hour.
    Hourly,
    /// k of m windows.
    KofM,
    /// `off`, `dry-run` or `live`.
    Mode,
    /// USD a month.
    Monthly,
    /// Address blocks.
    Networks,
    /// Packets a second.
    PacketRate,
    /// 90, 95 or 99.
    Percentile,
    /// Names of callers.
    Principals,
    /// Bits a second.
    Rate,
    /// A share of one.
    Ratio,
    /// Tags.
    Tags,
    /// A time zone.
    TimeZone,
    /// Names.
    Words,
}

impl Kind {
    /// The unit, in words; empty where there is none.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::BusinessHours => "days and hours",
            Self::Count | Self::Mode => "",
            Self::Countries => "ISO 3166 codes",
            Self::Duration => "time",
            Self::Factor => "times",
            Self::Families => "instance families",
            Self::Feeds => "URLs",
            Self::Hourly => "bytes an hour",
            Self::KofM => "windows",
            Self::Monthly => "USD a month",
            Self::Networks => "CIDRs",
            Self::PacketRate => "packets a second",
            Self::Percentile => "percentile",
            Self::Principals => "principals",
            Self::Rate => "bits a second",
            Self::Ratio => "share",
            Self::Tags => "tags",
            Self::TimeZone => "IANA name",
            Self::Words => "names",
        }
    }

    /// What a value looks like.
    #[must_use]
    pub const fn form(self) -> &'static str {
        match self {
            Self::BusinessHours => "days and hours such as Mon-Fri 07:00-19:00",
            Self::Count => "a whole number",
            Self::Countries => "countries by two letters such as KP,RU",
            Self::Duration => "a time with its unit such as 20m, 6h or 14d",
            Self::Factor => "a number such as 2.5",
            Self::Families => "instance families such as t3,c6in",
            Self::Feeds => "off, or URLs of http or https, with %2C for a comma inside one",
            Self::Hourly => "bytes an hour with their unit such as 100MB",
            Self::KofM => "k of m windows such as 8/12",
            Self::Mode => "off, dry-run or live",
            Self::Monthly => "an amount such as 50USD/month",
            Self::Networks => "CIDRs such as 198.51.100.0/24,2001:db8::/32",
            Self::PacketRate => "packets a second such as 10000packets/s",
            Self::Percentile => "90, 95 or 99",
            Self::Rate => "a rate with its unit such as 100Mbit/s",
            Self::Ratio => "a share such as 0.25 or 25%",
            Self::Principals => {
                "ARNs such as arn:aws:iam::123456789012:role/deploy, an asterisk at the end for the rest"
            }
            Self::Tags => "tags such as role=relay,role=vpn",
            Self::Words => "names or paths such as relayd,/opt/sync/*, an asterisk at the end for the rest",
            Self::TimeZone => "a time zone by its IANA name such as UTC or Europe/Berlin",
        }
    }
}

impl Slot {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Count(..) => Kind::Count,
            Self::Countries(_) => Kind::Countries,
            Self::Duration(..) => Kind::Duration,
            Self::Factor(..) => Kind::Factor,
            Self::Families(_) => Kind::Families,
            Self::Feeds(_) => Kind::Feeds,
            Self::Hourly(..) => Kind::Hourly,
            Self::Hours(_) => Kind::BusinessHours,
            Self::KofM(..) => Kind::KofM,
            Self::Mode(_) => Kind::Mode,
            Self::Monthly(..) => Kind::Monthly,
            Self::Networks(_) => Kind::Networks,
            Self::Packets(..) => Kind::PacketRate,
            Self::Percentile(_) => Kind::Percentile,
            Self::Principals(_) => Kind::Principals,
            Self::OptionalRate(..) | Self::Rate(..) => Kind::Rate,
            Self::Ratio(..) => Kind::Ratio,
            Self::Tags(_) => Kind::Tags,
            Self::Words(_) => Kind::Words,
            Self::Zone(_) => Kind::TimeZone,
        }
    }

    pub(super) fn range(&self) -> String {
        let span = |low: String, high: String| format!("{low} to {high}");
        let measures =
            |low: u64, high: u64, units| span(quantity::spelled(low, units), quantity::spelled(high, units));
        match *self {
            Self::Count(_, low, high) => span(low.to_string(), high.to_string()),
            Self::Duration(_, low, high) => measures(low.unsigned_abs(), high.unsigned_abs(), DURATIONS),
            Self::Factor(_, low, high) | Self::Ratio(_, low, high) => span(low.to_string(), high.to_string()),
            Self::Hourly(_, low, high) => measures(low, high, SIZES),
            Self::KofM(_, most) => format!("1/1 to {most}/{most}"),
            Self::Monthly(_, low, high) => span(money(low), money(high)),
            Self::OptionalRate(_, low, high) => format!("none or {}", measures(low, high, RATES)),
            Self::Packets(_, low, high) => measures(low, high, PACKETS),
            Self::Rate(_, low, high) => measures(low, high, RATES),
            Self::Countries(_)
            | Self::Families(_)
            | Self::Networks(_)
            | Self::Principals(_)
            | Self::Tags(_)
            | Self::Words(_) => "none or a list".to_owned(),
            Self::Feeds(_) | Self::Hours(_) | Self::Mode(_) | Self::Percentile(_) | Self::Zone(_) => {
                self.kind().form().to_owned()
            }
        }
    }

    pub(super) fn render(&self, settings: &Settings) -> String {
        // The accessors are written once, for writing; reading them takes a copy, which only people wait for.
        let mut copy = settings.clone();
        let copy = &mut copy;
        match self {
            Self::Count(at, ..) => at(copy).to_string(),
            Self::Duration(at, ..) => quantity::spelled(at(copy).unsigned_abs(), DURATIONS),
            Self::Factor(at, ..) | Self::Ratio(at, ..) => at(copy).to_string(),
            Self::Countries(at) | Self::Families(at) | Self::Words(at) => list(at(copy)),
            Self::Feeds(at) if at(copy).is_empty() => "off".to_owned(),
            Self::Feeds(at) => list(at(copy)),
            Self::Hourly(at, ..) => quantity::spelled(*at(copy), SIZES),
            Self::Hours(at) => at(copy).to_string(),
            Self::KofM(at, _) => at(copy).to_string(),
            Self::Mode(at) => mode_name(*at(copy)).to_owned(),
            Self::Monthly(at, ..) => money(*at(copy)),
            Self::Networks(at) => list(&at(copy).blocks()),
            Self::OptionalRate(at, ..) => {
                at(copy).map_or("none".to_owned(), |rate| quantity::spelled(rate, RATES))
            }
            Self::Packets(at, ..) => quantity::spelled(*at(copy), PACKETS),
            Self::Percentile(at) => at(copy).to_string(),
            Self::Principals(at) => list(at(copy)),
            Self::Rate(at, ..) => quantity::spelled(*at(copy), RATES),
            Self::Tags(at) => list(at(copy)),
            Self::Zone(at) => at(copy).to_string(),
        }
    }

    pub(super) fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), ValueError> {
        match *self {
            Self::Count(at, low, high) => {
                *at(settings) = self.bounded(quantity::digits(text), low, high, text)?
            }
            Self::Countries(at) => *at(settings) = self.items(text, quantity::country)?,
            Self::Duration(at, low, high) => {
                let value = measured_signed(text);
                *at(settings) = self.bounded(value, low, high, text)?;
            }
            Self::Factor(at, low, high) => {
                *at(settings) = self.bounded(quantity::number(text), low, high, text)?
            }
            Self::Families(at) => *at(settings) = self.items(text, quantity::family)?,
            Self::Feeds(at) if text == "off" => at(settings).clear(),
            Self::Feeds(at) => *at(settings) = self.items(text, quantity::url)?,
            Self::Hourly(at, low, high) => {
                let amount = text.strip_suffix("/h").unwrap_or(text);
                *at(settings) = self.measured(amount, SIZES, low, high)?;
            }
            Self::Hours(at) => *at(settings) = text.parse()?,
            Self::KofM(at, most) => {
                let value: KofM = text.parse()?;
                self.bounded(Some(value.m()), 1, most, text)?;
                *at(settings) = value;
            }
            Self::Mode(at) => {
                let modes = [AnalyticMode::Off, AnalyticMode::DryRun, AnalyticMode::Live];
                let found = modes.into_iter().find(|mode| mode_name(*mode) == text);
                *at(settings) = found.ok_or_else(|| self.unlike(text))?;
            }
            Self::Monthly(at, low, high) => {
                *at(settings) = self.bounded(quantity::monthly(text), low, high, text)?
            }
            Self::Networks(at) => {
                let blocks: Vec<Cidr> = self.items(text, |item| item.parse().ok())?;
                *at(settings) = blocks.into_iter().collect();
            }
            Self::OptionalRate(at, ..) if text == "none" => *at(settings) = None,
            Self::OptionalRate(at, low, high) => *at(settings) = Some(self.measured(text, RATES, low, high)?),
            Self::Packets(at, low, high) => *at(settings) = self.measured(text, PACKETS, low, high)?,
            Self::Percentile(at) => {
                let value = quantity::digits(text).filter(|value| matches!(value, 90 | 95 | 99));
                *at(settings) = value.ok_or_else(|| self.unlike(text))?;
            }
            Self::Principals(at) => *at(settings) = self.items(text, quantity::principal)?,
            Self::Rate(at, low, high) => *at(settings) = self.measured(text, RATES, low, high)?,
            Self::Ratio(at, low, high) => {
                *at(settings) = self.bounded(quantity::ratio(text), low, high, text)?
            }
            Self::Tags(at) => *at(settings) = self.items(text, quantity::tag)?,
            Self::Words(at) => *at(settings) = self.items(text, quantity::word)?,
            Self::Zone(at) => *at(settings) = text.parse()?,
        }
        Ok(())
    }

    fn items<T>(&self, text: &str, item: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ValueError> {
        quantity::items(text, item).map_err(|found| self.unlike(found))
    }

    fn measured(&self, text: &str, units: Units, low: u64, high: u64) -> Result<u64, ValueError> {
        self.bounded(quantity::measured(text, units), low, high, text)
    }

    fn bounded<T: PartialOrd>(&self, value: Option<T>, low: T, high: T, text: &str) -> Result<T, ValueError> {
        match value {
            None => Err(self.unlike(text)),
            Some(value) if low <= value && value <= high => Ok(value),
            Some(_) => Err(ValueError::Range { range: self.range(), found: quoted(text) }),
        }
    }

    fn unlike(&self, text: &str) -> ValueError {
        ValueError::expected(self.kind().form(), text)
    }
}

fn measured_signed(text: &str) -> Option<i64> {
    quantity::measured(text, DURATIONS).and_then(|value| i64::try_from(value).ok())
}

const fn mode_name(mode: AnalyticMode) -> &'static str {
    match mode {
        AnalyticMode::Off => "off",
        AnalyticMode::DryRun => "dry-run",
        AnalyticMode::Live => "live",
    }
}

fn money(amount: f64) -> String {
    format!("{amount}USD/month")
}

fn list<T: Display>(items: &[T]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
