//! Hosts that relay by design: media relays, VPN concentrators, load balancer nodes, mirrors.

use std::net::IpAddr;

use super::fetch::Whom;
use crate::scenario::behaviour::{Behaviour, Held, Stage, Tls};
use crate::scenario::calendar::Rhythm;

/// A media relay (TURN): calls of two parties, what one sends the other gets.
pub struct MediaRelay {
    /// Calls that begin in a minute on average.
    pub rate: f64,
    /// Bytes a minute and party.
    pub bitrate: f64,
    calls: Vec<(IpAddr, IpAddr, u16, u16, u64)>,
}

impl MediaRelay {
    /// A relay without calls yet.
    pub fn new(rate: f64, bitrate: f64) -> Self {
        Self { rate, bitrate, calls: Vec::new() }
    }
}

impl Behaviour for MediaRelay {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        for _ in 0..stage.dice.poisson(self.rate * Rhythm::Office.load(stage.now)) {
            let (a, b) = (stage.net.resident(stage.dice), stage.net.resident(stage.dice));
            let (pa, pb) = (stage.dice.range(49_152, 65_000) as u16, stage.dice.range(1024, 65_000) as u16);
            self.calls.push((a, b, pa, pb, stage.dice.range(3, 40)));
        }
        for call in &mut self.calls {
            let there = (self.bitrate * stage.dice.between(0.8, 1.2)) as u64;
            let back = (self.bitrate * stage.dice.between(0.8, 1.2)) as u64;
            stage.datagrams(call.0, (3478, call.3), false, back, there, 1000);
            stage.datagrams(call.1, (call.2, call.3 ^ 1), false, there, back, 1000);
            call.4 -= 1;
        }
        self.calls.retain(|call| call.4 > 0);
    }
}

/// A VPN concentrator: staff dial in, their browsing leaves from here.
pub struct Concentrator {
    /// Staff who are connected in working hours.
    pub staff: Vec<(IpAddr, u16)>,
}

impl Behaviour for Concentrator {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let load = Rhythm::Office.load(stage.now);
        for i in 0..self.staff.len() {
            let (client, port) = self.staff[i];
            if !stage.dice.chance(0.4 * load) {
                continue;
            }
            let (mut up, mut down) = (300, 300);
            for _ in 0..stage.dice.poisson(1.2) {
                let site = stage.net.origin(stage.dice, false);
                let (asked, got) =
                    (stage.dice.range(600, 2500), stage.dice.lognormal(4e4, 1.3).min(2e7) as u64);
                stage.fetch(site, 443, asked + 1200, got + 4500, Tls::No);
                (up, down) = (up + asked + 1200, down + got + 4500);
            }
            stage.datagrams(client, (51_820, port), false, down * 104 / 100, up * 104 / 100, 1380);
        }
    }
}

/// A load balancer's node: clients outside, one of a role's instances inside.
pub struct Balancer {
    /// Role of the targets.
    pub targets: &'static str,
    /// Requests a minute on average.
    pub rate: f64,
}

impl Behaviour for Balancer {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        for _ in 0..stage.dice.poisson(self.rate * Rhythm::Public.load(stage.now)) {
            let client = stage.net.resident(stage.dice);
            let (asked, answered) =
                (stage.dice.range(700, 3000), stage.dice.lognormal(1.5e4, 1.2).min(1e7) as u64);
            stage.serve(client, 443, answered, asked, Tls::Yes);
            if let Some(target) = stage.neighbour(self.targets) {
                stage.fetch(target, 8443, asked, answered, Tls::No);
            }
        }
    }
}

/// A package mirror: clients ask, what is missing is pulled from upstream first.
pub struct Mirror {
    /// Upstream.
    pub upstream: Whom,
    /// Requests a minute on average.
    pub rate: f64,
    /// Share of requests that are not cached.
    pub misses: f64,
}

impl Behaviour for Mirror {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        for _ in 0..stage.dice.poisson(self.rate * Rhythm::Public.load(stage.now)) {
            let client = stage.net.resident(stage.dice);
            let (asked, size) =
                (stage.dice.range(300, 900), stage.dice.lognormal(1.2e5, 1.4).min(5e7) as u64);
            if stage.dice.chance(self.misses)
                && let Some(source) = self.upstream.pick(stage)
            {
                stage.fetch(source, 443, 600, size, Tls::Yes);
            }
            stage.serve(client, 443, size, asked, Tls::Yes);
        }
    }
}

/// A bastion: administrators come in by SSH and go on to hosts inside.
pub struct Bastion {
    /// Where administrators come from.
    pub admins: Vec<IpAddr>,
    /// Role that they work on.
    pub inside: &'static str,
    open: Vec<(Held, Held, u64)>,
}

impl Bastion {
    /// A bastion that nobody uses yet.
    pub fn new(admins: Vec<IpAddr>, inside: &'static str) -> Self {
        Self { admins, inside, open: Vec::new() }
    }
}

impl Behaviour for Bastion {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if stage.dice.chance(0.02 * Rhythm::Office.load(stage.now))
            && let Some(target) = stage.neighbour(self.inside)
        {
            let admin = *stage.dice.pick(&self.admins);
            let minutes = stage.dice.range(5, 90);
            self.open.push((Held::accept(stage, admin, 22), Held::dial(stage, target, 22), minutes));
        }
        for (outer, inner, left) in &mut self.open {
            let (typed, shown) =
                (stage.dice.range(100, 3000), stage.dice.lognormal(8000.0, 1.0).min(1e6) as u64);
            outer.talk(stage, shown, typed, 1);
            inner.talk(stage, typed, shown, 1);
            *left -= 1;
        }
        let mut i = 0;
        while i < self.open.len() {
            if self.open[i].2 == 0 {
                let (outer, inner, _) = self.open.swap_remove(i);
                outer.close(stage);
                inner.close(stage);
            } else {
                i += 1;
            }
        }
    }
}
