//! What every command does that reads logs: open files, and account for all that they hold.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use weir_records::{Chunk, Counts, Entry, ReadError, ReadOptions, RecordReader, Reject, Source};

use crate::ahead::Threads;
use crate::options::{Input, Usage};
use crate::progress::Progress;
use crate::summary::{Rejects, Summary};

/// A reader of one file of the command line.
pub(crate) type Reader = RecordReader<'static>;

/// The files of one run and what became of them.
pub(crate) struct Reading {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) progress: Progress,
    pub(crate) summary: Summary,
    options: ReadOptions,
    threads: Threads,
    rejects: Rejects,
    summary_to: Option<PathBuf>,
    unreadable: bool,
}

impl Reading {
    /// Finds the files of the command line.
    ///
    /// # Errors
    /// A path that is not there, a wrong format, or a file of rejects that cannot be made.
    pub(crate) fn start(input: &Input) -> Result<Self> {
        let flow_format = match &input.flow_format {
            Some(text) => Some(text.parse().map_err(|error| Usage(format!("--flow-format: {error}")))?),
            None => None,
        };
        let files = crate::input::files(&input.paths)?;
        Ok(Self {
            progress: Progress::over(&files),
            files,
            summary: Summary::start(),
            options: ReadOptions { source: input.source, flow_format, ..ReadOptions::default() },
            threads: Threads::default(),
            rejects: Rejects::create(input)?,
            summary_to: input.summary.clone(),
            unreadable: false,
        })
    }

    /// Has files decompressed by threads beside this one, together so many.
    pub(crate) fn by(self, jobs: NonZeroUsize) -> Self {
        Self { threads: Threads::beside(jobs), ..self }
    }

    /// Opens a file; one that cannot be read at all is named on stderr, and the run goes on.
    pub(crate) fn open(&mut self, path: &Path) -> Option<Reader> {
        let opened = crate::input::open(path).and_then(|file| {
            self.reader(self.threads.read(self.progress.count(file)))
                .context(format!("cannot read {}", path.display()))
        });
        opened.map_err(|error| self.skip(&error)).ok()
    }

    /// Reads the beginning of a file that is to be opened again later.
    pub(crate) fn peek(&mut self, path: &Path) -> Option<Reader> {
        let opened = crate::input::open(path)
            .and_then(|file| self.reader(file).context(format!("cannot read {}", path.display())));
        opened.map_err(|error| self.skip(&error)).ok()
    }

    /// Opens a file whose records are in no order, by event time where its lines can be sorted.
    pub(crate) fn open_sorted(&mut self, path: &Path) -> Option<Reader> {
        let sorted =
            if self.options.source == Source::Envelope { Ok(None) } else { crate::sort::sort(path, self) };
        match sorted {
            Ok(Some(text)) => self.reader(Box::new(text)).map_err(|error| self.skip(&error.into())).ok(),
            Ok(None) => self.open(path),
            Err(error) => {
                self.skip(&error);
                None
            }
        }
    }

    /// Order of the fields that the user gave.
    pub(crate) fn flow_format(&self) -> Option<weir_records::Format> {
        self.options.flow_format.clone()
    }

    /// Longest line that is read, in bytes.
    pub(crate) const fn max_line(&self) -> usize {
        self.options.max_line
    }

    /// Hands all that every file says to `take`, file after file.
    pub(crate) fn each_chunk(&mut self, mut take: impl FnMut(&Chunk<'_>) -> Result<()>) -> Result<()> {
        for path in std::mem::take(&mut self.files) {
            let Some(mut reader) = self.open(&path) else { continue };
            loop {
                match reader.next_chunk() {
                    Ok(Some(Chunk::Entry(Entry::Reject(reject)))) => self.reject(&path, &reject)?,
                    // By reference: a flow is large.
                    Ok(Some(ref chunk)) => take(chunk)?,
                    Ok(None) => break self.done(&reader.counts()),
                    Err(error) => break self.damaged(&path, &reader.counts(), error)?,
                }
            }
        }
        Ok(())
    }

    /// Hands every entry of every file to `take`, file after file.
    pub(crate) fn each(&mut self, mut take: impl FnMut(&Entry<'_>) -> Result<()>) -> Result<()> {
        for path in std::mem::take(&mut self.files) {
            let Some(mut reader) = self.open(&path) else { continue };
            loop {
                match reader.next() {
                    Ok(Some(Entry::Reject(reject))) => self.reject(&path, &reject)?,
                    // By reference: a flow is large.
                    Ok(Some(ref entry)) => take(entry)?,
                    Ok(None) => break self.done(&reader.counts()),
                    Err(error) => break self.damaged(&path, &reader.counts(), error)?,
                }
            }
        }
        Ok(())
    }

    /// Writes a refused line; it is counted when its file is done.
    pub(crate) fn reject(&mut self, path: &Path, reject: &Reject<'_>) -> Result<()> {
        self.rejects.write(path, reject)
    }

    /// Counts a file that was read to its end.
    pub(crate) fn done(&mut self, counts: &Counts) {
        self.summary.add(counts);
    }

    /// Counts a file that breaks off: what came before the damage was used.
    pub(crate) fn damaged(&mut self, path: &Path, counts: &Counts, error: ReadError) -> Result<()> {
        self.summary.add(counts);
        self.summary.add_damaged();
        let error = anyhow::Error::new(error);
        self.warn(&format!("{} breaks off after line {}: {error:#}", path.display(), counts.lines));
        self.rejects.write_damaged(path, counts.lines, &format!("{error:#}"))
    }

    /// Says what was done; status 1 if a file could not be read at all.
    pub(crate) fn finish(self) -> Result<ExitCode> {
        self.progress.finish();
        self.rejects.finish()?;
        self.summary.report(self.summary_to.as_deref())?;
        Ok(if self.unreadable { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn reader(&self, file: Box<dyn std::io::Read>) -> Result<Reader, ReadError> {
        RecordReader::open(file, &self.options)
    }

    fn skip(&mut self, error: &anyhow::Error) {
        self.unreadable = true;
        self.warn(&format!("{error:#}"));
    }

    fn warn(&self, text: &str) {
        self.progress.aside(|| eprintln!("weir: {text}"));
    }
}
