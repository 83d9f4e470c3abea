//! `weir settings`: the registry for people and scripts, and a file held against it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;
use weir_detection::settings::{Entry, Settings, registry, values_from_toml};

use crate::options::{Format, SettingsCommand};

/// Runs the command.
pub(crate) fn run(command: &SettingsCommand, out: &mut dyn Write) -> Result<ExitCode> {
    match command {
        SettingsCommand::List { format: Format::Table } => list(out)?,
        SettingsCommand::List { format: Format::Json } => list_json(out)?,
        SettingsCommand::Check { file } => return check(file, out),
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One setting as JSON.
#[derive(Serialize)]
struct Described<'a> {
    path: &'a str,
    meaning: &'a str,
    default: String,
    unit: &'a str,
    allowed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attack: Option<&'a str>,
}

fn list(out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "Change a setting for one run with --set PATH=VALUE, or keep them in a file for --settings."
    )?;
    let mut group = "";
    for entry in registry() {
        let of = group_of(entry.path);
        if of != group {
            group = of;
            writeln!(out, "\n{group}")?;
        }
        writeln!(out, "  {}", entry.path)?;
        let attack = entry.attack.map_or(String::new(), |element| format!(" ATT&CK element {element}."));
        paragraph(&format!("{}{attack}", entry.meaning), out)?;
        paragraph(&format!("Default {}; {}", entry.default_text().replace(',', ", "), allowed(entry)), out)?;
    }
    Ok(())
}

fn paragraph(text: &str, out: &mut dyn Write) -> Result<()> {
    for line in
        textwrap::wrap(text, textwrap::Options::new(100).initial_indent("      ").subsequent_indent("      "))
    {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn list_json(out: &mut dyn Write) -> Result<()> {
    for entry in registry() {
        let described = Described {
            path: entry.path,
            meaning: entry.meaning,
            default: entry.default_text(),
            unit: entry.kind().unit(),
            allowed: entry.range(),
            attack: entry.attack,
        };
        writeln!(out, "{}", serde_json::to_string(&described)?)?;
    }
    Ok(())
}

fn check(file: &Path, out: &mut dyn Write) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let Err(faults) = Settings::from_toml(&text) else {
        let count = values_from_toml(&text).map_or(0, |values| values.len());
        let settings = if count == 1 { "setting" } else { "settings" };
        writeln!(out, "{}: {count} {settings}, no fault", file.display())?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    };
    for fault in faults.faults() {
        eprintln!("weir: {}: {fault}", file.display());
    }
    Ok(ExitCode::from(2))
}

/// What the value looks like and how far it may go.
fn allowed(entry: &Entry) -> String {
    let (unit, range) = (entry.kind().unit(), entry.range());
    match unit {
        "" => range,
        unit => format!("{unit}: {range}"),
    }
}

/// The first part of a path that has parts: `an0084`, and for the others where they belong.
fn group_of(path: &'static str) -> &'static str {
    path.split_once('/').map_or("other", |(first, _)| first)
}
