//! Verdicts to incidents: one per entity and evidence group, told once, and again only when it grows.

use weir_intel::Intel;

use crate::entity::EntityKey;
use crate::finding::{
    Activity, BaselineFacts, BaselineLevel, Contribution, Finding, Group, Kernel, Learning, Missing, Mode,
    Remote, Severity, Subject, Window,
};
use crate::kernels::Verdict;
use crate::kernels::bucket::Summary;
use crate::observation::BUCKET;
use crate::settings::Settings;
use crate::state::{DAY, EntityState, HOUR, Incident};

/// Settings that every finding states.
const SETTINGS: [&str; 7] = [
    "an0084/relay/min-bytes",
    "an0084/relay/origins",
    "an0084/relay/correlation",
    "an0084/scan/hosts",
    "an0084/flood/packets",
    "an0084/torrent/peers",
    "an0084/upload/min-bytes",
];

/// An incident that was silent this long is over; the same behaviour then opens it again.
const QUIET: i64 = DAY;

/// Opens, raises or keeps the incident that the verdicts speak of; returns a report where one is due.
#[expect(clippy::too_many_arguments, reason = "one call site; each is a different kind of knowledge")]
pub fn report(
    state: &mut EntityState,
    key: &EntityKey,
    verdicts: &[Verdict],
    summary: &Summary,
    remotes: Vec<Remote>,
    bucket: i64,
    time: i64,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Finding> {
    for incident in &mut state.incidents {
        incident.bytes_out = incident.bytes_out.saturating_add(summary.external.out);
    }
    let Some(lead) = verdicts.first() else { return Vec::new() };
    let group = lead.kernel.group();
    // A lesser kind of evidence about an entity that is already reported adds nothing to act on.
    let told = state.incidents.iter().any(|have| {
        bucket - have.last < QUIET
            && have.severity >= lead.severity
            && (have.group == group
                || have.group != Group::Reachability && lead.kernel.group() != Group::Reachability)
    });
    let at = match state.incidents.iter().position(|have| have.group == group) {
        Some(at) => at,
        None if told => return Vec::new(),
        None => {
            state.incidents.push(Incident {
                group,
                opened: bucket,
                last: bucket,
                severity: Severity::Info,
                count: 0,
                bytes_out: 0,
            });
            state.incidents.len() - 1
        }
    };
    let age = bucket - state.first_seen;
    let Some(incident) = state.incidents.get_mut(at) else { return Vec::new() };
    let over = bucket - incident.last >= QUIET;
    incident.last = bucket;
    if told && !over || incident.count > 0 && !over && incident.severity >= lead.severity {
        return Vec::new();
    }
    incident.severity = lead.severity;
    incident.count += 1;
    let incident = incident.clone();
    vec![finding(state, key, verdicts, lead, &incident, remotes, bucket, time, age, settings, intel)]
}

#[expect(clippy::too_many_arguments, reason = "the parts of one value")]
fn finding(
    state: &EntityState,
    key: &EntityKey,
    verdicts: &[Verdict],
    lead: &Verdict,
    incident: &Incident,
    remotes: Vec<Remote>,
    bucket: i64,
    time: i64,
    age: i64,
    settings: &Settings,
    intel: &Intel,
) -> Finding {
    let cells = state.ring.last(bucket, 36);
    let series: Vec<Window> = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| Window {
            start: bucket - (35 - i as i64) * BUCKET,
            bytes_out: cell.external.out,
            bytes_in: cell.external.into,
        })
        .collect();
    let hour: u64 = cells.iter().rev().take(12).map(|cell| cell.external.out).sum();
    let who = key.id.clone();
    let region = state.info.region.clone().unwrap_or_else(|| "-".to_owned());
    let instance = state.info.instance.as_deref().and_then(|id| intel.inventory.instance(id));
    let span = if matches!(lead.kernel, Kernel::Scan | Kernel::Flood) { BUCKET } else { HOUR };
    Finding {
        uid: format!("weir-an0084-{}-{region}-{who}-{}", key.account, incident.group.name()),
        activity: if incident.count == 1 { Activity::Create } else { Activity::Update },
        analytic: "AN0084".to_owned(),
        mode: settings.an0084.mode.of_findings().unwrap_or(Mode::DryRun),
        severity: lead.severity,
        confidence: (lead.score.clamp(0.0, 1.0) * 100.0) as u8,
        kernel: lead.kernel,
        title: title(lead.kernel, &who),
        description: lead.facts.join("; "),
        time,
        start: bucket + BUCKET - span,
        end: bucket + BUCKET,
        created: incident.opened,
        count: incident.count,
        subject: Subject {
            account: (key.account != "-").then(|| key.account.clone()),
            region: state.info.region.clone(),
            instance: state.info.instance.clone(),
            interfaces: state.info.interface.iter().cloned().collect(),
            vpc: state.info.vpc.clone(),
            subnet: state.info.subnet.clone(),
            addresses: state.info.addresses.clone(),
            instance_type: instance.and_then(|instance| instance.instance_type.clone()),
            tags: instance
                .map(|instance| instance.tags.iter().take(10).cloned().collect())
                .unwrap_or_default(),
        },
        contributions: contributions(verdicts),
        baseline: baseline(state, age, hour / 12),
        remotes,
        series,
        usd_so_far: usd(incident.bytes_out.max(hour)),
        usd_month: usd(hour.saturating_mul(730)),
        missing: missing(state, age, intel),
        why: why(verdicts, lead),
        would_raise: would_raise(lead),
        settings: SETTINGS
            .iter()
            .filter_map(|path| Some(((*path).to_owned(), settings.value(path)?)))
            .collect(),
    }
}

fn title(kernel: Kernel, who: &str) -> String {
    let what = match kernel {
        Kernel::Relay => "relays traffic for others through gateways that it dials",
        Kernel::ServedRelay => "serves as a proxy for outside clients",
        Kernel::Scan => "scans the internet",
        Kernel::Flood => "floods a target",
        Kernel::Torrent => "shares files with many peers",
        Kernel::Intel => "talks to listed anonymity or proxy addresses",
        Kernel::Dormant => "was silent for days and now uploads",
        Kernel::Upload => "uploads for hours to a new destination",
        Kernel::SlowGrowth => "sends one destination more every day",
        Kernel::Volume => "sends more than usual",
        Kernel::Session => "keeps long sessions with an unusual remote",
    };
    let who: String = who.chars().take(40).collect();
    format!("{who} {what}")
}

fn contributions(verdicts: &[Verdict]) -> Vec<Contribution> {
    let mut contributions: Vec<Contribution> = Vec::new();
    for verdict in verdicts {
        let group = verdict.kernel.group();
        if contributions.iter().all(|have| have.group != group) {
            let weight = match group {
                Group::Reachability => 0.75,
                Group::Structure => 0.7,
                Group::Intel => 0.6,
                Group::Volume => 0.45,
                Group::Context => 0.4,
                Group::Session => 0.35,
            };
            contributions.push(Contribution {
                group,
                kernel: verdict.kernel,
                score: verdict.score.clamp(0.0, 1.0),
                weight,
                facts: verdict.facts.clone(),
            });
        }
    }
    contributions
}

fn baseline(state: &EntityState, age: i64, observed: u64) -> BaselineFacts {
    let samples = state.egress.samples();
    let learning = if age < 3 * DAY || samples < 30 {
        Learning::Learning
    } else if age < 14 * DAY {
        Learning::Provisional
    } else {
        Learning::Mature
    };
    BaselineFacts {
        state: learning,
        level: if samples < 30 { BaselineLevel::Absolute } else { BaselineLevel::Entity },
        samples,
        age_days: age as f32 / DAY as f32,
        p50: state.egress.percentile(50),
        p90: state.egress.percentile(90),
        p95: state.egress.percentile(95),
        p99: state.egress.percentile(99),
        observed,
    }
}

/// Egress to the internet at 0.09 USD a GB, the first tier in us-east-1 (threats.md 3).
fn usd(bytes: u64) -> f32 {
    (bytes as f64 / 1e9 * 0.09) as f32
}

fn missing(state: &EntityState, age: i64, intel: &Intel) -> Vec<Missing> {
    [
        (!state.has_flags, Missing::TcpFlags),
        (!state.has_direction, Missing::FlowDirection),
        (state.interval > 120_000, Missing::TenMinuteRecords),
        (state.losses > 0, Missing::SkippedRecords),
        (!intel.has_lists(), Missing::Lists),
        (age < 3 * DAY, Missing::History),
        (intel.inventory.is_empty(), Missing::Inventory),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect()
}

fn why(verdicts: &[Verdict], lead: &Verdict) -> Vec<String> {
    let mut why = vec![format!("{} asks for {} by itself", lead.kernel.name(), lead.severity.name())];
    for verdict in verdicts.iter().skip(1) {
        why.push(format!("{} agrees", verdict.kernel.name()));
    }
    why
}

fn would_raise(lead: &Verdict) -> Vec<String> {
    match lead.kernel {
        Kernel::Relay | Kernel::ServedRelay if lead.severity < Severity::High => {
            vec!["a gateway on the Tor, VPN or proxy list".to_owned()]
        }
        Kernel::Upload | Kernel::SlowGrowth => vec!["a destination on the Tor, VPN or proxy list".to_owned()],
        _ => Vec::new(),
    }
}
