//! AN0080: Windows hosts, by what Sysmon and the security log tell. They count no bytes: a score without the flow log
//! of the interface is capped, and the finding says so.
//!
//! # Source
//!
//! <https://attack.mitre.org/detectionstrategies/DET0028/>; rules from threats.md 6.1.

use crate::host::{Judged, Platform, Program, Rules, View, judge_programs};
use crate::settings::matches_any_case;

/// Most that a score may be where no bytes are known.
const WITHOUT_BYTES: f64 = 0.75;

/// What is said of the programs of a Windows host.
#[must_use]
pub fn judged(view: &View<'_>) -> Vec<Judged> {
    let settings = &view.settings.an0080;
    if settings.mode.of_findings().is_none() {
        return Vec::new();
    }
    // A name is easily taken, a path under a protected folder is not.
    let allowed = |program: &Program| {
        let path = program.path.as_deref().unwrap_or_default();
        settings.process_name.allow.iter().any(|pattern| matches_any_case(pattern, path))
    };
    judge_programs(
        view,
        &Rules {
            platform: Platform::Windows,
            extra: &settings.process_name.extra,
            disabled: &[],
            allowed: &allowed,
            beside: &|_| Vec::new(),
            burst: (settings.process_name.child_burst, settings.time_window),
            cap: WITHOUT_BYTES,
        },
    )
}
