//! What agents of a host write of what happens on it.

mod containers;
mod counters;
mod linux;
mod macos;
mod windows;

use super::act::Act;
use super::host::{Host, Platform};
use crate::scenario::calendar::civil;

/// One line of a log.
#[derive(Debug, Clone)]
pub struct Line {
    /// When, seconds since the epoch.
    pub at: i64,
    /// File that it is written to.
    pub file: &'static str,
    /// The line, without its end.
    pub text: String,
}

/// Everything that the agents of a host write of one day; `acts` in time order.
pub fn write(host: &mut Host, start: i64, acts: &[Act]) -> Vec<Line> {
    let mut lines = Vec::new();
    match host.platform {
        Platform::Windows => windows::write(host, start, acts, &mut lines),
        Platform::Linux => linux::write(host, start, acts, &mut lines),
        Platform::MacOs => macos::write(host, start, acts, &mut lines),
        Platform::Node => containers::write(host, start, acts, &mut lines),
    }
    lines
}

/// `2026-06-01 00:00:00`, with what stands between date and time.
fn stamp(at: i64, between: &str) -> String {
    let [y, mo, d, h, mi, s] = civil(at);
    format!("{y:04}-{mo:02}-{d:02}{between}{h:02}:{mi:02}:{s:02}")
}

/// A local port that no other connection of the time has.
fn ephemeral(serial: u64) -> u64 {
    49_152 + serial % 16_000
}
