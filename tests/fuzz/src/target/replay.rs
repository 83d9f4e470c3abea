//! Any file through the whole of a replay: read, observed, judged, told.

use weir_records::ReadOptions;

use crate::pipeline::replay;

pub(crate) fn run(bytes: &[u8]) {
    replay(bytes, &ReadOptions { max_line: 1 << 12, max_document: 1 << 16, ..ReadOptions::default() });
}
