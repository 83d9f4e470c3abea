//! Lists of anonymity, VPN and proxy addresses, and how old they are.

use jiff::Timestamp;

use crate::cidr::Cidr;
use crate::feed::without_port;
use crate::ranges::{LineError, RangeSet};

/// What a list's addresses are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ListKind {
    /// Tor relays of all kinds: what a client or a relay dials.
    Tor,
    /// Tor relays from which traffic leaves: what a stranger calls from.
    TorExit,
    /// Open and residential proxies.
    Proxy,
    /// VPN servers.
    Vpn,
}

impl ListKind {
    /// All.
    pub const ALL: [Self; 4] = [Self::Tor, Self::TorExit, Self::Proxy, Self::Vpn];

    /// The lists of what an entity dials, the one that says most about an address first.
    pub const DIALLED: [Self; 3] = [Self::Tor, Self::Proxy, Self::Vpn];

    /// The lists of who calls an interface of ours, the one that says most about an address first.
    pub const CALLING: [Self; 3] = [Self::TorExit, Self::Proxy, Self::Vpn];

    /// The label that its addresses get.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tor => "tor",
            Self::TorExit => "tor-exit",
            Self::Proxy => "proxy",
            Self::Vpn => "vpn",
        }
    }

    /// The file that holds it.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Tor => "tor.txt",
            Self::TorExit => "tor-exit.txt",
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
    /// List of Tor exits.
    pub tor_exit: Option<i64>,
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
            ListKind::TorExit => self.tor_exit,
            ListKind::Proxy => self.proxy,
            ListKind::Vpn => self.vpn,
        }
    }
}

/// A list read from its lines.
#[derive(Clone, Debug, Default)]
pub struct AddressList {
    /// Its addresses.
    pub ranges: RangeSet,
    /// When it was made, in ms since the epoch.
    pub updated: Option<i64>,
    /// Lines that should hold an address.
    pub entries: usize,
}

impl AddressList {
    /// Reads one address or CIDR a line, as [`feed::read`](crate::feed::read) describes them.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<LineError>) {
        let (mut bad, mut updated, mut entries) = (Vec::new(), None, 0);
        let blocks = text.trim_start_matches('\u{feff}').lines().zip(1..).filter_map(|(line, number)| {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                updated = updated.or_else(|| date(comment));
            }
            let field = line.split(['#', ';']).next()?.split([',', ' ', '\t']).next()?.trim_matches('"');
            if field.is_empty() {
                return None;
            }
            let parsed = field.parse::<Cidr>().or_else(|source| without_port(field).ok_or(source));
            // The names of a CSV's columns.
            if parsed.is_err() && entries == 0 && line.contains(',') {
                return None;
            }
            entries += 1;
            parsed.map_err(|source| bad.push(LineError { line: number, source })).ok()
        });
        let ranges = blocks.collect();
        (Self { ranges, updated, entries }, bad)
    }
}

/// The date of a comment such as ` updated: 2026-11-24T04:00:00Z`, in ms since the epoch.
fn date(comment: &str) -> Option<i64> {
    let date = comment.trim_start().strip_prefix("updated:")?.trim();
    date.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
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
