//! Resolver query logs beside flow logs: who asked for what it then dialled, and who only seems to run proxyware.
//!
//! Made from labels and dials, so that the same flows can be judged with and without names.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use super::calendar::civil;
use super::dice::{Dice, mix};
use crate::labels::{Hijack, Labels};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// How long an answer is kept before a host asks again.
const KEPT: i64 = 6 * HOUR;

/// Names at which nodes of proxyware connect, and at which they report.
const TUNNELS: [&str; 4] =
    ["proxy.packetstream.io", "tm.traffmonetizer.com", "peer.repocket.co", "connector.wizardgain.com"];
const CONTROLS: [&str; 3] = ["api.honeygain.com", "api.packetstream.io", "client.earnapp.com"];

/// A conversation that a host opened.
#[derive(Clone, Debug)]
pub struct Dial {
    /// When, milliseconds since the epoch.
    pub time: i64,
    /// Its address.
    pub source: IpAddr,
    /// Its id.
    pub instance: String,
    /// Whom it dialled.
    pub remote: IpAddr,
}

/// How the program on a hijacked host finds its gateways.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Finds {
    /// By the name of a tunnel.
    Tunnel,
    /// It asks a control name for addresses.
    Control,
    /// The addresses are in the program.
    Bare,
}

/// How the `n`th relay finds its gateways.
#[must_use]
pub const fn finds(n: usize, seed: u64) -> Finds {
    match (n as u64 + seed) % 3 {
        0 => Finds::Tunnel,
        1 => Finds::Control,
        _ => Finds::Bare,
    }
}

/// Innocent hosts that look as if.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Alike {
    /// Somebody tries a tunnel's name three times within two minutes.
    Responder,
    /// Asks for more than a thousand names an hour, among them those of five services.
    Checker,
    /// Reads the vendor's site for hours, and a name that only ends alike.
    Visitor,
    /// Asks a resolver over HTTPS, and from then on nobody else.
    Elsewhere,
    /// Its queries are not logged.
    Unlogged,
}

const ALIKE: [Alike; 5] =
    [Alike::Responder, Alike::Checker, Alike::Visitor, Alike::Elsewhere, Alike::Unlogged];

/// The query log of a world: one JSON object a lookup, as Route 53 writes it, in time order.
#[must_use]
pub fn lookups(labels: &Labels, dials: &[Dial], account: &str, seed: u64) -> Vec<(i64, Value)> {
    let mut log = Log { account, seed, told: Vec::new(), asked: HashSet::new() };
    let mut dice = Dice::new(seed, &[0xd5]);
    let relays: Vec<&Hijack> = labels.hijacks.iter().filter(|hijack| !hijack.gateways.is_empty()).collect();
    let mut innocent: Vec<&str> = labels
        .entities
        .iter()
        .filter(|entity| entity.entity.starts_with("i-") && !entity.hijacked)
        .map(|entity| entity.entity.as_str())
        .collect();
    let mut alike: Vec<(&str, Alike)> = Vec::new();
    for what in ALIKE {
        if !innocent.is_empty() {
            let at = dice.below(innocent.len() as u64) as usize;
            alike.push((innocent.swap_remove(at), what));
        }
    }
    let silent = |instance: &str, time: i64| {
        alike.iter().any(|(who, what)| {
            *who == instance
                && (*what == Alike::Unlogged
                    || *what == Alike::Elsewhere && time >= labels.start_ms + 2 * HOUR)
        })
    };
    for dial in dials {
        let relay = relays
            .iter()
            .enumerate()
            .find(|(_, hijack)| hijack.entity == dial.instance && hijack.gateways.contains(&dial.remote));
        match relay {
            Some((n, _)) if finds(n, seed) == Finds::Tunnel => {
                log.ask(dial, TUNNELS[n % TUNNELS.len()], dial.remote)
            }
            Some(_) => {}
            None if silent(&dial.instance, dial.time) => {}
            None => log.ask(dial, &site(dial.remote), dial.remote),
        }
    }
    let of = |instance: &str| dials.iter().find(|dial| dial.instance == instance);
    for (n, hijack) in relays.iter().enumerate() {
        let (Some(dial), Finds::Control) = (of(&hijack.entity), finds(n, seed)) else { continue };
        let mut time = hijack.start_ms;
        while time < hijack.end_ms {
            log.tell(time, dial, CONTROLS[n % CONTROLS.len()], IpAddr::V4(Ipv4Addr::new(198, 51, 100, 80)));
            time += 20 * MINUTE;
        }
    }
    for (instance, what) in alike {
        if let Some(dial) = of(instance) {
            log.look_alike(what, dial, labels.start_ms + 2 * HOUR);
        }
    }
    log.told.sort_by_key(|(time, _)| *time);
    log.told
}

/// A name of a site, the same for the same address.
fn site(remote: IpAddr) -> String {
    let bits = match remote {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits() as u64,
    };
    format!("h{:x}.example.net", mix(&[bits, 0x5e]) >> 24)
}

struct Log<'a> {
    account: &'a str,
    seed: u64,
    told: Vec<(i64, Value)>,
    asked: HashSet<(IpAddr, String, i64)>,
}

impl Log<'_> {
    /// Asks a second before it dials, unless the answer is still known.
    fn ask(&mut self, dial: &Dial, name: &str, answer: IpAddr) {
        if self.asked.insert((dial.source, name.to_owned(), dial.time.div_euclid(KEPT))) {
            self.tell(dial.time - 1_000, dial, name, answer);
        }
    }

    fn tell(&mut self, time: i64, dial: &Dial, name: &str, answer: IpAddr) {
        let kind = if answer.is_ipv4() { "A" } else { "AAAA" };
        let [y, mo, d, h, mi, s] = civil(time.div_euclid(1_000));
        let lookup = json!({
            "version": "1.100000", "account_id": self.account, "region": "eu-west-1", "vpc_id": "vpc-1",
            "query_timestamp": format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z"),
            "query_name": format!("{name}."), "query_type": kind, "query_class": "IN", "rcode": "NOERROR",
            "answers": [{"Rdata": answer.to_string(), "Type": kind, "Class": "IN"}],
            "srcaddr": dial.source.to_string(), "srcport": "44321", "transport": "UDP",
            "srcids": {"instance": dial.instance},
        });
        self.told.push((time, lookup));
    }

    fn look_alike(&mut self, what: Alike, dial: &Dial, from: i64) {
        let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 81));
        match what {
            Alike::Responder => {
                for minute in 0..3 {
                    self.tell(from + minute * MINUTE, dial, TUNNELS[0], elsewhere);
                }
            }
            Alike::Checker => {
                for n in 0..3_600 {
                    let name = format!("q{:x}.example.org", mix(&[self.seed, n]) >> 16);
                    self.tell(from + n as i64 * 3_000, dial, &name, elsewhere);
                }
                for hour in 0..3 {
                    for name in TUNNELS.iter().chain(&CONTROLS) {
                        self.tell(from + hour * HOUR + MINUTE, dial, name, elsewhere);
                    }
                }
            }
            Alike::Visitor => {
                for quarter in 0..24 {
                    for name in ["packetstream.io", "www.repocket.com", "proxy.packetstream.io.example.org"] {
                        self.tell(from + quarter * 15 * MINUTE, dial, name, elsewhere);
                    }
                }
            }
            Alike::Elsewhere => self.tell(from, dial, "dns.google", elsewhere),
            Alike::Unlogged => {}
        }
    }
}
