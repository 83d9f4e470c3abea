//! Lines as the events of CloudWatch Logs subscriptions.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Log events of one payload: about 840 kB of JSON.
const EVENTS: usize = 4_000;

/// A file of Lambda events, one a line, each of one interface.
pub(crate) struct Payloads {
    file: BufWriter<File>,
    open: Vec<Open>,
    events: u64,
}

#[derive(Default)]
struct Open {
    json: Vec<u8>,
    events: usize,
}

impl Payloads {
    pub(crate) fn create(path: &Path, interfaces: usize) -> Result<Self> {
        let open = std::iter::repeat_with(Open::default).take(interfaces).collect();
        Ok(Self { file: BufWriter::new(File::create(path)?), open, events: 0 })
    }

    /// Adds a line of an interface.
    pub(crate) fn add(&mut self, interface: usize, line: &[u8]) -> Result<()> {
        self.events += 1;
        let Some(open) = self.open.get_mut(interface) else { return Ok(()) };
        if open.events == 0 {
            write!(
                open.json,
                r#"{{"messageType":"DATA_MESSAGE","owner":"123456789010","logGroup":"/aws/vpc/flowlogs","logStream":"eni-{interface:017x}-all","subscriptionFilters":["weir"],"logEvents":["#
            )?;
        } else {
            open.json.push(b',');
        }
        write!(open.json, r#"{{"id":"{:056}","timestamp":1700000000000,"message":""#, self.events)?;
        open.json.extend_from_slice(line);
        open.json.extend_from_slice(br#""}"#);
        open.events += 1;
        if open.events == EVENTS { send(&mut self.file, open) } else { Ok(()) }
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> Result<()> {
        for open in self.open.iter_mut().filter(|open| open.events > 0) {
            send(&mut self.file, open)?;
        }
        Ok(self.file.flush()?)
    }
}

fn send(file: &mut impl Write, open: &mut Open) -> Result<()> {
    open.json.extend_from_slice(b"]}");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&open.json)?;
    let data = STANDARD.encode(packed.finish()?);
    writeln!(file, r#"{{"awslogs":{{"data":"{data}"}}}}"#)?;
    *open = Open::default();
    Ok(())
}
