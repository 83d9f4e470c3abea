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

/// Settings that matter to an analytic of hosts, whatever its kernel.
fn paths_of_hosts(analytic: &str) -> &'static [&'static str] {
    match analytic {
        "AN0080" => &["an0080/process-name/child-burst", "an0080/time-window"],
        "AN0081" => &[
            "an0081/traffic-rate-threshold/rate",
            "an0081/traffic-rate-threshold/k-of-m",
            "an0081/traffic-rate-threshold/min-bytes",
        ],
        "AN0082" => &[
            "an0082/data-rate-threshold",
            "an0082/process-signed-status/adhoc",
            "an0082/process-signed-status/unknown",
            "an0082/process-signed-status/unsigned",
        ],
        "AN0083" => &[
            "an0083/container-baseline-network-usage/dormant",
            "an0083/container-baseline-network-usage/jump-ratio",
            "an0083/container-baseline-network-usage/k-of-m",
            "an0083/container-baseline-network-usage/min-bytes",
            "an0083/container-baseline-network-usage/percentile",
            "an0083/container-baseline-network-usage/replica-ratio",
            "an0083/container-baseline-network-usage/symmetry",
        ],
        _ => &[],
    }
}

/// Path and value of each point.
pub(super) fn points(settings: &Settings, told: &[Told], known: &Known<'_>) -> Vec<(&'static str, String)> {
    let spoke = told.iter().flat_map(|told| told.evidence.iter().map(|(_, kernel)| *kernel));
    let kernels = spoke.chain(told.iter().map(|told| told.kernel)).chain(known.kernels());
    let of_hosts = told.iter().flat_map(|told| paths_of_hosts(&told.analytic));
    let paths: BTreeSet<&str> = kernels.flat_map(paths).chain(of_hosts).copied().collect();
    registry()
        .iter()
        .filter(|entry| paths.contains(entry.path))
        .flat_map(|entry| around(entry, settings).into_iter().map(|value| (entry.path, value)))
        .collect()
}
