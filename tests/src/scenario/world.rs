//! Named worlds and their knobs.

use super::internet::Rotation;
use super::row::Layout;

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
}

use Kind::*;

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

/// The kinds of the shipped scenario.
const SHIPPED: [Kind; 20] = [
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
        }
    }

    /// Kernel that should name it.
    pub fn kernel(self) -> &'static str {
        match self {
            SocksFew | ProxyMany | TorRelay => "served-relay",
            TorUpload => "intel",
            Scan25 | Scan1k | Scan100k | ScanSlow => "scan",
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
}

/// One change that every back-connect relay of a world makes to escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evasion {
    /// New gateways every 10 minutes.
    Rotate,
    /// Compressed tunnel.
    Compress,
    /// Constant padding by two.
    Pad2,
    /// Constant padding by four.
    Pad4,
    /// Random padding up to two.
    PadRandom,
    /// Half an hour of buffering.
    Buffer,
    /// All relays on crawlers.
    Crawler,
    /// All relays on busy mixed hosts.
    Mixed,
    /// All relays older than the data.
    FromStart,
    /// Global Accelerator gateways.
    Accelerator,
    /// One tenth of the rate.
    Tenth,
}

const EVASIONS: [(&str, Evasion); 11] = [
    ("rotate", Evasion::Rotate),
    ("compress", Evasion::Compress),
    ("pad2", Evasion::Pad2),
    ("pad4", Evasion::Pad4),
    ("pad-random", Evasion::PadRandom),
    ("buffer", Evasion::Buffer),
    ("crawler", Evasion::Crawler),
    ("mixed", Evasion::Mixed),
    ("from-start", Evasion::FromStart),
    ("accelerator", Evasion::Accelerator),
    ("tenth", Evasion::Tenth),
];

/// The knobs of a world.
#[derive(Debug, Clone)]
pub struct World {
    /// Name.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Days of data.
    pub days: i64,
    /// Instances, victims included.
    pub entities: usize,
    /// Day on which hijacks may begin.
    pub first_day: f64,
    /// Hijacks to place, one victim each.
    pub hijacks: Vec<Kind>,
    /// What every relay does to escape.
    pub evasion: Option<Evasion>,
    /// Share of interfaces with 600-second records.
    pub slow_share: f64,
    /// Whether known services change addresses.
    pub rotation: Rotation,
    /// Share of instances born within the week.
    pub newborn: f64,
    /// Every large fetcher starts to push what it pulls.
    pub twins: bool,
    /// Fields of the flow logs.
    pub layout: Layout,
    /// Write NODATA rows for silent intervals.
    pub no_data: bool,
    /// Probes from the internet, a minute and public host.
    pub background: f64,
    /// Factor on the request rates of busy services.
    pub busy: f64,
    /// Fewer and larger exchanges, so that a shipped world stays small.
    pub lean: bool,
    /// Share of hosts behind the NAT gateway, among those whose role allows it.
    pub private: f64,
    /// Most hours that a relay lasts.
    pub longest: f64,
}

impl World {
    /// A world by name: `shipped`, `dev-N`, `calm`, `calm-N`, `hard`, `hard-N`, `evasion-NAME`.
    pub fn named(name: &str) -> Option<Self> {
        let number = |prefix: &str| name.strip_prefix(prefix).and_then(|n| n.parse::<u64>().ok());
        let dev = Self {
            name: name.to_owned(),
            seed: 1,
            days: 7,
            entities: 90,
            first_day: 4.0,
            hijacks: ALL.to_vec(),
            evasion: None,
            slow_share: 0.0,
            rotation: Rotation::Never,
            newborn: 0.08,
            twins: false,
            layout: Layout::V5,
            no_data: true,
            background: 0.15,
            busy: 0.3,
            lean: false,
            private: 0.25,
            longest: 30.0,
        };
        if let Some(seed) = number("dev-") {
            return Some(Self { seed, ..dev });
        }
        if name == "calm" || number("calm-").is_some() {
            return Some(Self {
                seed: 1000 + number("calm-").unwrap_or(0),
                hijacks: Vec::new(),
                entities: 120,
                ..dev
            });
        }
        if name == "hard" || number("hard-").is_some() {
            let seed = 2000 + number("hard-").unwrap_or(0);
            let rotation = Rotation::SixHours;
            return Some(Self { seed, rotation, newborn: 0.5, twins: true, slow_share: 0.33, ..dev });
        }
        if let Some(evasion) = name.strip_prefix("evasion-") {
            let evasion = EVASIONS.iter().find(|(n, _)| *n == evasion)?.1;
            let relays = [Relay50k, Relay600k, Relay5m, RelayV6, RelayNat];
            let hijacks = relays.iter().chain(&relays).copied().collect();
            return Some(Self { seed: 3000, hijacks, evasion: Some(evasion), ..dev });
        }
        (name == "shipped").then(|| Self {
            days: 4,
            entities: 42,
            first_day: 2.1,
            hijacks: SHIPPED.to_vec(),
            no_data: false,
            background: 0.02,
            busy: 0.015,
            lean: true,
            private: 0.1,
            longest: 3.5,
            ..dev
        })
    }

    /// Names that [`World::named`] knows, for messages.
    pub fn names() -> String {
        let evasions: Vec<String> = EVASIONS.iter().map(|(n, _)| format!("evasion-{n}")).collect();
        format!("shipped, dev-N, calm, calm-N, hard, hard-N, {}", evasions.join(", "))
    }
}
