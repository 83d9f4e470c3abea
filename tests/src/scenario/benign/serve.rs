//! Hosts that serve: web, DNS, NTP, mail, mirrors, webhooks; and the scanning that every public host sees.

use std::net::IpAddr;

use super::Wander;
use crate::scenario::behaviour::{Behaviour, Stage, Tls};
use crate::scenario::calendar::Rhythm;
use crate::scenario::wire::Reply;

/// Who the clients are.
#[derive(Debug, Clone)]
pub enum Clients {
    /// People anywhere; the given share comes through Tor exits.
    Public(f64),
    /// A fixed set: partners, sites, webhook platforms.
    These(Vec<IpAddr>),
    /// Instances of a role inside the VPC.
    Inside(&'static str),
}

/// A service on one port.
pub struct Server {
    /// Its clients.
    pub clients: Clients,
    /// Port it listens on.
    pub port: u16,
    /// Protocol: 6 or 17.
    pub proto: u8,
    /// Requests a minute on average.
    pub rate: f64,
    /// Median and sigma of request payload.
    pub received: (f64, f64),
    /// Median and sigma of response payload.
    pub sent: (f64, f64),
    /// Daily rhythm.
    pub rhythm: Rhythm,
    /// A surge: from, to (seconds since the epoch) and factor.
    pub surge: Option<(i64, i64, f64)>,
    /// How it wanders around its mean.
    pub wander: Wander,
}

impl Server {
    /// A TCP service without surge.
    pub fn new(clients: Clients, port: u16, rate: f64, received: (f64, f64), sent: (f64, f64)) -> Self {
        let (rhythm, wander) = (Rhythm::Public, Wander::default());
        Self { clients, port, proto: 6, rate, received, sent, rhythm, surge: None, wander }
    }
}

impl Behaviour for Server {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let surge = self.surge.filter(|s| (s.0..s.1).contains(&stage.now)).map_or(1.0, |s| s.2);
        let rate = self.rate * surge * self.rhythm.load(stage.now) * self.wander.next(stage, 0.4);
        for _ in 0..stage.dice.poisson(rate) {
            let client = match &self.clients {
                Clients::Public(tor) if stage.dice.chance(*tor) => stage.net.tor(stage.dice.bits()),
                Clients::Public(_) => stage.net.resident(stage.dice),
                Clients::These(all) => *stage.dice.pick(all),
                Clients::Inside(role) => match stage.neighbour(role) {
                    Some(peer) => peer,
                    None => return,
                },
            };
            let received = stage.dice.lognormal(self.received.0, self.received.1).min(2e8) as u64;
            let sent = stage.dice.lognormal(self.sent.0, self.sent.1).min(2e8) as u64;
            if self.proto == 17 {
                let port = stage.dice.range(1024, 65_000) as u16;
                stage.datagrams(client, (self.port, port), false, sent, received, 1200);
            } else {
                let tls = if self.port == 443 { Tls::Yes } else { Tls::No };
                stage.serve(client, self.port, sent, received, tls);
            }
        }
    }
}

/// What every public address gets from the internet: probes of random ports, most of them refused.
pub struct Background {
    /// Probes a minute on average.
    pub rate: f64,
}

impl Behaviour for Background {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        const PORTS: [u16; 10] = [22, 23, 80, 443, 445, 3389, 5555, 6379, 8080, 8728];
        for _ in 0..stage.dice.poisson(self.rate) {
            let scanner = stage.net.resident(stage.dice);
            let port = if stage.dice.chance(0.5) {
                *stage.dice.pick(&PORTS)
            } else {
                stage.dice.range(1, 65_000) as u16
            };
            let from = stage.dice.range(1024, 65_000) as u16;
            let reply = if stage.dice.chance(0.85) { Reply::Rejected } else { Reply::Reset };
            stage.probe(scanner, (port, from), false, 1, 40, reply);
        }
    }
}
