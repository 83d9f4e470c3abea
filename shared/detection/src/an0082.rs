//! AN0082: macOS hosts, by what nettop counts, the kernel says of closed connections, and the endpoint security
//! framework says of programs and of who signed them.
//!
//! # Source
//!
//! <https://attack.mitre.org/detectionstrategies/DET0028/>; rules from threats.md 6.3.

use crate::finding::{Kernel, Severity};
use crate::host::{Judged, Platform, Program, Rules, Signed, View, judge_programs, relayed};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::ring::Pair;
use crate::settings::matches_any_case;
use crate::state::HOUR;

/// Doubt from which traffic by itself is told.
const DOUBTED: f64 = 1.0;

/// Doubt from which traffic that is relayed is told.
const SOMEWHAT: f64 = 0.7;

/// Buckets of 15 minutes, and how many of them must be busy: 10 minutes.
const SAMPLES: (i64, usize) = (3, 2);

/// Programs of the system that move much by nature: logs that know no signature show them by name alone.
const SYSTEM: [&str; 22] = [
    "apsd",
    "assetcached",
    "avconferenced",
    "backupd",
    "bird",
    "cloudd",
    "cloudphotod",
    "com.apple.WebKit.Networking",
    "identityservicesd",
    "kernel_task",
    "mDNSResponder",
    "netbiosd",
    "nsurlsessiond",
    "parsecd",
    "photolibraryd",
    "rapportd",
    "remoted",
    "screensharingd",
    "sharingd",
    "softwareupdated",
    "timed",
    "trustd",
];

/// What is said of the programs of a macOS host.
#[must_use]
pub fn judged(view: &View<'_>) -> Vec<Judged> {
    let settings = &view.settings.an0082;
    if settings.mode.of_findings().is_none() {
        return Vec::new();
    }
    let is_trusted = |program: &Program| match signed(view, program) {
        Some(Signed::Team(team)) => {
            settings.process_signed_status.allow_team.iter().any(|pattern| matches_any_case(pattern, team))
        }
        _ => false,
    };
    judge_programs(
        view,
        &Rules {
            platform: Platform::MacOs,
            extra: &[],
            disabled: &[],
            allowed: &is_trusted,
            beside: &|program| traffic(view, program),
            burst: (u32::MAX, 300_000),
            cap: 1.0,
        },
    )
}

/// Who signed a program: as its own record says, else that of the same process id or name.
fn signed<'a>(view: &View<'a>, program: &'a Program) -> Option<&'a Signed> {
    if program.signed.is_some() {
        return program.signed.as_ref();
    }
    let namesakes =
        || view.state.programs.iter().filter(|have| have.signed.is_some() && have.name == program.name);
    let same = namesakes().find(|have| program.pid.is_some() && have.pid == program.pid);
    same.or_else(|| namesakes().max_by_key(|have| have.last)).and_then(|have| have.signed.as_ref())
}

/// How much a program's traffic is to be doubted, 0 to 1.
fn doubt(view: &View<'_>, program: &Program) -> f64 {
    let status = &view.settings.an0082.process_signed_status;
    match signed(view, program) {
        Some(Signed::Platform) => 0.0,
        Some(Signed::Team(_)) => status.developer_id,
        Some(Signed::AdHoc) => status.adhoc,
        Some(Signed::Unsigned) => status.unsigned,
        None if SYSTEM.contains(&program.name.as_str()) => 0.0,
        None => status.unknown,
    }
}

/// Whether the program relays: in the last hour, or in the one before, since the kernel tells of a connection's bytes only
/// when it is closed.
fn relays(view: &View<'_>, program: &Program) -> Option<(Pair, f64)> {
    let relay = &view.settings.an0084.relay;
    let until = |bucket| relayed(&program.trace, bucket, relay.min_bytes, relay.tolerance);
    until(view.bucket).or_else(|| until(view.bucket - HOUR))
}

/// Whether a program is one that is meant to upload, such as a backup, by its own record or that of a namesake: counters
/// know names alone.
fn uploads(view: &View<'_>, program: &Program) -> bool {
    let namesakes = view.state.programs.iter().filter(|have| have.name == program.name);
    namesakes.flat_map(|have| &have.hits).any(|hit| hit.category == "uploader")
}

fn traffic(view: &View<'_>, program: &Program) -> Vec<Verdict> {
    let doubt = doubt(view, program);
    let mut verdicts = Vec::new();
    let rate = view.settings.an0082.data_rate_threshold;
    let (buckets, least) = SAMPLES;
    let much = rate / 8 * (BUCKET as u64 / 1_000);
    let over = program.trace.last(view.bucket, buckets).filter(|cell| cell.out >= much.max(1)).count();
    if doubt >= DOUBTED && over >= least && !uploads(view, program) {
        let sent: u64 = program.trace.last(view.bucket, buckets).map(|cell| cell.out).sum();
        verdicts.push(Verdict {
            kernel: Kernel::Volume,
            severity: Severity::Low,
            score: doubt as f32,
            facts: vec![format!(
                "{} sent {:.1} MB in 15 minutes, and nobody vouches for it",
                program.name,
                sent as f64 / 1e6
            )],
        });
    }
    if doubt >= SOMEWHAT
        && let Some((hour, apart)) = relays(view, program)
    {
        verdicts.push(Verdict {
            kernel: Kernel::Relay,
            severity: if doubt >= DOUBTED { Severity::Medium } else { Severity::Low },
            score: ((1.0 - apart) * doubt) as f32,
            facts: vec![format!(
                "{} received {:.1} MB and sent {:.1} MB within the hour, evenly",
                program.name,
                hour.into as f64 / 1e6,
                hour.out as f64 / 1e6
            )],
        });
    }
    let held = program.destinations.iter().find(|to| to.span() >= HOUR && to.presence(12) >= 0.8);
    if let Some(to) = held.filter(|_| doubt >= DOUBTED && !program.trace.is_empty()) {
        verdicts.push(Verdict {
            kernel: Kernel::Session,
            severity: Severity::Low,
            score: doubt as f32,
            facts: vec![format!(
                "{} holds on to {} port {} for {:.1} h",
                program.name,
                to.ip,
                to.port,
                to.span() as f64 / HOUR as f64
            )],
        });
    }
    verdicts
}
