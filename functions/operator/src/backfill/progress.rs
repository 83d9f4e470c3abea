//! A bar on a terminal.

use std::cell::OnceCell;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar; it draws nothing where stderr is no terminal.
#[derive(Default)]
pub(super) struct Progress(OnceCell<ProgressBar>);

impl Progress {
    /// Bytes of objects.
    pub(super) fn over_bytes(&self, total: u64) {
        self.begin(total, "{wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta} {msg}");
    }

    /// Hours of a log group.
    pub(super) fn over_hours(&self, total: u64) {
        self.begin(total, "{wide_bar} {pos}/{len} hours {eta} {msg}");
    }

    /// Some of it is done, and what it came to.
    pub(super) fn done(&self, part: u64, records: u64) {
        if let Some(bar) = self.0.get() {
            bar.inc(part);
            bar.set_message(format!("{records} records"));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }

    fn begin(&self, total: u64, template: &str) {
        let bar = self.0.get_or_init(|| ProgressBar::new(total));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
    }
}
