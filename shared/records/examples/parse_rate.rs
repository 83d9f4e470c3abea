//! What parsing costs beside bare decompression, in CPU time of this thread.
//!
//! `cargo run --release -p weir-records --example parse_rate [LINES]`
//!
//! The rounds of all measurements are interleaved and the median counts, so that a busy machine
//! disturbs them alike: trust the ratios.

use std::error::Error;
use std::hint::black_box;
use std::io::{Read as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use weir_records::decode::{Decoder, PAYLOAD_CAP, inflate_into};
use weir_records::envelope::{self, Content, LogsPayload, Scratch};
use weir_records::vpc_flow::{Line, Lines};
use weir_records::{Entry, ReadOptions, RecordReader};

const ROUNDS: usize = 7;
const EVENTS_PER_PAYLOAD: usize = 4_000;

fn main() -> Result<(), Box<dyn Error>> {
    let lines = match std::env::args().nth(1) {
        Some(lines) => lines.parse()?,
        None => 1_000_000,
    };
    let text = flow_lines(lines);
    let file = gzip(text.as_bytes())?;
    let events = lambda_events(&text)?;

    type Measured<'a> = (&'a str, Box<dyn Fn() -> Result<u64, Box<dyn Error>> + 'a>);
    let measurements: [Measured<'_>; 5] = [
        ("S3 file: bare inflate", Box::new(|| bare_file(&file))),
        ("S3 file: inflate and parse", Box::new(|| parsed_file(&file))),
        ("text in memory: parse", Box::new(|| parsed_text(&text))),
        ("CloudWatch payloads: bare base64 and inflate", Box::new(|| bare_payloads(&events))),
        ("CloudWatch payloads: decode and parse", Box::new(|| parsed_payloads(&events))),
    ];
    let mut costs = vec![Vec::new(); measurements.len()];
    for _ in 0..ROUNDS {
        for ((_, run), costs) in measurements.iter().zip(&mut costs) {
            let before = cpu_ns()?;
            black_box(run()?);
            costs.push((cpu_ns()? - before) as f64 / lines as f64);
        }
    }
    let mut out = std::io::stdout().lock();
    let mut medians = Vec::new();
    for ((name, _), costs) in measurements.iter().zip(&mut costs) {
        costs.sort_by(f64::total_cmp);
        let median = costs.get(ROUNDS / 2).copied().unwrap_or_default();
        writeln!(out, "{name:<46} {median:>7.1} ns a line")?;
        medians.push(median);
    }
    if let [bare_file, file, _, bare_payloads, payloads] = medians[..] {
        writeln!(out, "S3 file: {:.2} x bare inflate", file / bare_file)?;
        writeln!(out, "CloudWatch payloads: {:.2} x bare base64 and inflate", payloads / bare_payloads)?;
    }
    Ok(())
}

fn bare_file(file: &[u8]) -> Result<u64, Box<dyn Error>> {
    let mut decoder = Decoder::open(file, None)?;
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    loop {
        match decoder.read(&mut buffer)? {
            0 => return Ok(total),
            count => total += count as u64,
        }
    }
}

fn parsed_file(file: &[u8]) -> Result<u64, Box<dyn Error>> {
    let mut reader = RecordReader::open(file, &ReadOptions::default())?;
    let mut total = 0;
    while let Some(entry) = reader.next()? {
        if let Entry::Flow(flow) = entry {
            total += flow.bytes.unwrap_or_default();
        }
    }
    Ok(total)
}

fn parsed_text(text: &str) -> Result<u64, Box<dyn Error>> {
    let mut lines = Lines::new(None);
    let mut total = 0;
    for line in text.split_terminator('\n') {
        if let Line::Flow(flow) = lines.read(line, None) {
            total += flow.bytes.unwrap_or_default();
        }
    }
    Ok(total)
}

fn bare_payloads(events: &[String]) -> Result<u64, Box<dyn Error>> {
    let (mut packed, mut plain) = (Vec::new(), Vec::new());
    let mut total = 0;
    for event in events {
        packed.clear();
        plain.clear();
        let data = event.strip_prefix(r#"{"awslogs":{"data":""#).and_then(|rest| rest.strip_suffix(r#""}}"#));
        STANDARD.decode_vec(data.ok_or("no data")?, &mut packed)?;
        inflate_into(&packed, &mut plain, PAYLOAD_CAP)?;
        total += plain.len() as u64;
    }
    Ok(total)
}

fn parsed_payloads(events: &[String]) -> Result<u64, Box<dyn Error>> {
    let mut scratch = Scratch::default();
    let mut lines = Lines::new(None);
    let mut total = 0;
    for event in events {
        for part in envelope::open(event)? {
            let Content::Data(data) = part.content else { return Err("an event without data".into()) };
            let payload = LogsPayload::read(data.open(&mut scratch, PAYLOAD_CAP)?)?;
            payload.visit(|event| {
                if let Line::Flow(flow) = lines.read(event.message, event.timestamp) {
                    total += flow.bytes.unwrap_or_default();
                }
            })?;
        }
    }
    Ok(total)
}

/// Default-format lines of 500 interfaces, from a fixed generator.
fn flow_lines(count: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut text = String::with_capacity(count * 116);
    for line in 0..count {
        let interface = random(500);
        let own = format!("10.0.{}.{}", interface / 250, interface % 250 + 1);
        let other = format!("{}.{}.{}.{}", random(222) + 1, random(256), random(256), random(256));
        let (src, dst) = if random(2) == 0 { (own, other) } else { (other, own) };
        let size = random(12);
        let packets = random(1 << size) + 1;
        let start = 1_700_000_000 + line as u64 / 1000;
        let row = format!(
            "2 123456789010 eni-{interface:017x} {src} {dst} {} {} 6 {packets} {} {start} {} ACCEPT OK\n",
            1024 + random(60_000),
            [443, 80, 53, 8080, 22].get(random(5) as usize).unwrap_or(&443),
            packets * (40 + random(1400)),
            start + 59
        );
        text.push_str(&row);
    }
    text
}

/// The lines as CloudWatch Logs subscription events.
fn lambda_events(text: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut events = Vec::new();
    for (chunk, lines) in lines.chunks(EVENTS_PER_PAYLOAD).enumerate() {
        let mut json = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"123456789010","logGroup":"/aws/vpc/flowlogs","logStream":"eni-{chunk:017x}-all","subscriptionFilters":["weir"],"logEvents":["#
        );
        for (index, line) in lines.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            json.push_str(&format!(
                r#"{comma}{{"id":"{:056}","timestamp":1700000000000,"message":"{line}"}}"#,
                chunk * EVENTS_PER_PAYLOAD + index
            ));
        }
        json.push_str("]}");
        events.push(format!(r#"{{"awslogs":{{"data":"{}"}}}}"#, STANDARD.encode(gzip(json.as_bytes())?)));
    }
    Ok(events)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// CPU time of this thread, from the scheduler.
fn cpu_ns() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split(' ').next().unwrap_or_default().parse()?)
}
