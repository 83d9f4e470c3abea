//! A back-connect relay: the host dials gateways, gets jobs through them, fetches and sends the result back.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::scenario::behaviour::{Behaviour, Held, Stage, Tls};
use crate::scenario::benign::Wander;

/// How a tunnel changes the size of what it carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Framing {
    /// Some percent of framing.
    Plain,
    /// Compressed to between these shares of the payload.
    Compressed(f64, f64),
    /// Padded by a constant factor.
    Padded(f64),
    /// Padded by a random factor up to this one.
    RandomlyPadded(f64),
}

/// The knobs of a back-connect relay.
#[derive(Debug, Clone)]
pub struct RelayPlan {
    /// Mean payload pushed to gateways, bits a second.
    pub bits: f64,
    /// Mean response, bytes.
    pub mean_response: f64,
    /// Gateways to dial.
    pub gateways: Vec<IpAddr>,
    /// Sessions held at once.
    pub sessions: usize,
    /// New gateway addresses every so many minutes.
    pub rotate: Option<i64>,
    /// What the tunnel does to sizes.
    pub framing: Framing,
    /// Minutes over which answers are smeared; 0 sends at once.
    pub buffer: usize,
    /// Everything over IPv6.
    pub v6: bool,
    /// The sessions are older than the data.
    pub old: bool,
    /// Traffic with the gateways that relays nothing, as a share of all with them.
    pub chaff: f64,
    /// Share of the jobs that send what others fetch.
    pub uploaders: f64,
}

/// A running relay.
pub struct Relay {
    plan: RelayPlan,
    held: Vec<Held>,
    smear: VecDeque<u64>,
    wander: Wander,
    chaff: Wander,
    quiet: u64,
    noise: f64,
}

impl Relay {
    /// A relay that dials in its first minute.
    pub fn new(plan: RelayPlan) -> Self {
        Self {
            plan,
            held: Vec::new(),
            smear: VecDeque::new(),
            wander: Wander::default(),
            chaff: Wander::default(),
            quiet: 0,
            noise: 0.0,
        }
    }

    fn connect(&mut self, stage: &mut Stage<'_>) {
        if self.noise == 0.0 {
            self.noise = stage.dice.between(1.03, 1.15);
        }
        if let Some(every) = self.plan.rotate
            && stage.now / 60 % every == 0
        {
            for held in self.held.drain(..) {
                held.close(stage);
            }
            for gateway in &mut self.plan.gateways {
                *gateway = stage.net.hosting(stage.dice, self.plan.v6);
            }
        }
        if stage.dice.chance(0.002) && !self.held.is_empty() {
            let i = stage.dice.below(self.held.len() as u64) as usize;
            self.held.swap_remove(i).close(stage);
        }
        while self.held.len() < self.plan.sessions {
            let gateway = *stage.dice.pick(&self.plan.gateways);
            let held = Held::dial(stage, gateway, 443);
            self.held.push(if self.plan.old { held.old() } else { held });
        }
        self.plan.old = false;
    }

    fn framed(&self, stage: &mut Stage<'_>, bytes: u64) -> u64 {
        let factor = match self.plan.framing {
            Framing::Plain => self.noise,
            Framing::Compressed(least, most) => stage.dice.between(least, most),
            Framing::Padded(factor) => factor * self.noise,
            Framing::RandomlyPadded(most) => stage.dice.between(1.0, most),
        };
        (bytes as f64 * factor) as u64
    }

    /// Traffic that nobody asked for, in a rhythm of its own, as large as a customer's both ways.
    fn add_chaff(&mut self, stage: &mut Stage<'_>, load: &mut [(u64, u64)]) {
        let level = self.chaff.next(stage, 0.8);
        let minute =
            self.plan.bits / 8.0 * 60.0 * level * self.plan.chaff / (1.0 - self.plan.chaff).max(0.05);
        let lanes = load.len().max(1) as f64;
        for (sent, received) in load {
            *sent += (minute / lanes) as u64;
            *received += (minute / lanes * 0.1) as u64;
        }
    }

    /// Jobs of this minute: bursts of some minutes with pauses, wandering, with a slow daily wave.
    fn jobs(&mut self, stage: &mut Stage<'_>) -> u64 {
        let wave = 1.0 + 0.35 * libm::sin(stage.now as f64 / 86_400.0 * std::f64::consts::TAU);
        let level = self.wander.next(stage, 0.6);
        if self.quiet > 0 {
            self.quiet -= 1;
            return 0;
        }
        if stage.dice.chance(0.04) {
            self.quiet = stage.dice.range(1, 6);
        }
        let per_minute = self.plan.bits / 8.0 * 60.0 / self.plan.mean_response * 1.14;
        stage.dice.poisson(per_minute * wave * level)
    }
}

impl Behaviour for Relay {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        self.connect(stage);
        let mut load = vec![(0u64, 0u64); self.held.len()];
        for _ in 0..self.jobs(stage) {
            let remote = stage.net.origin(stage.dice, self.plan.v6);
            let port = *stage.dice.pick(&[443, 443, 443, 443, 443, 443, 443, 80, 80, 8443, 465]);
            // TLS runs from the customer to the origin, so its handshake crosses the tunnel as well.
            let asked = stage.dice.range(600, 2000) + stage.dice.range(700, 1800);
            let sigma: f64 = 1.4;
            let median = self.plan.mean_response * libm::exp(-sigma * sigma / 2.0);
            let answered = stage.dice.lognormal(median, sigma).min(6e7) as u64 + stage.dice.range(3900, 5000);
            let sends = self.plan.uploaders > 0.0 && stage.dice.chance(self.plan.uploaders);
            let (asked, answered) = if sends { (answered, asked) } else { (asked, answered) };
            stage.fetch(remote, port, asked, answered, Tls::No);
            let lane = stage.dice.below(self.held.len() as u64) as usize;
            load[lane].0 += self.framed(stage, answered);
            load[lane].1 += self.framed(stage, asked);
        }
        if self.plan.buffer > 0 {
            let total: u64 = load.iter().map(|l| l.0).sum();
            let share = total / self.plan.buffer as u64;
            self.smear.resize(self.plan.buffer + 1, 0);
            self.smear.iter_mut().skip(1).for_each(|due| *due += share);
            let due = self.smear.pop_front().unwrap_or(0);
            let lanes = load.len().max(1) as u64;
            load.iter_mut().for_each(|l| l.0 = due / lanes);
        }
        if self.plan.chaff > 0.0 {
            self.add_chaff(stage, &mut load);
        }
        for (held, (sent, received)) in self.held.iter_mut().zip(load) {
            let beats = stage.dice.range(1, 4);
            held.talk(stage, sent + 40 * beats, received + 40 * beats, beats);
        }
    }
}
