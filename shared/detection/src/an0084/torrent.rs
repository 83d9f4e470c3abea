//! K10: many two-way peers.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;

/// K10: many peers that exchange both ways on unprivileged ports at both ends, partly over UDP.
pub(super) fn torrent(view: &View<'_>) -> Option<Verdict> {
    let peers = view.state.peers.count();
    let cells = view.state.ring.within(view.bucket, AN_HOUR);
    // A thin torrent on a web server is a small share of its bytes; what it never lacks is fresh peers.
    let busy = cells.filter(|cell| cell.peers >= 4).count();
    let udp = view.summary.peer_udp as f64 / view.summary.peer.total().max(1) as f64;
    (peers >= view.settings.an0084.torrent.peers && busy >= 8 && udp >= 0.2).then(|| Verdict {
        kernel: Kernel::Torrent,
        severity: Severity::Medium,
        score: 0.8,
        facts: vec![format!(
            "{peers} peers within the hour exchange both ways on unprivileged ports, {:.0} % of it over UDP",
            udp * 100.0
        )],
    })
}
