//! What a host does: behaviours act once a minute on a stage that offers a few verbs.

use std::net::{IpAddr, Ipv4Addr};

use super::account::Host;
use super::dice::Dice;
use super::internet::Internet;
use super::wire::{Reply, Talk, Wire};

/// Something that a host does, minute after minute.
pub trait Behaviour {
    /// Acts in the minute that begins at `stage.now`.
    fn tick(&mut self, stage: &mut Stage<'_>);
}

/// One host in one minute, with what it can reach.
pub struct Stage<'a> {
    /// Beginning of the minute, seconds since the epoch.
    pub now: i64,
    /// The acting host.
    pub host: &'a Host,
    /// All hosts of the world, for traffic inside the VPC.
    pub hosts: &'a [Host],
    /// The internet.
    pub net: &'a Internet,
    /// This behaviour's own randomness.
    pub dice: &'a mut Dice,
    /// The host's meter.
    pub wire: &'a mut Wire,
    /// What other interfaces must see too: (index of host, talk).
    pub elsewhere: &'a mut Vec<(usize, Talk)>,
}

/// Transport security of a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Plain, or the handshake is in the payload already.
    No,
    /// A handshake of some kB is added.
    Yes,
}

impl Stage<'_> {
    /// Dials, asks and gets an answer, all within some seconds.
    pub fn fetch(&mut self, remote: IpAddr, port: u16, sent: u64, received: u64, tls: Tls) {
        let (extra_out, extra_in) = self.handshake(tls);
        let local_port = self.ephemeral();
        let talk = self.talk(remote, local_port, port, true, sent + extra_out, received + extra_in);
        self.post(Talk { opens: true, closes: true, ..talk });
    }

    /// A client dials us, asks (`received`) and gets an answer (`sent`).
    pub fn serve(&mut self, client: IpAddr, port: u16, sent: u64, received: u64, tls: Tls) {
        let (hello, certificates) = self.handshake(tls);
        let remote_port = self.dice.range(1024, 65_000) as u16;
        let talk = self.talk(client, port, remote_port, false, sent + certificates, received + hello);
        self.post(Talk { opens: true, closes: true, ..talk });
    }

    /// Datagrams each way; `size` is payload per datagram.
    pub fn datagrams(
        &mut self,
        remote: IpAddr,
        ports: (u16, u16),
        dialled: bool,
        sent: u64,
        received: u64,
        size: u64,
    ) {
        let talk = self.talk(remote, ports.0, ports.1, dialled, sent, received);
        self.post(Talk { proto: 17, size, ..talk });
    }

    /// Packets that get no conversation: probes, or a flood of them.
    pub fn probe(
        &mut self,
        remote: IpAddr,
        ports: (u16, u16),
        dialled: bool,
        packets: u64,
        size: u64,
        reply: Reply,
    ) {
        let talk = self.talk(remote, ports.0, ports.1, dialled, 0, 0);
        self.post(Talk { opens: true, bare: packets, size, reply, lasts: 0, ..talk });
    }

    /// Posts a talk to this host's meter and to every other interface that the packets cross.
    pub fn post(&mut self, talk: Talk) {
        self.wire.post(self.now, talk, self.dice);
        if talk.reply == Reply::Rejected {
            return;
        }
        let IpAddr::V4(far) = talk.remote else { return };
        if far.is_private() {
            if let Some(peer) = self.hosts.iter().find(|h| h.v4 == far) {
                let mirrored = Talk {
                    remote: IpAddr::V4(self.host.v4),
                    local_port: talk.remote_port,
                    remote_port: talk.local_port,
                    dialled: !talk.dialled,
                    sent: talk.received,
                    received: talk.sent,
                    ..talk
                };
                self.elsewhere.push((peer.index, mirrored));
            }
        } else if let Some(nat) = self.host.nat {
            self.elsewhere.push((nat, Talk { inside: Some(self.host.v4), ..talk }));
        }
    }

    /// An unused local port, as Linux picks them.
    pub fn ephemeral(&mut self) -> u16 {
        self.dice.range(32_768, 60_999) as u16
    }

    /// A random alive instance of the home VPC other than this one, by its private address.
    pub fn neighbour(&mut self, role: &str) -> Option<IpAddr> {
        let (now, own) = (self.now, self.host.index);
        let mut found = self.hosts.iter().filter(|h| h.role == role && h.index != own && h.alive(now));
        let count = found.clone().count() as u64;
        found.nth(self.dice.below(count) as usize).map(|h| IpAddr::V4(h.v4))
    }

    /// A talk in this minute with usual timing, mid-life unless changed.
    pub fn talk(
        &mut self,
        remote: IpAddr,
        local_port: u16,
        remote_port: u16,
        dialled: bool,
        sent: u64,
        received: u64,
    ) -> Talk {
        let quick = 1 + (sent + received) / 2_000_000;
        Talk {
            remote,
            proto: 6,
            local_port,
            remote_port,
            dialled,
            sent,
            received,
            opens: false,
            closes: false,
            at: self.dice.below(57) as i64,
            lasts: quick.min(50) as i64 + self.dice.below(3) as i64,
            reply: Reply::Answered,
            size: 1200,
            bare: 0,
            inside: None,
        }
    }

    fn handshake(&mut self, tls: Tls) -> (u64, u64) {
        match tls {
            Tls::No => (0, 0),
            // A quarter of the sessions is resumed and sends no certificates.
            Tls::Yes if self.dice.chance(0.25) => (self.dice.range(700, 1000), self.dice.range(300, 700)),
            Tls::Yes => (self.dice.range(700, 2000), self.dice.range(3900, 5200)),
        }
    }
}

/// A connection that is kept over many intervals.
#[derive(Debug, Clone)]
pub struct Held {
    /// Other end.
    pub remote: IpAddr,
    /// When it was opened, seconds since the epoch.
    pub since: i64,
    local_port: u16,
    remote_port: u16,
    dialled: bool,
    fresh: bool,
}

impl Held {
    /// Dials a connection to keep.
    pub fn dial(stage: &mut Stage<'_>, remote: IpAddr, port: u16) -> Self {
        let local_port = stage.ephemeral();
        Self { remote, since: stage.now, local_port, remote_port: port, dialled: true, fresh: true }
    }

    /// Accepts a connection to keep.
    pub fn accept(stage: &mut Stage<'_>, remote: IpAddr, port: u16) -> Self {
        let remote_port = stage.dice.range(1024, 65_000) as u16;
        Self { remote, since: stage.now, local_port: port, remote_port, dialled: false, fresh: true }
    }

    /// A connection that is older than the data: its handshake was never seen.
    pub fn old(mut self) -> Self {
        self.fresh = false;
        self
    }

    /// Exchanges payload in this minute, with `bare` keepalive packets each way.
    pub fn talk(&mut self, stage: &mut Stage<'_>, sent: u64, received: u64, bare: u64) {
        if self.fresh || sent + received + bare > 0 {
            let tls = if self.fresh { stage.handshake(Tls::Yes) } else { (0, 0) };
            let (up, down) = if self.dialled { tls } else { (tls.1, tls.0) };
            let talk = stage.talk(
                self.remote,
                self.local_port,
                self.remote_port,
                self.dialled,
                sent + up,
                received + down,
            );
            // A kept connection is used throughout the minute, so nothing is carried past it.
            stage.post(Talk { opens: self.fresh, bare, lasts: 58 - talk.at, ..talk });
            self.fresh = false;
        }
    }

    /// Ends it.
    pub fn close(self, stage: &mut Stage<'_>) {
        let talk = stage.talk(self.remote, self.local_port, self.remote_port, self.dialled, 0, 0);
        stage.post(Talk { closes: true, lasts: 0, ..talk });
    }
}

/// The instance or interface at a private address of the world.
pub fn at(hosts: &[Host], address: Ipv4Addr) -> Option<&Host> {
    hosts.iter().find(|h| h.v4 == address)
}
