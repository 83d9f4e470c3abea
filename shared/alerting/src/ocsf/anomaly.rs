//! `anomaly_analyses`: external egress against its baseline.

use serde::Serialize;
use weir_detection::finding::{BaselineFacts, Finding};

use crate::names;

/// `anomaly_analysis`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnomalyAnalysis {
    /// The entity.
    pub analysis_targets: [Target; 1],
    /// What was seen.
    pub anomalies: [Series; 1],
    /// What is usual, one per percentile; none where there is no history.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<Series>,
}

/// `analysis_target`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// Instance, interface or address.
    pub name: String,
    /// Which of them it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// `anomaly` and `baseline`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What is measured.
    pub observation_parameter: &'static str,
    /// How it is summed up.
    pub observation_type: &'static str,
    /// The figure.
    pub observations: [Observation; 1],
}

/// `observation`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// Bytes, in digits.
    pub value: String,
    /// Buckets behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// Builds the one analysis of a finding.
pub(crate) fn analysis(finding: &Finding) -> AnomalyAnalysis {
    let facts = &finding.baseline;
    AnomalyAnalysis {
        analysis_targets: [Target { name: names::entity(finding), kind: names::entity_type(finding) }],
        anomalies: [series("mean of the last 12 buckets", facts.observed, None)],
        baselines: baselines(facts),
    }
}

/// The percentiles. All zero without a sample means that nothing is known, not that nothing is usual.
fn baselines(facts: &BaselineFacts) -> Vec<Series> {
    let percentiles = [("p50", facts.p50), ("p90", facts.p90), ("p95", facts.p95), ("p99", facts.p99)];
    if facts.samples == 0 && percentiles.iter().all(|(_, bytes)| *bytes == 0) {
        return Vec::new();
    }
    percentiles.into_iter().map(|(name, bytes)| series(name, bytes, Some(facts.samples))).collect()
}

fn series(observation_type: &'static str, bytes: u64, count: Option<u32>) -> Series {
    Series {
        observation_parameter: "external egress bytes per 5 minutes",
        observation_type,
        observations: [Observation { value: bytes.to_string(), count }],
    }
}
