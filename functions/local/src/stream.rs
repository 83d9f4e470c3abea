//! One input file as a stream of lines with a clock, so that many can be read in event-time order.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use weir_records::decode::Decoder;
use weir_records::vpc_flow::{Format, Line, Lines};

/// An open file and the line that it stands at.
pub(crate) struct Stream {
    pub(crate) path: PathBuf,
    reader: BufReader<Decoder<'static>>,
    lines: Lines,
    line: Vec<u8>,
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    /// Event time of the latest line read, milliseconds: the stream's clock never runs back.
    pub(crate) clock: i64,
}

impl Stream {
    /// Opens a file at its first line.
    pub(crate) fn open(path: &Path, format: Option<Format>) -> Result<Self> {
        let decoder = Decoder::open(crate::input::open(path)?, None)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self {
            path: path.to_path_buf(),
            reader: BufReader::with_capacity(256 * 1024, decoder),
            lines: Lines::new(format),
            line: Vec::new(),
            number: 0,
            bytes: 0,
            clock: i64::MIN,
        })
    }

    /// Reads the next line and hands it to `use_line`; `false` at the end of the file.
    pub(crate) fn next(&mut self, use_line: &mut dyn FnMut(&Path, u64, &str, Line<'_>)) -> Result<bool> {
        self.line.clear();
        let read = self
            .reader
            .read_until(b'\n', &mut self.line)
            .with_context(|| format!("cannot read {} after line {}", self.path.display(), self.number))?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        self.bytes += read as u64;
        while self.line.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
            self.line.pop();
        }
        let text = String::from_utf8_lossy(&self.line);
        let line = self.lines.read(&text, None);
        match &line {
            Line::Flow(flow) => self.clock = self.clock.max(flow.end),
            Line::Loss(loss) => self.clock = self.clock.max(loss.end),
            _ => {}
        }
        use_line(&self.path, self.number, &text, line);
        Ok(true)
    }
}
