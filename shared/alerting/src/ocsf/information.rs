//! `finding_info` and `remediation`: which incident, by which analytic, under which technique, and what to do.

use serde::Serialize;
use weir_detection::finding::{Finding, Group, Kernel};

use super::Product;
use crate::guidance::guidance;
use crate::names;

/// `finding_info`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FindingInfo {
    /// The incident's id, the same in all its reports.
    pub uid: String,
    /// One line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// A few sentences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub desc: String,
    /// `bandwidth-hijacking/<kernel>`.
    pub types: [String; 1],
    /// When the incident was opened.
    pub created_time: i64,
    /// When this report was made.
    pub modified_time: i64,
    /// First event of the evidence.
    pub first_seen_time: i64,
    /// Last event of the evidence.
    pub last_seen_time: i64,
    /// The ATT&CK analytic.
    pub analytic: Analytic,
    /// The detection strategy that the analytic belongs to.
    pub related_analytics: [Analytic; 1],
    /// The technique.
    pub attacks: [Attack; 1],
    /// Logs behind the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data_sources: Vec<&'static str>,
    /// The runbook.
    pub src_url: String,
}

/// `analytic`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analytic {
    /// ATT&CK id.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// 2 behavioral, 3 statistical.
    pub type_id: u8,
    /// The same in words.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// `attack`. `technique` names the sub-technique in full, so that a filter on either attribute finds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attack {
    /// ATT&CK version.
    pub version: &'static str,
    /// Tactic.
    pub tactic: Named,
    /// Technique.
    pub technique: Named,
    /// Sub-technique.
    pub sub_technique: Named,
}

/// An ATT&CK object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    /// ATT&CK id.
    pub uid: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its page.
    pub src_url: &'static str,
}

/// `remediation`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remediation {
    /// What to do first.
    pub desc: String,
    /// Runbook and technique page.
    pub references: [String; 2],
}

/// Builds `finding_info`.
pub(crate) fn finding_info(finding: &Finding, product: &Product) -> FindingInfo {
    let (type_id, kind) = analytic_type(finding.kernel);
    FindingInfo {
        uid: finding.uid.clone(),
        title: finding.title.clone(),
        desc: finding.description.clone(),
        types: [names::finding_type(finding.kernel)],
        created_time: finding.created,
        modified_time: finding.time,
        first_seen_time: finding.start,
        last_seen_time: finding.end,
        analytic: Analytic {
            uid: finding.analytic.clone(),
            name: analytic_name(&finding.analytic),
            type_id,
            kind,
        },
        related_analytics: [Analytic {
            uid: "DET0028".to_owned(),
            name: "Detect Excessive or Unauthorized Bandwidth Usage for Botnet, Proxyjacking, or Scanning Purposes".to_owned(),
            type_id: 2,
            kind: "Behavioral",
        }],
        attacks: [ATTACK],
        data_sources: data_sources(finding),
        src_url: product.runbook(finding),
    }
}

/// Builds `remediation`.
pub(crate) fn remediation(finding: &Finding, product: &Product) -> Remediation {
    let advice = guidance(finding.kernel);
    Remediation {
        desc: format!(
            "Seen: {}. First {}. If it is not meant: snapshot the volumes, isolate with a security group without \
             egress, rotate the credentials of the instance role. Often benign: {}.",
            advice.behaviour, advice.check, advice.benign
        ),
        references: [product.runbook(finding), SUB_TECHNIQUE.src_url.to_owned()],
    }
}

/// Baselines make a statistical analytic, the shape of the traffic a behavioural one.
const fn analytic_type(kernel: Kernel) -> (u8, &'static str) {
    match kernel.group() {
        Group::Volume => (3, "Statistical"),
        _ => (2, "Behavioral"),
    }
}

/// ATT&CK names its analytics by their number: AN0084 is "Analytic 0084".
fn analytic_name(analytic: &str) -> String {
    match analytic.strip_prefix("AN") {
        Some(number) => format!("Analytic {number}"),
        None => analytic.to_owned(),
    }
}

/// Log channels that the analytic reads.
fn data_sources(finding: &Finding) -> Vec<&'static str> {
    let named = finding.contributions.iter().any(|have| have.group == Group::Name);
    match finding.analytic.as_str() {
        "AN0080" => vec!["Sysmon", "Windows security log"],
        "AN0081" => vec!["Linux audit", "osquery", "Falco"],
        "AN0082" => vec!["macOS unified log", "nettop", "Endpoint Security"],
        "AN0083" => vec!["container runtime", "container network counters"],
        "AN0084" if finding.host.is_some() => vec!["AWS VPC Flow Logs", "the host's own logs"],
        "AN0084" if named => vec!["AWS VPC Flow Logs", "Amazon Route 53 Resolver query logs"],
        "AN0084" => vec!["AWS VPC Flow Logs"],
        _ => Vec::new(),
    }
}

const ATTACK: Attack = Attack {
    version: "18.0",
    tactic: Named { uid: "TA0040", name: "Impact", src_url: "https://attack.mitre.org/tactics/TA0040/" },
    technique: SUB_TECHNIQUE,
    sub_technique: SUB_TECHNIQUE,
};

const SUB_TECHNIQUE: Named = Named {
    uid: "T1496.002",
    name: "Resource Hijacking: Bandwidth Hijacking",
    src_url: "https://attack.mitre.org/techniques/T1496/002/",
};
