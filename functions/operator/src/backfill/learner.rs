//! Detection over history, as a deployment would have done it, in a file and without a voice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context as _, Result};
use weir_alerting::units;
use weir_detection::collect::Collector;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Finding, Severity};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::Entry;
use weir_state::{EmbeddedStore, Key, Resident, Saved, Store as _, finish_now};

use super::Span;

/// How far out of order records may be, unless the settings wait for longer. Milliseconds.
const HOLD: i64 = 3_600_000;

/// Where the entities that were met are listed in the file.
const MET: &str = "backfill/met";
/// And the accounts whose calls were.
const ACCOUNTS: &str = "backfill/accounts";

/// From when on the deployment learns an entity by itself, where it knows it.
type KnownSince<'a> = &'a dyn Fn(&EntityKey) -> Result<Option<i64>>;

/// What a run learns, and what it counts.
pub(super) struct Learner<'a> {
    resident: Resident,
    collector: Collector<'a>,
    span: Span,
    settings: &'a Settings,
    intel: &'a Intel,
    known_since: KnownSince<'a>,
    /// Entities of this run, with the time up to which they are taught.
    until: HashMap<EntityKey, i64>,
    accounts: BTreeSet<String>,
    /// Event time, which one record alone does not move: one that is wrong by a year would end everything before it.
    clock: i64,
    last: i64,
    settled: i64,
    counts: Counts,
}

/// What became of the records.
#[derive(Debug, Default)]
struct Counts {
    records: u64,
    rejects: BTreeMap<&'static str, u64>,
    not_judged: u64,
    /// Records of other times than were asked for.
    outside: u64,
    /// Windows that the deployment saw itself.
    own: u64,
    findings: BTreeMap<Severity, u64>,
}

/// Who was met, in this run and in those that it resumes.
#[derive(Debug, Default)]
pub(super) struct Met {
    pub(super) entities: Vec<EntityKey>,
    pub(super) accounts: BTreeSet<String>,
}

impl<'a> Learner<'a> {
    pub(super) fn new(
        file: EmbeddedStore,
        settings: &'a Settings,
        intel: &'a Intel,
        known_since: KnownSince<'a>,
        span: Span,
    ) -> Self {
        Self {
            resident: Resident::over(file),
            collector: Collector::new(settings, intel),
            span,
            settings,
            intel,
            known_since,
            until: HashMap::new(),
            accounts: BTreeSet::new(),
            clock: i64::MIN,
            last: i64::MIN,
            settled: i64::MIN,
            counts: Counts::default(),
        }
    }

    /// Takes one entry in.
    pub(super) fn take(&mut self, entry: &Entry<'_>) -> Result<()> {
        let time = match entry {
            Entry::Flow(flow) => Some(flow.end),
            Entry::Lookup(lookup) => Some(lookup.time),
            Entry::Call(call) => Some(call.time),
            _ => None,
        };
        if time.is_some_and(|time| time < self.span.from || time >= self.span.to) {
            self.counts.outside += 1;
            return Ok(());
        }
        match entry {
            Entry::Flow(flow) => {
                self.collector.push(flow);
                self.tick(flow.end);
            }
            Entry::Lookup(lookup) => {
                self.collector.push_lookup(lookup);
                self.tick(lookup.time);
            }
            Entry::Call(call) => {
                self.counts.records += 1;
                let findings = self.resident.observe(call, self.settings, self.intel)?;
                let account = call.account.as_ref().map_or("-", |account| account.as_str());
                if !self.accounts.contains(account) {
                    self.accounts.insert(account.to_owned());
                    self.list(ACCOUNTS, account)?;
                }
                self.found(&findings);
            }
            Entry::Loss(loss) => self.collector.push_loss(loss),
            Entry::Telemetry(_) => self.counts.not_judged += 1,
            Entry::Reject(reject) => self.reject(reject.reason.code()),
            Entry::Control => {}
        }
        Ok(())
    }

    /// Counts what cannot be read.
    pub(super) fn reject(&mut self, reason: &'static str) {
        *self.counts.rejects.entry(reason).or_default() += 1;
    }

    /// Learns the windows of which no more records are to come.
    pub(super) fn settle(&mut self) -> Result<()> {
        let until = self.clock.saturating_sub(self.settings.lateness.max(HOLD));
        self.learn(Some(until))?;
        self.settled = self.settled.max(until);
        Ok(())
    }

    /// Learns all that is left.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.learn(None)
    }

    /// Records read.
    pub(super) const fn records(&self) -> u64 {
        self.counts.records
    }

    /// Windows that end at or before this time are learned.
    pub(super) const fn settled(&self) -> i64 {
        self.settled
    }

    /// Time of the latest record.
    pub(super) fn latest(&self) -> i64 {
        self.clock.max(self.last)
    }

    /// What was learned, as documents.
    pub(super) fn into_file(self) -> Result<EmbeddedStore> {
        self.resident.into_file().context("the run has no file")
    }

    fn file(&self) -> Result<&EmbeddedStore> {
        self.resident.file().context("the run has no file")
    }

    /// Writes what was learned with `body` under `key`, at once or not at all.
    pub(super) fn flush(&mut self, key: &Key, body: &[u8]) -> Result<()> {
        put(self.file()?, key, body)?;
        Ok(self.resident.flush()?)
    }

    /// Who was met.
    pub(super) fn met(&self) -> Result<Met> {
        let file = self.file()?;
        let listed = |partition| finish_now(file.list(partition)).context("the file waited");
        let mut met = Met::default();
        for (_, stored) in listed(MET)?? {
            met.entities
                .push(serde_json::from_slice(&stored.body).context("the checkpoint is damaged; remove it")?);
        }
        met.accounts = listed(ACCOUNTS)??.into_iter().map(|(key, _)| key.sort).collect();
        met.accounts.extend(met.entities.iter().map(|entity| entity.account.clone()));
        Ok(met)
    }

    /// Says what became of the records.
    pub(super) fn account_for(&self) {
        let counts = &self.counts;
        let collected = self.collector.counts();
        eprintln!("weirctl: {} records read", units::thousands(counts.records));
        for (reason, count) in &counts.rejects {
            eprintln!("weirctl: {} refused: {reason}", units::thousands(*count));
        }
        for (count, what) in [
            (counts.not_judged, "are of sources that teach nothing yet"),
            (collected.late, "came more than an hour after their time and were not learned"),
            (counts.outside, "are not of the time that was asked for"),
            (collected.losses, "declare that records were lost"),
        ] {
            if count > 0 {
                eprintln!("weirctl: {} records {what}", units::thousands(count));
            }
        }
        if counts.own > 0 {
            eprintln!(
                "weirctl: {} windows were left to the deployment, which saw them itself",
                units::thousands(counts.own)
            );
        }
        let told: Vec<String> = counts
            .findings
            .iter()
            .rev()
            .map(|(severity, count)| format!("{count} {}", severity.name()))
            .collect();
        if !told.is_empty() {
            eprintln!(
                "weirctl: history holds findings that nobody was told of: {}; `weir replay` shows them",
                told.join(", ")
            );
        }
    }

    fn tick(&mut self, time: i64) {
        self.counts.records += 1;
        self.clock = self.clock.max(self.last.min(time));
        self.last = time;
    }

    fn learn(&mut self, until: Option<i64>) -> Result<()> {
        for observed in self.collector.take(until).into_iter().flatten() {
            self.apply(&observed)?;
        }
        Ok(())
    }

    fn apply(&mut self, observed: &Observations) -> Result<()> {
        let until = match self.until.get(&observed.key) {
            Some(until) => *until,
            None => {
                let until = (self.known_since)(&observed.key)?.unwrap_or(i64::MAX);
                self.list(MET, &serde_json::to_string(&observed.key)?)?;
                self.until.insert(observed.key.clone(), until);
                until
            }
        };
        if observed.buckets.first().map_or(observed.latest, |(start, _)| *start) >= until {
            self.counts.own += 1;
            return Ok(());
        }
        let stepped = self.resident.apply(observed, self.settings, self.intel)?;
        self.found(&stepped.findings);
        Ok(())
    }

    fn found(&mut self, findings: &[Finding]) {
        for finding in findings.iter().filter(|finding| finding.would_alert()) {
            *self.counts.findings.entry(finding.severity).or_default() += 1;
        }
    }

    /// Lists a name in the file; its text is its body too.
    fn list(&self, partition: &str, name: &str) -> Result<()> {
        put(self.file()?, &Key { partition: partition.to_owned(), sort: name.to_owned() }, name.as_bytes())
    }
}

/// Replaces what the file holds: this process is its only writer.
fn put(file: &EmbeddedStore, key: &Key, body: &[u8]) -> Result<()> {
    let now = "the file waited";
    let loaded = finish_now(file.load(std::slice::from_ref(key))).context(now)??;
    let version = loaded.into_iter().next().flatten().map(|stored| stored.version);
    let saved = finish_now(file.save(key, body, version, None)).context(now)??;
    anyhow::ensure!(saved != Saved::Lost, "the checkpoint was changed by somebody else");
    Ok(())
}
