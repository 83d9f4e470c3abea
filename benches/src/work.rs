//! What the child processes do.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::MultiGzDecoder;
use stats_alloc::StatsAlloc;
use weir_detection::collect::Collector;
use weir_detection::observation::BUCKET;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::decode::{PAYLOAD_CAP, inflate_into};
use weir_records::envelope::{self, Content, LogsPayload, Scratch, Told};
use weir_records::vpc_flow::{Line, Lines};
use weir_records::{Chunk, Entry, ReadOptions, RecordReader};
use weir_state::Resident;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Records between two looks for what is complete, as `weir replay` has them.
const TURN: u64 = 4_096;

/// Decompresses a file: what every other figure is held against.
pub(crate) fn inflate(file: &Path) -> Result<()> {
    let mut decoder = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, File::open(file)?));
    let mut buffer = vec![0; CHUNK];
    while black_box(decoder.read(&mut buffer)?) > 0 {}
    Ok(())
}

/// Decodes and decompresses payloads.
pub(crate) fn inflate_payloads(file: &Path) -> Result<()> {
    let (mut packed, mut plain) = (Vec::new(), Vec::new());
    each_line(file, |event| {
        let data = event.strip_prefix(r#"{"awslogs":{"data":""#).and_then(|rest| rest.strip_suffix(r#""}}"#));
        packed.clear();
        plain.clear();
        STANDARD.decode_vec(data.context("an event should hold data")?, &mut packed)?;
        inflate_into(&packed, &mut plain, PAYLOAD_CAP)?;
        black_box(&plain);
        Ok(())
    })
}

/// Does with each payload what the Lambda does, over documents in memory.
pub(crate) fn detect_payloads(file: &Path) -> Result<()> {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut memory = Resident::default();
    let mut scratch = Scratch::default();
    each_line(file, |event| {
        for part in envelope::open(event)? {
            let Content::Data(data) = part.content else { bail!("an event should hold data") };
            let payload = LogsPayload::read(data.open(&mut scratch, PAYLOAD_CAP)?)?;
            let mut collector = Collector::new(&settings, &intel);
            let mut lines = Lines::new(None);
            payload.visit_rows(&mut lines, |told| match told {
                Told::Rows(rows) => collector.push_rows(rows),
                Told::Event(event, lines) => match lines.read(event.message, event.timestamp) {
                    Line::Flow(flow) => collector.push(&flow),
                    Line::Loss(loss) => collector.push_loss(&loss),
                    Line::Reject(_) | Line::Header | Line::Blank => {}
                },
            })?;
            for observed in collector.take_batch() {
                black_box(memory.apply(&observed, &settings, &intel)?);
            }
        }
        Ok(())
    })
}

/// Prints how many allocations a record costs in the second half of a file, reading and judging.
pub(crate) fn allocations<T: std::alloc::GlobalAlloc>(file: &Path, allocator: &StatsAlloc<T>) -> Result<()> {
    let (settings, intel) = (Settings::default(), Intel::default());
    let half = records(file)? / 2;
    let mut memory = Resident::default();
    let mut collector = Collector::new(&settings, &intel);
    let mut reader = RecordReader::open(File::open(file)?, &ReadOptions::default())?;
    let (mut seen, mut before) = (0, 0);
    while let Some(chunk) = reader.next_chunk()? {
        let Chunk::Rows(rows) = chunk else { continue };
        collector.push_rows(rows);
        let more = seen + rows.as_slice().len() as u64;
        if seen < half && more >= half {
            before = allocator.stats().allocations;
        }
        if more / TURN > seen / TURN {
            let latest = rows.as_slice().last().map(|row| row.end - settings.lateness);
            for observed in collector.take(latest).into_iter().flatten() {
                black_box(memory.apply(&observed, &settings, &intel)?);
            }
        }
        seen = more;
    }
    let made = allocator.stats().allocations - before;
    write!(std::io::stdout(), "{}", made as f64 / (seen - half).max(1) as f64)?;
    Ok(())
}

/// Prints the most windows and destinations of interfaces that are open at once: those of the latest bucket
/// and of the four that the default lateness keeps open behind it.
pub(crate) fn live(file: &Path) -> Result<()> {
    const OPEN: i64 = 5;
    let mut reader = RecordReader::open(File::open(file)?, &ReadOptions::default())?;
    let mut buckets: BTreeMap<i64, HashSet<u64>> = BTreeMap::new();
    let hasher = RandomState::new();
    while let Some(entry) = reader.next()? {
        let Entry::Flow(flow) = entry else { continue };
        for time in [flow.start, flow.end] {
            let pair = hasher.hash_one((flow.interface, flow.src, flow.dst));
            buckets.entry(time.div_euclid(BUCKET)).or_default().insert(pair);
        }
    }
    let open = |last: i64| buckets.range(last - OPEN + 1..=last).map(|(_, pairs)| pairs.len()).sum::<usize>();
    let most = buckets.keys().map(|last| open(*last)).max().unwrap_or_default();
    // Both directions of a conversation are one destination.
    write!(std::io::stdout(), "{}", most / 2)?;
    Ok(())
}

fn records(file: &Path) -> Result<u64> {
    let mut reader = RecordReader::open(File::open(file)?, &ReadOptions::default())?;
    while reader.next()?.is_some() {}
    Ok(reader.counts().records)
}

fn each_line(file: &Path, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let mut reader = BufReader::with_capacity(CHUNK, File::open(file)?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        take(line.trim_end())?;
        line.clear();
    }
    Ok(())
}
