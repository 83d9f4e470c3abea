//! Why a call matters, and how much.

use serde::{Deserialize, Serialize};

use crate::state::{DAY, HOUR};

/// Calls older than this count half.
const FRESH: i64 = DAY;

/// What a call gives reason to suspect. Each counts once, however often it comes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Reason {
    /// New capacity.
    Launch,
    /// Three dry runs within ten minutes.
    DryRuns,
    /// A host that was stopped for a week, started.
    DormantStart,
    /// Compute in a region without any for 90 days.
    NewRegion,
    /// First use of an instance family, or a high-throughput one.
    NewFamily,
    /// A script that runs at start, changed.
    StartScript,
    /// Termination locked.
    TerminationLock,
    /// A key pair made or imported.
    KeyPair,
    /// A security group opened to everybody.
    Opened,
    /// An interface that forwards what is not its own.
    Forwarding,
    /// Three public addresses within an hour.
    Addresses,
    /// An access key made.
    AccessKey,
    /// A user, login, role or policy made.
    Identity,
    /// Quotas read or raised.
    Quota,
    /// A command or a session on hosts.
    Command,
    /// Containers, functions or other compute.
    OtherCompute,
    /// A large scaling group.
    ScaleOut,
    /// A region enabled.
    RegionEnabled,
    /// Logs switched off.
    Blinding,
    /// Who am I, and what is there.
    Enumeration,
    /// A Windows password fetched.
    Password,
    /// A network that the principal never called from.
    NewNetwork,
    /// A principal that the account had not seen.
    NewPrincipal,
    /// An address on a list of anonymity, VPN or proxy services.
    ListedSource,
    /// A permanent key that launches.
    PermanentKey,
    /// AWS itself marked the key as leaked.
    Quarantined,
    /// A launch that was refused, by whoever never launched before.
    RefusedLaunch,
}

impl Reason {
    /// Weight in the noisy-or (threats.md 5).
    #[must_use]
    pub const fn weight(self) -> f64 {
        match self {
            Self::Quarantined => 0.7,
            Self::Blinding => 0.5,
            Self::DryRuns | Self::TerminationLock => 0.45,
            Self::NewRegion | Self::RegionEnabled => 0.4,
            Self::StartScript | Self::ListedSource => 0.35,
            Self::AccessKey
            | Self::Quota
            | Self::Command
            | Self::OtherCompute
            | Self::ScaleOut
            | Self::NewNetwork => 0.3,
            Self::Launch | Self::NewFamily | Self::Forwarding => 0.25,
            Self::KeyPair
            | Self::Opened
            | Self::Addresses
            | Self::Identity
            | Self::Password
            | Self::RefusedLaunch => 0.2,
            Self::DormantStart | Self::Enumeration | Self::NewPrincipal | Self::PermanentKey => 0.15,
        }
    }

    /// What it means, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Launch => "new capacity",
            Self::DryRuns => "permissions probed by dry runs",
            Self::DormantStart => "a host started that was stopped for a week",
            Self::NewRegion => "compute in a region that was not used for 90 days",
            Self::NewFamily => "an instance family that is new here or made for throughput",
            Self::StartScript => "start script changed",
            Self::TerminationLock => "termination locked",
            Self::KeyPair => "key pair made",
            Self::Opened => "security group opened to everybody",
            Self::Forwarding => "interface made to forward",
            Self::Addresses => "several public addresses taken",
            Self::AccessKey => "access key made",
            Self::Identity => "identity made or given rights",
            Self::Quota => "quotas read or raised",
            Self::Command => "command or session on hosts",
            Self::OtherCompute => "other compute started",
            Self::ScaleOut => "large scaling group",
            Self::RegionEnabled => "region enabled",
            Self::Blinding => "logs switched off",
            Self::Enumeration => "asked who it is and what there is",
            Self::Password => "Windows password fetched",
            Self::NewNetwork => "network new for this principal",
            Self::NewPrincipal => "principal new to the account",
            Self::ListedSource => "source on an anonymity, VPN or proxy list",
            Self::PermanentKey => "signed with a permanent key",
            Self::Quarantined => "key quarantined by AWS as leaked",
            Self::RefusedLaunch => "a launch refused",
        }
    }
}

/// One reason and the calls behind it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Evidence {
    /// Why it matters.
    pub reason: Reason,
    /// The latest call, at most 48 characters.
    pub call: String,
    /// When it was first seen.
    pub first: i64,
    /// When it was last seen.
    pub last: i64,
    /// Calls so far.
    pub count: u32,
}

impl Evidence {
    /// One line for people.
    #[must_use]
    pub fn words(&self) -> String {
        let time = jiff::Timestamp::from_millisecond(self.first).map(|time| time.to_string());
        let times = if self.count > 1 { format!(" ({} times)", self.count) } else { String::new() };
        format!("{}: {} at {}{times}", self.reason.words(), self.call, time.unwrap_or_default())
    }

    fn weight(&self, now: i64) -> f64 {
        let weight = self.reason.weight();
        if now - self.last > FRESH { weight / 2.0 } else { weight }
    }
}

/// Notes a reason; one that is there already counts on.
pub(super) fn note(list: &mut Vec<Evidence>, reason: Reason, call: &str, time: i64) {
    match list.iter_mut().find(|have| have.reason == reason) {
        Some(have) => {
            // An old story does not lend its beginning to a new one.
            if time - have.last > FRESH {
                (have.first, have.count) = (time, 0);
            }
            have.first = have.first.min(time);
            if time >= have.last {
                have.last = time;
                have.call = super::principal::short(call, 48);
            }
            have.count = have.count.saturating_add(1);
        }
        None => {
            list.push(Evidence {
                reason,
                call: super::principal::short(call, 48),
                first: time,
                last: time,
                count: 1,
            });
        }
    }
}

/// A noisy-or over what is not too old, and the strongest of it.
pub(super) fn weigh<'e>(list: impl Iterator<Item = &'e Evidence>, now: i64) -> (f64, Vec<Evidence>) {
    let mut counted: Vec<&Evidence> = Vec::new();
    for evidence in list.filter(|evidence| now - evidence.last <= super::REMEMBERED) {
        match counted.iter_mut().find(|have| have.reason == evidence.reason) {
            Some(have) if have.last >= evidence.last => {}
            Some(have) => *have = evidence,
            None => counted.push(evidence),
        }
    }
    counted.sort_by(|a, b| b.weight(now).total_cmp(&a.weight(now)).then(a.reason.cmp(&b.reason)));
    let score = 1.0 - counted.iter().map(|evidence| 1.0 - evidence.weight(now)).product::<f64>();
    (score.min(super::MOST), counted.into_iter().take(8).cloned().collect())
}

/// Ten minutes and an hour, within which calls of a kind add up.
pub(super) const BURST: i64 = HOUR / 6;
