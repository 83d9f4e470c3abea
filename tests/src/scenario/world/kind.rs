//! The kinds of hijack, what should name them and how loud.

/// The kinds of hijack that a world can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Back-connect relay, 50 kbit/s.
    Relay50k,
    /// Back-connect relay, 600 kbit/s.
    Relay600k,
    /// Back-connect relay, 5 Mbit/s.
    Relay5m,
    /// Everything over IPv6.
    RelayV6,
    /// Behind a NAT whose interface alone is logged.
    RelayNat,
    /// New instances in an unused region that share gateways.
    RelayFleet,
    /// New gateway addresses every 10 minutes.
    RelayRotating,
    /// Tunnel compressed to 0.3 to 0.5.
    RelayCompressed,
    /// Tunnel padded by two.
    RelayPadded,
    /// Answers smeared over half an hour.
    RelayBuffered,
    /// On a host that crawls.
    RelayOnCrawler,
    /// On a host with several times its traffic.
    RelayMixed,
    /// Older than the data.
    RelayFromStart,
    /// Gateways are Global Accelerator addresses.
    RelayAccelerator,
    /// Open SOCKS proxy with a handful of clients.
    SocksFew,
    /// Open HTTP proxy with many clients.
    ProxyMany,
    /// Tor relay.
    TorRelay,
    /// Upload through Tor.
    TorUpload,
    /// Scan of 25 hosts a minute for a while.
    Scan25,
    /// Scan of 1,000 hosts.
    Scan1k,
    /// Scan of 100,000 hosts.
    Scan100k,
    /// Some hosts every ten minutes, for hours.
    ScanSlow,
    /// UDP flood.
    UdpFlood,
    /// SYN flood.
    SynFlood,
    /// Torrent seeding.
    Torrent,
    /// Slow theft that grows day over day.
    SlowGrowth,
    /// A dormant host wakes and uploads.
    Dormant,
    /// Bulk upload to an address that nobody knows.
    BulkUpload,
    /// Tunnel padded by four.
    RelayPadded4,
    /// Tunnel padded by a random factor up to two.
    RelayPaddedRandom,
    /// Answers smeared over an hour.
    RelaySmeared,
    /// One tenth of the usual rate.
    RelayTenth,
    /// Rotating gateways, compression, half an hour of buffering and a tenth of the rate, on a crawler.
    RelayAllEvasions,
    /// Open proxy on the port of a web server that is there already.
    ProxyOnWeb,
    /// Slow scan that draws its ports from hundreds.
    ScanManyPorts,
}

use Kind::*;

use super::Evasion;

/// All kinds.
pub const ALL: [Kind; 28] = [
    Relay50k,
    Relay600k,
    Relay5m,
    RelayV6,
    RelayNat,
    RelayFleet,
    RelayRotating,
    RelayCompressed,
    RelayPadded,
    RelayBuffered,
    RelayOnCrawler,
    RelayMixed,
    RelayFromStart,
    RelayAccelerator,
    SocksFew,
    ProxyMany,
    TorRelay,
    TorUpload,
    Scan25,
    Scan1k,
    Scan100k,
    ScanSlow,
    UdpFlood,
    SynFlood,
    Torrent,
    SlowGrowth,
    Dormant,
    BulkUpload,
];

/// What a hard world has beside all kinds: the evasions that no kind of the others makes.
pub const EVASIVE: [Kind; 7] =
    [RelayPadded4, RelayPaddedRandom, RelaySmeared, RelayTenth, RelayAllEvasions, ProxyOnWeb, ScanManyPorts];

/// The kinds of the shipped scenario.
pub(super) const SHIPPED: [Kind; 20] = [
    Relay50k,
    Relay600k,
    Relay5m,
    RelayV6,
    RelayRotating,
    RelayCompressed,
    RelayPadded,
    RelayBuffered,
    RelayOnCrawler,
    RelayFromStart,
    SocksFew,
    TorRelay,
    TorUpload,
    Scan1k,
    ScanSlow,
    UdpFlood,
    SynFlood,
    Torrent,
    SlowGrowth,
    Dormant,
];

impl Kind {
    /// Name in the labels.
    pub fn name(self) -> &'static str {
        match self {
            Relay50k => "relay-50k",
            Relay600k => "relay-600k",
            Relay5m => "relay-5m",
            RelayV6 => "relay-ipv6",
            RelayNat => "relay-behind-nat",
            RelayFleet => "relay-fleet",
            RelayRotating => "relay-rotating",
            RelayCompressed => "relay-compressed",
            RelayPadded => "relay-padded",
            RelayBuffered => "relay-buffered",
            RelayOnCrawler => "relay-on-crawler",
            RelayMixed => "relay-mixed",
            RelayFromStart => "relay-from-start",
            RelayAccelerator => "relay-accelerator",
            SocksFew => "socks-few-clients",
            ProxyMany => "proxy-many-clients",
            TorRelay => "tor-relay",
            TorUpload => "tor-upload",
            Scan25 => "scan-25",
            Scan1k => "scan-1k",
            Scan100k => "scan-100k",
            ScanSlow => "scan-slow",
            UdpFlood => "udp-flood",
            SynFlood => "syn-flood",
            Torrent => "torrent",
            SlowGrowth => "slow-growth",
            Dormant => "dormant",
            BulkUpload => "bulk-upload",
            RelayPadded4 => "relay-padded-4",
            RelayPaddedRandom => "relay-padded-random",
            RelaySmeared => "relay-smeared-1h",
            RelayTenth => "relay-tenth",
            RelayAllEvasions => "relay-all-evasions",
            ProxyOnWeb => "proxy-on-web-port",
            ScanManyPorts => "scan-many-ports",
        }
    }

    /// Kernel that should name it.
    pub fn kernel(self) -> &'static str {
        match self {
            SocksFew | ProxyMany | ProxyOnWeb | TorRelay => "served-relay",
            TorUpload => "intel",
            Scan25 | Scan1k | Scan100k | ScanSlow | ScanManyPorts => "scan",
            UdpFlood | SynFlood => "flood",
            Torrent => "torrent",
            SlowGrowth => "slow-growth",
            Dormant => "dormant",
            BulkUpload => "upload",
            _ => "relay",
        }
    }

    /// Severity that an analyst would want at least.
    pub fn severity(self) -> &'static str {
        if matches!(self, SlowGrowth | BulkUpload) { "low" } else { "medium" }
    }

    /// What it does to escape, whatever the others of its world do.
    pub fn evasions(self) -> &'static [Evasion] {
        match self {
            RelayRotating => &[Evasion::Rotate],
            RelayCompressed => &[Evasion::Compress(0.3, 0.5)],
            RelayPadded => &[Evasion::Pad(2.0)],
            RelayPadded4 => &[Evasion::Pad(4.0)],
            RelayPaddedRandom => &[Evasion::PadRandom(2.0)],
            RelayBuffered => &[Evasion::Buffer(30)],
            RelaySmeared => &[Evasion::Buffer(60)],
            RelayOnCrawler => &[Evasion::Crawler],
            RelayMixed => &[Evasion::Mixed],
            RelayFromStart => &[Evasion::FromStart],
            RelayAccelerator => &[Evasion::Accelerator],
            RelayTenth => &[Evasion::Tenth],
            RelayAllEvasions => &[
                Evasion::Rotate,
                Evasion::Compress(0.3, 0.5),
                Evasion::Buffer(30),
                Evasion::Tenth,
                Evasion::Crawler,
            ],
            _ => &[],
        }
    }
}
