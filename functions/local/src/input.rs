//! Files and folders of the command line, and the intelligence folder.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use weir_intel::{Intel, RangeSet};

/// Every file under `paths`, sorted; `-` stays itself.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else {
            walk(path, true, &mut files)?;
        }
    }
    Ok(files)
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?))
}

/// Reads `tor.txt`, `vpn.txt`, `proxy.txt` and `inventory*.json`; what is absent stays empty.
pub(crate) fn intel(folder: Option<&Path>) -> Result<Intel> {
    let mut intel = Intel::default();
    let Some(folder) = folder else { return Ok(intel) };
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("inventory") && name.ends_with(".json") {
            let bytes = std::fs::read(&path)?;
            intel.inventory.merge(&bytes).with_context(|| format!("cannot read {}", path.display()))?;
        }
        let list = match name.as_str() {
            "tor.txt" => &mut intel.tor,
            "vpn.txt" => &mut intel.vpn,
            "proxy.txt" => &mut intel.proxy,
            _ => continue,
        };
        let (set, errors) = RangeSet::parse(&std::fs::read_to_string(&path)?);
        for error in errors {
            eprintln!("weir: {}: {error}", path.display());
        }
        *list = set;
    }
    Ok(intel)
}

fn walk(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let about = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !about.is_dir() {
        // In a folder, what is no log by its name is somebody else's.
        let name = path.to_string_lossy();
        if named
            || name.ends_with(".gz")
            || name.ends_with(".log")
            || name.ends_with(".txt")
            || name.ends_with(".zst")
        {
            files.push(path.to_path_buf());
        }
        return Ok(());
    }
    let mut entries: Vec<_> =
        std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|e| e.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.file_name().is_some_and(|name| name == "intel") {
            continue;
        }
        walk(&entry, false, files)?;
    }
    Ok(())
}
