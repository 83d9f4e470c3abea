//! The settings that took part in a finding.

use crate::finding::{Contribution, Kernel};
use crate::settings::{Settings, registry};

/// Settings that bear on every finding.
const ALWAYS: [&str; 5] =
    ["an0084/mode", "baseline/warm-up", "incident/quiet", "incident/suppress", "lateness"];

/// Path and value of each setting that took part: those of the kernels that spoke, and those that bear on all.
pub(super) fn in_force(
    lead: Kernel,
    contributions: &[Contribution],
    settings: &Settings,
) -> Vec<(String, String)> {
    let kernels = || contributions.iter().map(|share| share.kernel).chain([lead]);
    registry()
        .iter()
        .filter(|entry| {
            ALWAYS.contains(&entry.path)
                || kernels().any(|kernel| of(kernel).iter().any(|start| entry.path.starts_with(start)))
        })
        .map(|entry| (entry.path.to_owned(), entry.render(settings)))
        .collect()
}

/// Beginnings of the paths of what a kernel asks for.
const fn of(kernel: Kernel) -> &'static [&'static str] {
    match kernel {
        Kernel::Volume => &["an0084/traffic-egress-threshold/"],
        Kernel::Relay | Kernel::ServedRelay => &["an0084/relay/"],
        Kernel::Session => &["an0084/reuse/"],
        Kernel::Scan => &["an0084/scan/"],
        Kernel::Flood => &["an0084/flood/"],
        Kernel::Intel => &["an0084/intel-", "intel/max-age/"],
        Kernel::Torrent => &["an0084/torrent/"],
        // An anomaly of volume that one destination explains is an upload by name.
        Kernel::Upload => &["an0084/upload/", "an0084/traffic-egress-threshold/"],
        Kernel::Dormant => &["an0084/traffic-egress-threshold/dormant-min-bytes"],
        Kernel::Name | Kernel::SlowGrowth | Kernel::Blinding | Kernel::Program | Kernel::Container => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_states_what_its_kernels_ask_for_and_nothing_of_the_others() {
        let settings = Settings::from_values([("an0084/scan/hosts", "40")]).unwrap();
        let found = in_force(Kernel::Scan, &[], &settings);

        assert!(found.contains(&("an0084/scan/hosts".to_owned(), "40".to_owned())));
        assert!(found.iter().all(|(path, _)| !path.starts_with("an0084/relay/")), "{found:?}");
    }
}
