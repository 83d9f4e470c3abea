//! What the page's script draws: numbers, and no words but names of Weir's own and country codes.

use std::collections::BTreeMap;

use serde::Serialize;
use weir_detection::finding::Kernel;
use weir_detection::observation::BUCKET;
use weir_detection::ring::{Cell, Pair};

use super::Incident;
use super::timeline::Timeline;

/// One incident's numbers.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    /// 1 to 5.
    severity: u8,
    kernel: &'static str,
    title: &'a str,
    entity: &'a str,
    /// First report, ms since the epoch.
    first: i64,
    /// Latest report.
    last: i64,
    reports: usize,
    /// Bytes in five minutes, mean of the hour before the latest report.
    egress: u64,
    usd_month: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<[u64; 3]>,
    /// Time of each report, first and last event of its evidence, and severity; 0 where it says that all is over.
    told: Vec<[i64; 4]>,
    /// Start of each bucket, in buckets since the epoch.
    buckets: Vec<i64>,
    /// Wire bytes out and in.
    out: Vec<u64>,
    into: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    balance: Vec<Sides>,
    countries: Vec<(&'a str, u64, u64)>,
}

/// Payload on both sides of a relay, by bucket: answers, then requests where they can be told apart.
#[derive(Serialize)]
struct Sides {
    title: &'static str,
    above: &'static str,
    below: &'static str,
    into: Vec<u64>,
    out: Vec<u64>,
}

impl<'a> Data<'a> {
    pub(super) fn of(incident: &'a Incident, timeline: Option<&Timeline>) -> Self {
        let finding = &incident.finding;
        let empty = BTreeMap::new();
        let cells = timeline.map_or(&empty, |timeline| &timeline.cells);
        let usual = &finding.baseline;
        Self {
            severity: incident.severity() as u8,
            kernel: finding.kernel.name(),
            title: &finding.title,
            entity: &incident.entity.id,
            first: incident.told.first().map_or(finding.time, |told| told.time),
            last: finding.time,
            reports: incident.told.len(),
            egress: usual.observed,
            // JSON has no infinity.
            usd_month: if finding.usd_month.is_finite() { finding.usd_month } else { 0.0 },
            usual: (usual.samples > 0).then_some([usual.p50, usual.p90, usual.p99]),
            told: incident.told.iter().map(|it| [it.time, it.start, it.end, it.mark()]).collect(),
            buckets: cells.keys().map(|start| start.div_euclid(BUCKET)).collect(),
            out: cells.values().map(|cell| cell.external.out).collect(),
            into: cells.values().map(|cell| cell.external.into).collect(),
            balance: balance(finding.kernel, cells),
            countries: countries(incident),
        }
    }
}

/// What mirrors where an entity relays.
fn balance(kernel: Kernel, cells: &BTreeMap<i64, Cell>) -> Vec<Sides> {
    let sides = |title, [above, below]: [&'static str; 2], of: fn(&Cell) -> Pair| Sides {
        title,
        above,
        below,
        into: cells.values().map(|cell| of(cell).into).collect(),
        out: cells.values().map(|cell| of(cell).out).collect(),
    };
    match kernel {
        Kernel::Relay => vec![
            sides(
                "Answers: in from origins, out to gateways",
                ["In from origins", "Out to gateways"],
                |cell| Pair { out: cell.push.out, into: cell.pull.into },
            ),
            sides(
                "Requests: in from gateways, out to origins",
                ["In from gateways", "Out to origins"],
                |cell| Pair { out: cell.pull.out, into: cell.push.into },
            ),
        ],
        // Whom a node of a mesh dials takes and gives alike: only the whole of both directions mirrors.
        Kernel::ServedRelay => vec![sides(
            "Relayed: all that came in, all that left",
            ["In from clients and remotes", "Out to clients and remotes"],
            |cell| {
                let mut all = cell.dialled();
                all.add(cell.served);
                all
            },
        )],
        _ => Vec::new(),
    }
}

/// Bytes out and in by country, most first; "" for what no country is known of.
fn countries(incident: &Incident) -> Vec<(&str, u64, u64)> {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for remote in &incident.remotes {
        let sum = sums.entry(remote.country.as_deref().unwrap_or_default()).or_default();
        *sum = (sum.0.saturating_add(remote.bytes_out), sum.1.saturating_add(remote.bytes_in));
    }
    let mut sums: Vec<_> = sums.into_iter().map(|(country, (out, into))| (country, out, into)).collect();
    sums.sort_by_key(|(country, out, into)| (std::cmp::Reverse(out.saturating_add(*into)), *country));
    sums
}
