//! Which points are better than what is in force, and which of them help together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};
use weir_detection::finding::{Kernel, Severity};
use weir_detection::settings::Settings;
use weir_intel::Intel;

use super::spool::Spool;
use super::{again, grid};
use crate::expectations::Expectations;
use crate::told::Told;
use crate::variation::varied;

/// What must not be missed.
pub(super) enum Known<'a> {
    /// What a file expects.
    Expected(&'a Expectations),
    /// Incidents that the settings in force tell at medium and above.
    Found(BTreeSet<String>),
}

/// What settings come to over the history; less is better, in this order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Outcome {
    /// Known incidents that are not told.
    pub(super) missed: Vec<String>,
    /// Reports of low and above.
    pub(super) alerts: usize,
    /// Reports of medium and above.
    pub(super) medium: usize,
}

/// One point of the grid.
pub(super) struct Point {
    pub(super) path: &'static str,
    pub(super) value: String,
    pub(super) outcome: Outcome,
    pub(super) proposed: bool,
}

/// What is proposed.
pub(super) struct Proposal {
    pub(super) days: f64,
    pub(super) before: Outcome,
    pub(super) current: Settings,
    pub(super) points: Vec<Point>,
    pub(super) settings: Settings,
    pub(super) after: Outcome,
}

/// Everything that a point needs.
pub(super) struct Tuner<'a> {
    pub(super) spool: &'a Spool,
    pub(super) intel: &'a Intel,
    pub(super) known: &'a Known<'a>,
    pub(super) jobs: usize,
}

impl<'a> Known<'a> {
    pub(super) fn of(expectations: Option<&'a Expectations>, told: &[Told]) -> Self {
        match expectations {
            Some(expectations) => Self::Expected(expectations),
            None => Self::Found(serious(told).map(|told| told.uid.clone()).collect()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Expected(expectations) => expectations.finding.len(),
            Self::Found(uids) => uids.len(),
        }
    }

    /// Kernels that are expected to speak.
    pub(super) fn kernels(&self) -> impl Iterator<Item = Kernel> {
        let expected = match self {
            Self::Expected(expectations) => expectations.finding.iter().filter_map(|it| it.kernel).collect(),
            Self::Found(_) => Vec::new(),
        };
        expected.into_iter()
    }

    fn outcome(&self, told: &[Told]) -> Outcome {
        let missed = match self {
            Self::Expected(expectations) => expectations
                .finding
                .iter()
                .filter(|expected| !told.iter().any(|told| expected.is_met_by(told)))
                .map(|expected| expected.words())
                .collect(),
            Self::Found(uids) => {
                let have: BTreeSet<&str> = serious(told).map(|told| told.uid.as_str()).collect();
                uids.iter().filter(|uid| !have.contains(uid.as_str())).cloned().collect()
            }
        };
        let alerts = told.iter().filter(|told| told.severity >= Severity::Low).count();
        Outcome { missed, alerts, medium: serious(told).count() }
    }
}

fn serious(told: &[Told]) -> impl Iterator<Item = &Told> {
    told.iter().filter(|told| told.severity >= Severity::Medium)
}

impl Outcome {
    fn rank(&self) -> (usize, usize, usize) {
        (self.missed.len(), self.alerts, self.medium)
    }
}

impl Tuner<'_> {
    /// Steps the grid, then adds the best value of each setting, the most helpful first, as long as it helps.
    pub(super) fn propose(&self, settings: &Settings, told: &[Told]) -> Result<Proposal> {
        let before = self.known.outcome(told);
        let grid = grid::points(settings, told, self.known);
        let mut points = self.step(settings, grid)?;
        let mut best: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, point) in points.iter().enumerate().filter(|(_, it)| it.outcome.rank() < before.rank()) {
            let have = best.get(point.path).and_then(|have| points.get(*have));
            if have.is_none_or(|have| point.outcome.rank() < have.outcome.rank()) {
                best.insert(point.path, at);
            }
        }
        let mut best: Vec<usize> = best.into_values().collect();
        best.sort_by_key(|at| points.get(*at).map(|point| point.outcome.rank()));
        let (mut chosen, mut after) = (settings.clone(), before.clone());
        for at in best {
            let Some(point) = points.get_mut(at) else { continue };
            let Some(with) = varied(&chosen, point.path, &point.value) else { continue };
            let outcome = self.known.outcome(&again(self.spool, &with, self.intel)?);
            if outcome.rank() < after.rank() {
                (chosen, after, point.proposed) = (with, outcome, true);
            }
        }
        let days = self.spool.days();
        Ok(Proposal { days, before, current: settings.clone(), points, settings: chosen, after })
    }

    /// Steps every point, several at a time.
    fn step(&self, settings: &Settings, grid: Vec<(&'static str, String)>) -> Result<Vec<Point>> {
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Result<Outcome>)>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.clamp(1, grid.len().max(1)) {
                scope.spawn(|| {
                    while let Some((path, value)) = grid.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let at = grid.iter().position(|point| point.0 == *path && point.1 == *value);
                        let told = match varied(settings, path, value) {
                            Some(with) => again(self.spool, &with, self.intel),
                            None => Err(anyhow!("{path}={value} is not allowed")),
                        };
                        let outcome = told.map(|told| self.known.outcome(&told));
                        if let Ok(mut done) = done.lock() {
                            done.push((at.unwrap_or_default(), outcome));
                        }
                    }
                });
            }
        });
        let mut done = done.into_inner().map_err(|_| anyhow!("a job of the grid broke off"))?;
        done.sort_by_key(|(at, _)| *at);
        grid.into_iter()
            .zip(done)
            .map(|((path, value), (_, outcome))| {
                Ok(Point { path, value, outcome: outcome?, proposed: false })
            })
            .collect()
    }
}
