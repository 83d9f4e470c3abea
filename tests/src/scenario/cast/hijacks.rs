//! Puts hijacks on victims and writes down the truth.

use std::net::IpAddr;

use super::{Casting, deck};
use crate::labels::Hijack;
use crate::scenario::account::{HOME, Kind as Interface, UNUSED};
use crate::scenario::behaviour::Behaviour;
use crate::scenario::benign::fetch::{Fetcher, Whom};
use crate::scenario::benign::{During, Wander};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};
use crate::scenario::hijack::abuse::{Flood, Scan, Torrent};
use crate::scenario::hijack::relay::{Framing, Relay, RelayPlan};
use crate::scenario::hijack::served::{OpenProxy, TorRelay, TorUpload};
use crate::scenario::hijack::theft::Upload;
use crate::scenario::world::{Evasion, Kind};

/// Victims that a hijack of this kind needs.
pub(super) fn size(kind: Kind) -> usize {
    if kind == Kind::RelayFleet { 3 } else { 1 }
}

impl Casting<'_> {
    /// Adds the victims of one hijack with their ordinary lives, then the hijack itself.
    pub(super) fn hijack(&mut self, kind: Kind) {
        let gateways = self.gateways(kind);
        let (start, end) = self.span(kind);
        for _ in 0..size(kind) {
            let victim = self.victim(kind, start);
            let what = self.hostile(kind, start, gateways.clone());
            self.act(victim, During { from: start, to: end, what });
            if let (Kind::Dormant, Some(Evasion::Pull(share))) = (kind, self.world.evasion) {
                let what = Box::new(pull(share));
                self.act(victim, During { from: start, to: end, what });
            }
            let host = &self.hosts[victim];
            self.hijacks.push(Hijack {
                kind: kind.name().to_owned(),
                entity: host.instance.clone(),
                interface: host.interface.clone(),
                addresses: vec![host.v4.to_string(), host.v6.to_string()],
                host_kind: host.role.clone(),
                start_ms: start.max(self.start) * 1000,
                end_ms: end.min(self.end) * 1000,
                expected_severity: kind.severity().to_owned(),
                kernel: kind.kernel().to_owned(),
                gateways: if kind.kernel() == "relay" { gateways.clone() } else { Vec::new() },
            });
        }
    }

    /// Whether a relay makes this change, by its kind or with its world; scans, floods and uploads make none.
    fn evades(&self, kind: Kind, evasion: Evasion) -> bool {
        let all = kind.evasions().iter().chain(&self.world.evasion);
        kind.kernel() == "relay" && all.into_iter().any(|one| *one == evasion)
    }

    fn victim(&mut self, kind: Kind, start: i64) -> usize {
        let role = match kind {
            Kind::Dormant | Kind::RelayFleet => "idle",
            Kind::ProxyOnWeb => "web",
            _ if self.evades(kind, Evasion::Crawler) => "crawler",
            _ if self.evades(kind, Evasion::Mixed) => "kubernetes",
            _ => deck::likely(&mut self.dice),
        };
        let fleet = kind == Kind::RelayFleet;
        let index = self.add(Interface::Instance, role, if fleet { UNUSED } else { HOME });
        let launch = self.hosts[index].born;
        self.settle(index);
        // A hijack is not of a host that is not born yet; only the fleet is launched for it.
        let host = &mut self.hosts[index];
        host.born = if fleet { start - 240 } else { launch };
        if fleet {
            (host.public, host.nat) = (true, None);
            host.tags.clear();
        }
        if kind == Kind::RelayV6 || (self.world.lean && kind != Kind::RelayNat) {
            (host.public, host.nat) = (true, None);
        }
        if kind == Kind::RelayNat {
            (host.public, host.nat, host.logged) = (false, Some(0), false);
        }
        self.play(index);
        index
    }

    fn span(&mut self, kind: Kind) -> (i64, i64) {
        let first = self.start + (self.world.first_day * DAY as f64) as i64;
        if self.evades(kind, Evasion::FromStart) {
            // A lean world ends it a day after the baselines stand: what is left repeats itself.
            let end = if self.world.lean { first + DAY } else { self.end };
            return (self.start - DAY, end.min(self.end));
        }
        let longest = self.world.longest;
        let hours = match kind {
            Kind::Scan25 => 0.3,
            Kind::Scan1k => 0.4,
            Kind::Scan100k => 0.5,
            Kind::ScanSlow | Kind::ScanManyPorts => longest.min(10.0),
            Kind::UdpFlood => 0.35,
            Kind::SynFlood => 0.5,
            Kind::SlowGrowth => return (first, self.end),
            Kind::Dormant => self.dice.between(4.0, 8.0).min(longest),
            Kind::Torrent | Kind::TorUpload | Kind::BulkUpload => self.dice.between(6.0, 14.0).min(longest),
            Kind::Relay5m => self.dice.between(6.0, 18.0).min(longest * 0.7),
            _ => self.dice.between(12.0, 40.0).min(longest),
        };
        let length = (hours * HOUR as f64) as i64;
        let room = (self.end - length - first - 2 * HOUR).max(1);
        let start = (first + self.dice.below(room as u64) as i64) / 60 * 60;
        (start, start + length)
    }

    fn gateways(&mut self, kind: Kind) -> Vec<IpAddr> {
        let accelerated = self.evades(kind, Evasion::Accelerator);
        let count = self.dice.range(1, 10);
        let one = |net: &crate::scenario::internet::Internet, dice: &mut _| {
            if accelerated { net.accelerator(dice) } else { net.hosting(dice, kind == Kind::RelayV6) }
        };
        (0..count).map(|_| one(&self.net, &mut self.dice)).collect()
    }

    fn hostile(&mut self, kind: Kind, start: i64, gateways: Vec<IpAddr>) -> Box<dyn Behaviour> {
        let d = &mut self.dice;
        match kind {
            Kind::SocksFew => {
                let clients = (0..d.range(1, 6)).map(|_| self.net.hosting(d, false)).collect();
                proxy(*d.pick(&[1080, 4145, 9050, 31_280]), clients, if self.world.lean { 3.0 } else { 8.0 })
            }
            Kind::ProxyMany => {
                let clients = (0..d.range(80, 400)).map(|_| self.net.resident(d)).collect();
                proxy(*d.pick(&[3128, 8080, 8888, 24_000]), clients, if self.world.lean { 6.0 } else { 20.0 })
            }
            Kind::ProxyOnWeb => {
                let clients = (0..d.range(20, 100)).map(|_| self.net.resident(d)).collect();
                proxy(443, clients, 20.0)
            }
            Kind::TorRelay => {
                let links = if self.world.lean { 6 } else { d.range(20, 40) as usize };
                Box::new(TorRelay::new(*d.pick(&[9001, 443]), 1.5e7, links))
            }
            Kind::TorUpload => {
                let guards = (0..d.range(1, 2)).map(|_| d.bits()).collect();
                Box::new(TorUpload::new(d.lognormal(1.2e6, 0.5), guards))
            }
            Kind::Scan25 => scan(5.0, 25 * 5, vec![22], 0),
            Kind::Scan1k => scan(120.0, 1000, vec![2375], 0),
            Kind::Scan100k => scan(8000.0, 100_000, vec![6379], 0),
            Kind::ScanSlow => scan(14.0, 20_000, vec![22, 445, 3389], 9),
            Kind::ScanManyPorts => {
                let ports = (0..400).map(|_| d.range(20, 30_000) as u16).collect();
                scan(14.0, 20_000, ports, 9)
            }
            Kind::UdpFlood => Box::new(Flood {
                victim: self.net.resident(d),
                port: 53,
                proto: 17,
                pps: d.range(12_000, 40_000),
            }),
            Kind::SynFlood => Box::new(Flood {
                victim: self.net.resident(d),
                port: 443,
                proto: 6,
                pps: d.range(12_000, 30_000),
            }),
            Kind::Torrent => {
                let rate = if self.world.lean { 1.5 } else { 8.0 };
                Box::new(Torrent { port: d.range(20_000, 60_000) as u16, rate, given: 3e5 })
            }
            Kind::SlowGrowth => {
                let (size, growth) = (d.between(2e6, 5e6), d.between(1.3, 1.6));
                Box::new(Upload::new(
                    self.net.hosting(d, false),
                    size,
                    growth,
                    start,
                    if self.world.lean { 0.4 } else { 0.7 },
                ))
            }
            Kind::Dormant => {
                let size = d.lognormal(1.5e8, 0.4);
                Box::new(Upload::new(self.net.hosting(d, false), size, 1.0, start, 0.95))
            }
            Kind::BulkUpload => {
                let size = d.lognormal(3e8, 0.5);
                Box::new(Upload::new(self.net.hosting(d, false), size, 1.0, start, 1.0))
            }
            _ => self.relay(kind, gateways),
        }
    }

    fn relay(&mut self, kind: Kind, gateways: Vec<IpAddr>) -> Box<dyn Behaviour> {
        let d = &mut self.dice;
        let (bits, mean) = match kind {
            Kind::Relay50k => (5e4, d.between(1e4, 2.5e4)),
            Kind::Relay5m => (5e6, d.between(3e5, 6e5)),
            Kind::Relay600k | Kind::RelayFleet => (6e5, d.between(5e4, 1.2e5)),
            _ => (d.lognormal(4e5, 0.4), d.between(4e4, 1e5)),
        };
        // Fewer and larger answers at the same rate keep the rows of a fast relay within bounds.
        let most_per_hour = if self.world.lean { 240.0 } else { 3000.0 };
        let (bits, most_per_hour) = match kind {
            Kind::RelayFromStart if self.world.lean => (5e4, 40.0),
            _ => (bits, most_per_hour),
        };
        let mean = mean.max(bits / 8.0 * 3600.0 / most_per_hour);
        let most_sessions = match kind {
            Kind::RelayFromStart if self.world.lean => 1,
            _ if self.world.lean => 2,
            _ => 20,
        };
        let mut plan = RelayPlan {
            bits,
            mean_response: mean,
            sessions: d.range(1, most_sessions).min(2 * gateways.len() as u64) as usize,
            gateways,
            rotate: None,
            framing: Framing::Plain,
            buffer: 0,
            v6: kind == Kind::RelayV6,
            old: false,
            chaff: 0.0,
            uploaders: 0.0,
        };
        for evasion in kind.evasions().iter().chain(&self.world.evasion) {
            evasion.change(&mut plan);
        }
        Box::new(Relay::new(plan))
    }
}

fn proxy(port: u16, clients: Vec<IpAddr>, rate: f64) -> Box<dyn Behaviour> {
    Box::new(OpenProxy { port, clients, rate, mean_response: 6e4, wander: Wander::default() })
}

/// As much as a dormant host sends on average, times `share`, from all over the web.
fn pull(share: f64) -> Fetcher {
    let (an_hour, answer) = (1.6e8 * share, 1e5);
    Fetcher::new(Whom::Popular, an_hour / 60.0 / answer, (700.0, 0.3), (answer * 0.6, 1.0), Rhythm::Flat)
}

fn scan(rate: f64, hosts: u64, ports: Vec<u16>, rest: i64) -> Box<dyn Behaviour> {
    Box::new(Scan { rate, hosts, ports, rest })
}
