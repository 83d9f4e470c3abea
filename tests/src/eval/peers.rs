//! The published methods of others, each as good as its description allows, on the rows that Weir reads.
//!
//! Each judges an instance window by window and learns of it as it goes; nothing is told in the first three days. What
//! follows without an hour's pause is one alert that everybody is told of once: the usual grouping of a SIEM. Alerts
//! about interfaces without an instance (gateways, load balancers) are not counted against anybody, so they are not made.

mod connection_spike;
mod connections;
mod history;
mod many_packets;
mod percentile;
mod rita;
mod z_score;

use std::collections::BTreeMap;
use std::net::IpAddr;

use weir_records::{Action, Direction, Flow};

use self::connection_spike::ConnectionSpike;
use self::connections::{Connection, Connections};
use self::many_packets::ManyPackets;
use self::percentile::{Excess, Persistent, Plain};
use self::rita::{Beacon, LongConnection};
use self::z_score::ZScore;
use crate::score::Alert;

/// Length of a window, milliseconds.
const WINDOW: i64 = 300_000;
/// An hour, milliseconds.
const HOUR: i64 = 12 * WINDOW;
/// How long rows are waited for, milliseconds.
const LATENESS: i64 = 4 * WINDOW;
/// Days of an instance that are only learned from.
const LEARNING: i64 = 3 * 24 * HOUR;
/// OCSF `severity_id` of medium.
const MEDIUM: u8 = 3;

/// What an instance did in five minutes.
#[derive(Debug, Default)]
struct Window {
    /// Start, milliseconds since the epoch.
    start: i64,
    /// Bytes to addresses outside.
    egress: u64,
    /// Most packets in one accepted record.
    packets: u64,
    /// Connections to outside that were dialled.
    dialled: u64,
    /// Longest time that a connection dialled to outside has been open, seconds.
    longest: i64,
    /// Such connections that ended.
    ended: Vec<Connection>,
}

/// A method, with what it has learned of one instance.
trait Method {
    /// Takes the next window and says whether it is an alarm.
    fn judge(&mut self, window: &Window) -> bool;
}

/// Methods by the name that tables give them.
fn methods() -> [(&'static str, Box<dyn Method>); 8] {
    [
        ("own p90", Box::new(Plain::default())),
        ("own p90, 8 of 12", Box::new(Persistent::default())),
        ("z-score of 10", Box::new(ZScore::default())),
        ("p99.5 with excess", Box::new(Excess::default())),
        ("EWMA of connections, 3 sigma", Box::new(ConnectionSpike::default())),
        ("more than 10,000 packets", Box::new(ManyPackets)),
        ("long connection", Box::new(LongConnection)),
        ("beacon score", Box::new(Beacon::default())),
    ]
}

/// All methods over all instances.
#[derive(Default)]
pub struct Peers {
    instances: BTreeMap<String, Instance>,
    open: BTreeMap<i64, BTreeMap<String, Window>>,
    latest: i64,
    alerts: BTreeMap<&'static str, Vec<Alert>>,
}

struct Instance {
    since: i64,
    connections: Connections,
    methods: [(&'static str, Box<dyn Method>); 8],
    /// Start and end of the alarms that go on, by the place of their method.
    alarms: [Option<(i64, i64)>; 8],
}

impl Peers {
    /// Reads a flow.
    pub fn see(&mut self, flow: &Flow<'_>) {
        let Some(id) = flow.instance else { return };
        self.latest = self.latest.max(flow.end);
        let egress = flow.direction == Some(Direction::Egress);
        let remote = if egress { flow.pkt_dst.unwrap_or(flow.dst) } else { flow.pkt_src.unwrap_or(flow.src) };
        let accepted = flow.action == Some(Action::Accept);
        let first = flow.start.div_euclid(WINDOW) * WINDOW;
        let instance = self.instances.entry(id.to_owned()).or_insert_with(|| Instance {
            since: first,
            connections: Connections::default(),
            methods: methods(),
            alarms: [None; 8],
        });
        let mut dialled = 0;
        if is_outside(remote) && accepted {
            dialled = u64::from(instance.connections.see(flow, remote, egress));
        }
        // A record that is longer than a window is shared among those that it covers.
        let covered = (flow.end.div_euclid(WINDOW) * WINDOW - first) / WINDOW + 1;
        for n in 0..covered {
            let start = first + n * WINDOW;
            let window = self.open.entry(start).or_default().entry(id.to_owned()).or_default();
            if n == 0 {
                window.dialled += dialled;
                let packets = flow.packets.filter(|_| accepted).unwrap_or_default();
                window.packets = window.packets.max(packets);
            }
            if egress && accepted && is_outside(remote) {
                window.egress += flow.bytes.unwrap_or_default() / covered.unsigned_abs();
            }
        }
        while let Some(entry) = self.open.first_entry()
            && entry.key() + WINDOW + LATENESS <= self.latest
        {
            let (start, windows) = entry.remove_entry();
            self.judge(start, windows);
        }
    }

    /// Judges the rest; each method with what it told.
    pub fn finish(mut self) -> Vec<(String, Vec<Alert>)> {
        while let Some((start, windows)) = self.open.pop_first() {
            self.judge(start, windows);
        }
        methods()
            .iter()
            .map(|(name, _)| ((*name).to_owned(), self.alerts.remove(name).unwrap_or_default()))
            .collect()
    }

    fn judge(&mut self, start: i64, mut windows: BTreeMap<String, Window>) {
        for (id, instance) in self.instances.iter_mut().filter(|(_, instance)| instance.since <= start) {
            let mut window = windows.remove(id).unwrap_or_default();
            window.start = start;
            (window.longest, window.ended) = instance.connections.close(start + WINDOW);
            let places = instance.methods.iter_mut().zip(&mut instance.alarms);
            for ((name, method), alarm) in places {
                if !method.judge(&window) || start < instance.since + LEARNING {
                    continue;
                }
                let goes_on = alarm.filter(|(_, end)| start - end <= HOUR);
                let since = goes_on.map_or(start, |(since, _)| since);
                *alarm = Some((since, start + WINDOW));
                self.alerts.entry(name).or_default().push(Alert {
                    uid: format!("{name}/{id}/{since}"),
                    time: start + WINDOW,
                    severity_id: MEDIUM,
                    title: (*name).to_owned(),
                    names: vec![id.clone()],
                    kernels: vec![(*name).to_owned()],
                });
            }
        }
    }
}

/// What the methods call the internet: neither private nor link-local nor multicast nor of the VPC.
fn is_outside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_loopback()),
        IpAddr::V6(v6) => {
            !(v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast() || v6.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests;
