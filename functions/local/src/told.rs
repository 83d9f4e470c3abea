//! What is remembered of a finding once it is told: little, so that a long history costs little.

use weir_alerting::units;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Activity, Finding, Group, Kernel, Severity};

/// One report of one incident.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) uid: String,
    pub(crate) entity: EntityKey,
    pub(crate) severity: Severity,
    /// The kernel that carried the verdict.
    pub(crate) kernel: Kernel,
    /// Groups of evidence with their strongest kernels.
    pub(crate) evidence: Vec<(Group, Kernel)>,
    /// Event time, ms since the epoch.
    pub(crate) time: i64,
    /// ATT&CK analytic.
    pub(crate) analytic: String,
    /// It opens an incident that somebody would be told of, were its analytic live.
    pub(crate) would_alert: bool,
}

impl Told {
    /// Nothing of one that says that it is over.
    pub(crate) fn of(finding: &Finding, entity: &EntityKey) -> Option<Self> {
        (finding.activity != Activity::Close).then(|| Self {
            uid: finding.uid.clone(),
            entity: entity.clone(),
            severity: finding.severity,
            kernel: finding.kernel,
            evidence: finding.contributions.iter().map(|share| (share.group, share.kernel)).collect(),
            time: finding.time,
            analytic: finding.analytic.clone(),
            would_alert: finding.would_alert(),
        })
    }

    /// Whether a kernel took part.
    pub(crate) fn has_kernel(&self, kernel: Kernel) -> bool {
        self.kernel == kernel || self.evidence.iter().any(|(_, have)| *have == kernel)
    }

    /// Whether a group of evidence took part.
    pub(crate) fn has_group(&self, group: Group) -> bool {
        self.kernel.group() == group || self.evidence.iter().any(|(have, _)| *have == group)
    }

    /// In words: `medium relay at 2026-06-03 06:29 UTC`.
    pub(crate) fn words(&self) -> String {
        format!("{} {} at {}", self.severity.name(), self.kernel.name(), units::utc(self.time))
    }
}
