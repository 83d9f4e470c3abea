//! The explanation for people.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;
use weir_alerting::{Product, to_text};
use weir_detection::finding::Finding;

use super::Explained;
use super::margins::{Margin, Outcome};
use super::target::Target;

/// Prints the finding, how its parts add up, and what each setting would have changed.
pub(super) fn print(explained: &Explained, target: &Target, out: &mut dyn Write) -> Result<()> {
    let Explained { finding, margins } = explained;
    if let Some(written) = &target.written {
        writeln!(out, "{}\n", compared(finding, written))?;
    }
    writeln!(out, "{}", to_text(finding, &Product::default()))?;
    contributions(finding, out)?;
    heading("What each setting would have changed", out)?;
    let (moving, still): (Vec<&Margin>, Vec<&Margin>) =
        margins.iter().partition(|margin| !margin.changes.is_empty());
    for margin in moving {
        writeln!(out, "{}", words(margin))?;
    }
    if !still.is_empty() {
        let still: Vec<&str> = still.iter().map(|margin| margin.path).collect();
        writeln!(out, "No value of these would have changed it by itself: {}", still.join(", "))?;
    }
    Ok(())
}

/// Whether the records give what the file says.
fn compared(finding: &Finding, written: &Value) -> String {
    let number = |pointer: &str| written.pointer(pointer).and_then(Value::as_i64);
    let differ: Vec<String> = [
        ("severity", number("/severity_id"), finding.severity as i64),
        ("confidence", number("/confidence_score"), i64::from(finding.confidence)),
        ("time", number("/time"), finding.time),
    ]
    .into_iter()
    .filter_map(|(what, then, now)| Some((what, then?, now)))
    .filter(|(_, then, now)| then != now)
    .map(|(what, then, now)| format!("{what} {then} then, {now} now"))
    .collect();
    if differ.is_empty() {
        "Recomputed from the records: the same severity, confidence and time.".to_owned()
    } else {
        format!(
            "Recomputed from the records, and it differs (other settings, lists or history): {}.",
            differ.join("; ")
        )
    }
}

/// How the groups of evidence add up: 1 less the product of what each leaves open.
fn contributions(finding: &Finding, out: &mut dyn Write) -> Result<()> {
    heading("How the evidence adds up", out)?;
    writeln!(
        out,
        "{:<14} {:<13} {:>8} {:>7} {:>6} {:>9}",
        "GROUP", "KERNEL", "STRENGTH", "WEIGHT", "SHARE", "TOGETHER"
    )?;
    let mut open = 1.0;
    for share in &finding.contributions {
        let part = share.score * share.weight;
        open *= 1.0 - part;
        writeln!(
            out,
            "{:<14} {:<13} {:>8.2} {:>7.2} {part:>6.2} {:>9.2}",
            share.group.name(),
            share.kernel.name(),
            share.score,
            share.weight,
            1.0 - open
        )?;
    }
    writeln!(out, "The severity is not read from this number: it is {}, because", finding.severity.name())?;
    finding.why.iter().try_for_each(|why| writeln!(out, "- {why}"))?;
    Ok(())
}

fn words(margin: &Margin) -> String {
    let Margin { path, present, changes } = margin;
    let changes: Vec<String> = changes
        .iter()
        .map(|(value, outcome)| match outcome {
            Outcome::Silent => format!("not told at {value}"),
            Outcome::Told(severity) => format!("{} at {value}", severity.name()),
        })
        .collect();
    format!("{path}={present}: {}", changes.join(", "))
}

fn heading(text: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "\n{text}\n{}", "-".repeat(text.len()))?;
    Ok(())
}
