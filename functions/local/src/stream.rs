//! Files as streams with a clock, so that many can be read in event-time order and few are open.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;

use anyhow::Result;
use weir_records::{Chunk, Entry};

use crate::reading::{Reader, Reading};

/// Entries read from one file before the others get their turn.
const TURN: usize = 4_096;

/// How far one file may run ahead of the next, milliseconds: changing files for every record is slow.
const AHEAD: i64 = 60_000;

/// Records at the beginning of a file that are looked at before its turn: what a reader has in its buffer.
const SAMPLE: usize = 2_048;

/// All files of a run, the one furthest behind first.
pub(crate) struct Streams {
    list: Vec<Stream>,
    /// Clock and place in `list`.
    order: BinaryHeap<Reverse<(i64, usize)>>,
}

/// One file: closed until its first record's turn comes.
struct Stream {
    path: PathBuf,
    reader: Option<Reader>,
    clock: Clock,
    /// Its beginning is in no order: the file is sorted when it is opened.
    unsorted: bool,
}

/// Event time of a file.
///
/// It never runs back, and one record alone does not move it: a time that is wrong by a year would
/// otherwise make everything behind it late.
#[derive(Clone, Copy)]
struct Clock {
    now: i64,
    last: i64,
}

impl Streams {
    /// Looks at the beginning of each file. Only one is open at a time, and none afterwards.
    pub(crate) fn over(reading: &mut Reading, lateness: i64) -> Result<Self> {
        let files = std::mem::take(&mut reading.files);
        let mut streams = Self { list: Vec::new(), order: BinaryHeap::new() };
        for path in files {
            // Standard input and pipes cannot be read twice: they begin at once.
            let (first, unsorted) = if !path.is_file() {
                (i64::MIN, false)
            } else if let Some(reader) = reading.peek(&path) {
                beginning(reader, lateness)
            } else {
                continue;
            };
            let clock = Clock { now: first, last: i64::MIN };
            streams.order.push(Reverse((first, streams.list.len())));
            streams.list.push(Stream { path, reader: None, clock, unsorted });
        }
        Ok(streams)
    }

    /// Lets the file that is furthest behind read on; `None` when all are at their end.
    ///
    /// Returns the event time before which no file holds more, but for disorder within a file.
    pub(crate) fn turn(
        &mut self,
        reading: &mut Reading,
        mut take: impl FnMut(&Chunk<'_>),
    ) -> Result<Option<i64>> {
        let Some(Reverse((_, place))) = self.order.pop() else { return Ok(None) };
        let next = self.order.peek().map_or(i64::MAX, |Reverse((clock, _))| *clock);
        let Some(stream) = self.list.get_mut(place) else { return Ok(Some(next)) };
        Ok(Some(match stream.read(next.saturating_add(AHEAD), reading, &mut take)? {
            Some(clock) => {
                self.order.push(Reverse((clock, place)));
                clock.min(next)
            }
            None => next,
        }))
    }
}

impl Stream {
    /// Reads until the clock passes `until` or the turn is over; `None` at the end of the file.
    fn read(
        &mut self,
        until: i64,
        reading: &mut Reading,
        take: &mut impl FnMut(&Chunk<'_>),
    ) -> Result<Option<i64>> {
        if self.reader.is_none() {
            self.reader =
                if self.unsorted { reading.open_sorted(&self.path) } else { reading.open(&self.path) };
        }
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let mut left = TURN;
        while left > 0 {
            left -= 1;
            match reader.next_chunk() {
                Ok(Some(Chunk::Entry(Entry::Reject(reject)))) => reading.reject(&self.path, &reject)?,
                // By reference: a flow is large.
                Ok(Some(ref chunk)) => {
                    match chunk {
                        Chunk::Rows(rows) => {
                            let rows = rows.as_slice();
                            rows.iter().for_each(|row| self.clock.see(row.end));
                            left = left.saturating_sub(rows.len() - 1);
                        }
                        Chunk::Entry(entry) => {
                            if let Some(end) = end_of(entry) {
                                self.clock.see(end);
                            }
                        }
                    }
                    take(chunk);
                }
                Ok(None) => {
                    reading.done(&reader.counts());
                    self.reader = None;
                    return Ok(None);
                }
                Err(error) => {
                    reading.damaged(&self.path, &reader.counts(), error)?;
                    self.reader = None;
                    return Ok(None);
                }
            }
            if self.clock.now > until {
                break;
            }
        }
        Ok(Some(self.clock.now))
    }
}

impl Clock {
    fn see(&mut self, time: i64) {
        self.now = self.now.max(self.last.min(time));
        self.last = time;
    }
}

/// Event time of the first record, and whether those behind it are out of order by more than `lateness`.
///
/// A file without a record is read, for its refusals, before all others, and so is one in no order: its
/// first record may be anywhere.
fn beginning(mut reader: Reader, lateness: i64) -> (i64, bool) {
    let mut first = i64::MIN;
    let mut clock = Clock { now: i64::MIN, last: i64::MIN };
    for _ in 0..SAMPLE {
        // What is wrong with the file is said when it is read for good.
        let Ok(Some(entry)) = reader.next() else { break };
        let Some(end) = end_of(&entry) else { continue };
        if first == i64::MIN {
            first = end;
        }
        if end < clock.now.saturating_sub(lateness) {
            return (i64::MIN, true);
        }
        clock.see(end);
    }
    (first, false)
}

fn end_of(entry: &Entry<'_>) -> Option<i64> {
    match entry {
        Entry::Flow(flow) => Some(flow.end),
        Entry::Loss(loss) => Some(loss.end),
        Entry::Telemetry(telemetry) => telemetry.time(),
        Entry::Lookup(lookup) => Some(lookup.time),
        Entry::Call(call) => Some(call.time),
        Entry::Reject(_) | Entry::Control => None,
    }
}
