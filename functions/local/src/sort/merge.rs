//! Sorted runs of lines in a file, read back as one text.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Bytes read from a run at a time, where there are few.
const READ: usize = 64 << 10;

/// Bytes that all runs together may hold in memory, but for a page each.
const HELD: usize = 16 << 20;

/// Time and length before each line.
const HEAD: usize = 12;

/// Writes one line of a run.
pub(super) fn write(time: i64, line: &[u8], to: &mut impl Write) -> io::Result<()> {
    // The last line of a file may lack its ending, and is now in the middle.
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let length = u32::try_from(line.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    to.write_all(&time.to_le_bytes())?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(line)
}

/// The text of all runs by time, behind its header.
pub(crate) struct Merge {
    file: File,
    runs: Vec<Cursor>,
    /// The run of each first unread line, by its time.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    text: Vec<u8>,
    given: usize,
}

struct Cursor {
    left: Range<u64>,
    bytes: Vec<u8>,
    at: usize,
    /// Bytes read at a time.
    step: usize,
}

impl Merge {
    pub(super) fn over(file: File, runs: Vec<Range<u64>>, header: Vec<u8>) -> io::Result<Self> {
        let step = (HELD / runs.len().max(1)).clamp(4_096, READ);
        let runs: Vec<_> =
            runs.into_iter().map(|left| Cursor { left, bytes: Vec::new(), at: 0, step }).collect();
        let mut merge =
            Self { file, heads: BinaryHeap::with_capacity(runs.len()), runs, text: header, given: 0 };
        for run in 0..merge.runs.len() {
            merge.push(run)?;
        }
        Ok(merge)
    }

    /// Puts a run's next line among the heads.
    fn push(&mut self, run: usize) -> io::Result<()> {
        let Some(cursor) = self.runs.get_mut(run) else { return Ok(()) };
        if let Some((time, _)) = cursor.head(&mut self.file)? {
            self.heads.push(Reverse((time, run)));
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        while self.text.len() < READ
            && let Some(Reverse((_, run))) = self.heads.pop()
        {
            if let Some(cursor) = self.runs.get_mut(run) {
                cursor.line(&mut self.file, &mut self.text)?;
                self.text.push(b'\n');
            }
            self.push(run)?;
        }
        Ok(())
    }
}

impl Read for Merge {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.text.len() {
            self.fill()?;
        }
        let mut rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.read(into)?;
        self.given += count;
        Ok(count)
    }
}

impl Cursor {
    /// Time and length of the next line; `None` at the end of the run.
    fn head(&mut self, file: &mut File) -> io::Result<Option<(i64, usize)>> {
        self.want(HEAD, file)?;
        let Some((head, _)) = self.bytes.get(self.at..).and_then(<[u8]>::split_first_chunk::<HEAD>) else {
            return Ok(None);
        };
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *head;
        let time = i64::from_le_bytes([a, b, c, d, e, f, g, h]);
        Ok(Some((time, u32::from_le_bytes([i, j, k, l]) as usize)))
    }

    /// Moves the next line to the end of `into`.
    fn line(&mut self, file: &mut File, into: &mut Vec<u8>) -> io::Result<()> {
        let Some((_, length)) = self.head(file)? else { return Ok(()) };
        self.want(HEAD + length, file)?;
        let line = self.bytes.get(self.at + HEAD..self.at + HEAD + length);
        into.extend_from_slice(line.ok_or(io::ErrorKind::UnexpectedEof)?);
        self.at += HEAD + length;
        Ok(())
    }

    /// Has at least `count` unread bytes in memory, unless the run ends before.
    fn want(&mut self, count: usize, file: &mut File) -> io::Result<()> {
        let have = self.bytes.len().saturating_sub(self.at);
        if have >= count || self.left.is_empty() {
            return Ok(());
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        let more = (self.left.end - self.left.start).min((count - have).max(self.step) as u64);
        file.seek(SeekFrom::Start(self.left.start))?;
        let read = file.take(more).read_to_end(&mut self.bytes)?;
        self.left.start += read as u64;
        if read as u64 == more { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_back_as_one_text_by_time_with_long_lines_whole() {
        let mut file = tempfile::tempfile().unwrap();
        let long = vec![b'x'; 3 * READ];
        let mut runs = Vec::new();
        for run in [vec![(1, &b"a\n"[..]), (5, b"e"), (5, b"f\n")], vec![(2, b"b\n"), (4, &long)], vec![]] {
            let start = file.stream_position().unwrap();
            for (time, line) in run {
                write(time, line, &mut file).unwrap();
            }
            runs.push(start..file.stream_position().unwrap());
        }

        let mut text = String::new();
        Merge::over(file, runs, b"head\n".to_vec()).unwrap().read_to_string(&mut text).unwrap();

        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, ["head", "a", "b", &"x".repeat(3 * READ), "e", "f"]);
    }
}
