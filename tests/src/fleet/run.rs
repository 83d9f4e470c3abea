//! Plays a fleet day by day and writes its logs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::cast::{Size, cast};
use super::day::Day;
use super::{life, log};
use crate::labels::Labels;
use crate::scenario::calendar::{DAY, WORLD_START};
use crate::scenario::dice::Dice;
use crate::scenario::internet::{Internet, Rotation};

/// Writes a fleet below `out`: `logs/*.gz` with a file for each format, `settings.toml`, `labels.json`; returns labels
/// and lines written.
///
/// # Errors
/// When a folder or file cannot be written.
pub fn generate(size: &Size, out: &Path) -> anyhow::Result<(Labels, u64)> {
    let (mut members, labels) = cast(size);
    let folder = out.join("logs");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let put = |name: &str, text: String| {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    put("labels.json", serde_json::to_string_pretty(&labels)? + "\n")?;
    put("settings.toml", life::DECLARED.to_owned())?;
    let net = Internet::new(size.seed, Rotation::Never);
    let mut files: BTreeMap<&str, GzEncoder<BufWriter<File>>> = BTreeMap::new();
    let (mut written, mut lines) = (0, Vec::new());
    for number in 0..size.days {
        let start = WORLD_START + number * DAY;
        for member in &mut members {
            let dice = Dice::new(size.seed, &[0xda7, member.host.index as u64, number as u64]);
            let mut day = Day { host: &member.host, start, net: &net, dice, acts: Vec::new() };
            life::live(&mut day);
            if let Some(plan) = member.plan {
                plan.act(&mut day);
            }
            let mut acts = day.acts;
            // What was to happen after midnight is the next day's to say.
            acts.retain(|act| act.at < start + DAY);
            acts.sort_by_key(|act| act.at);
            lines.extend(log::write(&mut member.host, start, &acts));
        }
        lines.sort_by_key(|line: &log::Line| line.at);
        // A connection that is closed tomorrow is told of tomorrow.
        let today = lines.partition_point(|line| line.at < start + DAY);
        written += today as u64;
        for line in lines.drain(..today) {
            if !files.contains_key(line.file) {
                let path = folder.join(format!("{}.gz", line.file));
                let file =
                    File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
                files.insert(line.file, GzEncoder::new(BufWriter::new(file), Compression::new(2)));
            }
            if let Some(file) = files.get_mut(line.file) {
                writeln!(file, "{}", line.text)?;
            }
        }
    }
    while let Some((_, file)) = files.pop_first() {
        file.finish()?.flush()?;
    }
    Ok((labels, written))
}
