//! Relays that clients dial: open SOCKS and HTTP proxies, Tor relays; and a client of Tor that uploads.

use std::net::IpAddr;

use crate::scenario::behaviour::{Behaviour, Held, Stage, Tls};
use crate::scenario::benign::Wander;

/// An open proxy on a port of its own.
pub struct OpenProxy {
    /// Port it listens on.
    pub port: u16,
    /// Its customers.
    pub clients: Vec<IpAddr>,
    /// Requests a minute on average.
    pub rate: f64,
    /// Mean response, bytes.
    pub mean_response: f64,
    /// How it wanders around its mean.
    pub wander: Wander,
}

impl Behaviour for OpenProxy {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let rate = self.rate * self.wander.next(stage, 0.6);
        for _ in 0..stage.dice.poisson(rate) {
            let client = *stage.dice.pick(&self.clients);
            let origin = stage.net.origin(stage.dice, false);
            let asked = stage.dice.range(600, 2000) + stage.dice.range(700, 1800);
            let answered = stage.dice.lognormal(self.mean_response * 0.42, 1.3).min(6e7) as u64 + 4500;
            let port = *stage.dice.pick(&[443, 443, 443, 443, 80]);
            stage.fetch(origin, port, asked, answered, Tls::No);
            let greeting = stage.dice.range(20, 160);
            stage.serve(client, self.port, answered + greeting, asked + greeting, Tls::No);
        }
    }
}

/// A Tor relay: cells come in from some relays and leave to others.
pub struct TorRelay {
    /// Port of the relay.
    pub port: u16,
    /// Mean bytes a minute through it.
    pub rate: f64,
    /// Links kept at once.
    pub links: usize,
    held: Vec<Held>,
    wander: Wander,
}

impl TorRelay {
    /// A relay that has no link yet.
    pub fn new(port: u16, rate: f64, links: usize) -> Self {
        Self { port, rate, links, held: Vec::new(), wander: Wander::default() }
    }
}

impl Behaviour for TorRelay {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if stage.dice.chance(0.3) && self.held.len() >= self.links {
            let i = stage.dice.below(self.held.len() as u64) as usize;
            self.held.swap_remove(i).close(stage);
        }
        while self.held.len() < self.links {
            let peer = stage.net.tor(stage.dice.bits());
            let port = *stage.dice.pick(&[9001, 443, 9001, 8443]);
            let held = if stage.dice.chance(0.5) {
                Held::accept(stage, peer, self.port)
            } else {
                Held::dial(stage, peer, port)
            };
            self.held.push(held);
        }
        let mut load = vec![(0u64, 0u64); self.held.len()];
        let mut left = self.rate * self.wander.next(stage, 0.5);
        while left > 0.0 {
            let bytes = (stage.dice.lognormal(2e5, 1.2) as u64).div_ceil(514) * 514;
            let (a, b) =
                (stage.dice.below(load.len() as u64) as usize, stage.dice.below(load.len() as u64) as usize);
            load[a].1 += bytes;
            load[b].0 += bytes;
            left -= bytes as f64;
        }
        for (held, (sent, received)) in self.held.iter_mut().zip(load) {
            if sent + received > 0 || stage.dice.chance(0.2) {
                held.talk(stage, sent + 514, received + 514, 1);
            }
        }
    }
}

/// Uploads through Tor: a guard or two take everything.
pub struct TorUpload {
    /// Bytes a minute.
    pub rate: f64,
    /// Guards, by number.
    pub guards: Vec<u64>,
    held: Vec<Held>,
    wander: Wander,
}

impl TorUpload {
    /// A client that has no circuit yet.
    pub fn new(rate: f64, guards: Vec<u64>) -> Self {
        Self { rate, guards, held: Vec::new(), wander: Wander::default() }
    }
}

impl Behaviour for TorUpload {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if self.held.is_empty() {
            for &n in &self.guards {
                let (guard, port) = (stage.net.tor(n), *stage.dice.pick(&[443, 9001]));
                self.held.push(Held::dial(stage, guard, port));
            }
        }
        let share = self.rate * self.wander.next(stage, 0.5) / self.held.len().max(1) as f64;
        for held in &mut self.held {
            let cells = |bytes: f64| (bytes / 514.0).ceil() as u64 * 514;
            // One SENDME cell comes back for about 100 data cells.
            held.talk(stage, cells(share), cells(share / 50.0), 1);
        }
    }
}
