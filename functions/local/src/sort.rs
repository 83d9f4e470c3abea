//! A file that is in no order, sorted by event time in bounded memory.
//!
//! Lines go in sorted runs to a temporary file, and the runs are merged while they are read back. Only
//! text has lines that can change places: Lambda events and Parquet are left as they are.

mod merge;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use weir_records::decode::Decoder;
use weir_records::vpc_flow::{Line, Lines};
use weir_records::{Counts, Reject, Source};

use crate::reading::Reading;
use merge::Merge;

/// Bytes of lines that are sorted in memory at a time.
const RUN: usize = 8 << 20;

/// Characters of a refused line that are kept.
const TEXT: usize = 200;

/// Reads a file whole and hands it back by event time; `None` where its lines cannot change places.
///
/// Refused lines are accounted for here, since only here their line numbers are known.
pub(crate) fn sort(path: &Path, reading: &mut Reading) -> Result<Option<Merge>> {
    let file = reading.progress.count(crate::input::open(path)?);
    let Ok(decoder) = Decoder::open(file, None) else { return Ok(None) };
    let mut sorter = Sorter {
        lines: Lines::new(reading.flow_format()),
        header: Vec::new(),
        run: Vec::new(),
        runs: Vec::new(),
        held: 0,
        file: tempfile::tempfile().context("cannot make a temporary file to sort in")?,
        clock: 0,
    };
    let mut refused = Vec::new();
    let mut from = BufReader::with_capacity(64 << 10, decoder);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A line over the limit, and damage, are for the reader of the unsorted file to tell.
        match (&mut from).take(reading.max_line() as u64 + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(length) if length <= reading.max_line() => {}
            Ok(_) | Err(_) => return Ok(None),
        }
        match sorter.take(&line)? {
            Taken::Kept => {}
            Taken::Refused(reason) => {
                let text = String::from_utf8_lossy(&line).trim_end().chars().take(TEXT).collect::<String>();
                refused.push((number, reason, text));
            }
            Taken::Unsortable => return Ok(None),
        }
        if refused.len() > 100_000 {
            return Ok(None);
        }
    }
    let mut counts = Counts::default();
    for (line, reason, text) in refused {
        counts.lines += 1;
        *counts.rejects.entry(reason.code()).or_default() += 1;
        reading.reject(path, &Reject { line, source: Source::VpcFlow, reason, text: text.into() })?;
    }
    reading.done(&counts);
    sorter.finish().map(Some).context("cannot sort in a temporary file")
}

struct Sorter {
    lines: Lines,
    header: Vec<u8>,
    /// Event time and bytes of the lines in memory.
    run: Vec<(i64, Box<[u8]>)>,
    runs: Vec<Range<u64>>,
    held: usize,
    file: File,
    /// Event time of the last line.
    clock: i64,
}

enum Taken {
    Kept,
    Refused(weir_records::Reason),
    Unsortable,
}

impl Sorter {
    fn take(&mut self, line: &[u8]) -> Result<Taken> {
        if line.first().is_some_and(|first| matches!(first, b'{' | b'[' | b' ' | b'\t'))
            || line.starts_with(b"PAR1")
        {
            return Ok(Taken::Unsortable);
        }
        let Ok(text) = std::str::from_utf8(line) else {
            return Ok(Taken::Refused(weir_records::Reason::NotUtf8));
        };
        match self.lines.read(text.trim_end_matches(['\r', '\n']), None) {
            Line::Flow(flow) => self.clock = flow.end,
            Line::Loss(loss) => self.clock = loss.end,
            Line::Blank => return Ok(Taken::Kept),
            Line::Header if self.header.is_empty() && self.run.is_empty() && self.runs.is_empty() => {
                self.header = line.to_vec();
                return Ok(Taken::Kept);
            }
            // The lines behind another header are of another format.
            Line::Header if self.header != line => return Ok(Taken::Unsortable),
            Line::Header => return Ok(Taken::Kept),
            Line::Reject(reason) => return Ok(Taken::Refused(reason)),
        }
        self.held += line.len();
        self.run.push((self.clock, line.into()));
        if self.held >= RUN {
            self.spill().context("cannot sort in a temporary file")?;
        }
        Ok(Taken::Kept)
    }

    fn spill(&mut self) -> io::Result<()> {
        // Stable, so that equal times keep their order.
        self.run.sort_by_key(|(time, _)| *time);
        let start = self.file.stream_position()?;
        let mut to = BufWriter::with_capacity(64 << 10, &mut self.file);
        for (time, line) in self.run.drain(..) {
            merge::write(time, &line, &mut to)?;
        }
        to.flush()?;
        drop(to);
        self.runs.push(start..self.file.stream_position()?);
        self.held = 0;
        Ok(())
    }

    fn finish(mut self) -> io::Result<Merge> {
        self.spill()?;
        Merge::over(self.file, self.runs, self.header)
    }
}
