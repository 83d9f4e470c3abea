//! Weir as a replay runs it, in several variants that read the same observations.

use std::collections::BTreeMap;

use weir_detection::collect::Collector;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Activity, Finding};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{Flow, Loss};
use weir_state::Resident;

use super::ablation::Variant;
use crate::score::Alert;

/// All variants, behind one collector.
pub struct Weir<'a> {
    collector: Collector<'a>,
    lateness: i64,
    runs: Vec<Run<'a>>,
}

/// One variant with its documents.
struct Run<'a> {
    variant: &'a Variant,
    intel: &'a Intel,
    account: Resident,
    /// Documents that know nothing of each other, where the variant asks for that.
    alone: BTreeMap<EntityKey, Resident>,
    alerts: Vec<Alert>,
}

impl<'a> Weir<'a> {
    /// Nothing read yet; `unlisted` is what is known without address lists.
    pub fn new(
        settings: &'a Settings,
        known: &'a Intel,
        unlisted: &'a Intel,
        variants: &'a [Variant],
    ) -> Self {
        let run = |variant: &'a Variant| Run {
            variant,
            intel: if variant.lists { known } else { unlisted },
            account: Resident::default(),
            alone: BTreeMap::new(),
            alerts: Vec::new(),
        };
        Self {
            collector: Collector::new(settings, known),
            lateness: settings.lateness,
            runs: variants.iter().map(run).collect(),
        }
    }

    /// Reads a flow.
    pub fn see(&mut self, flow: &Flow<'_>) {
        self.collector.push(flow);
    }

    /// Reads that an interval had no data.
    pub fn miss(&mut self, loss: &Loss<'_>) {
        self.collector.push_loss(loss);
    }

    /// Judges what gets no more company at `now`, milliseconds since the epoch.
    ///
    /// # Errors
    /// What a document says that cannot be stepped.
    pub fn clock(&mut self, now: i64) -> anyhow::Result<()> {
        self.judge(Some(now - self.lateness))
    }

    /// Judges the rest; each variant with what it told.
    ///
    /// # Errors
    /// As [`clock`](Self::clock).
    pub fn finish(mut self) -> anyhow::Result<Vec<(String, Vec<Alert>)>> {
        self.judge(None)?;
        Ok(self.runs.into_iter().map(|run| (run.variant.name.clone(), run.alerts)).collect())
    }

    fn judge(&mut self, until: Option<i64>) -> anyhow::Result<()> {
        for window in self.collector.take(until) {
            for observed in &window {
                for run in &mut self.runs {
                    run.judge(observed)?;
                }
            }
        }
        Ok(())
    }
}

impl Run<'_> {
    fn judge(&mut self, observed: &Observations) -> anyhow::Result<()> {
        let resident = if self.variant.alone {
            self.alone.entry(observed.key.clone()).or_default()
        } else {
            &mut self.account
        };
        let stepped = resident.apply(observed, &self.variant.settings, self.intel)?;
        let told = stepped.findings.iter().filter(|finding| finding.activity != Activity::Close);
        self.alerts.extend(told.map(alert));
        Ok(())
    }
}

/// What scoring needs of a finding, as [`read`](crate::score::read) takes it from its JSON.
fn alert(finding: &Finding) -> Alert {
    let subject = &finding.subject;
    let mut names: Vec<String> = subject.instance.iter().chain(&subject.interfaces).cloned().collect();
    names.extend(subject.addresses.first().map(ToString::to_string));
    Alert {
        uid: finding.uid.clone(),
        time: finding.time,
        severity_id: finding.severity as u8,
        title: finding.title.clone(),
        names,
        kernels: finding.contributions.iter().map(|one| one.kernel.name().to_owned()).collect(),
    }
}
