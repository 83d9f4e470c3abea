//! `weir replay --report`: one page with every incident, complete in itself.
//!
//! The page asks nothing of a network: styles and script are in it and named by their hashes in its content policy. What
//! came from a log is text or JSON in it, escaped. Rows and words are written here; the script sorts, filters, opens an
//! incident and draws its plots when it is opened, so that a thousand incidents cost no more than their rows.

mod data;
mod page;
mod timeline;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Activity, Finding, Learning, Remote, Severity};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_state::Resident;

use crate::summary::Summary;
use timeline::Timeline;

/// The page as it grows.
pub(crate) struct Report {
    path: PathBuf,
    to: BufWriter<File>,
    incidents: BTreeMap<String, Incident>,
    timelines: HashMap<EntityKey, Timeline>,
    /// First and last event time.
    span: Option<(i64, i64)>,
}

/// All that was told of one incident.
struct Incident {
    entity: EntityKey,
    /// The latest report.
    finding: Finding,
    told: Vec<Told>,
    /// Every remote that some report named, the latest word on each.
    remotes: Vec<Remote>,
    /// What was told last, where that is that it is over.
    over: Option<Finding>,
}

/// When an incident was told.
struct Told {
    time: i64,
    start: i64,
    end: i64,
    severity: Severity,
    /// It says that the incident is over.
    is_end: bool,
}

impl Told {
    /// What its flag says: the severity, or 0 where all is over.
    const fn mark(&self) -> i64 {
        if self.is_end { 0 } else { self.severity as i64 }
    }
}

/// Entities by what their own history is good for.
#[derive(Default)]
struct Histories {
    learning: u64,
    provisional: u64,
    mature: u64,
}

impl Report {
    /// Makes the file, so that one that cannot be written is known before an hour of work.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            to: BufWriter::new(file),
            incidents: BTreeMap::new(),
            timelines: HashMap::new(),
            span: None,
        })
    }

    /// Takes in what was told of an entity in a window, and how it went on for those that were told of.
    pub(crate) fn note<'a>(
        &mut self,
        observed: &Observations,
        findings: impl Iterator<Item = &'a Finding>,
        state: Option<&EntityState>,
    ) {
        let (first, last) = self.span.unwrap_or((observed.latest, observed.latest));
        self.span = Some((first.min(observed.latest), last.max(observed.latest)));
        for finding in findings {
            self.timelines.entry(observed.key.clone()).or_default().mark(finding.time);
            self.incidents
                .entry(finding.uid.clone())
                .or_insert_with(|| Incident {
                    entity: observed.key.clone(),
                    finding: finding.clone(),
                    told: Vec::new(),
                    remotes: Vec::new(),
                    over: None,
                })
                .tell(finding);
        }
        if let (Some(timeline), Some(state)) = (self.timelines.get_mut(&observed.key), state) {
            timeline.follow(state);
        }
    }

    /// Takes in that an incident of an entity that says no more is over.
    pub(crate) fn ended(&mut self, entity: &EntityKey, finding: &Finding) {
        self.timelines.entry(entity.clone()).or_default().mark(finding.time);
        if let Some(incident) = self.incidents.get_mut(&finding.uid) {
            incident.tell(finding);
        }
    }

    /// Writes the page.
    pub(crate) fn write(mut self, summary: &Summary, memory: &Resident, settings: &Settings) -> Result<()> {
        let mut incidents: Vec<&Incident> = self.incidents.values().collect();
        incidents.sort_by_key(|it| (std::cmp::Reverse(it.severity()), it.finding.created));
        let page = page::Page {
            incidents: &incidents,
            timelines: &self.timelines,
            span: self.span,
            summary,
            histories: Histories::of(memory),
            settings,
        };
        page.write(&mut self.to)
            .and_then(|()| self.to.flush())
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Incident {
    fn tell(&mut self, finding: &Finding) {
        let Finding { time, start, end, severity, .. } = *finding;
        let is_end = finding.activity == Activity::Close;
        self.told.push(Told { time, start, end, severity, is_end });
        for remote in &finding.remotes {
            match self.remotes.iter_mut().find(|have| have.ip == remote.ip && have.port == remote.port) {
                Some(have) => *have = remote.clone(),
                None => self.remotes.push(remote.clone()),
            }
        }
        if is_end {
            // What was shown of it stays to be read.
            self.over = Some(finding.clone());
        } else {
            (self.finding, self.over) = (finding.clone(), None);
        }
    }

    /// The highest that was told.
    fn severity(&self) -> Severity {
        self.told.iter().map(|told| told.severity).max().unwrap_or(self.finding.severity)
    }
}

impl Histories {
    fn of(memory: &Resident) -> Self {
        let mut count = Self::default();
        for state in memory.states() {
            let usual = state.season.usual_of(state.closed - 1);
            match usual.facts.state {
                Learning::Learning => count.learning += 1,
                Learning::Provisional => count.provisional += 1,
                Learning::Mature => count.mature += 1,
            }
        }
        count
    }
}
