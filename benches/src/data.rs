//! Generated flow logs: the default format, 500 interfaces, 60 minutes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::payloads::Payloads;

/// Interfaces, whose shares of the lines follow Zipf's law with this exponent.
const INTERFACES: usize = 500;
const SKEW: f64 = 0.8;

/// Remotes of one interface, their use by Zipf's law with exponent 1.
const REMOTES: usize = 300;

const MINUTES: u64 = 60;

/// Start of the first minute, seconds since the epoch.
const BEGIN: u64 = 1_700_000_400;

/// Writes `lines` lines in order of time as one gzip file, and as payloads of one interface each.
pub(crate) fn generate(lines: u64, file: &Path, payloads: &Path) -> Result<()> {
    let mut rng = Rng::with_seed(7);
    let (interfaces, remotes) = (Zipf::new(INTERFACES, SKEW), Zipf::new(REMOTES, 1.0));
    let mut text = GzEncoder::new(BufWriter::new(File::create(file)?), Compression::default());
    let mut payloads = Payloads::create(payloads, INTERFACES)?;
    let mut line = Vec::new();
    let mut done = 0;
    writeln!(
        text,
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
         action log-status"
    )?;
    for minute in 0..MINUTES {
        while done < lines * (minute + 1) / MINUTES {
            let interface = interfaces.draw(&mut rng);
            let remote = remotes.draw(&mut rng);
            let flow = Conversation::draw(&mut rng, interface, remote, BEGIN + minute * 60);
            // Both directions of a conversation are logged.
            for egress in [true, false] {
                line.clear();
                flow.write(&mut line, egress)?;
                text.write_all(&line)?;
                text.write_all(b"\n")?;
                payloads.add(interface, &line)?;
                done += 1;
            }
        }
    }
    payloads.finish()?;
    text.finish()?.flush()?;
    Ok(())
}

/// One conversation within one minute.
struct Conversation {
    interface: usize,
    remote: [u8; 4],
    ports: (u16, u16),
    packets: (u64, u64),
    bytes: (u64, u64),
    start: u64,
    end: u64,
}

impl Conversation {
    fn draw(rng: &mut Rng, interface: usize, remote: usize, minute: u64) -> Self {
        let size = rng.u64(1..8);
        let requests = 1 + rng.u64(0..1 << size);
        let answers = requests + rng.u64(0..requests * 2 + 1);
        let place = (interface * REMOTES + remote) as u64;
        let start = minute + rng.u64(0..20);
        Self {
            interface,
            remote: address_of(place, remote),
            ports: (rng.u16(32_768..61_000), [443, 443, 443, 80, 5432, 53][remote % 6]),
            packets: (requests, answers),
            bytes: (requests * (60 + rng.u64(0..200)), answers * (60 + rng.u64(0..1_400))),
            start,
            end: start + 20 + rng.u64(0..20),
        }
    }

    fn write(&self, line: &mut Vec<u8>, egress: bool) -> std::io::Result<()> {
        let own = [10, 0, (self.interface / 250) as u8, (self.interface % 250 + 1) as u8];
        let (own, remote) = (std::net::Ipv4Addr::from(own), std::net::Ipv4Addr::from(self.remote));
        let (local, served) = self.ports;
        let (packets, bytes) =
            if egress { (self.packets.0, self.bytes.0) } else { (self.packets.1, self.bytes.1) };
        let (src, dst, from, to) =
            if egress { (own, remote, local, served) } else { (remote, own, served, local) };
        write!(
            line,
            "2 123456789010 eni-{:017x} {src} {dst} {from} {to} 6 {packets} {bytes} {} {} ACCEPT OK",
            (self.interface as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4,
            self.start,
            self.end,
        )
    }
}

/// A tenth of the remotes are inside.
fn address_of(place: u64, remote: usize) -> [u8; 4] {
    let mixed = place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let [_, _, _, _, a, b, c, d] = mixed.to_be_bytes();
    if remote % 10 == 9 { [10, 9, c, d] } else { [11 + a % 80, b, c, d] }
}

/// Ranks by Zipf's law.
struct Zipf {
    sums: Vec<f64>,
}

impl Zipf {
    fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let add = |rank| {
            sum += (rank as f64).powf(-exponent);
            sum
        };
        Self { sums: (1..=ranks).map(add).collect() }
    }

    fn draw(&self, rng: &mut Rng) -> usize {
        let point = rng.f64() * self.sums.last().copied().unwrap_or_default();
        self.sums.partition_point(|sum| *sum < point)
    }
}
