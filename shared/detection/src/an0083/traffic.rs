//! What a container's network namespace moves, against what is usual for its image and for its replicas.

use super::{is_forwarder, is_strange, words};
use crate::finding::{Kernel, Severity};
use crate::host::{Container, Image, Program, View, relayed};
use crate::kernels::Verdict;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

/// Percentile of an image beyond which nothing of it is usual.
const UNUSUAL: u8 = 99;

/// Bytes an hour from which a container is tested for relaying.
const RELAY_BYTES: u64 = 5_000_000;

/// What the network namespace moves, against what is usual for the image and for its replicas.
pub(super) fn traffic(view: &View<'_>, container: &Container, programs: &[&Program]) -> Vec<Verdict> {
    let usage = &view.settings.an0083.container_baseline_network_usage;
    let hour = container.hour(view.bucket);
    if container.of_host || is_forwarder(container) || hour.out < usage.min_bytes.min(RELAY_BYTES) {
        return Vec::new();
    }
    let mut verdicts = Vec::new();
    let key = container.workload();
    let image = view.state.images.iter().find(|image| image.key == key);
    let usual = image.and_then(Image::known);
    let of_usual = |percentile| usual.map_or(0, |usual| usual.percentile(percentile));
    let (median, high, most) = (of_usual(50), of_usual(usage.percentile), of_usual(UNUSUAL));
    let over = |least: f64| {
        let cells = container.trace.last(view.bucket, i64::from(usage.k_of_m.m()));
        cells.filter(|cell| cell.out as f64 > least.max(1.0)).count() >= usize::from(usage.k_of_m.k())
    };
    let relays = relayed(&container.trace, view.bucket, RELAY_BYTES, usage.symmetry);
    let much = hour.out >= usage.min_bytes;
    let was_dormant = usual.is_some() && median.saturating_mul(12) <= usage.dormant;
    // Work that comes in bursts, such as a backup of every night, is in the last percent, and may grow.
    let is_unusual = |ratio: f64| usual.is_some() && much && over(most as f64 * ratio);
    let floor = (usage.dormant as f64 / 12.0).max(median as f64);
    let jumped = was_dormant && is_unusual(usage.jump_ratio) && over(floor * usage.jump_ratio);
    let rose = usual.is_some() && much && over(high as f64 * 2.0);
    let replicas = outlier(view, container, usage.replica_ratio).filter(|_| is_unusual(usage.replica_ratio));
    let is_newcomer = container.is_new
        && view.bucket - container.first < DAY
        && image.is_none_or(|image| image.first >= container.first - BUCKET);
    let tool = programs.iter().find_map(|program| program.hit()).filter(|hit| hit.weight >= 0.3);
    if jumped {
        let severity = if tool.is_some() { Severity::Medium } else { Severity::Low };
        let mut facts = vec![format!(
            "{} sent {:.1} MB within the hour, and its image {} in five minutes as a rule",
            container.label(),
            hour.out as f64 / 1e6,
            kilobytes(median)
        )];
        facts.extend(tool.map(words));
        verdicts.push(Verdict { kernel: Kernel::Dormant, severity, score: 0.7, facts });
    } else if let Some(median) = replicas {
        verdicts.push(Verdict {
            kernel: Kernel::Volume,
            severity: Severity::Low,
            score: 0.7,
            facts: vec![format!(
                "{} sent {:.1} MB within the hour, and its replicas {:.1} MB",
                container.label(),
                hour.out as f64 / 1e6,
                median as f64 / 1e6
            )],
        });
    } else if rose && (is_strange(view, container) || container.is_new) {
        verdicts.push(Verdict {
            kernel: Kernel::Volume,
            severity: Severity::Low,
            score: 0.6,
            facts: vec![format!(
                "{} sent {:.1} MB within the hour; {} in five minutes is the {}th percentile of its image",
                container.label(),
                hour.out as f64 / 1e6,
                kilobytes(high),
                usage.percentile
            )],
        });
    }
    // Symmetry alone is what a broker or a stream has too: something must have changed.
    if let Some((hour, apart)) =
        relays.filter(|_| jumped || replicas.is_some() || tool.is_some_and(|tool| !tool.dual_use))
    {
        verdicts.push(Verdict {
            kernel: Kernel::Relay,
            severity: Severity::Medium,
            score: (1.0 - apart) as f32,
            facts: vec![format!(
                "{} received {:.1} MB and sent {:.1} MB within the hour, evenly",
                container.label(),
                hour.into as f64 / 1e6,
                hour.out as f64 / 1e6
            )],
        });
    }
    // What is new to the host has no usual: that it relays for two hours from its first day on is at least odd.
    if verdicts.is_empty()
        && is_newcomer
        && relays.is_some()
        && let Some((hour, apart)) =
            relayed(&container.trace, view.bucket - HOUR, RELAY_BYTES, usage.symmetry)
    {
        verdicts.push(Verdict {
            kernel: Kernel::Relay,
            severity: Severity::Low,
            score: (0.5 * (1.0 - apart)) as f32,
            facts: vec![format!(
                "{} is new here and relays: {:.1} MB came in and {:.1} MB left in the hour before the last, evenly",
                container.label(),
                hour.into as f64 / 1e6,
                hour.out as f64 / 1e6
            )],
        });
    }
    verdicts
}

/// The median of what the other containers of the image sent, where this one sent many times that.
fn outlier(view: &View<'_>, container: &Container, ratio: f64) -> Option<u64> {
    let key = container.workload();
    let mut sent: Vec<u64> = view
        .state
        .containers
        .iter()
        .filter(|other| {
            // Replicas that came or went within the hour moved less for that reason.
            let was_there = other.first <= view.bucket - HOUR && view.bucket - other.last <= 2 * BUCKET;
            other.key != container.key && other.workload() == key && was_there
        })
        .map(|other| other.hour(view.bucket).out)
        .collect();
    sent.sort_unstable();
    let median = *sent.get(sent.len() / 2).filter(|_| sent.len() >= 3)?;
    (container.hour(view.bucket).out as f64 > median.max(1) as f64 * ratio).then_some(median)
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.0} kB", bytes as f64 / 1e3)
}
