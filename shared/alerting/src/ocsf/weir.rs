//! `unmapped.weir`: what OCSF has no place for.

use std::collections::BTreeMap;

use serde::Serialize;
use weir_detection::finding::{BaselineFacts, Contribution, Finding, Window};

use crate::names;

/// `unmapped`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unmapped {
    /// Weir's own.
    pub weir: Weir,
}

/// `unmapped.weir`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weir {
    /// The kernel that carried the verdict.
    pub kernel: &'static str,
    /// `live` or `dry-run`.
    pub mode: &'static str,
    /// The suppression that holds it back, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<String>,
    /// `instance`, `interface`, `host`, `address` or `account`.
    pub entity_type: &'static str,
    /// Evidence, one entry per group, strongest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<ContributionOut>,
    /// External egress per 5-minute bucket, in bytes.
    pub baseline: BaselineOut,
    /// USD of external egress since the incident began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_so_far: Option<f64>,
    /// USD per month at the present rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_month: Option<f64>,
    /// External egress of the last three hours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<WindowOut>,
    /// What limited the judgement.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<&'static str>,
    /// Why the severity is what it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// What would have raised it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub would_raise: Vec<String>,
    /// Settings that took part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// One evidence group's share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContributionOut {
    /// Group.
    pub group: &'static str,
    /// Its strongest kernel.
    pub kernel: &'static str,
    /// Strength in [0, 1] before weighting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Weight in [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// What was measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
}

/// The baseline and its state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineOut {
    /// `learning`, `provisional` or `mature`.
    pub state: &'static str,
    /// `slot`, `entity`, `group` or `absolute`.
    pub level: &'static str,
    /// Buckets with egress behind the percentiles.
    pub samples: u32,
    /// Days since the entity was first seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<f64>,
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

/// One point of the series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowOut {
    /// Bucket start, milliseconds since the epoch.
    pub start: i64,
    /// External bytes out.
    pub bytes_out: u64,
    /// External bytes in.
    pub bytes_in: u64,
}

/// Builds `unmapped`.
pub(crate) fn unmapped(finding: &Finding) -> Unmapped {
    Unmapped {
        weir: Weir {
            kernel: finding.kernel.name(),
            mode: names::mode(finding.mode),
            suppressed: finding.suppressed.clone(),
            entity_type: names::entity_type(finding),
            contributions: finding.contributions.iter().map(contribution).collect(),
            baseline: baseline(&finding.baseline),
            usd_so_far: rounded(finding.usd_so_far),
            usd_month: rounded(finding.usd_month),
            series: finding.series.iter().map(window).collect(),
            missing: finding.missing.iter().copied().map(names::missing).collect(),
            why: finding.why.clone(),
            would_raise: finding.would_raise.clone(),
            settings: finding.settings.iter().cloned().collect(),
        },
    }
}

fn contribution(share: &Contribution) -> ContributionOut {
    ContributionOut {
        group: names::group(share.group),
        kernel: share.kernel.name(),
        score: rounded(share.score),
        weight: rounded(share.weight),
        facts: share.facts.clone(),
    }
}

fn baseline(facts: &BaselineFacts) -> BaselineOut {
    BaselineOut {
        state: names::learning(facts.state),
        level: names::level(facts.level),
        samples: facts.samples,
        age_days: rounded(facts.age_days),
        p50: facts.p50,
        p90: facts.p90,
        p95: facts.p95,
        p99: facts.p99,
        observed: facts.observed,
    }
}

fn window(point: &Window) -> WindowOut {
    WindowOut { start: point.start, bytes_out: point.bytes_out, bytes_in: point.bytes_in }
}

/// Three decimals, as digits of a float that were never measured help nobody; `None` where JSON has no such number.
fn rounded(value: f32) -> Option<f64> {
    value.is_finite().then(|| (f64::from(value) * 1_000.0).round() / 1_000.0)
}
