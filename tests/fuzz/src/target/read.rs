//! Any file, as any source: every line is accounted for, and rows that come together are the rows that come one by one.

use weir_records::{
    Chunk, Counts, Entry, Normalised, NormalisedCall, NormalisedLookup, ReadOptions, RecordReader, Source,
};

pub(crate) fn run(bytes: &[u8]) {
    // The last byte names the source, so that a file keeps its beginning.
    let source =
        bytes.last().map_or(Source::Auto, |last| Source::ALL[usize::from(*last) % Source::ALL.len()]);
    for source in [Source::Auto, source] {
        let options =
            ReadOptions { source, max_line: 1 << 12, max_document: 1 << 16, ..ReadOptions::default() };
        let (one_by_one, counts) = told(bytes, &options, false);
        let (together, same) = told(bytes, &options, true);
        assert_eq!((&together, &same), (&one_by_one, &counts), "{source}");
        let rejected: u64 = counts.rejects.values().sum();
        let entries = counts.records + counts.losses + rejected;
        assert!(entries <= one_by_one.len() as u64, "{source}: {counts:?} of {} entries", one_by_one.len());
    }
}

/// Every entry in words, and the counts.
fn told(bytes: &[u8], options: &ReadOptions, together: bool) -> (Vec<String>, Counts) {
    let mut told = Vec::new();
    let mut reader = match RecordReader::open(bytes, options) {
        Ok(reader) => reader,
        Err(error) => return (vec![error.to_string()], Counts::default()),
    };
    loop {
        let chunk =
            if together { reader.next_chunk() } else { reader.next().map(|entry| entry.map(Chunk::Entry)) };
        match chunk {
            Ok(Some(Chunk::Rows(rows))) => told.extend(rows.flows().map(|flow| words(&Entry::Flow(flow)))),
            Ok(Some(Chunk::Entry(entry))) => told.push(words(&entry)),
            Ok(None) => break,
            // A fault is told once, and then the file is over.
            Err(error) => told.push(error.to_string()),
        }
        assert!(told.len() <= 4 * bytes.len() + 1024, "{} entries of {} bytes", told.len(), bytes.len());
    }
    (told, reader.counts())
}

/// An entry as `weir parse` prints it.
fn words(entry: &Entry<'_>) -> String {
    let printed = match entry {
        Entry::Flow(flow) => serde_json::to_string(&Normalised::from(flow)),
        Entry::Lookup(lookup) => serde_json::to_string(&NormalisedLookup::from(lookup.as_ref())),
        Entry::Call(call) => serde_json::to_string(&NormalisedCall::from(call.as_ref())),
        Entry::Telemetry(telemetry) => serde_json::to_string(telemetry),
        other => Ok(format!("{other:?}")),
    };
    match printed {
        Ok(printed) => printed,
        Err(error) => panic!("{entry:?} cannot be printed: {error}"),
    }
}
