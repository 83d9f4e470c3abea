//! Files as streams with a clock, so that many can be read in event-time order and few are open.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;

use anyhow::Result;
use weir_records::Entry;

use crate::reading::{Reader, Reading};

/// Entries read from one file before the others get their turn.
const TURN: usize = 4_096;

/// How far one file may run ahead of the next, milliseconds: changing files for every record is slow.
const AHEAD: i64 = 60_000;

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
    /// Finds the first event time of each file. Only one is open at a time, and none afterwards.
    pub(crate) fn over(reading: &mut Reading) -> Result<Self> {
        let files = std::mem::take(&mut reading.files);
        let alone = files.len() == 1;
        let mut streams = Self { list: Vec::new(), order: BinaryHeap::new() };
        for path in files {
            // Standard input cannot be read twice: it begins at once.
            let first = if alone || path.as_os_str() == "-" {
                i64::MIN
            } else {
                match reading.peek(&path) {
                    Some(reader) => first_time(reader),
                    None => continue,
                }
            };
            streams.order.push(Reverse((first, streams.list.len())));
            streams.list.push(Stream { path, reader: None, clock: Clock { now: first, last: i64::MIN } });
        }
        Ok(streams)
    }

    /// Lets the file that is furthest behind read on; `None` when all are at their end.
    ///
    /// Returns the event time before which no file holds more, but for disorder within a file.
    pub(crate) fn turn(
        &mut self,
        reading: &mut Reading,
        mut take: impl FnMut(&Entry<'_>),
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
        take: &mut impl FnMut(&Entry<'_>),
    ) -> Result<Option<i64>> {
        if self.reader.is_none() {
            self.reader = reading.open(&self.path);
        }
        let Some(reader) = &mut self.reader else { return Ok(None) };
        for _ in 0..TURN {
            match reader.next() {
                Ok(Some(Entry::Reject(reject))) => reading.reject(&self.path, &reject)?,
                Ok(Some(entry)) => {
                    if let Some(end) = end_of(&entry) {
                        self.clock.see(end);
                    }
                    take(&entry);
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

/// Event time of the first record; a file without one is read, for its refusals, before all others.
fn first_time(mut reader: Reader) -> i64 {
    loop {
        match reader.next() {
            Ok(Some(entry)) => {
                if let Some(end) = end_of(&entry) {
                    return end;
                }
            }
            // What is wrong with it is said when it is read for good.
            Ok(None) | Err(_) => return i64::MIN,
        }
    }
}

fn end_of(entry: &Entry<'_>) -> Option<i64> {
    match entry {
        Entry::Flow(flow) => Some(flow.end),
        Entry::Loss(loss) => Some(loss.end),
        Entry::Reject(_) | Entry::Control => None,
    }
}
