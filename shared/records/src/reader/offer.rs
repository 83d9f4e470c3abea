//! Pieces that are offered to the endpoint sources, and what comes of it.

use std::ops::Range;

use super::{Counts, Entry, RecordReader};
use crate::endpoint::Found;
use crate::reject::{Reason, Reject, excerpt};
use crate::source::Source;

impl RecordReader<'_> {
    /// Offers a piece to the endpoint sources before it is read as a flow log, where that is worth it.
    #[inline]
    pub(super) fn offer_first(&mut self, range: Range<usize>) -> bool {
        let bytes = self.input.get(range);
        let first = match self.source {
            Source::VpcFlow | Source::Envelope => false,
            Source::Auto => !self.flows && self.endpoint.comes_first(bytes),
            _ => true,
        };
        first && std::str::from_utf8(bytes).is_ok_and(|text| self.endpoint.offer(text, None)) && {
            self.counts.lines += self.endpoint.more();
            true
        }
    }

    pub(super) fn refuse(&mut self, range: Range<usize>, reason: Reason) -> Entry<'_> {
        *self.counts.rejects.entry(reason.code()).or_default() += 1;
        let text = excerpt(self.input.get(range));
        Entry::Reject(Reject { line: self.line, source: self.source.or_flow(), reason, text })
    }
}

/// Counts what an endpoint source found.
pub(super) fn entry_of(found: Found, line: u64, counts: &mut Counts) -> Entry<'static> {
    match found {
        Found::Telemetry(telemetry) => {
            counts.records += 1;
            Entry::Telemetry(telemetry)
        }
        Found::Reject(source, reason, text) => {
            *counts.rejects.entry(reason.code()).or_default() += 1;
            Entry::Reject(Reject { line, source, reason, text: text.into() })
        }
        Found::Unused => {
            (counts.unused, counts.controls) = (counts.unused + 1, counts.controls + 1);
            Entry::Control
        }
        Found::Control => {
            counts.controls += 1;
            Entry::Control
        }
    }
}
