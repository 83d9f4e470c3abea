//! Connections put together from the rows of flow logs, as a connection log would list them.

use std::collections::HashMap;
use std::net::IpAddr;

use weir_records::Flow;

/// A connection without rows for so long has ended, milliseconds: two intervals of the slowest logs.
const PAUSE: i64 = 20 * 60_000;

/// SYN and ACK among the flags.
const SYN: u8 = 2;
const ACK: u8 = 16;

/// A connection that was dialled to outside and has ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Connection {
    /// Other end.
    pub(super) remote: IpAddr,
    /// First packet, milliseconds since the epoch.
    pub(super) start: i64,
    /// Bytes sent.
    pub(super) sent: u64,
}

/// The open connections of an instance with addresses outside.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: HashMap<(IpAddr, u16, u16, u8), Open>,
}

#[derive(Debug)]
struct Open {
    first: i64,
    last: i64,
    sent: u64,
    dialled: bool,
}

impl Connections {
    /// Takes a row; true where it is the first of a connection that the instance dialled.
    pub(super) fn see(&mut self, flow: &Flow<'_>, remote: IpAddr, egress: bool) -> bool {
        let (src, dst) = (flow.src_port.unwrap_or_default(), flow.dst_port.unwrap_or_default());
        let (own, far) = if egress { (src, dst) } else { (dst, src) };
        let key = (remote, own, far, flow.protocol.unwrap_or_default());
        let mut is_new = false;
        let open = self.open.entry(key).or_insert_with(|| {
            is_new = true;
            let flags = flow.tcp_flags.unwrap_or_default();
            let dialled = match (flags & SYN != 0, flags & ACK != 0) {
                (true, false) => egress,
                (true, true) => !egress,
                _ => far < own,
            };
            Open { first: flow.start, last: flow.end, sent: 0, dialled }
        });
        (open.first, open.last) = (open.first.min(flow.start), open.last.max(flow.end));
        open.sent += if egress { flow.bytes.unwrap_or_default() } else { 0 };
        is_new && open.dialled
    }

    /// Ends what had no row for a while before `now`; longest that a dialled one has been open (seconds), and what ended.
    pub(super) fn close(&mut self, now: i64) -> (i64, Vec<Connection>) {
        let (mut longest, mut ended) = (0, Vec::new());
        self.open.retain(|(remote, ..), open| {
            if open.dialled && open.last + 60_000 > now {
                longest = longest.max((open.last.min(now) - open.first) / 1000);
            }
            let goes_on = open.last + PAUSE > now;
            if !goes_on && open.dialled {
                ended.push(Connection { remote: *remote, start: open.first, sent: open.sent });
            }
            goes_on
        });
        ended.sort_by_key(|connection| connection.start);
        (longest, ended)
    }
}
