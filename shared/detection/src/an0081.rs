//! AN0081: Linux hosts, by what the audit log, osquery, Falco and counters tell.
//!
//! # Source
//!
//! <https://attack.mitre.org/detectionstrategies/DET0028/>; rules from threats.md 6.2.

use crate::host::{Judged, Platform, Rules, View, judge_programs};

/// Starts of one network tool in five minutes that are a loop: 30 a minute.
const LOOP: (u32, i64) = (150, 300_000);

/// What is said of the programs of a Linux host.
#[must_use]
pub fn judged(view: &View<'_>) -> Vec<Judged> {
    let settings = &view.settings.an0081;
    if settings.mode.of_findings().is_none() {
        return Vec::new();
    }
    judge_programs(
        view,
        &Rules {
            platform: Platform::Linux,
            extra: &settings.tool_pattern.extra,
            disabled: &settings.tool_pattern.disabled,
            allowed: &|_| false,
            beside: &|_| Vec::new(),
            burst: LOOP,
            cap: 1.0,
        },
    )
}
