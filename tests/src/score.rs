//! Scores findings against the truth of a world: recall, delay and false alerts with their bounds.

mod bounds;
mod findings;
mod pool;
mod report;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::bounds::{poisson, wilson};
pub use self::findings::{Alert, ScoreError, read};
pub use self::pool::pool;
pub use self::report::text;
use crate::labels::{Entity, Hijack, Labels};

/// An alert this long after the last hostile packet still belongs to the hijack.
const GRACE_MS: i64 = 6 * 3_600_000;
/// OCSF `severity_id` of low.
const LOW: u8 = 2;
/// OCSF `severity_id` of medium.
const MEDIUM: u8 = 3;

/// Everything that a run of the detector is judged by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Score {
    /// Recall and delay per kind of hijack, and over all under `all`.
    pub kinds: BTreeMap<String, Recall>,
    /// Benign entity-days that the false alerts are counted over.
    pub benign_days: f64,
    /// False incidents at medium or above.
    pub medium: Rate,
    /// False incidents at low or above.
    pub low: Rate,
    /// The same by the analytic that judges the entities.
    pub analytics: BTreeMap<String, False>,
    /// Each false incident.
    pub false_alerts: Vec<FalseAlert>,
    /// Each hijack without a finding at the severity that it deserves.
    pub misses: Vec<Miss>,
    /// Findings about a hijacked entity after the grace time: neither counted for nor against.
    pub aftermath: usize,
    /// Findings about something that the labels do not know.
    pub unknown: usize,
}

/// How one kind was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Recall {
    /// Hijacks of this kind.
    pub total: usize,
    /// Found at low or above.
    pub found: usize,
    /// Found at the severity that an analyst would want.
    pub as_wanted: usize,
    /// Named by the right kernel.
    pub right_kernel: usize,
    /// 95 % Wilson interval of `as_wanted`.
    pub interval: (f64, f64),
    /// Hours from the start to the first finding at the wanted severity, of each that was found so, sorted.
    pub delays_hours: Vec<f64>,
    /// Median of them.
    pub median_delay_hours: Option<f64>,
    /// What nine in ten of them do not exceed.
    pub p90_delay_hours: Option<f64>,
}

impl Recall {
    /// Works out what follows from the counts and delays.
    fn finish(&mut self) {
        self.interval = wilson(self.as_wanted, self.total);
        self.delays_hours.sort_by(f64::total_cmp);
        self.median_delay_hours = median(&self.delays_hours);
        let last = (self.delays_hours.len() * 9).div_ceil(10);
        self.p90_delay_hours = last.checked_sub(1).and_then(|at| self.delays_hours.get(at)).copied();
    }
}

impl Rate {
    fn of(count: usize, benign_days: f64) -> Self {
        let (low, high) = poisson(count);
        let per = |n: f64| if benign_days > 0.0 { n * 1000.0 / benign_days } else { f64::NAN };
        Self { count, per_thousand: per(count as f64), interval: (per(low), per(high)) }
    }
}

/// A count over the benign life of a world.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rate {
    /// Incidents.
    pub count: usize,
    /// For each 1,000 entity-days.
    pub per_thousand: f64,
    /// 95 % Poisson interval of the same.
    pub interval: (f64, f64),
}

/// False incidents of the entities that one analytic judges.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct False {
    /// Their benign days.
    pub benign_days: f64,
    /// At medium or above.
    pub medium: Rate,
    /// At low or above.
    pub low: Rate,
}

/// One false incident.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FalseAlert {
    /// Entity.
    pub entity: String,
    /// Role of the entity.
    pub kind: String,
    /// Analytic that judges the entity.
    pub judged_by: String,
    /// Highest severity that the incident reached, OCSF `severity_id`.
    pub severity_id: u8,
    /// Kernel or analytic that raised it.
    pub kernel: String,
    /// Title of its first finding.
    pub title: String,
    /// Time of its first finding, milliseconds since the epoch.
    pub time: i64,
    /// Whether the entity is hijacked later.
    pub before_hijack: bool,
}

/// One hijack that was missed, or found below its severity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Miss {
    /// Kind of hijack.
    pub kind: String,
    /// Victim.
    pub entity: String,
    /// Role of the victim.
    pub host_kind: String,
    /// Start, milliseconds since the epoch.
    pub start_ms: i64,
    /// Highest severity found in its time, 0 when none.
    pub best_severity_id: u8,
    /// Severity wanted.
    pub wanted: String,
}

/// Judges alerts. Repeats of one incident count once; the highest severity counts.
pub fn score(labels: &Labels, alerts: &[Alert]) -> Score {
    let mut kinds: BTreeMap<String, Recall> = BTreeMap::new();
    let mut misses = Vec::new();
    for hijack in &labels.hijacks {
        let wanted = if hijack.expected_severity == "low" { LOW } else { MEDIUM };
        let hits: Vec<&Alert> = alerts.iter().filter(|a| a.severity_id >= LOW && hits(hijack, a)).collect();
        let first = hits.iter().filter(|a| a.severity_id >= wanted).map(|a| a.time).min();
        let named = hits.iter().any(|a| a.names(&hijack.kernel));
        for kind in [hijack.kind.as_str(), "all"] {
            let recall = kinds.entry(kind.to_owned()).or_default();
            recall.total += 1;
            recall.found += usize::from(!hits.is_empty());
            recall.as_wanted += usize::from(first.is_some());
            recall.right_kernel += usize::from(named);
            let delay = first.map(|first| (first - hijack.start_ms) as f64 / 3_600_000.0);
            recall.delays_hours.extend(delay);
        }
        if first.is_none() {
            misses.push(Miss {
                kind: hijack.kind.clone(),
                entity: hijack.entity.clone(),
                host_kind: hijack.host_kind.clone(),
                start_ms: hijack.start_ms,
                best_severity_id: hits.iter().map(|a| a.severity_id).max().unwrap_or(0),
                wanted: hijack.expected_severity.clone(),
            });
        }
    }
    kinds.values_mut().for_each(Recall::finish);
    let (false_alerts, aftermath, unknown) = false_alerts(labels, alerts);
    let all = falsely(labels, &false_alerts, |_| true);
    let mut judges: Vec<&str> = labels.entities.iter().map(judged_by).collect();
    judges.sort_unstable();
    judges.dedup();
    let of = |judge: &str| (judge.to_owned(), falsely(labels, &false_alerts, |by| by == judge));
    let analytics = judges.into_iter().map(of).collect();
    let (benign_days, medium, low) = (all.benign_days, all.medium, all.low);
    Score { kinds, benign_days, medium, low, analytics, false_alerts, misses, aftermath, unknown }
}

/// The false incidents of the entities whose analytic is wanted, over their benign days.
fn falsely(labels: &Labels, alerts: &[FalseAlert], wanted: impl Fn(&str) -> bool) -> False {
    let mine = labels.entities.iter().filter(|entity| wanted(judged_by(entity)));
    let benign_days: f64 = mine.map(|entity| entity.benign_days).sum();
    let rate = |floor: u8| {
        let count = alerts.iter().filter(|a| a.severity_id >= floor && wanted(&a.judged_by)).count();
        Rate::of(count, benign_days)
    };
    False { benign_days, medium: rate(MEDIUM), low: rate(LOW) }
}

fn judged_by(entity: &Entity) -> &str {
    entity.analytic.as_deref().unwrap_or("AN0084")
}

fn hits(hijack: &Hijack, alert: &Alert) -> bool {
    let about = alert.is_about(&hijack.entity, &hijack.interface, &hijack.addresses);
    about && alert.time >= hijack.start_ms && alert.time <= hijack.end_ms + GRACE_MS
}

/// False incidents, then findings in the aftermath of a hijack, then findings about strangers.
fn false_alerts(labels: &Labels, alerts: &[Alert]) -> (Vec<FalseAlert>, usize, usize) {
    let mut incidents: BTreeMap<(String, String), FalseAlert> = BTreeMap::new();
    let (mut aftermath, mut unknown) = (0, 0);
    for alert in alerts.iter().filter(|a| a.severity_id >= LOW) {
        if labels.hijacks.iter().any(|h| hits(h, alert)) {
            continue;
        }
        let about = |e: &&Entity| alert.is_about(&e.entity, &e.interface, &e.addresses);
        let entity = labels.entities.iter().find(about);
        let known = entity.map_or("unknown", |e| e.kind.as_str());
        unknown += usize::from(entity.is_none());
        let before = match entity.filter(|e| e.hijacked) {
            Some(e) => {
                let mine = labels.hijacks.iter().filter(|h| h.interface == e.interface);
                alert.time < mine.map(|h| h.start_ms).min().unwrap_or(i64::MAX)
            }
            None => false,
        };
        if entity.is_some_and(|e| e.hijacked) && !before {
            aftermath += 1;
            continue;
        }
        let name = entity.map_or_else(|| alert.subject(), |e| e.entity.clone());
        let seen = incidents.entry((name.clone(), alert.uid.clone())).or_insert_with(|| FalseAlert {
            entity: name,
            kind: known.to_owned(),
            judged_by: entity.map_or("AN0084", judged_by).to_owned(),
            severity_id: alert.severity_id,
            kernel: alert.kernels.join("+"),
            title: alert.title.clone(),
            time: alert.time,
            before_hijack: before,
        });
        seen.severity_id = seen.severity_id.max(alert.severity_id);
        if alert.time < seen.time {
            (seen.time, seen.title) = (alert.time, alert.title.clone());
        }
    }
    let mut all: Vec<FalseAlert> = incidents.into_values().collect();
    all.sort_by(|a, b| b.severity_id.cmp(&a.severity_id).then(a.time.cmp(&b.time)));
    (all, aftermath, unknown)
}

fn median(values: &[f64]) -> Option<f64> {
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(*values.get(low)?, *values.get(high)?))
}

#[cfg(test)]
mod tests;
