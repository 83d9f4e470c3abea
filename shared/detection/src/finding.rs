//! What Weir says about an entity: one report of one incident, complete in itself.
//!
//! A [`Finding`] is a value. How it looks as OCSF, as an e-mail or as a table is `weir-alerting`'s matter.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// How much a finding asks of its reader; the numbers are OCSF's `severity_id`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Severity {
    /// Worth a line in a report.
    Info = 1,
    /// Look when there is time.
    Low = 2,
    /// Look today.
    Medium = 3,
    /// Look now.
    High = 4,
    /// Act now.
    Critical = 5,
}

/// Which test carried a verdict (threats.md 2.3 as mended by kernels.md).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Kernel {
    /// K1: sustained egress above the entity's own percentile.
    Volume,
    /// K2: back-connect relay: what is pulled from many origins leaves to few gateways.
    Relay,
    /// K3: served relay: what is pulled leaves to clients of a port that the entity serves.
    ServedRelay,
    /// K5: frequent reuse of long sessions with an unusual remote.
    Session,
    /// K6: many destinations that do not answer.
    Scan,
    /// K7: attack-sized packets at a rate and without answers.
    Flood,
    /// K8: own traffic with listed anonymity, VPN or proxy addresses.
    Intel,
    /// A name of proxyware was looked up.
    Name,
    /// K10: two-way exchange with many peers on unprivileged ports.
    Torrent,
    /// Sustained upload to a destination that is new here and that nobody else uses.
    Upload,
    /// A host that was silent for days uploads.
    Dormant,
    /// The same unshared destination gets more day by day.
    SlowGrowth,
    /// Calls that take what Weir sees by.
    Blinding,
    /// A program of the catalogue runs.
    Program,
    /// A container of the catalogue, or one whose structure or use is that of proxyware.
    Container,
}

/// Evidence that is not independent counts once: each kernel belongs to one group.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Group {
    /// How much leaves.
    Volume,
    /// The shape of the traffic: relays, peer-to-peer.
    Structure,
    /// Long or often reused sessions.
    Session,
    /// Failed connections and floods.
    Reachability,
    /// Address lists.
    Intel,
    /// Instance facts, API calls, twins.
    Context,
    /// Names of proxyware: looked up, run, or as a container's image.
    Name,
}

/// Live findings alert; dry-run ones are counted and shown only on demand.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Mode {
    /// Alert.
    #[default]
    Live,
    /// Record only.
    DryRun,
}

/// What a report does to its incident; the numbers are OCSF's `activity_id`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Activity {
    /// First report.
    Create = 1,
    /// The incident grew or came back.
    Update = 2,
    /// The behaviour ended.
    Close = 3,
}

/// The entity a finding speaks of.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Subject {
    /// Account that owns it.
    pub account: Option<String>,
    /// Region it runs in.
    pub region: Option<String>,
    /// Instance, `i-…`.
    pub instance: Option<String>,
    /// Interfaces whose flows were counted, `eni-…`.
    pub interfaces: Vec<String>,
    /// VPC.
    pub vpc: Option<String>,
    /// Subnet.
    pub subnet: Option<String>,
    /// Own private addresses seen (at most four).
    pub addresses: Vec<IpAddr>,
    /// Instance type, where an inventory knows it.
    pub instance_type: Option<String>,
    /// `key=value` tags, where an inventory knows them (at most ten).
    pub tags: Vec<String>,
}

/// One evidence group's share of a verdict.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Contribution {
    /// Group, counted once.
    pub group: Group,
    /// The strongest kernel of the group.
    pub kernel: Kernel,
    /// Strength in [0, 1] before weighting.
    pub score: f32,
    /// The group's weight in [0, 1].
    pub weight: f32,
    /// What was measured, in words with numbers, one fact each.
    pub facts: Vec<String>,
}

/// Whether an entity's own history can be judged by.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Learning {
    /// Too little history: a peer group's baseline or an absolute floor stands in.
    #[default]
    Learning,
    /// Enough history to use with care.
    Provisional,
    /// A full seasonal history.
    Mature,
}

/// Whose history the percentiles are from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum BaselineLevel {
    /// The entity in this hour of this kind of day.
    Slot,
    /// The entity at all hours.
    Entity,
    /// The entity's peer group.
    Group,
    /// No history: the settings' floor.
    #[default]
    Absolute,
}

/// External egress per 5-minute bucket: what is usual and what was seen, in bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct BaselineFacts {
    /// Learning state of the entity.
    pub state: Learning,
    /// Whose percentiles these are.
    pub level: BaselineLevel,
    /// Buckets with egress behind the percentiles.
    pub samples: u32,
    /// Days since the entity was first seen.
    pub age_days: f32,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Mean of the last 12 buckets.
    pub observed: u64,
}

/// What a remote is to the entity.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Role {
    /// Dialled by the entity and pushed to.
    Gateway,
    /// Dialled by the entity and pulled from.
    Origin,
    /// Dials the entity.
    Client,
    /// Target of a scan or a flood.
    Target,
    /// Exchanges both ways.
    Peer,
}

/// One remote address of the evidence.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Remote {
    /// Its address.
    pub ip: IpAddr,
    /// The served port of the conversation (its own, or the entity's where it is a client).
    pub port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// What it is to the entity.
    pub role: Role,
    /// Bytes from the entity to it, over the evidence span.
    pub bytes_out: u64,
    /// Bytes from it to the entity.
    pub bytes_in: u64,
    /// First seen here, milliseconds since the epoch, where that is remembered: of those pushed to.
    pub first_seen: Option<i64>,
    /// ISO 3166 country, where country data was given.
    pub country: Option<String>,
    /// Autonomous system number.
    pub asn: Option<u32>,
    /// Who runs it.
    pub organisation: Option<String>,
    /// `tor`, `vpn`, `proxy`, where a list holds it.
    pub label: Option<String>,
}

/// What limited the judgement.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Missing {
    /// No `tcp-flags` (version 2): who dialled and what failed is guessed from ports.
    TcpFlags,
    /// No `flow-direction` (version 2): direction is guessed from addresses.
    FlowDirection,
    /// Records of 10 minutes: time coupling is blurred.
    TenMinuteRecords,
    /// SKIPDATA: figures are lower bounds.
    SkippedRecords,
    /// No Tor, VPN or proxy list was given.
    Lists,
    /// An address list is older than `intel/max-age` allows.
    FreshLists,
    /// The entity's own history is too short.
    History,
    /// No inventory was given: instance facts, tags and interface types are unknown.
    Inventory,
    /// No query log of the host: whether it looked up what it dials is unknown.
    Lookups,
    /// The inventory is hours old: what was launched or tagged since is unknown.
    FreshInventory,
    /// The host's logs count no bytes, and no flow log of its interface was joined.
    Bytes,
}

/// A program or container that is likely behind the bytes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Actor {
    /// Base name of the program; of a container that runs nothing known, none.
    pub name: Option<String>,
    /// Path of the executable.
    pub path: Option<String>,
    /// Latest process id.
    pub pid: Option<u64>,
    /// Who runs it.
    pub user: Option<String>,
    /// Name of what started it.
    pub parent: Option<String>,
    /// Who signed it, or claims to have made it.
    pub signer: Option<String>,
    /// The tool of the catalogue that it is.
    pub tool: Option<String>,
    /// The container.
    pub container: Option<ActorContainer>,
    /// First seen, milliseconds since the epoch.
    pub first: i64,
    /// Last seen.
    pub last: i64,
    /// Bytes that it sent, where they were counted.
    pub bytes_out: Option<u64>,
    /// Bytes that it received.
    pub bytes_in: Option<u64>,
    /// Why it is named, one reason each.
    pub facts: Vec<String>,
}

/// A container that is likely behind the bytes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ActorContainer {
    /// Id, or a pod's uid.
    pub uid: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Image.
    pub image: Option<String>,
    /// Kubernetes namespace.
    pub namespace: Option<String>,
}

/// One point of the evidence series.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Window {
    /// Bucket start, milliseconds since the epoch.
    pub start: i64,
    /// External bytes out in the bucket.
    pub bytes_out: u64,
    /// External bytes in.
    pub bytes_in: u64,
}

/// One report of one incident.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Finding {
    /// Stable id of the incident: analytic, account, region, entity and reason; no timestamps.
    pub uid: String,
    /// First, later or last report.
    pub activity: Activity,
    /// ATT&CK analytic: `AN0080` to `AN0084`.
    pub analytic: String,
    /// Live or dry-run.
    pub mode: Mode,
    /// The suppression that holds it back, and why; it is then only recorded.
    pub suppressed: Option<String>,
    /// Severity.
    pub severity: Severity,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// The kernel that carried the verdict.
    pub kernel: Kernel,
    /// One line for people, under 100 characters.
    pub title: String,
    /// What happens, in a few sentences.
    pub description: String,
    /// Event time of the record that tipped the verdict, milliseconds since the epoch.
    pub time: i64,
    /// First event of the evidence.
    pub start: i64,
    /// Last event of the evidence.
    pub end: i64,
    /// When the incident was opened (event time).
    pub created: i64,
    /// Reports of this incident so far, this one included.
    pub count: u32,
    /// Who.
    pub subject: Subject,
    /// Contributions per evidence group, strongest first.
    pub contributions: Vec<Contribution>,
    /// Egress against its baseline.
    pub baseline: BaselineFacts,
    /// Top remotes, most bytes first (at most ten).
    pub remotes: Vec<Remote>,
    /// External egress of the last three hours.
    pub series: Vec<Window>,
    /// USD of external egress since the incident began.
    pub usd_so_far: f32,
    /// USD per month at the present rate.
    pub usd_month: f32,
    /// What limited the judgement.
    pub missing: Vec<Missing>,
    /// Why the severity is what it is, one reason each.
    pub why: Vec<String>,
    /// What would have raised it.
    pub would_raise: Vec<String>,
    /// Settings that took part: path and value.
    pub settings: Vec<(String, String)>,
    /// Name of the host, where its own logs are read.
    #[serde(default)]
    pub host: Option<String>,
    /// Programs and containers that are likely behind it, the likeliest first (at most four).
    #[serde(default)]
    pub actors: Vec<Actor>,
}

impl Severity {
    /// Lowercase name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Finding {
    /// Whether somebody is to be told; what is of severity info, of a dry run or suppressed is only recorded.
    pub const fn is_alert(&self) -> bool {
        matches!(self.mode, Mode::Live)
            && !matches!(self.severity, Severity::Info)
            && self.suppressed.is_none()
    }

    /// Whether it opens an incident that somebody would be told of, were its analytic live.
    pub const fn would_alert(&self) -> bool {
        matches!(self.activity, Activity::Create)
            && !matches!(self.severity, Severity::Info)
            && self.suppressed.is_none()
    }
}

impl Group {
    /// Lowercase name: the reason class of incident ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Structure => "structure",
            Self::Session => "session",
            Self::Reachability => "reachability",
            Self::Intel => "intel",
            Self::Context => "context",
            Self::Name => "name",
        }
    }
}

impl Kernel {
    /// Every kernel.
    pub const ALL: [Self; 15] = [
        Self::Volume,
        Self::Relay,
        Self::ServedRelay,
        Self::Session,
        Self::Scan,
        Self::Flood,
        Self::Intel,
        Self::Name,
        Self::Torrent,
        Self::Upload,
        Self::Dormant,
        Self::SlowGrowth,
        Self::Blinding,
        Self::Program,
        Self::Container,
    ];

    /// Kebab-case name, used in incident ids and message attributes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Relay => "relay",
            Self::ServedRelay => "served-relay",
            Self::Session => "session",
            Self::Scan => "scan",
            Self::Flood => "flood",
            Self::Intel => "intel",
            Self::Name => "name",
            Self::Torrent => "torrent",
            Self::Upload => "upload",
            Self::Dormant => "dormant",
            Self::SlowGrowth => "slow-growth",
            Self::Blinding => "blinding",
            Self::Program => "program",
            Self::Container => "container",
        }
    }

    /// The evidence group that the kernel counts in.
    pub const fn group(self) -> Group {
        match self {
            Self::Volume | Self::Upload | Self::Dormant | Self::SlowGrowth => Group::Volume,
            Self::Relay | Self::ServedRelay | Self::Torrent => Group::Structure,
            Self::Session => Group::Session,
            Self::Scan | Self::Flood => Group::Reachability,
            Self::Intel => Group::Intel,
            Self::Name | Self::Program | Self::Container => Group::Name,
            Self::Blinding => Group::Context,
        }
    }
}
