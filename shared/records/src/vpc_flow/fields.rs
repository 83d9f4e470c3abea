//! Rows that do not come as a line: named values, from JSON or Parquet.

use std::fmt::{Display, Write as _};

use super::Line;
use super::column::Column;
use super::row::Row;

/// The named values of one row, written one after the other into a reused buffer.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    spans: Vec<(Column, usize, usize)>,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    /// Adds a value; an empty one is absent.
    pub(crate) fn push(&mut self, column: Column, value: impl Display) {
        let start = self.text.len();
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
        if self.text.len() > start {
            self.spans.push((column, start, self.text.len()));
        }
    }

    /// Whether any of `columns` was added.
    pub(crate) fn have(&self, columns: &[Column]) -> bool {
        self.spans.iter().any(|(column, _, _)| columns.contains(column))
    }

    /// The values as they were, for a reject.
    pub(crate) fn text(&self) -> String {
        let value =
            |(_, start, end): &(Column, usize, usize)| self.text.get(*start..*end).unwrap_or_default();
        self.spans.iter().map(value).collect::<Vec<_>>().join(" ")
    }

    /// What the row says.
    pub(crate) fn read(&self, received: Option<i64>) -> Line<'_> {
        let mut row = Row::new();
        for (column, start, end) in &self.spans {
            if let Err(reason) = row.set(*column, &self.text, *start, *end) {
                return Line::Reject(reason);
            }
        }
        row.finish(received)
    }
}
