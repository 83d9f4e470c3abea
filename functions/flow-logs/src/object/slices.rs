//! The records of one object as slices of event time.
//!
//! An object is delivered more than once, and the deliveries may meet. So what a slice holds depends on the
//! object alone: a bucket is handed out under its own id once the records are an hour past it, and what is left
//! at the end under the object's.

use std::io;

use weir_aws_host::tally::{Counted, Tally};
use weir_detection::entity::mix;
use weir_detection::observation::{BUCKET, Observations};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::{Entry, ReadError, ReadOptions, RecordReader};

use super::chunks::Chunks;

/// How far out of order the records of one object may be, unless the settings wait for longer. Milliseconds.
const HOLD: i64 = 3_600_000;

/// Records between two looks for buckets that are done.
const STRIDE: u64 = 4_096;

/// Buckets, or the rest.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) batch: u64,
    pub(super) observations: Vec<Observations>,
}

/// What became of an object.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) counts: Counted,
    pub(super) refused: Option<&'static str>,
    pub(super) failed: Option<Failed>,
}

/// Why an object was not read to its end.
#[derive(Debug)]
pub(super) enum Failed {
    /// Its bytes are damaged: another try finds them the same.
    Damaged,
    /// They did not arrive, or nobody wants them any more.
    Broken(io::Error),
}

/// Cuts the records of one object into slices.
pub(super) struct Slices<'a> {
    tally: Tally<'a>,
    object: u64,
    hold: i64,
    newest: i64,
}

impl<'a> Slices<'a> {
    pub(super) fn new(settings: &'a Settings, intel: &'a Intel, object: u64, now: i64) -> Self {
        Self {
            tally: Tally::new(settings, intel, now),
            object,
            hold: settings.lateness.max(HOLD),
            newest: i64::MIN,
        }
    }

    /// Reads to the end and gives every slice away, until `give` says that nobody takes them.
    pub(super) fn read(
        mut self,
        mut chunks: Chunks,
        options: &ReadOptions,
        mut give: impl FnMut(Slice) -> bool,
    ) -> Done {
        let read = self.entries(&mut chunks, options, &mut give);
        let failed = match (chunks.broken, read) {
            (Some(error), _) => Some(Failed::Broken(error)),
            (None, Err(ReadError::Io(error))) => Some(Failed::Broken(error)),
            (None, Err(_)) => Some(Failed::Damaged),
            (None, Ok(())) => None,
        };
        // The rest of an object that did not arrive is no batch: the next try has more of it.
        if !matches!(failed, Some(Failed::Broken(_))) {
            let observations = self.tally.collector.take_batch();
            if !observations.is_empty() {
                give(Slice { batch: self.object, observations });
            }
        }
        Done { refused: self.tally.refused_whole(), counts: self.tally.counts(), failed }
    }

    fn entries(
        &mut self,
        chunks: &mut Chunks,
        options: &ReadOptions,
        give: &mut impl FnMut(Slice) -> bool,
    ) -> Result<(), ReadError> {
        let mut reader = RecordReader::open(chunks, options)?;
        while let Some(entry) = reader.next()? {
            match entry {
                Entry::Flow(flow) => {
                    self.newest = self.newest.max(self.tally.flow(&flow));
                    if self.tally.records().is_multiple_of(STRIDE) && !self.hand_out(give) {
                        return Err(ReadError::Io(io::ErrorKind::BrokenPipe.into()));
                    }
                }
                Entry::Loss(loss) => self.tally.loss(&loss),
                Entry::Reject(reject) => self.tally.reject(reject.reason),
                Entry::Telemetry(_) => self.tally.reject(weir_records::Reason::UnknownRecord),
                Entry::Lookup(lookup) => self.tally.lookup(&lookup),
                Entry::Call(_) | Entry::Control => {}
            }
        }
        Ok(())
    }

    /// Gives away the buckets that are done; false where nobody takes them.
    fn hand_out(&mut self, give: &mut impl FnMut(Slice) -> bool) -> bool {
        let until = self.newest.saturating_sub(self.hold);
        let collector = &mut self.tally.collector;
        while let Some(bucket) = collector.earliest().filter(|bucket| bucket.saturating_add(BUCKET) <= until)
        {
            let batch = mix(self.object ^ mix(bucket.cast_unsigned()));
            for mut observations in collector.take(Some(bucket + BUCKET)) {
                // Other objects may hold records of the same bucket.
                observations.iter_mut().for_each(|observed| observed.complete_until = None);
                if !give(Slice { batch, observations }) {
                    return false;
                }
            }
        }
        true
    }
}
