//! A world judged as a deployment would, with what was logged beside its flows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use weir_detection::collect::Collector;
use weir_detection::finding::{Finding, Severity};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::Direction;
use weir_records::api_call::{Trail, read};
use weir_records::lookup;
use weir_records::vpc_flow::{Line, Lines};
use weir_state::Resident;
use weir_tests::labels::Labels;
use weir_tests::scenario::resolver::Dial;
use weir_tests::scenario::run::generate;
use weir_tests::scenario::world::World;

use crate::batches::{intel, payloads, read as collect, scenario};

/// Flows of a world, and what is known beside them.
pub(crate) struct Judged {
    pub(crate) labels: Labels,
    pub(crate) settings: Settings,
    intel: Intel,
    payloads: BTreeMap<(i64, String), Vec<String>>,
}

/// What complete windows hold, with the time at which they are.
pub(crate) type Windows = Vec<(i64, Vec<Observations>)>;

impl Judged {
    /// The shipped scenario.
    pub(crate) fn shipped() -> Self {
        Self::of(&scenario())
    }

    /// A world of its own.
    pub(crate) fn made(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        generate(world, folder.path()).unwrap();
        Self::of(folder.path())
    }

    fn of(folder: &Path) -> Self {
        let labels: PathBuf = folder.join("labels.json");
        Self {
            labels: serde_json::from_slice(&std::fs::read(labels).unwrap()).unwrap(),
            settings: Settings::default(),
            intel: intel(folder),
            payloads: payloads(folder),
        }
    }

    /// Whether a hijack is of this entity.
    pub(crate) fn is_guilty(&self, entity: &str) -> bool {
        self.labels.hijacks.iter().any(|hijack| hijack.entity == entity)
    }

    /// What flows come to.
    pub(crate) fn observed(&self) -> Windows {
        let mut collector = Collector::new(&self.settings, &self.intel);
        let mut observed = Vec::new();
        for ((time, _), lines) in &self.payloads {
            collect(lines, &mut collector);
            let taken = collector.take(Some(time - self.settings.lateness));
            observed.extend(taken.into_iter().map(|window| (*time, window)));
        }
        observed.extend(collector.take(None).into_iter().map(|window| (i64::MAX, window)));
        observed
    }

    /// The same with lookups, which come in deliveries of their own, before the windows that they belong to.
    pub(crate) fn heard(&self, flows: &Windows, lookups: &[(i64, Value)]) -> Windows {
        let mut collector = Collector::new(&self.settings, &self.intel);
        let mut lookups = lookups.iter().peekable();
        let mut heard = Vec::new();
        for (time, window) in flows {
            while let Some((_, looked_up)) = lookups.next_if(|(at, _)| at <= time) {
                collector.push_lookup(&lookup::read(&looked_up.to_string()).unwrap());
            }
            let taken = collector.take(Some(time.saturating_sub(self.settings.lateness)));
            heard.extend(taken.into_iter().map(|window| (*time, window)));
            heard.push((*time, window.clone()));
        }
        heard
    }

    /// All that is told at low or above.
    pub(crate) fn findings(&self, flows: &Windows, calls: &[(i64, Value)]) -> Vec<Finding> {
        let mut resident = Resident::default();
        let mut calls = calls.iter().peekable();
        let mut told = Vec::new();
        for (time, window) in flows {
            while let Some((_, call)) = calls.next_if(|(at, _)| at <= time) {
                let text = call.to_string();
                let Trail::Call(call) = read(&text, None) else { panic!("no call: {text}") };
                told.extend(resident.observe(&call, &self.settings, &self.intel).unwrap());
            }
            for one in window {
                told.extend(resident.apply(one, &self.settings, &self.intel).unwrap().findings);
            }
        }
        told.retain(|finding| finding.severity > Severity::Info);
        told
    }

    /// Highest severity by instance.
    pub(crate) fn told(&self, flows: &Windows, calls: &[(i64, Value)]) -> BTreeMap<String, Severity> {
        let mut told: BTreeMap<String, Severity> = BTreeMap::new();
        for finding in self.findings(flows, calls) {
            let severity =
                told.entry(finding.subject.instance.unwrap_or_default()).or_insert(finding.severity);
            *severity = (*severity).max(finding.severity);
        }
        told
    }

    /// Conversations with the internet that instances opened, in the order of their payloads.
    pub(crate) fn dials(&self) -> Vec<Dial> {
        let mut dials = Vec::new();
        for lines in self.payloads.values() {
            let mut reader = Lines::new(None);
            for line in lines {
                let Line::Flow(flow) = reader.read(line, None) else { continue };
                let is_opened = flow.tcp_flags.is_some_and(|flags| flags & 2 != 0 && flags & 16 == 0);
                let is_out = flow.direction == Some(Direction::Egress);
                if let (true, true, Some(instance)) = (is_opened, is_out, flow.instance) {
                    let remote = flow.pkt_dst.unwrap_or(flow.dst);
                    let instance = instance.to_owned();
                    dials.push(Dial { time: flow.start, source: flow.src, instance, remote });
                }
            }
        }
        dials
    }
}
