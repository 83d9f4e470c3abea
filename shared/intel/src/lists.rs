//! Lists of anonymity, VPN and proxy addresses, and how old they are.

use jiff::Timestamp;

use crate::ranges::{LineError, RangeSet};

/// What a list's addresses are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ListKind {
    /// Tor relays and exits.
    Tor,
    /// Open and residential proxies.
    Proxy,
    /// VPN servers.
    Vpn,
}

impl ListKind {
    /// All, the one that says most about an address first.
    pub const ALL: [Self; 3] = [Self::Tor, Self::Proxy, Self::Vpn];

    /// The label that its addresses get.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tor => "tor",
            Self::Proxy => "proxy",
            Self::Vpn => "vpn",
        }
    }

    /// The file that holds it.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Tor => "tor.txt",
            Self::Proxy => "proxy.txt",
            Self::Vpn => "vpn.txt",
        }
    }
}

/// When each list was made, in ms since the epoch; absent where its file does not say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Updated {
    /// Tor list.
    pub tor: Option<i64>,
    /// Proxy list.
    pub proxy: Option<i64>,
    /// VPN list.
    pub vpn: Option<i64>,
}

impl Updated {
    /// When the list of a kind was made.
    #[must_use]
    pub const fn of(self, kind: ListKind) -> Option<i64> {
        match kind {
            ListKind::Tor => self.tor,
            ListKind::Proxy => self.proxy,
            ListKind::Vpn => self.vpn,
        }
    }
}

/// A list read from its file.
#[derive(Clone, Debug, Default)]
pub struct AddressList {
    /// Its addresses.
    pub ranges: RangeSet,
    /// When it was made, in ms since the epoch.
    pub updated: Option<i64>,
}

impl AddressList {
    /// Reads one address or CIDR a line, see [`RangeSet::parse`]; a comment `# updated: 2026-11-24T04:00:00Z` dates it.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<LineError>) {
        let (ranges, errors) = RangeSet::parse(text);
        let updated = text
            .lines()
            .filter_map(|line| line.trim_start_matches(['\u{feff}', ' ']).strip_prefix('#'))
            .filter_map(|comment| comment.trim_start().strip_prefix("updated:"))
            .find_map(|date| date.trim().parse::<Timestamp>().ok());
        (Self { ranges, updated: updated.map(Timestamp::as_millisecond) }, errors)
    }
}

/// What a list's evidence is worth at `now`: all, or half where it is older than `max_age` (all three in ms).
/// A list without a date is taken to be as new as its reader says by using it.
#[must_use]
pub fn freshness(updated: Option<i64>, now: i64, max_age: i64) -> f64 {
    match updated {
        Some(made) if now.saturating_sub(made) > max_age => 0.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_dated_by_its_own_comment_and_by_nothing_else() {
        let made = |text: &str| AddressList::parse(text).0.updated;
        assert_eq!(
            made("# Tor exits\r\n# updated: 2026-11-24T04:00:00Z\r\n192.0.2.1\r\n"),
            Some(1_795_492_800_000)
        );
        assert_eq!(made("#updated: 2026-11-24T06:00:00+02:00\n"), Some(1_795_492_800_000));
        assert_eq!(made("# updated: yesterday\n192.0.2.1 # updated: 2026-11-24T04:00:00Z\n"), None);
    }

    #[test]
    fn a_list_counts_half_only_past_its_age() {
        let (made, week) = (1_000, 7 * 86_400_000);
        assert_eq!(freshness(Some(made), made + week, week), 1.0);
        assert_eq!(freshness(Some(made), made + week + 1, week), 0.5);
        assert_eq!(freshness(None, i64::MAX, week), 1.0);
        assert_eq!(freshness(Some(i64::MIN), i64::MAX, week), 0.5);
    }
}
