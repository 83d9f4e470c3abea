//! A bar on a terminal: bytes read of the bytes of all files.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::input::Opened;

/// The bar; it draws nothing where stderr is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over the sizes of `files`, without an end where standard input is among them.
    pub(crate) fn over(files: &[PathBuf]) -> Self {
        let sizes: Option<u64> = files.iter().map(|file| size(file)).sum();
        let (bar, template) = match sizes {
            Some(total) => (
                ProgressBar::new(total),
                "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}",
            ),
            None => (ProgressBar::no_length(), "{spinner} {decimal_bytes} {decimal_bytes_per_sec}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Counts what is read from a file.
    pub(crate) fn count(&self, file: Opened) -> Opened {
        // Off a terminal the bar would still take its lock for every read.
        if self.bar.is_hidden() { file } else { Box::new(Counted { file, bar: self.bar.clone() }) }
    }

    /// Runs `print` with the bar out of the way.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

struct Counted {
    file: Opened,
    bar: ProgressBar,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}

fn size(file: &Path) -> Option<u64> {
    // Standard input, a pipe or a device has no size that tells its end.
    std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file).map(|about| about.len())
}
