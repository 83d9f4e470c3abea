//! Names and moments of an expectations file.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use weir_detection::finding::{Group, Kernel, Severity};

/// Every kernel.
const KERNELS: [Kernel; 12] = [
    Kernel::Volume,
    Kernel::Relay,
    Kernel::ServedRelay,
    Kernel::Session,
    Kernel::Scan,
    Kernel::Flood,
    Kernel::Intel,
    Kernel::Torrent,
    Kernel::Upload,
    Kernel::Dormant,
    Kernel::SlowGrowth,
    Kernel::Blinding,
];

const GROUPS: [Group; 6] =
    [Group::Volume, Group::Structure, Group::Session, Group::Reachability, Group::Intel, Group::Context];

const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// Milliseconds since the epoch, written so or as `2026-06-03T06:00:00Z`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub(super) i64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "a time should be `2026-06-03T06:00:00Z` in quotes, or ms since the epoch"
        )]
        enum Written {
            Number(i64),
            Text(String),
        }
        match Written::deserialize(from)? {
            Written::Number(ms) => Ok(Self(ms)),
            Written::Text(text) => {
                text.parse().map(|time: jiff::Timestamp| Self(time.as_millisecond())).map_err(|_| {
                    D::Error::custom(format!("a time should be like `2026-06-03T06:00:00Z`, found `{text}`"))
                })
            }
        }
    }
}

pub(super) fn kernel<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Kernel>, D::Error> {
    named(from, "kernel", &KERNELS, |kernel| kernel.name()).map(Some)
}

pub(super) fn group<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Group>, D::Error> {
    named(from, "group", &GROUPS, |group| group.name()).map(Some)
}

pub(super) fn severity<'de, D: Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    named(from, "severity", &SEVERITIES, |severity| severity.name())
}

fn named<'de, D: Deserializer<'de>, T: Copy>(
    from: D,
    what: &str,
    all: &[T],
    name: fn(&T) -> &'static str,
) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    all.iter().find(|one| name(one) == text).copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(name).collect();
        D::Error::custom(format!("a {what} should be one of {}, found `{text}`", names.join(", ")))
    })
}
