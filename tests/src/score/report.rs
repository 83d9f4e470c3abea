//! A score as a person reads it.

use std::fmt::Write;

use super::Score;
use crate::scenario::calendar::iso;

/// Tables of recall and false alerts, then each false alert and each miss.
pub fn text(score: &Score) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, score);
    out
}

fn write(out: &mut String, score: &Score) -> std::fmt::Result {
    writeln!(
        out,
        "{:<22} {:>5} {:>9} {:>7} {:>8}  {:<13} {:>9}",
        "kind", "found", "as wanted", "kernel", "of", "95 %", "delay, h"
    )?;
    for (kind, r) in &score.kinds {
        let delay = r.median_delay_hours.map_or("-".to_owned(), |h| format!("{h:.2}"));
        let interval = format!("{:.2}-{:.2}", r.interval.0, r.interval.1);
        writeln!(
            out,
            "{kind:<22} {:>5} {:>9} {:>7} {:>8}  {interval:<13} {delay:>9}",
            r.found, r.as_wanted, r.right_kernel, r.total
        )?;
    }
    writeln!(out, "\nfalse alerts over {:.0} benign entity-days", score.benign_days)?;
    for (name, rate) in [("medium", &score.medium), ("low", &score.low)] {
        let (low, high) = rate.interval;
        writeln!(
            out,
            "  {name} and above: {} = {:.2} per 1,000 (95 % {low:.2} to {high:.2})",
            rate.count, rate.per_thousand
        )?;
    }
    for (analytic, f) in score.analytics.iter().filter(|_| score.analytics.len() > 1) {
        let (m, l) = (&f.medium, &f.low);
        writeln!(
            out,
            "  {analytic} over {:.0} days: medium {} = {:.2} (95 % {:.2} to {:.2}), low {} = {:.2}",
            f.benign_days, m.count, m.per_thousand, m.interval.0, m.interval.1, l.count, l.per_thousand
        )?;
    }
    for a in &score.false_alerts {
        let note = if a.before_hijack { " (before its hijack)" } else { "" };
        let time = iso(a.time / 1000);
        writeln!(
            out,
            "  severity {} {} {}{note} by {} at {time}: {}",
            a.severity_id, a.entity, a.kind, a.kernel, a.title
        )?;
    }
    writeln!(out, "\nmissed, or found below the severity wanted: {}", score.misses.len())?;
    for m in &score.misses {
        let best = if m.best_severity_id == 0 {
            "nothing".to_owned()
        } else {
            format!("severity {}", m.best_severity_id)
        };
        writeln!(
            out,
            "  {} on {} {} from {}: {best}, wanted {}",
            m.kind,
            m.host_kind,
            m.entity,
            iso(m.start_ms / 1000),
            m.wanted
        )?;
    }
    writeln!(out, "\nafter a hijack: {}; about strangers: {}", score.aftermath, score.unknown)
}
