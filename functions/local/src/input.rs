//! Files and folders of the command line, and the intelligence folder.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use weir_detection::settings::{Settings, values_from_toml};
use weir_intel::Intel;

use crate::options::{Tuning, Usage};

/// A file that is read from its beginning, by whichever thread.
pub(crate) type Opened = Box<dyn Read + Send>;

/// Every file under `paths`, sorted; `-` stays itself.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else {
            let before = files.len();
            walk(path, true, &mut files)?;
            if files.len() == before {
                eprintln!("weir: {} holds no file that ends in {}", path.display(), LOGS.join(", "));
            }
        }
    }
    Ok(files)
}

/// Opens a file, or standard input for `-`; an event log of Windows as the XML of its events.
pub(crate) fn open(path: &Path) -> Result<Opened> {
    let file: Opened = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?)
    };
    crate::event_log::opened(file).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads the intelligence folder: lists, country and network data, inventory; what is absent stays empty.
///
/// A file that is broken is named on stderr and left out: the others still help.
pub(crate) fn intel(folder: Option<&Path>) -> Result<Intel> {
    let Some(folder) = folder else { return Ok(Intel::default()) };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file()
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            if !Intel::reads(name) {
                eprintln!(
                    "weir: {}: not read; expected tor.txt, tor-exit.txt, vpn.txt, proxy.txt, ip-ranges.json, \
                     country.mmdb, asn.mmdb, catalogue.toml or inventory*.json: rename it if it is one of them",
                    path.display()
                );
                continue;
            }
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push((name.to_owned(), bytes));
        }
    }
    let (intel, faults) = Intel::load(files);
    for fault in faults {
        eprintln!("weir: {}: {fault}", folder.display());
    }
    Ok(intel)
}

/// The settings in force: the file's values, then those of `--set`.
pub(crate) fn settings(tuning: &Tuning) -> Result<Settings> {
    let mut values = Vec::new();
    if let Some(file) = &tuning.settings {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        values = values_from_toml(&text).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
    }
    for pair in &tuning.set {
        let Some((path, value)) = pair.split_once('=') else {
            return Err(Usage(format!("--set should be PATH=VALUE, found `{pair}`")).into());
        };
        values.retain(|(have, _)| have != path);
        values.push((path.to_owned(), value.to_owned()));
    }
    Settings::from_values(values).map_err(|errors| Usage(errors.to_string()).into())
}

/// Endings of the files that a folder is searched for: what is no log by its name is somebody else's.
const LOGS: [&str; 14] = [
    ".binetflow",
    ".csv",
    ".evtx",
    ".gz",
    ".json",
    ".jsonl",
    ".log",
    ".ndjson",
    ".parquet",
    ".prom",
    ".tsv",
    ".txt",
    ".xml",
    ".zst",
];

fn walk(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let about = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !about.is_dir() {
        let name = path.to_string_lossy();
        if named || LOGS.iter().any(|ending| name.ends_with(ending)) {
            files.push(path.to_path_buf());
        }
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut entries: Vec<_> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        // The folder of `--intel` is often kept beside the logs.
        if entry.file_name().is_some_and(|name| name == "intel") {
            continue;
        }
        walk(&entry, false, files)?;
    }
    Ok(())
}
