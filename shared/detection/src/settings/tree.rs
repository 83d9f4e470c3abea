//! The settings as structs that mirror their paths, with the default of each.

use weir_intel::{RangeSet, feed::FeedKind};

use super::{
    hosts::{An0080, An0081, An0082, An0083},
    hours::{BusinessHours, Zone},
    quantity::KofM,
};
use crate::finding::Mode;
use crate::quiet::{Exception, Suppression};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// All settings.
///
/// # Units
/// Bytes are `u64`, rates are bits a second in `u64`, durations are milliseconds in `i64`, money is USD a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Windows hosts.
    pub an0080: An0080,
    /// Linux hosts.
    pub an0081: An0081,
    /// macOS hosts.
    pub an0082: An0082,
    /// Containers.
    pub an0083: An0083,
    /// Cloud instances.
    pub an0084: An0084,
    /// History that entities are judged by.
    pub baseline: Baseline,
    /// When people work.
    pub business_hours: BusinessHours,
    /// What is known of an account's callers.
    pub cloudtrail: CloudTrail,
    /// The weekly digest.
    pub digest: Digest,
    /// Life of an incident.
    pub incident: Incident,
    /// Address lists.
    pub intel: IntelSettings,
    /// How far out of order records may come, in ms of event time.
    pub lateness: i64,
    /// Address space.
    pub networks: Networks,
    /// Settings of single entities, by name.
    pub overrides: Vec<Exception>,
    /// What entities are declared to do by design.
    pub roles: Roles,
    /// What is not to be told for a while.
    pub suppressions: Vec<Suppression>,
    /// Clock of the business hours.
    pub time_zone: Zone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            an0080: An0080::default(),
            an0081: An0081::default(),
            an0082: An0082::default(),
            an0083: An0083::default(),
            an0084: An0084::default(),
            baseline: Baseline::default(),
            business_hours: BusinessHours::default(),
            cloudtrail: CloudTrail::default(),
            digest: Digest::default(),
            incident: Incident::default(),
            intel: IntelSettings::default(),
            lateness: 20 * MINUTE,
            networks: Networks::default(),
            overrides: Vec::new(),
            roles: Roles::default(),
            suppressions: Vec::new(),
            time_zone: Zone::default(),
        }
    }
}

/// Whether an analytic runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AnalyticMode {
    /// It does not run.
    Off,
    /// It runs; its findings are kept and counted and leave nobody's inbox fuller.
    DryRun,
    /// It runs and alerts.
    #[default]
    Live,
}

impl AnalyticMode {
    /// The mode that its findings carry; none where it makes none.
    #[must_use]
    pub const fn of_findings(self) -> Option<Mode> {
        match self {
            Self::Off => None,
            Self::DryRun => Some(Mode::DryRun),
            Self::Live => Some(Mode::Live),
        }
    }
}

/// Cloud instances (AN0084).
#[derive(Clone, Debug, PartialEq)]
pub struct An0084 {
    /// Whether it runs.
    pub mode: AnalyticMode,
    /// Instance facts.
    pub instance_type: InstanceType,
    /// Volume kernel.
    pub traffic_egress_threshold: TrafficEgressThreshold,
    /// Relay kernels.
    pub relay: Relay,
    /// Scan kernel.
    pub scan: Scan,
    /// Flood kernel.
    pub flood: Flood,
    /// Peer-to-peer kernel.
    pub torrent: Torrent,
    /// Upload to a new destination.
    pub upload: Upload,
    /// Share of external egress to listed addresses that counts as evidence.
    pub intel_share: f64,
    /// Bytes an hour exchanged with a listed address, from which the lists are evidence.
    pub intel_min_bytes: u64,
    /// Session kernel.
    pub reuse: Reuse,
}

impl Default for An0084 {
    fn default() -> Self {
        Self {
            mode: AnalyticMode::default(),
            instance_type: InstanceType::default(),
            traffic_egress_threshold: TrafficEgressThreshold::default(),
            relay: Relay::default(),
            scan: Scan::default(),
            flood: Flood::default(),
            torrent: Torrent::default(),
            upload: Upload::default(),
            intel_share: 0.20,
            intel_min_bytes: 2_000_000,
            reuse: Reuse::default(),
        }
    }
}

/// Instance facts.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceType {
    /// Families whose size itself invites theft of bandwidth.
    pub high_families: Vec<String>,
    /// Families that are cheap to start in number.
    pub burstable: Vec<String>,
    /// What a high-throughput family adds to a score.
    pub weight: f64,
    /// What the first use of a family in the account adds to a score.
    pub new_family: f64,
}

impl Default for InstanceType {
    fn default() -> Self {
        let families = |text: &str| text.split(' ').map(ToOwned::to_owned).collect();
        Self {
            high_families: families(
                "c5n c6gn c6in c7gn c8gn g4dn g5 g6 g6e hpc6a hpc7a hpc7g i3en i4i inf2 m5dn m5n m5zn m6idn m6in \
                 p3dn p4d p4de p5 p5e r5n r6in trn1 trn1n x2idn x2iedn",
            ),
            burstable: families("t2 t3 t3a t4g"),
            weight: 0.10,
            new_family: 0.15,
        }
    }
}

/// Sustained egress above the usual.
#[derive(Clone, Debug, PartialEq)]
pub struct TrafficEgressThreshold {
    /// Percentile of the entity's own 5-minute egress: 90, 95 or 99.
    pub percentile: u8,
    /// In how many of how many buckets.
    pub k_of_m: KofM,
    /// Times the usual.
    pub ratio: f64,
    /// Robust standard deviations on the log scale.
    pub z: f64,
    /// Bytes an hour.
    pub min_bytes: u64,
    /// Bytes an hour of an entity that was silent for days.
    pub dormant_min_bytes: u64,
    /// A rate that is always too much, in bit/s.
    pub absolute: Option<u64>,
    /// Share of the instance type's baseline bandwidth that is always too much.
    pub quota_share: f64,
    /// Projected USD a month.
    pub billing_alert: f64,
}

impl Default for TrafficEgressThreshold {
    fn default() -> Self {
        Self {
            percentile: 90,
            k_of_m: KofM::constant::<8, 12>(),
            ratio: 2.0,
            z: 3.5,
            min_bytes: 100_000_000,
            dormant_min_bytes: 25_000_000,
            absolute: None,
            quota_share: 0.5,
            billing_alert: 50.0,
        }
    }
}

/// What is pulled leaves again.
#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    /// Bytes an hour, pulled and pushed together.
    pub min_bytes: u64,
    /// Distinct origins an hour.
    pub origins: u32,
    /// How far pushed and pulled bytes may differ, as a share of the larger.
    pub tolerance: f64,
    /// Rank correlation of the two series.
    pub correlation: f64,
    /// In how many of how many hours.
    pub hours: KofM,
}

impl Default for Relay {
    fn default() -> Self {
        Self {
            min_bytes: 2_000_000,
            origins: 16,
            tolerance: 0.25,
            correlation: 0.6,
            hours: KofM::constant::<2, 3>(),
        }
    }
}

/// Destinations that do not answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Failed hosts on one port in 5 minutes.
    pub hosts: u32,
    /// Failed ports on one host in 5 minutes.
    pub ports: u32,
    /// Failed share of the tries.
    pub fail_ratio: f64,
}

impl Default for Scan {
    fn default() -> Self {
        Self { hosts: 25, ports: 15, fail_ratio: 0.5 }
    }
}

/// Much to few, without answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Flood {
    /// Packets a second.
    pub packets: u64,
    /// Bits a second.
    pub rate: u64,
    /// Reply bytes as a share of those sent, at most.
    pub reply_ratio: f64,
    /// Consecutive 5-minute buckets.
    pub windows: u32,
}

impl Default for Flood {
    fn default() -> Self {
        Self { packets: 10_000, rate: 100_000_000, reply_ratio: 0.1, windows: 2 }
    }
}

/// Peer-to-peer exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Torrent {
    /// Distinct external peers an hour.
    pub peers: u32,
}

impl Default for Torrent {
    fn default() -> Self {
        Self { peers: 50 }
    }
}

/// Sustained upload to a destination that nobody else uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Bytes an hour.
    pub min_bytes: u64,
    /// Hours that it lasts.
    pub hours: u32,
}

impl Default for Upload {
    fn default() -> Self {
        Self { min_bytes: 20_000_000, hours: 6 }
    }
}

/// Frequent reuse of one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Reuse {
    /// Share of the 5-minute buckets in which it is seen.
    pub presence: f64,
    /// How long it lasts, in ms.
    pub min_duration: i64,
    /// Share of entities that also use the destination, at most.
    pub prevalence: f64,
    /// Days for which a destination counts as new.
    pub new_days: u32,
}

impl Default for Reuse {
    fn default() -> Self {
        Self { presence: 0.8, min_duration: 3 * HOUR, prevalence: 0.02, new_days: 7 }
    }
}

/// History that entities are judged by.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Age below which an entity is only learned, in ms.
    pub warm_up: i64,
    /// Age from which its baseline is mature, in ms.
    pub mature: i64,
    /// Age at which a sample counts half, in ms.
    pub half_life: i64,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { warm_up: 3 * DAY, mature: 14 * DAY, half_life: 14 * DAY }
    }
}

/// The weekly digest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digest {
    /// Whether it is sent, only written into the log, or not made.
    pub mode: AnalyticMode,
}

/// Life of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// How long one that goes on is not told again, in ms.
    pub suppress: i64,
    /// Silence after which it is over, in ms.
    pub quiet: i64,
}

impl Default for Incident {
    fn default() -> Self {
        Self { suppress: 7 * DAY, quiet: DAY }
    }
}

/// Address lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntelSettings {
    /// Where the lists come from.
    pub feeds: Feeds,
    /// Age above which a list counts half.
    pub max_age: MaxAge,
}

/// URLs that each list is fetched from; none where it is off.
#[derive(Clone, Debug, PartialEq)]
pub struct Feeds {
    /// Networks by number and owner.
    pub asn: Vec<String>,
    /// Addresses of AWS by service.
    pub aws: Vec<String>,
    /// Countries.
    pub country: Vec<String>,
    /// Open and residential proxies.
    pub proxy: Vec<String>,
    /// Tor relays.
    pub tor: Vec<String>,
    /// VPN servers.
    pub vpn: Vec<String>,
}

impl Feeds {
    /// The URLs of one feed.
    #[must_use]
    pub fn of(&self, kind: FeedKind) -> &[String] {
        match kind {
            FeedKind::Asn => &self.asn,
            FeedKind::Aws => &self.aws,
            FeedKind::Country => &self.country,
            FeedKind::Proxy => &self.proxy,
            FeedKind::Tor => &self.tor,
            FeedKind::Vpn => &self.vpn,
        }
    }
}

impl Default for Feeds {
    fn default() -> Self {
        let one = |url: &str| vec![url.to_owned()];
        Self {
            asn: Vec::new(),
            aws: one("https://ip-ranges.amazonaws.com/ip-ranges.json"),
            country: Vec::new(),
            proxy: Vec::new(),
            tor: one("https://onionoo.torproject.org/details?type=relay&running=true\
                 &fields=or_addresses%2Cexit_addresses%2Cflags"),
            vpn: one("https://raw.githubusercontent.com/X4BNet/lists_vpn/main/output/vpn/ipv4.txt"),
        }
    }
}

/// Age above which a list counts half, in ms.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxAge {
    /// Tor relays and exits.
    pub tor: i64,
    /// VPN servers.
    pub vpn: i64,
    /// Open and residential proxies.
    pub proxy: i64,
}

impl Default for MaxAge {
    fn default() -> Self {
        Self { tor: 7 * DAY, vpn: 30 * DAY, proxy: 30 * DAY }
    }
}

/// Address space.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Networks {
    /// Own networks beside the private ranges.
    pub own: RangeSet,
}

/// What is known of an account's callers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CloudTrail {
    /// Callers that are automation, by ARN; an asterisk at the end stands for the rest.
    pub automation: Vec<String>,
}

/// What entities are declared to do by design.
#[derive(Clone, Debug, PartialEq)]
pub struct Roles {
    /// Tags of entities that relay by design, `key=value`.
    pub declared: Vec<String>,
}

impl Default for Roles {
    fn default() -> Self {
        let roles = ["relay", "proxy", "nat", "vpn", "turn", "lb", "bastion"];
        Self { declared: roles.map(|role| format!("role={role}")).into() }
    }
}
