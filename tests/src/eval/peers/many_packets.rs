//! A record with many packets.

use super::{Method, Window};

/// Packets above which a record is an alarm.
const THRESHOLD: u64 = 10_000;

/// An accepted record of more than 10,000 packets.
///
/// # Source
/// Turbot's VPC flow log detections, "high packet count"; static rules of ATT&CK's data sources are of this kind.
pub(super) struct ManyPackets;

impl Method for ManyPackets {
    fn judge(&mut self, window: &Window) -> bool {
        window.packets > THRESHOLD
    }
}
