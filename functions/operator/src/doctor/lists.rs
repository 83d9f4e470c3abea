//! How old what is known beforehand is: address lists, country data, the inventory.

use weir_alerting::units;
use weir_aws_host::{IntelStore, Metrics, now};
use weir_detection::settings::Settings;
use weir_intel::lists::ListKind;

use super::check::Sheet;
use crate::aws::Aws;
use crate::deployment::Deployment;

/// Age from which an inventory misses what was launched, milliseconds: it is made anew every hour.
const OLD: i64 = 6 * 3_600_000;

pub(super) fn check(aws: &Aws, deployment: &Deployment, settings: &Settings, sheet: &mut Sheet) {
    let Some(bucket) = &deployment.bucket else {
        return sheet.warn("lists", "no bucket of lists is configured", "set WEIR_INTEL_BUCKET");
    };
    let metrics = Metrics::default();
    let s3 = aws_sdk_s3::Client::new(&aws.config);
    let now = now();
    let intel = aws.wait(IntelStore::new(&s3, Some(bucket.clone())).current(now, &metrics));
    if metrics.counts().intel_unreachable > 0 {
        let remedy = "allow `s3:ListBucket` and `s3:GetObject` on it";
        return sheet.warn("lists", format!("the bucket {bucket} cannot be read"), remedy);
    }
    for (kind, name) in [
        (ListKind::Tor, "tor"),
        (ListKind::TorExit, "tor-exit"),
        (ListKind::Vpn, "vpn"),
        (ListKind::Proxy, "proxy"),
    ] {
        match (intel.updated.of(kind), settings.stale_days(kind, &intel, now)) {
            (_, Some(days)) => {
                let remedy = "see the log of the function intel, and `intel/feeds` in the settings";
                sheet.warn("lists", format!("{name} is {days} days old and counts half"), remedy);
            }
            (Some(made), None) => {
                let age = units::span(now.saturating_sub(made).max(0));
                sheet.ok("lists", format!("{name} is {age} old"));
            }
            (None, None) => sheet.ok("lists", format!("{name} has no date, or is not there")),
        }
    }
    match intel.inventory.updated().map(|made| now.saturating_sub(made).max(0)) {
        Some(age) if age > OLD => {
            let found = format!("the inventory is {} old", units::span(age));
            sheet.warn(
                "inventory",
                found,
                "see the log of the function cloudtrail: tags and types may be wrong",
            );
        }
        Some(age) => sheet.ok("inventory", format!("{} old", units::span(age))),
        None => {
            let remedy = "see the log of the function cloudtrail: tags, types and roles are not known";
            sheet.warn("inventory", "there is none", remedy);
        }
    }
}
