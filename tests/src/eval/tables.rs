//! Measurements as markdown tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::ablation::SHIPPED;
use super::measure::Measured;
use super::precision::precision;
use crate::scenario::calendar::iso;
use crate::scenario::world::{ALL, EVASIVE};
use crate::score::{Recall, Score, pool};

/// All tables of what was measured, pooled over worlds and seeds.
pub fn markdown(measured: &[Measured]) -> String {
    let pooled = pooled(measured);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, measured, &pooled);
    out
}

/// One score a judge, in the order in which they were measured.
fn pooled(measured: &[Measured]) -> Vec<(String, Score)> {
    let mut judges: Vec<&str> = Vec::new();
    for one in measured {
        if !judges.contains(&one.judge.as_str()) {
            judges.push(&one.judge);
        }
    }
    let of = |judge: &str| pool(measured.iter().filter(|one| one.judge == judge).map(|one| &one.score));
    judges.into_iter().filter_map(|judge| Some((judge.to_owned(), of(judge)?))).collect()
}

fn write(out: &mut String, measured: &[Measured], pooled: &[(String, Score)]) -> std::fmt::Result {
    let is_ablation = |judge: &str| judge.starts_with("without ");
    let methods = pooled.iter().filter(|(judge, _)| !is_ablation(judge));
    writeln!(out, "{}\n", worlds(measured))?;
    compare(out, methods)?;
    if pooled.iter().any(|(judge, _)| is_ablation(judge)) {
        writeln!(out)?;
        ablations(out, pooled.iter().filter(|(judge, _)| is_ablation(judge) || judge == SHIPPED))?;
    }
    if let Some((_, weir)) = pooled.iter().find(|(judge, _)| judge == SHIPPED) {
        writeln!(out)?;
        kinds(out, weir)?;
        writeln!(out)?;
        faults(out, weir)?;
    }
    Ok(())
}

/// Which worlds were measured, with their seeds.
fn worlds(measured: &[Measured]) -> String {
    let mut seeds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for one in measured {
        let known = seeds.entry(&one.world).or_default();
        if !known.contains(&one.seed) {
            known.push(one.seed);
        }
    }
    let worlds = seeds.into_iter().map(|(world, mut seeds)| {
        seeds.sort_unstable();
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        format!("{world} ({})", seeds.join(", "))
    });
    format!("Worlds with their seeds: {}.", worlds.collect::<Vec<_>>().join("; "))
}

fn compare<'a>(out: &mut String, judges: impl Iterator<Item = &'a (String, Score)>) -> std::fmt::Result {
    heading(
        out,
        &[
            "judge",
            "recall (95 %)",
            "median delay",
            "false per 1,000 days, medium (95 %)",
            "low and above",
            "precision at 1e-3",
            "at 1e-4",
        ],
    )?;
    for (judge, score) in judges {
        let all = score.kinds.get("all");
        let recall = all.map_or("-".to_owned(), |all| {
            let (low, high) = all.interval;
            let share = share(all.as_wanted, all.total);
            format!("{}/{} = {share:.3} ({low:.3} to {high:.3})", all.as_wanted, all.total)
        });
        let delay = all.and_then(|all| all.median_delay_hours).map_or("-".to_owned(), span);
        let (rate, (low, high)) = (score.medium.per_thousand, score.medium.interval);
        let right = all.map_or(0.0, |all| share(all.as_wanted, all.total));
        let at = |base| {
            let least = precision(right, high, base);
            format!("{:.2} (≥ {least:.2})", precision(right, rate, base))
        };
        writeln!(
            out,
            "| {judge} | {recall} | {delay} | {} = {} ({} to {}) | {} | {} | {} |",
            score.medium.count,
            round(rate),
            round(low),
            round(high),
            round(score.low.per_thousand),
            at(1e-3),
            at(1e-4)
        )?;
    }
    Ok(())
}

/// Weir beside itself with one thing off: counts, since few worlds are behind them.
fn ablations<'a>(out: &mut String, judges: impl Iterator<Item = &'a (String, Score)>) -> std::fmt::Result {
    heading(
        out,
        &[
            "off",
            "found as wanted",
            "at low or above",
            "median delay",
            "false at medium",
            "false at low or above",
        ],
    )?;
    for (judge, score) in judges {
        let all = score.kinds.get("all").cloned().unwrap_or_default();
        writeln!(
            out,
            "| {} | {}/{} | {} | {} | {} | {} |",
            judge.strip_prefix("without ").unwrap_or("nothing"),
            all.as_wanted,
            all.total,
            all.found,
            all.median_delay_hours.map_or("-".to_owned(), span),
            score.medium.count,
            score.low.count
        )?;
    }
    Ok(())
}

/// Kinds whose delay is asked for together.
fn groups(score: &Score) -> Vec<(&'static str, Recall)> {
    let groups: [(&str, &[&str]); 2] =
        [("*relays*", &["relay", "served-relay"]), ("*scans and floods*", &["scan", "flood"])];
    let of = |(name, kernels): (&'static str, &[&str])| {
        let kinds = ALL.iter().chain(&EVASIVE).filter(|kind| kernels.contains(&kind.kernel()));
        (name, Recall::pooled(kinds.filter_map(|kind| score.kinds.get(kind.name()))))
    };
    groups.into_iter().map(of).filter(|(_, recall)| recall.total > 0).collect()
}

/// What became of each kind.
fn kinds(out: &mut String, score: &Score) -> std::fmt::Result {
    heading(
        out,
        &["kind", "as wanted", "at low or above", "right kernel", "median delay", "delay of nine in ten"],
    )?;
    let named = score.kinds.iter().map(|(kind, recall)| (kind.as_str(), recall.clone()));
    for (kind, recall) in groups(score).into_iter().chain(named) {
        let delay = |hours: Option<f64>| hours.map_or("-".to_owned(), span);
        writeln!(
            out,
            "| {kind} | {}/{} | {} | {} | {} | {} |",
            recall.as_wanted,
            recall.total,
            recall.found,
            recall.right_kernel,
            delay(recall.median_delay_hours),
            delay(recall.p90_delay_hours)
        )?;
    }
    Ok(())
}

/// Each miss and each false alert at medium.
fn faults(out: &mut String, score: &Score) -> std::fmt::Result {
    writeln!(out, "Missed, or below the severity wanted: {}.\n", score.misses.len())?;
    for miss in &score.misses {
        writeln!(
            out,
            "- {} on {} {} from {}: severity {}, wanted {}",
            miss.kind,
            miss.host_kind,
            miss.entity,
            iso(miss.start_ms / 1000),
            miss.best_severity_id,
            miss.wanted
        )?;
    }
    writeln!(
        out,
        "\nFalse at medium or above: {} over {:.0} entity-days.\n",
        score.medium.count, score.benign_days
    )?;
    for alert in score.false_alerts.iter().filter(|alert| alert.severity_id > 2) {
        let time = iso(alert.time / 1000);
        let before = if alert.before_hijack { ", before its hijack" } else { "" };
        writeln!(
            out,
            "- {} on {} {} at {time}{before}: {}",
            alert.kernel, alert.kind, alert.entity, alert.title
        )?;
    }
    Ok(())
}

/// The first two rows of a table.
fn heading(out: &mut String, columns: &[&str]) -> std::fmt::Result {
    writeln!(out, "| {} |", columns.join(" | "))?;
    writeln!(out, "| {} |", vec!["---"; columns.len()].join(" | "))
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Hours as people say them.
fn span(hours: f64) -> String {
    if hours < 1.0 { format!("{:.0} min", hours * 60.0) } else { format!("{hours:.1} h") }
}

/// Three digits or so.
fn round(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.2}") } else { format!("{rate:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_rates_are_short() {
        assert_eq!((span(0.05), span(1.25), span(27.0)), ("3 min".into(), "1.2 h".into(), "27.0 h".into()));
        assert_eq!((round(0.196), round(1544.3)), ("0.20".into(), "1544".into()));
    }
}
