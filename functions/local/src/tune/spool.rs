//! Observations of the whole history, in a file that is gone when the run is over.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use weir_detection::entity::{EntityInfo, EntityKey};
use weir_detection::observation::{Beside, Observations, Row};
use weir_detection::prelude::{Prelude, Update};
use weir_records::telemetry::{Container, Device, Fact};
use weir_records::{Source, Telemetry};

/// Records of hosts that are kept and handed out together.
const PART: usize = 10_000;

/// The file, and the event time that it spans.
pub(super) struct Spool {
    file: NamedTempFile,
    to: Option<BufWriter<File>>,
    /// First and last event time, ms since the epoch.
    span: (i64, i64),
}

/// What was seen next.
pub(super) enum Frame {
    /// What led to instances of an account.
    Updates(String, Vec<Update>),
    /// What an entity did in a window.
    Observed(Box<Observations>),
    /// What hosts told, and the time before which nothing is missing.
    Hosts(Vec<Telemetry>, Option<i64>),
}

/// A frame as it is kept.
#[derive(Deserialize, Serialize)]
enum Written {
    Updates(String, Vec<(Vec<String>, Prelude)>),
    Observed(Box<Kept>),
    /// As JSON: what a record does not say is not written.
    Hosts(String, Option<i64>),
}

/// [`Observations`] as they are kept. A row does not hold its bucket, so rows stand under theirs.
#[derive(Deserialize, Serialize)]
struct Kept {
    key: EntityKey,
    info: EntityInfo,
    rows: Vec<(i64, Vec<Row>)>,
    buckets: Vec<(i64, Beside)>,
    latest: i64,
    interval: i64,
    records: u64,
    losses: u32,
    has_flags: bool,
    has_direction: bool,
    complete_until: Option<i64>,
}

impl Spool {
    pub(super) fn create() -> Result<Self> {
        let file = NamedTempFile::new().context("cannot make a temporary file")?;
        let to = BufWriter::with_capacity(1 << 20, file.reopen().context("cannot use a temporary file")?);
        Ok(Self { file, to: Some(to), span: (i64::MAX, i64::MIN) })
    }

    /// Adds a window.
    pub(super) fn push(&mut self, window: &[Observations]) -> Result<()> {
        for observed in window {
            self.span = (self.span.0.min(observed.latest), self.span.1.max(observed.latest));
            self.write(&Written::Observed(Box::new(Kept::of(observed))))?;
        }
        Ok(())
    }

    /// Adds what hosts told, in event order.
    pub(super) fn push_hosts(&mut self, telemetry: &[Telemetry], complete: Option<i64>) -> Result<()> {
        let times = || telemetry.iter().filter_map(Telemetry::time);
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            self.span = (self.span.0.min(first), self.span.1.max(last));
        }
        for part in telemetry.chunks(PART) {
            // Nothing is vouched for before its last part is there.
            let complete = complete.filter(|_| part.as_ptr_range().end == telemetry.as_ptr_range().end);
            let text = serde_json::to_string(&part.iter().map(Record::of).collect::<Vec<_>>());
            let text = text.context("cannot keep a record of a host")?;
            self.write(&Written::Hosts(text, complete))?;
        }
        Ok(())
    }

    /// Adds what led to instances of an account.
    pub(super) fn push_updates(&mut self, account: String, updates: Vec<Update>) -> Result<()> {
        if updates.is_empty() {
            return Ok(());
        }
        let updates = updates.into_iter().map(|update| (update.ids, update.prelude)).collect();
        self.write(&Written::Updates(account, updates))
    }

    fn write(&mut self, frame: &Written) -> Result<()> {
        let Some(to) = &mut self.to else { return Ok(()) };
        let bytes = postcard::to_stdvec(frame).context("cannot keep an observation")?;
        let length = u32::try_from(bytes.len()).context("an observation is too large to keep")?;
        to.write_all(&length.to_le_bytes())
            .and_then(|()| to.write_all(&bytes))
            .context("cannot write a temporary file")
    }

    /// Ends the writing.
    pub(super) fn finish(mut self) -> Result<Self> {
        if let Some(mut to) = self.to.take() {
            to.flush().context("cannot write a temporary file")?;
        }
        Ok(self)
    }

    /// Days from the first record to the last, at least an hour.
    pub(super) fn days(&self) -> f64 {
        let (first, last) = self.span;
        (last.saturating_sub(first).max(3_600_000)) as f64 / 86_400_000.0
    }

    /// Hands everything to `take`, in the order in which it came.
    pub(super) fn each(&self, mut take: impl FnMut(Frame) -> Result<()>) -> Result<()> {
        let mut from =
            BufReader::with_capacity(1 << 20, self.file.reopen().context("cannot use a temporary file")?);
        let mut bytes = Vec::new();
        loop {
            let mut length = [0; 4];
            match from.read(&mut length[..1]).context("cannot read a temporary file")? {
                0 => return Ok(()),
                _ => from.read_exact(&mut length[1..]).context("cannot read a temporary file")?,
            }
            bytes.resize(u32::from_le_bytes(length) as usize, 0);
            from.read_exact(&mut bytes).context("cannot read a temporary file")?;
            take(match postcard::from_bytes(&bytes).context("cannot read a kept observation")? {
                Written::Observed(kept) => Frame::Observed(Box::new(kept.into_observations())),
                Written::Updates(account, updates) => {
                    let updates = updates.into_iter().map(|(ids, prelude)| Update { ids, prelude });
                    Frame::Updates(account, updates.collect())
                }
                Written::Hosts(text, complete) => {
                    let records: Vec<Record> =
                        serde_json::from_str(&text).context("cannot read a kept record of a host")?;
                    Frame::Hosts(records.into_iter().map(Record::into_telemetry).collect(), complete)
                }
            })?;
        }
    }
}

/// [`Telemetry`] as it is kept: its own form as JSON is for people.
#[derive(Deserialize, Serialize)]
struct Record(Source, Device, Option<Container>, Fact, Option<String>);

impl Record {
    fn of(told: &Telemetry) -> Self {
        let Telemetry { source, device, container, fact, uid, .. } = told.clone();
        Self(source, device, container, fact, uid)
    }

    fn into_telemetry(self) -> Telemetry {
        let Self(source, device, container, fact, uid) = self;
        Telemetry { uid, device, container, ..Telemetry::of(source, fact) }
    }
}

impl Kept {
    fn of(observed: &Observations) -> Self {
        let mut rows: Vec<(i64, Vec<Row>)> = Vec::new();
        for row in &observed.rows {
            match rows.last_mut() {
                Some((bucket, rows)) if *bucket == row.bucket => rows.push(*row),
                _ => rows.push((row.bucket, vec![*row])),
            }
        }
        Self {
            key: observed.key.clone(),
            info: observed.info.clone(),
            rows,
            buckets: observed.buckets.clone(),
            latest: observed.latest,
            interval: observed.interval,
            records: observed.records,
            losses: observed.losses,
            has_flags: observed.has_flags,
            has_direction: observed.has_direction,
            complete_until: observed.complete_until,
        }
    }

    fn into_observations(self) -> Observations {
        let mut observed = Observations::of(self.key, self.info);
        observed.rows = self
            .rows
            .into_iter()
            .flat_map(|(bucket, rows)| rows.into_iter().map(move |row| Row { bucket, ..row }))
            .collect();
        observed.buckets = self.buckets;
        observed.latest = self.latest;
        observed.interval = self.interval;
        observed.records = self.records;
        observed.losses = self.losses;
        observed.has_flags = self.has_flags;
        observed.has_direction = self.has_direction;
        observed.complete_until = self.complete_until;
        observed
    }
}
