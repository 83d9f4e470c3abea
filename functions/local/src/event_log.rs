//! Event logs of Windows (EVTX), as the XML of their events.
//!
//! Their records point into each other, so a file is read whole and its XML kept in a temporary file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use anyhow::{Context, Result};
use evtx::{EvtxParser, ParserSettings};

use crate::input::Opened;

/// What a file begins with.
const MAGIC: &[u8; 8] = b"ElfFile\0";

/// The input as it is, or the XML of its events if it is an event log.
///
/// # Errors
/// The input fails, or an event log has no readable head.
pub(crate) fn opened(mut input: Opened) -> Result<Opened> {
    let mut head = Vec::with_capacity(MAGIC.len());
    input.by_ref().take(MAGIC.len() as u64).read_to_end(&mut head)?;
    let mut whole = io::Cursor::new(head).chain(input);
    if whole.get_ref().0.get_ref() != MAGIC {
        return Ok(Box::new(whole));
    }
    let mut log = tempfile::tempfile().context("cannot make a temporary file for an event log")?;
    io::copy(&mut whole, &mut log).context("cannot keep an event log in a temporary file")?;
    log.rewind()?;
    Ok(Box::new(as_xml(log)?))
}

/// The events of a log, one behind the other.
fn as_xml(log: File) -> Result<File> {
    let settings = ParserSettings::default().indent(false);
    let mut log =
        EvtxParser::from_read_seek(log).context("no event log of Windows")?.with_configuration(settings);
    let mut xml = tempfile::tempfile().context("cannot make a temporary file for the XML of an event log")?;
    let mut to = BufWriter::with_capacity(64 << 10, &mut xml);
    for event in log.records() {
        match event {
            Ok(event) => writeln!(to, "{}", event.data.trim_end())?,
            // Damaged records, and chunks that a log in use has not written yet, are no events: they are refused.
            Err(error) => writeln!(to, "<Event damaged='{}'></Event>", plain(&error))?,
        }
    }
    to.flush()?;
    drop(to);
    xml.rewind()?;
    Ok(xml)
}

fn plain(error: &evtx::err::EvtxError) -> String {
    error
        .to_string()
        .chars()
        .filter(|character| !matches!(character, '<' | '>' | '\'' | '\n' | '\r'))
        .take(120)
        .collect()
}
