//! Plays a world minute by minute and writes its files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::behaviour::Stage;
use super::calendar::{DAY, HOUR, WORLD_START, civil};
use super::cast::{self, Cast};
use super::delivery::Delivery;
use super::dice::{Dice, mix};
use super::internet::{Internet, TOR_RELAYS};
use super::inventory::inventory;
use super::row::{self, Layout};
use super::wire::{Tally, Tuple, Wire};
use super::world::World;
use crate::labels::Labels;

/// Hours of flow logs in one file.
const FILE_HOURS: i64 = 6;

/// Writes a world below `out`: `flow-logs/*.log.gz`, `intel/`, `labels.json`; returns labels and rows written.
///
/// # Errors
/// When a folder or file cannot be written.
pub fn generate(world: &World, out: &Path) -> anyhow::Result<(Labels, u64)> {
    let mut cast = cast::build(world);
    write_lists(&cast.net, &out.join("intel"))?;
    write_json(&out.join("intel/inventory.json"), &inventory(&cast.hosts), false)?;
    write_json(&out.join("labels.json"), &serde_json::to_value(&cast.labels)?, true)?;
    let folder = out.join("flow-logs");
    let mut files = Files::new(world, &folder)?;
    rows(world, &mut cast, |now, host, text| files.write(now, host, text))?;
    Ok((cast.labels, files.finish()?))
}

/// Plays a world and hands over the rows of each interval of each logged interface, as they are delivered.
///
/// # Errors
/// What `see` returns.
pub fn rows<F>(world: &World, cast: &mut Cast, mut see: F) -> anyhow::Result<()>
where
    F: FnMut(i64, &super::account::Host, &[u8]) -> anyhow::Result<()>,
{
    let mut text = Vec::new();
    let mut deliveries: BTreeMap<usize, Delivery> = BTreeMap::new();
    let mut dice = Dice::new(world.seed, &[0xde]);
    play(world, cast, |now, host, interval| {
        text.clear();
        let start = now + 60 - host.interval * 60;
        if interval.is_empty() && world.no_data {
            row::no_data(&mut text, world.layout, host, start, now + 59);
        }
        for (tuple, tally) in interval {
            row::flow(&mut text, world.layout, host, tuple, tally);
        }
        if world.messy {
            let arrived = deliveries.entry(host.index).or_default().messy(now, &text, &mut dice);
            return see(now, host, &arrived);
        }
        see(now, host, &text)
    })
}

/// Plays a world and hands over each interval of each logged interface, in time order.
///
/// # Errors
/// What `see` returns.
pub fn play<F>(world: &World, cast: &mut Cast, mut see: F) -> anyhow::Result<()>
where
    F: FnMut(i64, &super::account::Host, &[(Tuple, Tally)]) -> anyhow::Result<()>,
{
    let mut wires: Vec<Wire> = cast.hosts.iter().map(|_| Wire::default()).collect();
    let mut dice = Dice::new(world.seed, &[0x0f]);
    let mut elsewhere = Vec::new();
    for minute in 0..world.days * DAY / 60 {
        let now = WORLD_START + minute * 60;
        for wire in &mut wires {
            wire.carry(now, &mut dice);
        }
        for actor in &mut cast.actors {
            let host = &cast.hosts[actor.host];
            if host.alive(now) {
                actor.behaviour.tick(&mut Stage {
                    now,
                    host,
                    hosts: &cast.hosts,
                    net: &cast.net,
                    dice: &mut actor.dice,
                    wire: &mut wires[actor.host],
                    elsewhere: &mut elsewhere,
                });
            }
        }
        for (index, talk) in elsewhere.drain(..) {
            wires[index].post(now, talk, &mut dice);
        }
        for host in &cast.hosts {
            if (minute + 1 + host.index as i64) % host.interval != 0 {
                continue;
            }
            let interval = wires[host.index].drain();
            if host.logged && host.born < now + 60 && (host.alive(now) || !interval.is_empty()) {
                see(now, host, &interval)?;
            }
        }
    }
    Ok(())
}

fn write_json(path: &Path, value: &serde_json::Value, pretty: bool) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let text = if pretty { serde_json::to_string_pretty(value)? } else { value.to_string() };
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

fn write_lists(net: &Internet, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, text) in lists(net) {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The address lists of a world by file name, an address or network a line.
pub fn lists(net: &Internet) -> [(&'static str, String); 3] {
    let lists: [(&str, Vec<String>); 3] = [
        ("tor.txt", (0..TOR_RELAYS).map(|n| net.tor(n).to_string()).collect()),
        ("vpn.txt", (0..300).map(|n| format!("{}/26", net.vpn_network(n))).collect()),
        ("proxy.txt", (0..400).map(|n| net.open_proxy(n).to_string()).collect()),
    ];
    lists.map(|(name, mut lines)| {
        lines.sort();
        lines.dedup();
        (name, lines.join("\n") + "\n")
    })
}

/// The open file of each region, one for every [`FILE_HOURS`].
struct Files<'a> {
    folder: &'a Path,
    layout: Layout,
    level: Compression,
    open: BTreeMap<&'static str, (i64, GzEncoder<BufWriter<File>>)>,
    rows: u64,
}

impl<'a> Files<'a> {
    fn new(world: &World, folder: &'a Path) -> anyhow::Result<Self> {
        // Files of an earlier run would be read as part of this world.
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let level = if world.lean { Compression::best() } else { Compression::new(2) };
        Ok(Self { folder, layout: world.layout, level, open: BTreeMap::new(), rows: 0 })
    }

    fn write(&mut self, now: i64, host: &super::account::Host, text: &[u8]) -> anyhow::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let slot = now.div_euclid(FILE_HOURS * HOUR);
        if self.open.get(host.region).is_some_and(|(open, _)| *open != slot)
            && let Some((_, file)) = self.open.remove(host.region)
        {
            file.finish()?.flush()?;
        }
        if !self.open.contains_key(host.region) {
            let [y, mo, d, h, mi, _] = civil(slot * FILE_HOURS * HOUR);
            let id = host.region.bytes().fold(17, |a, b| mix(&[a, u64::from(b)]));
            let name = format!(
                "{}_vpcflowlogs_{}_fl-0{id:016x}_{y:04}{mo:02}{d:02}T{h:02}{mi:02}Z_{:08x}.log.gz",
                host.account,
                host.region,
                mix(&[id, slot as u64]) as u32
            );
            let path = self.folder.join(name);
            let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
            let mut file = GzEncoder::new(BufWriter::new(file), self.level);
            file.write_all(row::header(self.layout).as_bytes())?;
            self.open.insert(host.region, (slot, file));
        }
        if let Some((_, file)) = self.open.get_mut(host.region) {
            file.write_all(text)?;
        }
        self.rows += text.iter().filter(|&&b| b == b'\n').count() as u64;
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<u64> {
        while let Some((_, (_, file))) = self.open.pop_first() {
            file.finish()?.flush()?;
        }
        Ok(self.rows)
    }
}
