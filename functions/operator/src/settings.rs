//! `weirctl settings`: the parameters of a stage, and a file of them.

mod parameters;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use weir_detection::settings::{Settings, SettingsErrors, registry, values_from_toml};

pub(crate) use self::parameters::{read, remove};
use crate::aws::Aws;
use crate::fault::Usage;
use crate::options;

/// Values by path.
pub(crate) type Values = BTreeMap<String, String>;

/// Runs the command.
pub(crate) fn run(options: &options::Settings, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    match options {
        options::Settings::Push { file, dry_run } => push(file, *dry_run, aws, out),
        options::Settings::Pull { all } => pull(*all, aws, out),
    }
}

fn push(file: &Path, dry_run: bool, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let wanted = values_from_toml(&text).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
    let stored = read(aws)?;
    // As the deployment will read them: the whole set is valid, or all of it is refused.
    let mut together = stored.clone();
    together.extend(wanted.iter().cloned());
    if let Err(errors) = checked(&together) {
        let own = |path: &str| wanted.iter().any(|(have, _)| have == path);
        for fault in errors.faults() {
            let whose = if own(&fault.path) { file.display().to_string() } else { aws.place.stage.clone() };
            eprintln!("weirctl: {whose}: {fault}");
        }
        return Err(
            Usage("nothing was changed: the settings together should have no fault".to_owned()).into()
        );
    }
    let changes: Vec<&(String, String)> =
        wanted.iter().filter(|(path, value)| differs(path, value, stored.get(path))).collect();
    for (path, value) in &changes {
        let from = stored.get(path).cloned().or_else(|| Some(format!("{} (the default)", default_of(path)?)));
        let from = from.unwrap_or_else(|| "none".to_owned());
        writeln!(out, "{path}: {from} -> {value}")?;
    }
    out.flush()?;
    if !dry_run {
        for (done, (path, value)) in changes.iter().enumerate() {
            parameters::write(aws, path, value).with_context(|| {
                format!(
                    "{done} of {} settings were changed; the same command changes the rest",
                    changes.len()
                )
            })?;
        }
    }
    let changed = if dry_run { "would change" } else { "changed; functions read them within their TTL" };
    eprintln!("weirctl: {} of {} settings {changed}", changes.len(), wanted.len());
    Ok(ExitCode::SUCCESS)
}

fn pull(all: bool, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let stored = read(aws)?;
    for (path, value) in &stored {
        if all || differs(path, value, None) {
            writeln!(out, "{} = {}", toml::Value::from(path.as_str()), toml::Value::from(value.as_str()))?;
        }
    }
    out.flush()?;
    let Err(errors) = checked(&stored) else { return Ok(ExitCode::SUCCESS) };
    for fault in errors.faults() {
        eprintln!("weirctl: /weir/{}/{fault}", aws.place.stage);
    }
    eprintln!(
        "weirctl: the deployment refuses the set and keeps the last good one; mend it by `settings push`"
    );
    Ok(ExitCode::from(2))
}

/// Writes one of them, if the set stays one that the deployment takes.
pub(crate) fn put(aws: &Aws, path: &str, value: &str) -> Result<()> {
    let mut together = read(aws)?;
    together.insert(path.to_owned(), value.to_owned());
    checked(&together).context("nothing was changed: the settings together should have no fault")?;
    parameters::write(aws, path, value)
}

/// The set as the deployment reads it.
pub(crate) fn checked(values: &Values) -> Result<Settings, SettingsErrors> {
    Settings::from_values(values.iter())
}

/// Whether a value means something else than what is stored, or than the default where nothing is.
fn differs(path: &str, value: &str, stored: Option<&String>) -> bool {
    let default = default_of(path);
    match stored.map(String::as_str).or(default.as_deref()) {
        Some(before) => value != before && meant(path, value) != meant(path, before),
        None => true,
    }
}

/// A value as the registry would write it, or a document as its members.
fn meant(path: &str, text: &str) -> Option<String> {
    let Some(entry) = registry().iter().find(|entry| entry.path == path) else {
        return Some(serde_json::from_str::<serde_json::Value>(text).ok()?.to_string());
    };
    let mut settings = Settings::default();
    entry.apply(&mut settings, text).ok()?;
    Some(entry.render(&settings))
}

/// The default of a setting; suppressions and overrides have none.
fn default_of(path: &str) -> Option<String> {
    registry().iter().find(|entry| entry.path == path).map(weir_detection::settings::Entry::default_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_differs_by_what_it_means() {
        let stored = "20m".to_owned();
        assert!(!differs("lateness", "1200s", Some(&stored)), "the same time");
        assert!(differs("lateness", "30m", Some(&stored)));
        assert!(!differs("lateness", "20m", None), "the default");
        assert!(differs("lateness", "soon", Some(&stored)), "what is refused is never the same");
    }
}
