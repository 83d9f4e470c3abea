//! A finding as an OCSF 1.8 Detection Finding (class 2004, cloud profile).
//!
//! # Source
//! <https://schema.ocsf.io/1.8.0/classes/detection_finding>; attribute names are the schema's own.

use serde::Serialize;
use weir_detection::finding::{Activity, Finding, Severity};

use crate::names;
use crate::plain;

pub mod anomaly;
pub mod entity;
pub mod evidence;
pub mod information;
pub mod weir;

#[cfg(test)]
mod tests;

use anomaly::AnomalyAnalysis;
use entity::{Cloud, Device, Resource};
use evidence::{Evidence, Observable};
use information::{FindingInfo, Remediation};
use weir::Unmapped;

/// The OCSF version that the structs follow.
pub const OCSF_VERSION: &str = "1.8.0";

/// Who reports: `metadata.product`, and where its runbooks are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// Product name.
    pub name: String,
    /// Its maker.
    pub vendor_name: String,
    /// Its version.
    pub version: String,
    /// URL of the folder that holds one `<kernel>.md` per kernel, without a slash at the end.
    pub runbooks: String,
}

/// A Detection Finding. Attributes that are not known are absent, never null and never empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OcsfFinding {
    /// 1 create, 2 update, 3 close.
    pub activity_id: u8,
    /// The same in words.
    pub activity_name: &'static str,
    /// 2: findings.
    pub category_uid: u16,
    /// The same in words.
    pub category_name: &'static str,
    /// 2004: detection finding.
    pub class_uid: u16,
    /// The same in words.
    pub class_name: &'static str,
    /// `class_uid` × 100 + `activity_id`.
    pub type_uid: u32,
    /// The same in words.
    pub type_name: String,
    /// 1 informational to 5 critical.
    pub severity_id: u8,
    /// The same in words.
    pub severity: &'static str,
    /// When Weir could know, in milliseconds since the epoch.
    pub time: i64,
    /// First event of the evidence.
    pub start_time: i64,
    /// Last event of the evidence.
    pub end_time: i64,
    /// What happens, in a few sentences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// 1 new, 2 in progress, 4 resolved.
    pub status_id: u8,
    /// The same in words.
    pub status: &'static str,
    /// 0 to 100.
    pub confidence_score: u8,
    /// 1 low, 2 medium, 3 high.
    pub confidence_id: u8,
    /// The same in words.
    pub confidence: &'static str,
    /// Reports of this incident so far.
    pub count: u32,
    /// Whether somebody is to be told: false in dry-run.
    pub is_alert: bool,
    /// About the report itself.
    pub metadata: Metadata,
    /// About the incident.
    pub finding_info: FindingInfo,
    /// Where.
    pub cloud: Cloud,
    /// Instance and interfaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// The entity as a network device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// One for each top remote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidences: Vec<Evidence>,
    /// Egress against its baseline.
    pub anomaly_analyses: Vec<AnomalyAnalysis>,
    /// What to search other logs for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<Observable>,
    /// What to do.
    pub remediation: Remediation,
    /// What OCSF has no place for.
    pub unmapped: Unmapped,
}

/// `metadata`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// OCSF version.
    pub version: &'static str,
    /// Reporter.
    pub product: MetadataProduct,
    /// `cloud`.
    pub profiles: [&'static str; 1],
    /// Id of this report: a repeat of the same report has the same one.
    pub uid: String,
    /// The incident's id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub correlation_uid: String,
    /// Whether evidence was left out to fit a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_truncated: Option<bool>,
    /// Bytes of the whole report, where it was truncated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untruncated_size: Option<usize>,
}

/// `metadata.product`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetadataProduct {
    /// Product name.
    pub name: String,
    /// Its maker.
    pub vendor_name: String,
    /// Its version.
    pub version: String,
}

/// Builds the Detection Finding of one report.
pub fn to_ocsf(finding: &Finding, product: &Product) -> OcsfFinding {
    let activity_id = finding.activity as u8;
    let (status_id, status) = match finding.activity {
        _ if finding.suppressed.is_some() => (3, "Suppressed"),
        Activity::Create => (1, "New"),
        Activity::Update => (2, "In Progress"),
        Activity::Close => (4, "Resolved"),
    };
    let (confidence_id, confidence) = match finding.confidence {
        0..40 => (1, "Low"),
        40..70 => (2, "Medium"),
        _ => (3, "High"),
    };
    let activity_name = names::activity(finding.activity);
    OcsfFinding {
        activity_id,
        activity_name,
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2004,
        class_name: "Detection Finding",
        type_uid: 200_400 + u32::from(activity_id),
        type_name: format!("Detection Finding: {activity_name}"),
        severity_id: finding.severity as u8,
        severity: severity(finding.severity),
        time: finding.time,
        start_time: finding.start,
        end_time: finding.end,
        message: finding.description.clone(),
        status_id,
        status,
        confidence_score: finding.confidence.min(100),
        confidence_id,
        confidence,
        count: finding.count,
        is_alert: finding.is_alert(),
        metadata: metadata(finding, product),
        finding_info: information::finding_info(finding, product),
        cloud: entity::cloud(&finding.subject),
        resources: entity::resources(&finding.subject),
        device: entity::device(finding),
        evidences: evidence::evidences(finding),
        anomaly_analyses: vec![anomaly::analysis(finding)],
        observables: evidence::observables(finding),
        remediation: information::remediation(finding, product),
        unmapped: weir::unmapped(finding),
    }
}

impl OcsfFinding {
    /// One line of JSON in which every character that a terminal or an XML transport may act on is escaped.
    ///
    /// # Errors
    /// Only where the serializer fails, which these structs give it no reason to.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| plain::json(&text))
    }
}

impl Default for Product {
    fn default() -> Self {
        Self {
            name: "weir".to_owned(),
            vendor_name: "Weir".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            runbooks: concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/runbooks").to_owned(),
        }
    }
}

impl Product {
    /// URL of the finding's runbook.
    pub(crate) fn runbook(&self, finding: &Finding) -> String {
        format!("{}/{}.md", self.runbooks, finding.kernel.name())
    }
}

fn metadata(finding: &Finding, product: &Product) -> Metadata {
    Metadata {
        version: OCSF_VERSION,
        product: MetadataProduct {
            name: product.name.clone(),
            vendor_name: product.vendor_name.clone(),
            version: product.version.clone(),
        },
        profiles: ["cloud"],
        uid: format!("{}:{}:{}", finding.uid, finding.activity as u8, finding.count),
        correlation_uid: finding.uid.clone(),
        is_truncated: None,
        untruncated_size: None,
    }
}

/// OCSF's captions differ from Weir's names in the first.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Informational",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}
