//! The grid: one setting changed at a time, of the kernels that spoke or should have.

use std::collections::BTreeSet;

use weir_detection::finding::Kernel;
use weir_detection::settings::{Settings, registry};

use super::propose::Known;
use crate::told::Told;
use crate::variation::around;

/// Settings that matter to a kernel.
const fn paths(kernel: Kernel) -> &'static [&'static str] {
    match kernel {
        Kernel::Volume => &[
            "an0084/traffic-egress-threshold/percentile",
            "an0084/traffic-egress-threshold/k-of-m",
            "an0084/traffic-egress-threshold/ratio",
            "an0084/traffic-egress-threshold/min-bytes",
        ],
        Kernel::Relay | Kernel::ServedRelay => &[
            "an0084/relay/min-bytes",
            "an0084/relay/origins",
            "an0084/relay/correlation",
            "an0084/relay/hours",
        ],
        Kernel::Session => &["an0084/reuse/min-duration", "an0084/reuse/presence"],
        Kernel::Scan => &["an0084/scan/hosts", "an0084/scan/ports", "an0084/scan/fail-ratio"],
        Kernel::Flood => &["an0084/flood/packets", "an0084/flood/rate"],
        Kernel::Intel => &["an0084/intel-min-bytes", "an0084/intel-share"],
        Kernel::Torrent => &["an0084/torrent/peers"],
        Kernel::Upload => {
            &["an0084/upload/min-bytes", "an0084/upload/hours", "an0084/traffic-egress-threshold/min-bytes"]
        }
        Kernel::Dormant => &["an0084/traffic-egress-threshold/dormant-min-bytes"],
        Kernel::Name | Kernel::SlowGrowth | Kernel::Blinding | Kernel::Program | Kernel::Container => &[],
    }
}

/// Path and value of each point.
pub(super) fn points(settings: &Settings, told: &[Told], known: &Known<'_>) -> Vec<(&'static str, String)> {
    let spoke = told.iter().flat_map(|told| told.evidence.iter().map(|(_, kernel)| *kernel));
    let kernels = spoke.chain(told.iter().map(|told| told.kernel)).chain(known.kernels());
    let paths: BTreeSet<&str> = kernels.flat_map(paths).copied().collect();
    registry()
        .iter()
        .filter(|entry| paths.contains(entry.path))
        .flat_map(|entry| around(entry, settings).into_iter().map(|value| (entry.path, value)))
        .collect()
}
