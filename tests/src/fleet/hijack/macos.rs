//! macOS: apps from images, agents of launchd, programs that nobody signed.

use super::relay::{Shape, USUAL, relay};
use crate::fleet::act::Signed::{AdHoc, Apple, Nobody, Team};
use crate::fleet::day::{Day, signed};

/// The app, with its quarantine stripped.
pub(super) fn honeygain(day: &mut Day<'_>, lives: (i64, i64)) {
    let me = day.host.person;
    let xattr = signed("/usr/bin/xattr", me, "/bin/bash", Apple);
    let client = signed("/Applications/Honeygain.app/Contents/MacOS/Honeygain", me, "/sbin/launchd", Nobody);
    day.start(lives.0.max(day.start), &xattr, "xattr -cr /Applications/Honeygain.app");
    day.start(lives.0.max(day.start) + 5, &client, "Honeygain");
    relay(day, &client, (lives.0 + 5, lives.1), USUAL);
}

/// A daemon.
pub(super) fn earnapp(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = signed("/usr/local/bin/earnapp", "root", "/sbin/launchd", Team("9VD5QX8K2A"));
    day.start(lives.0.max(day.start), &client, "earnapp run");
    relay(day, &client, lives, USUAL);
}

/// A client for the terminal.
pub(super) fn traffmonetizer(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = signed("/Users/Shared/traffmonetizer", day.host.person, "/bin/zsh", AdHoc);
    day.start(lives.0.max(day.start), &client, "traffmonetizer start accept --token Zm9v");
    relay(day, &client, lives, USUAL);
}

/// A relay that nobody has named, started by launchd.
pub(super) fn unsigned_relay(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = signed("/Users/Shared/.helper/updaterd", day.host.person, "/sbin/launchd", Nobody);
    day.start(lives.0.max(day.start), &client, "updaterd");
    relay(day, &client, lives, Shape { bits: 8e5, ..USUAL });
}

/// The same, signed by its linker alone.
pub(super) fn adhoc_relay(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = signed("/Library/Application Support/Updater/updaterd", "root", "/sbin/launchd", AdHoc);
    day.start(lives.0.max(day.start), &client, "updaterd");
    relay(day, &client, lives, Shape { bits: 8e5, ..USUAL });
}

/// An unsigned program that sends for an hour.
pub(super) fn unsigned_upload(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = signed("/private/tmp/syncd", day.host.person, "/bin/zsh", Nobody);
    let at = lives.0.max(day.start);
    let far = (day.server("drop", true), 443);
    day.start(at, &client, "syncd");
    day.talk(at + 5, 5400, &client, far, 9_000_000_000, 40_000_000);
}
