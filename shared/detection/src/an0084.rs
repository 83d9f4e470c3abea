//! AN0084: which kernels speak, and how loudly, about one entity's last hours.

mod dormant;
mod flood;
mod growth;
mod listed;
mod relay;
mod scan;
mod served;
mod torrent;
mod upload;

use std::net::IpAddr;

use weir_intel::lists::ListKind;

use crate::kernels::Verdict;
use crate::kernels::bucket::Summary;
use crate::ring::{AN_HOUR, Pair};
use crate::settings::Settings;
use crate::state::EntityState;

/// Everything that a verdict may look at.
pub struct View<'a> {
    /// The entity, this bucket included.
    pub state: &'a EntityState,
    /// This bucket by roles.
    pub summary: &'a Summary,
    /// Hosts that did not answer now, and neither answered nor failed within the hour before.
    pub fresh_misses: u32,
    /// Start of this bucket.
    pub bucket: i64,
    /// Dialled remotes of this bucket that are on a list: which, address, wire bytes.
    pub listed: &'a [(ListKind, IpAddr, Pair)],
    /// The age in days of a list that is older than it may be.
    pub stale: &'a dyn Fn(ListKind) -> Option<i64>,
    /// Tells whether other established entities push to an address too.
    pub shared: &'a dyn Fn(IpAddr) -> bool,
    /// The settings in force.
    pub settings: &'a Settings,
}

/// What the kernels say of this bucket, strongest first.
pub fn verdicts(view: &View<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    verdicts.extend(flood::flood(view));
    verdicts.extend(scan::scan(view));
    verdicts.extend(relay::relay(view));
    verdicts.extend(served::served(view));
    verdicts.extend(torrent::torrent(view));
    verdicts.extend(listed::listed(view));
    verdicts.extend(dormant::dormant(view));
    verdicts.extend(upload::upload(view));
    verdicts.extend(growth::growth(view));
    verdicts.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
    verdicts
}
