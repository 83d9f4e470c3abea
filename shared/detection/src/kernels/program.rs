//! A program of the catalogue that runs: what its signs and how it runs come to.
//!
//! A tool that honest users have too is nothing by itself: it must be busy, or run from an odd place.

use super::Verdict;
use crate::finding::{Kernel, Severity};
use crate::host::Hit;

/// Worth of a sign from which it is strong.
const STRONG: f32 = 0.8;

/// Worth from which a sign counts.
const COUNTS: f32 = 0.5;

/// Worth from which a sign of a tool of honest users counts: a plain `ssh` is below, one that forwards is not.
const COUNTS_DUAL: f32 = 0.3;

/// Oddness from which it is a reason of its own.
pub const ODD: f64 = 0.25;

/// A program of the catalogue, and how it runs.
#[derive(Clone, Copy, Debug)]
pub struct Running<'a> {
    /// What it is.
    pub hit: &'a Hit,
    /// How odd it is where and how it runs, 0 to 1.
    pub oddness: f64,
    /// Set up as a service or a task.
    pub persistent: bool,
    /// It runs from where nothing is installed.
    pub misplaced: bool,
    /// Put where nothing is installed, and run by what strangers break in through.
    pub planted: bool,
    /// It talks to somebody outside.
    pub talks: bool,
    /// What makes a tool of honest users matter: a rate, a fan, a burst.
    pub busy: Option<&'a str>,
}

/// Judges a program by what it is; `None` where that says nothing.
#[must_use]
pub fn judge(running: &Running<'_>) -> Option<Verdict> {
    let hit = running.hit;
    let severity = if hit.dual_use { dual_use(running)? } else { bandwidth_sharing(running)? };
    let mut facts =
        vec![format!("{} ({}) runs, {:.2} by {}", hit.name, hit.category, hit.weight, hit.signs.join(", "))];
    facts.extend(running.busy.map(ToOwned::to_owned));
    Some(Verdict { kernel: Kernel::Program, severity, score: hit.weight, facts })
}

/// What nobody runs but to sell bandwidth or to flood.
fn bandwidth_sharing(running: &Running<'_>) -> Option<Severity> {
    let hit = running.hit;
    let more = hit.kinds() >= 2 || running.persistent || running.talks || running.oddness >= ODD;
    match (hit.weight, more) {
        (weight, true) if weight >= STRONG => Some(Severity::High),
        (weight, false) if weight >= STRONG => Some(Severity::Medium),
        (weight, true) if weight >= COUNTS => Some(Severity::Medium),
        (weight, false) if weight >= COUNTS => Some(Severity::Low),
        _ => None,
    }
}

/// What honest users have too.
fn dual_use(running: &Running<'_>) -> Option<Severity> {
    let hit = running.hit;
    if hit.weight < COUNTS_DUAL {
        return None;
    }
    // Backups and load tests are busy by design.
    let is_busy_by_design = hit.category == "uploader" || hit.tool == "loadtest";
    if running.planted && !is_busy_by_design {
        return Some(Severity::Medium);
    }
    match (running.busy.is_some(), running.oddness >= ODD, is_busy_by_design) {
        (true, true, false) => Some(Severity::Medium),
        // A database backs itself up under its own user.
        (true, true, true) if running.misplaced => Some(Severity::Low),
        (true, false, false) | (false, true, false) => Some(Severity::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(weight: f32, dual_use: bool, category: &str, signs: &[&str]) -> Hit {
        Hit {
            tool: "it".into(),
            name: "It".into(),
            category: category.into(),
            dual_use,
            weight,
            signs: signs.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn one_strong_sign_is_medium_and_two_are_high_and_a_tool_of_honest_users_needs_a_reason() {
        let said = |hit: Hit, oddness, talks, busy: Option<&str>| {
            judge(&Running {
                hit: &hit,
                oddness,
                persistent: false,
                misplaced: oddness > 0.0,
                planted: oddness >= 0.4,
                talks,
                busy,
            })
            .map(|verdict| verdict.severity)
        };
        let (strong, both) = (["name it"], ["name it", "arguments -x"]);
        let proxyware = |weight, signs: &[&str]| hit(weight, false, "proxyware", signs);
        let dual = |weight, category| hit(weight, true, category, &strong);

        assert_eq!(said(proxyware(0.85, &strong), 0.0, false, None), Some(Severity::Medium));
        assert_eq!(said(proxyware(0.85, &both), 0.0, false, None), Some(Severity::High));
        assert_eq!(said(proxyware(0.85, &strong), 0.25, false, None), Some(Severity::High));
        assert_eq!(said(proxyware(0.79, &strong), 0.24, false, None), Some(Severity::Low));
        assert_eq!(said(proxyware(0.55, &strong), 0.0, true, None), Some(Severity::Medium));
        assert_eq!(said(proxyware(0.49, &both), 0.9, true, None), None);
        assert_eq!(said(dual(0.55, "proxy-server"), 0.24, true, None), None);
        assert_eq!(said(dual(0.55, "proxy-server"), 0.25, true, None), Some(Severity::Low));
        assert_eq!(said(dual(0.55, "proxy-server"), 0.0, true, Some("busy")), Some(Severity::Low));
        assert_eq!(said(dual(0.55, "scanner"), 0.3, true, Some("busy")), Some(Severity::Medium));
        assert_eq!(said(dual(0.55, "scanner"), 0.4, false, None), Some(Severity::Medium));
        assert_eq!(said(dual(0.6, "uploader"), 0.4, false, None), None);
        assert_eq!(said(dual(0.29, "scanner"), 0.4, true, Some("busy")), None);
        assert_eq!(said(dual(0.6, "uploader"), 0.3, true, None), None);
        assert_eq!(said(dual(0.6, "uploader"), 0.0, true, Some("busy")), None);
    }
}
