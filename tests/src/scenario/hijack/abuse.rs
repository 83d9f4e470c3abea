//! Scans, floods and peer-to-peer seeding.

use std::net::{IpAddr, Ipv4Addr};

use crate::scenario::behaviour::{Behaviour, Stage};
use crate::scenario::wire::Reply;

/// A port scan: SYNs to addresses that mostly do not answer.
pub struct Scan {
    /// Hosts probed a minute.
    pub rate: f64,
    /// Hosts to probe in all.
    pub hosts: u64,
    /// Ports, one drawn per probe.
    pub ports: Vec<u16>,
    /// Minutes of rest between minutes of work (slow scans).
    pub rest: i64,
}

impl Behaviour for Scan {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if self.hosts == 0 || stage.now / 60 % (self.rest + 1) != 0 {
            return;
        }
        // masscan keeps one source port and sends bare 40-byte SYNs.
        let source = 40_000 + (stage.host.index as u16 * 37) % 20_000;
        for _ in 0..stage.dice.poisson(self.rate).max(1).min(self.hosts) {
            self.hosts -= 1;
            let target = random_target(stage);
            let port = *stage.dice.pick(&self.ports);
            let reply = match stage.dice.below(100) {
                0..=2 => Reply::Answered,
                3..=17 => Reply::Reset,
                _ => Reply::Silent,
            };
            if reply == Reply::Answered {
                let talk = stage.talk(target, source, port, true, 0, 0);
                stage.post(crate::scenario::wire::Talk { opens: true, lasts: 0, ..talk });
            } else {
                stage.probe(target, (source, port), true, 1, 40, reply);
            }
        }
    }
}

/// Packets at a rate to one victim.
pub struct Flood {
    /// The victim.
    pub victim: IpAddr,
    /// Port hit.
    pub port: u16,
    /// Protocol: 17 with payload, or 6 with SYNs.
    pub proto: u8,
    /// Packets a second.
    pub pps: u64,
}

impl Behaviour for Flood {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        const SOURCES: u64 = 24;
        for n in 0..SOURCES {
            let packets = self.pps * 60 / SOURCES;
            let packets = packets * stage.dice.range(90, 110) / 100;
            let local = 33_000 + (n as u16) * 911 + stage.dice.below(60) as u16;
            if self.proto == 17 {
                let talk = stage.talk(self.victim, local, self.port, true, packets * 1024, 0);
                stage.post(crate::scenario::wire::Talk { proto: 17, size: 1024, at: 0, lasts: 59, ..talk });
            } else {
                let talk = stage.talk(self.victim, local, self.port, true, 0, 0);
                let flood = crate::scenario::wire::Talk {
                    opens: true,
                    bare: packets,
                    size: 40,
                    reply: Reply::Silent,
                    at: 0,
                    lasts: 59,
                    ..talk
                };
                stage.post(flood);
            }
        }
    }
}

/// Seeds a torrent: many peers, both transports, high ports at both ends.
pub struct Torrent {
    /// Port it listens on.
    pub port: u16,
    /// Peers met a minute.
    pub rate: f64,
    /// Median bytes given to a peer.
    pub given: f64,
}

impl Behaviour for Torrent {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        for _ in 0..stage.dice.poisson(self.rate) {
            let peer = stage.net.resident(stage.dice);
            let far = stage.dice.range(6881, 65_000) as u16;
            let given = stage.dice.lognormal(self.given, 1.2).min(5e7) as u64;
            let asked = given / 900 + stage.dice.range(200, 2000);
            match stage.dice.below(10) {
                0..=5 => {
                    let dialled = stage.dice.chance(0.5);
                    stage.datagrams(peer, (self.port, far), dialled, given, asked, 1380);
                }
                6..=7 => stage.fetch(peer, far, given, asked, crate::scenario::behaviour::Tls::No),
                _ => stage.serve(peer, self.port, given, asked, crate::scenario::behaviour::Tls::No),
            }
            // The distributed hash table chats all the time.
            let node = stage.net.resident(stage.dice);
            let port = stage.dice.range(1024, 65_000) as u16;
            let answer = if stage.dice.chance(0.6) { 300 } else { 0 };
            stage.datagrams(node, (self.port, port), true, 110, answer, 1200);
        }
    }
}

fn random_target(stage: &mut Stage<'_>) -> IpAddr {
    loop {
        let bits = stage.dice.bits() as u32;
        let v4 = Ipv4Addr::from_bits(bits);
        let [a, ..] = v4.octets();
        // Whole first octets are left out where a part is reserved: a scanner's exclude list does the same.
        if !matches!(a, 0 | 10 | 100 | 127 | 169 | 172 | 192 | 198 | 203 | 224..) {
            return IpAddr::V4(v4);
        }
    }
}
