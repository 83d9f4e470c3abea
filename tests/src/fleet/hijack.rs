//! Hijacks of hosts as reports describe them, by platform; each is one crew with one way.

mod containers;
mod macos;
mod relay;
mod unix;
mod windows;

use super::day::Day;
use super::host::Platform;

/// One hijack of one host.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What is done.
    pub kind: Kind,
    /// First and last moment, seconds since the epoch.
    pub lives: (i64, i64),
}

/// A way of hijacking.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Name in the labels.
    pub name: &'static str,
    /// Machines that it happens to.
    pub platform: Platform,
    /// Severity that an analyst would want at least.
    pub wanted: &'static str,
    /// Kernel that should name it.
    pub kernel: &'static str,
    act: fn(&mut Day<'_>, (i64, i64)),
    /// What is hijacked is there before and after, and `act` says what it does then too.
    stays: bool,
}

/// A way that changes what is there already.
const fn changes(
    name: &'static str,
    wanted: &'static str,
    kernel: &'static str,
    act: fn(&mut Day<'_>, (i64, i64)),
) -> Kind {
    Kind { stays: true, ..kind(name, Platform::Node, wanted, kernel, act) }
}

const fn kind(
    name: &'static str,
    platform: Platform,
    wanted: &'static str,
    kernel: &'static str,
    act: fn(&mut Day<'_>, (i64, i64)),
) -> Kind {
    Kind { name, platform, wanted, kernel, act, stays: false }
}

use Platform::{Linux, MacOs, Node, Windows};

/// All ways. What is told at once by a name or its arguments is wanted at medium, what shows only in how it behaves at
/// medium where bytes are counted and at low where they are not.
pub const KINDS: [Kind; 32] = [
    kind("win-bundled-honeygain", Windows, "medium", "program", windows::bundled),
    kind("win-sql-traffmonetizer", Windows, "medium", "program", windows::database),
    kind("win-renamed-pawns", Windows, "medium", "program", windows::renamed_client),
    kind("win-unknown-relay", Windows, "low", "program", windows::unknown_relay),
    kind("win-sdk-digitalpulse", Windows, "medium", "program", windows::sdk),
    kind("win-3proxy-service", Windows, "low", "program", windows::proxy_service),
    kind("win-macro-peer2profit", Windows, "medium", "program", windows::macro_dropper),
    kind("win-iis-scanner", Windows, "medium", "program", windows::scanner),
    kind("lin-web-traffmonetizer", Linux, "medium", "program", unix::web),
    kind("lin-docker-services", Linux, "medium", "program", unix::docker_services),
    kind("lin-cron-earnfm", Linux, "medium", "program", unix::cron),
    kind("lin-renamed-honeygain", Linux, "medium", "program", unix::renamed_client),
    kind("lin-masscan-shm", Linux, "medium", "program", unix::scanner),
    kind("lin-unknown-relay", Linux, "low", "program", unix::unknown_relay),
    kind("lin-microsocks", Linux, "low", "program", unix::socks),
    kind("lin-tor-relay", Linux, "low", "program", unix::tor),
    kind("lin-address-registration", Linux, "medium", "program", unix::registration),
    kind("mac-honeygain-app", MacOs, "medium", "program", macos::honeygain),
    kind("mac-earnapp", MacOs, "medium", "program", macos::earnapp),
    kind("mac-traffmonetizer", MacOs, "medium", "program", macos::traffmonetizer),
    kind("mac-unsigned-relay", MacOs, "medium", "relay", macos::unsigned_relay),
    kind("mac-adhoc-relay", MacOs, "low", "relay", macos::adhoc_relay),
    kind("mac-unsigned-upload", MacOs, "low", "volume", macos::unsigned_upload),
    kind("con-honeygain-image", Node, "medium", "container", containers::image),
    kind("con-mirrored-image", Node, "medium", "container", containers::mirrored),
    kind("con-psclient-env", Node, "medium", "container", containers::psclient),
    kind("con-exec-in-app", Node, "medium", "program", containers::exec),
    changes("con-dormant-relay", "medium", "relay", containers::dormant_relay),
    kind("con-tun2socks-stack", Node, "medium", "container", containers::stack),
    kind("con-unknown-image", Node, "low", "relay", containers::unknown_image),
    changes("con-replica-relay", "medium", "relay", containers::replica),
    changes("con-dormant-upload", "low", "dormant", containers::dormant_upload),
];

impl Plan {
    /// Acts on a day.
    pub fn act(&self, day: &mut Day<'_>) {
        let from = self.lives.0.max(day.start);
        if self.kind.stays || from < self.lives.1.min(day.start + crate::scenario::calendar::DAY) {
            (self.kind.act)(day, self.lives);
        }
    }
}
