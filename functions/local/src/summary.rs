//! What a run did: the contract's summary, and the file of refused lines.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;
use weir_alerting::units;
use weir_detection::finding::{Activity, Finding, Mode, Severity};
use weir_records::{Counts, Fact, Reject, Telemetry};

use crate::options::Input;

/// The reason under which a file counts that is damaged behind its beginning.
const DAMAGED: &str = "damaged-input";

/// Counts of one run, under the contract's names.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    pub(crate) records: u64,
    pub(crate) rejects: BTreeMap<&'static str, u64>,
    pub(crate) losses: u64,
    pub(crate) late: u64,
    pub(crate) duplicates: u64,
    pub(crate) entities: u64,
    pub(crate) windows: u64,
    pub(crate) findings: BTreeMap<&'static str, u64>,
    pub(crate) suppressed: u64,
    /// Findings of analytics in dry run: what would have been told.
    pub(crate) dry_run: u64,
    /// The same by analytic.
    pub(crate) would_have_fired: BTreeMap<String, u64>,
    /// Later reports of incidents that did not rise.
    pub(crate) updates: u64,
    /// Reports that an incident is over.
    pub(crate) closed: u64,
    /// Records of known logs that say nothing about traffic or programs.
    pub(crate) unused: u64,
    /// Records that are understood and that no analytic judges yet, by what they tell.
    pub(crate) not_judged: BTreeMap<&'static str, u64>,
    wall_ms: u128,
    #[serde(skip)]
    started: Instant,
    /// What was told of each incident at most.
    #[serde(skip)]
    told: HashMap<String, Severity>,
}

impl Summary {
    /// All zero, the clock running.
    pub(crate) fn start() -> Self {
        Self {
            lines: 0,
            bytes: 0,
            records: 0,
            rejects: BTreeMap::new(),
            losses: 0,
            late: 0,
            duplicates: 0,
            entities: 0,
            windows: 0,
            findings: BTreeMap::new(),
            suppressed: 0,
            dry_run: 0,
            would_have_fired: BTreeMap::new(),
            updates: 0,
            closed: 0,
            unused: 0,
            not_judged: BTreeMap::new(),
            wall_ms: 0,
            started: Instant::now(),
            told: HashMap::new(),
        }
    }

    /// Counts a report by what becomes of it; of an incident the first report and each that is more severe counts as a
    /// finding.
    pub(crate) fn count(&mut self, finding: &Finding) {
        if finding.suppressed.is_some() {
            self.suppressed += 1;
        } else if finding.mode == Mode::DryRun {
            self.dry_run += 1;
            if finding.would_alert() {
                *self.would_have_fired.entry(finding.analytic.clone()).or_default() += 1;
            }
        } else if finding.activity == Activity::Close {
            self.closed += 1;
        } else {
            let before = self.told.insert(finding.uid.clone(), finding.severity);
            if finding.activity == Activity::Create || before.is_some_and(|before| finding.severity > before)
            {
                *self.findings.entry(finding.severity.name()).or_default() += 1;
            } else {
                self.updates += 1;
            }
        }
    }

    /// Adds what one file held.
    pub(crate) fn add(&mut self, counts: &Counts) {
        self.lines += counts.lines;
        self.bytes += counts.bytes;
        self.records += counts.records;
        self.losses += counts.losses;
        self.unused += counts.unused;
        for (reason, count) in &counts.rejects {
            *self.rejects.entry(reason).or_default() += count;
        }
    }

    /// Notes a file that broke off: what it held before the damage counts.
    pub(crate) fn add_damaged(&mut self) {
        *self.rejects.entry(DAMAGED).or_default() += 1;
    }

    /// Says it on stderr, and writes it to the file of `--summary`.
    pub(crate) fn report(mut self, to: Option<&Path>) -> Result<()> {
        self.wall_ms = self.started.elapsed().as_millis();
        let json = serde_json::to_string(&self)?;
        // A person reads words; a script that collects stderr gets the object.
        if std::io::stderr().is_terminal() {
            eprintln!("{}", self.words())
        } else {
            eprintln!("{json}")
        }
        if let Some(path) = to {
            std::fs::write(path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    fn words(&self) -> String {
        let seconds = self.wall_ms as f64 / 1_000.0;
        let mut words = format!(
            "{} lines ({}) in {seconds:.1} s: {} records",
            units::thousands(self.lines),
            units::bytes(self.bytes),
            units::thousands(self.records),
        );
        let rejects: Vec<String> = self
            .rejects
            .iter()
            .map(|(reason, count)| format!("{} {reason}", units::thousands(*count)))
            .collect();
        let refused = if rejects.is_empty() { "nothing refused".to_owned() } else { rejects.join(", ") };
        for (count, what) in [
            (self.entities, "entities"),
            (self.windows, "windows"),
            (self.losses, "losses"),
            (self.late, "late"),
            (self.duplicates, "duplicates"),
            (self.suppressed, "suppressed"),
            (self.dry_run, "in dry run"),
            (self.updates, "updates"),
            (self.closed, "closed"),
            (self.unused, "of no use"),
            (self.not_judged.values().sum(), "not judged yet"),
        ] {
            if count > 0 {
                words.push_str(&format!(", {} {what}", units::thousands(count)));
            }
        }
        words + "; " + &refused
    }
}

/// What a record that nothing judges yet counts as.
pub(crate) const fn what(telemetry: &Telemetry) -> &'static str {
    match &telemetry.fact {
        Fact::Conversation(_) => "conversation",
        Fact::Launch(_) => "process",
        Fact::Usage(_) => "usage",
    }
}

/// The file of `--rejects`.
pub(crate) struct Rejects {
    to: Option<BufWriter<File>>,
}

/// One line of it.
#[derive(Serialize)]
struct Refused<'a> {
    file: &'a str,
    line: u64,
    source: &'a str,
    reason: &'a str,
    text: &'a str,
}

impl Rejects {
    /// Creates the file, if one is wanted.
    pub(crate) fn create(options: &Input) -> Result<Self> {
        let open =
            |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        Ok(Self { to: options.rejects.as_deref().map(open).transpose()?.map(BufWriter::new) })
    }

    /// Writes one refused line.
    pub(crate) fn write(&mut self, file: &Path, reject: &Reject<'_>) -> Result<()> {
        self.line(file, reject.line, reject.source.name(), reject.reason.code(), &reject.text)
    }

    /// Writes that a file broke off.
    pub(crate) fn write_damaged(&mut self, file: &Path, line: u64, what: &str) -> Result<()> {
        self.line(file, line, "auto", DAMAGED, what)
    }

    /// Writes out what is buffered.
    pub(crate) fn finish(self) -> Result<()> {
        let Some(mut to) = self.to else { return Ok(()) };
        to.flush().context("cannot write the rejects")
    }

    fn line(&mut self, file: &Path, line: u64, source: &str, reason: &str, text: &str) -> Result<()> {
        let Some(to) = &mut self.to else { return Ok(()) };
        let file = file.to_string_lossy();
        let refused = Refused { file: &file, line, source, reason, text };
        serde_json::to_writer(&mut *to, &refused).context("cannot write the rejects")?;
        to.write_all(b"\n").context("cannot write the rejects")
    }
}
