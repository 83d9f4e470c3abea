//! Honest lives, by platform. They were written from what such machines do, before any rule was run over them.

pub mod linux;
pub mod macos;
pub mod nodes;
pub mod servers;
pub mod windows;

use super::day::Day;
use super::host::Platform;

/// Roles of a platform's hosts, the first again after the last.
pub fn roles(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Windows => &[
            "office",
            "office",
            "developer",
            "admin",
            "office",
            "iis",
            "sql",
            "office",
            "backup-server",
            "research",
            "developer",
            "office",
            "gamer",
            "designer",
            "office",
        ],
        Platform::Linux => &[
            "web",
            "web",
            "database",
            "ci-runner",
            "bastion",
            "workstation",
            "backup",
            "mail",
            "monitoring",
            "web",
            "node-app",
            "scanner",
            "vpn-gateway",
            "workstation",
            "ci-runner",
        ],
        Platform::MacOs => {
            &["developer", "designer", "office", "developer", "office", "seeder", "admin", "office"]
        }
        Platform::Node => {
            &["kubernetes", "compose", "kubernetes", "batch", "kubernetes", "homelab", "ci", "broker"]
        }
    }
}

/// What is declared of honest hosts that do what hijackers do, as the settings of the fleet hold it.
pub const DECLARED: &str = "\
[an0080.process-name]
allow = ['c:\\users\\kim\\desktop\\tor browser\\*', 'c:\\program files\\qbittorrent\\*']

[an0083.image-name]
allow = ['qmcgaw/gluetun', 'linuxserver/qbittorrent', 'lscr.io/linuxserver/qbittorrent']

[overrides.scanners]
scope = { entity = 'srv-scan-*' }
settings = { 'an0081/tool-pattern/disabled' = 'masscan, nmap, naabu' }
reason = 'the security team scans the estate every night'
owner = 'security@example.com'

[overrides.seeders]
scope = { entity = 'mac-seed-*' }
settings = { 'an0082/process-signed-status/allow-team' = '5DPYRBHEAR' }
reason = 'seeds installation images'
owner = 'it@example.com'

[suppressions.seeders]
scope = { entity = 'mac-seed-*' }
severity = 'high'
reason = 'seeds installation images'
owner = 'it@example.com'
expiry = 2027-01-01T00:00:00Z
";

/// Lives a day.
pub fn live(day: &mut Day<'_>) {
    match (day.host.platform, day.host.role) {
        (Platform::Windows, "iis" | "sql" | "backup-server") => servers::windows(day),
        (Platform::Windows, _) => windows::live(day),
        (Platform::Linux, "workstation" | "bastion" | "scanner" | "ci-runner") => linux::live(day),
        (Platform::Linux, _) => servers::linux(day),
        (Platform::MacOs, _) => macos::live(day),
        (Platform::Node, _) => nodes::live(day),
    }
}
