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
    /// Time of each report, and first and last event of its evidence.
    told: Vec<[i64; 4]>,
    /// Start of each bucket, in buckets since the epoch.
    buckets: Vec<i64>,
    /// Wire bytes out and in.
    out: Vec<u64>,
    into: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<Balance>,
    countries: Vec<(&'a str, u64, u64)>,
}

/// Payload on both sides of a relay, by bucket.
#[derive(Serialize)]
struct Balance {
    /// `gateways` that it dialled, or `clients` that dial in.
    near: &'static str,
    /// `origins`, or whoever else a relay for clients dialled.
    far: &'static str,
    /// In from origins.
    pulled: Vec<u64>,
    /// Out to gateways or clients.
    pushed: Vec<u64>,
    /// Requests in from gateways or clients.
    asked: Vec<u64>,
    /// Requests out to origins.
    sent: Vec<u64>,
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
            told: incident.told.iter().map(|it| [it.time, it.start, it.end, it.severity as i64]).collect(),
            buckets: cells.keys().map(|start| start.div_euclid(BUCKET)).collect(),
            out: cells.values().map(|cell| cell.external.out).collect(),
            into: cells.values().map(|cell| cell.external.into).collect(),
            balance: Balance::of(finding.kernel, cells),
            countries: countries(incident),
        }
    }
}

impl Balance {
    fn of(kernel: Kernel, cells: &BTreeMap<i64, Cell>) -> Option<Self> {
        type Leg = fn(&Cell) -> Pair;
        let (near, pick, far, other): (_, Leg, _, Leg) = match kernel {
            Kernel::Relay => ("gateways", |cell| cell.push, "origins", |cell| cell.pull),
            // A node of a mesh hands on to other nodes as well, which take and give alike.
            Kernel::ServedRelay => ("clients", |cell| cell.served, "remotes that it dialled", Cell::dialled),
            _ => return None,
        };
        Some(Self {
            near,
            far,
            pulled: cells.values().map(|cell| other(cell).into).collect(),
            pushed: cells.values().map(|cell| pick(cell).out).collect(),
            asked: cells.values().map(|cell| pick(cell).into).collect(),
            sent: cells.values().map(|cell| other(cell).out).collect(),
        })
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
