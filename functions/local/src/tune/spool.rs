//! Observations of the whole history, in a file that is gone when the run is over.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use weir_detection::entity::{EntityInfo, EntityKey};
use weir_detection::observation::{Beside, Observations, Row};

/// The file, and the event time that it spans.
pub(super) struct Spool {
    file: NamedTempFile,
    to: Option<BufWriter<File>>,
    /// First and last event time, ms since the epoch.
    span: (i64, i64),
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
        let Some(to) = &mut self.to else { return Ok(()) };
        for observed in window {
            self.span = (self.span.0.min(observed.latest), self.span.1.max(observed.latest));
            let bytes = postcard::to_stdvec(&Kept::of(observed)).context("cannot keep an observation")?;
            let length = u32::try_from(bytes.len()).context("an observation is too large to keep")?;
            to.write_all(&length.to_le_bytes())
                .and_then(|()| to.write_all(&bytes))
                .context("cannot write a temporary file")?;
        }
        Ok(())
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

    /// Hands every observation to `take`, in the order in which they came.
    pub(super) fn each(&self, mut take: impl FnMut(&Observations) -> Result<()>) -> Result<()> {
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
            let kept: Kept = postcard::from_bytes(&bytes).context("cannot read a kept observation")?;
            take(&kept.into_observations())?;
        }
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
