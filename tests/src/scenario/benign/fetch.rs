//! Hosts that pull: crawlers, scrapers, API clients, webhook senders, probers, CI runners.

use std::net::IpAddr;

use super::Wander;
use crate::scenario::behaviour::{Behaviour, Stage, Tls};
use crate::scenario::calendar::Rhythm;
use crate::scenario::internet::Service;
use crate::scenario::wire::Reply;

/// Whom a fetcher talks to.
#[derive(Debug, Clone)]
pub enum Whom {
    /// Popular web sites.
    Popular,
    /// Any web site, mostly never seen before.
    Frontier,
    /// Any web site, over IPv6 where the site has it.
    FrontierV6,
    /// A few known services.
    Services(Vec<Service>),
    /// A fixed list of addresses.
    These(Vec<IpAddr>),
    /// Instances of a role inside the VPC.
    Inside(&'static str),
}

impl Whom {
    /// One of them, now.
    pub fn pick(&self, stage: &mut Stage<'_>) -> Option<IpAddr> {
        Some(match self {
            Self::Popular => stage.net.origin(stage.dice, false),
            Self::Frontier => stage.net.frontier(stage.dice, false),
            Self::FrontierV6 => {
                let v6 = stage.dice.chance(0.5);
                stage.net.frontier(stage.dice, v6)
            }
            Self::Services(all) => stage.net.service(*stage.dice.pick(all), stage.now, stage.dice),
            Self::These(all) => *stage.dice.pick(all),
            Self::Inside(role) => return stage.neighbour(role),
        })
    }
}

/// Short requests to many or few, at a rate with a rhythm.
pub struct Fetcher {
    /// Whom it asks.
    pub whom: Whom,
    /// Port.
    pub port: u16,
    /// Requests a minute on average.
    pub rate: f64,
    /// Median and sigma of request payload.
    pub sent: (f64, f64),
    /// Median and sigma of response payload.
    pub received: (f64, f64),
    /// Daily rhythm.
    pub rhythm: Rhythm,
    /// Share of targets that do not answer.
    pub dead: f64,
    /// How it wanders around its mean.
    pub wander: Wander,
}

impl Fetcher {
    /// A fetcher over TLS on 443 that wanders mildly and whose targets answer.
    pub fn new(whom: Whom, rate: f64, sent: (f64, f64), received: (f64, f64), rhythm: Rhythm) -> Self {
        Self { whom, port: 443, rate, sent, received, rhythm, dead: 0.01, wander: Wander::default() }
    }
}

impl Behaviour for Fetcher {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let rate = self.rate * self.rhythm.load(stage.now) * self.wander.next(stage, 0.5);
        for _ in 0..stage.dice.poisson(rate) {
            let Some(remote) = self.whom.pick(stage) else { return };
            if stage.dice.chance(self.dead) {
                let ports = (stage.ephemeral(), self.port);
                let reply = if stage.dice.chance(0.5) { Reply::Silent } else { Reply::Reset };
                let packets = stage.dice.range(1, 3);
                stage.probe(remote, ports, true, packets, 60, reply);
                continue;
            }
            let sent = stage.dice.lognormal(self.sent.0, self.sent.1).min(5e7) as u64;
            let received = stage.dice.lognormal(self.received.0, self.received.1).min(2e8) as u64;
            let tls = if matches!(self.port, 443 | 465 | 8443) { Tls::Yes } else { Tls::No };
            stage.fetch(remote, self.port, sent, received, tls);
        }
    }
}

/// Checks a list of targets every minute; for an hour some days most of them are down.
pub struct Prober {
    /// Its targets.
    pub targets: Vec<IpAddr>,
    /// When the outage begins and ends, seconds since the epoch.
    pub outage: (i64, i64),
}

impl Behaviour for Prober {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let down = (self.outage.0..self.outage.1).contains(&stage.now);
        for (i, &target) in self.targets.iter().enumerate() {
            // Each target every five minutes, in turn.
            if (stage.now / 60 + i as i64) % 5 != 0 {
                continue;
            }
            if down && i % 4 != 0 {
                let ports = (stage.ephemeral(), 443);
                stage.probe(target, ports, true, 3, 60, Reply::Silent);
            } else {
                let size = stage.dice.range(500, 4000);
                stage.fetch(target, 443, 300, size, Tls::Yes);
            }
        }
    }
}

/// Builds: pulls from registries and package sites, then pushes an artefact.
pub struct Builds {
    /// Where it pulls from.
    pub sources: Vec<Service>,
    /// Where artefacts go.
    pub store: Service,
    /// Builds an hour on average.
    pub per_hour: f64,
    left: u64,
}

impl Builds {
    /// A runner between builds.
    pub fn new(sources: Vec<Service>, store: Service, per_hour: f64) -> Self {
        Self { sources, store, per_hour, left: 0 }
    }
}

impl Behaviour for Builds {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if self.left == 0 {
            let due = self.per_hour / 60.0 * Rhythm::Office.load(stage.now);
            self.left = if stage.dice.chance(due) { stage.dice.range(4, 12) } else { 0 };
            return;
        }
        self.left -= 1;
        if self.left == 0 {
            let store = stage.net.service(self.store, stage.now, stage.dice);
            let artefact = stage.dice.lognormal(2.5e7, 0.8).min(4e8) as u64;
            stage.fetch(store, 443, artefact, 3000, Tls::Yes);
            return;
        }
        for _ in 0..stage.dice.range(2, 8) {
            let source = stage.net.service(*stage.dice.pick(&self.sources), stage.now, stage.dice);
            let size = stage.dice.lognormal(6e5, 1.6).min(3e8) as u64;
            stage.fetch(source, 443, 900, size, Tls::Yes);
        }
    }
}
