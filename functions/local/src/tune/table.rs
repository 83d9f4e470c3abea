//! The grid and the proposal for people.

use std::io::Write;

use anyhow::Result;
use weir_detection::settings::registry;

use super::propose::{Known, Outcome, Proposal};

/// Prints what each point would have told, then what is proposed.
pub(super) fn print(proposal: &Proposal, known: &Known<'_>, out: &mut dyn Write) -> Result<()> {
    let (days, before, after) = (proposal.days, &proposal.before, &proposal.after);
    let whose = match known {
        Known::Expected(_) => "that the file expects",
        Known::Found(_) => "that are told at medium and above now",
    };
    writeln!(out, "{days:.1} days of history, {} known incidents: those {whose}.", known.len())?;
    writeln!(out, "Each row is the whole history again with one setting changed.\n")?;
    writeln!(
        out,
        "{:<48} {:>14} {:>10} {:>12} {:>7}",
        "SETTING", "VALUE", "ALERTS/DAY", "MEDIUM+/DAY", "MISSED"
    )?;
    let row = |out: &mut dyn Write, path: &str, value: &str, outcome: &Outcome, mark: &str| {
        writeln!(
            out,
            "{path:<48} {value:>14} {:>10.2} {:>12.2} {:>7}{mark}",
            outcome.alerts as f64 / days,
            outcome.medium as f64 / days,
            outcome.missed.len()
        )
    };
    let mut path = "";
    for point in &proposal.points {
        if point.path != path {
            path = point.path;
            row(out, path, &proposal.current.value(path).unwrap_or_default(), before, "  in force")?;
        }
        row(out, "", &point.value, &point.outcome, if point.proposed { "  proposed" } else { "" })?;
    }
    writeln!(out)?;
    row(out, "in force", "", before, "")?;
    row(out, "proposed, together", "", after, "")?;
    for missed in &after.missed {
        writeln!(out, "  missed: {missed}")?;
    }
    let changed: Vec<String> = registry()
        .iter()
        .map(|entry| (entry, entry.render(&proposal.current), entry.render(&proposal.settings)))
        .filter(|(_, now, then)| now != then)
        .map(|(entry, now, then)| format!("  {} = \"{then}\"  (now {now})", entry.path))
        .collect();
    if changed.is_empty() {
        writeln!(out, "\nNo change is proposed: no value on the grid tells less without missing more.")?;
    } else {
        writeln!(
            out,
            "\nProposed, each kept because it still helped beside those before it:\n{}",
            changed.join("\n")
        )?;
        writeln!(
            out,
            "A threshold that fits {days:.1} days is a guess about the next: hold it against other history first."
        )?;
    }
    Ok(())
}
