//! Who lives in a world and what each of them does.

mod deck;
mod hijacks;
mod roles;
mod services;
mod serving;
mod working;

use super::account::{Account, HOME, Host, Kind};
use super::behaviour::Behaviour;
use super::calendar::{DAY, HOUR, WORLD_START};
use super::dice::Dice;
use super::internet::Internet;
use super::world::World;
use crate::labels::{Entity, Hijack, Labels};

/// One behaviour of one host with its own randomness.
pub struct Actor {
    /// Index of the host.
    pub host: usize,
    /// Its own stream.
    pub dice: Dice,
    /// What it does.
    pub behaviour: Box<dyn Behaviour>,
}

/// Everything that a run needs.
pub struct Cast {
    /// All interfaces.
    pub hosts: Vec<Host>,
    /// All behaviours, grouped by host.
    pub actors: Vec<Actor>,
    /// The address universe.
    pub net: Internet,
    /// The truth.
    pub labels: Labels,
}

/// Builds a world: the shared interfaces first, then ordinary instances, then the victims.
pub fn build(world: &World) -> Cast {
    let mut casting = Casting {
        world,
        account: Account::new(world.seed),
        dice: Dice::new(world.seed, &[0xca57]),
        net: Internet::new(world.seed, world.rotation),
        hosts: Vec::new(),
        actors: Vec::new(),
        hijacks: Vec::new(),
        start: WORLD_START,
        end: WORLD_START + world.days * DAY,
    };
    for (kind, role) in [
        (Kind::Nat, "nat-gateway"),
        (Kind::LoadBalancer, "load-balancer"),
        (Kind::Endpoint, "endpoint"),
        (Kind::TransitGateway, "transit-gateway"),
    ] {
        let index = casting.add(kind, role, HOME);
        casting.play(index);
    }
    let victims: usize = world.hijacks.iter().map(|&kind| hijacks::size(kind)).sum();
    let ordinary = world.entities.saturating_sub(victims).max(1);
    for n in 0..ordinary {
        let role = deck::deck(n, &mut casting.dice);
        let index = casting.add(Kind::Instance, role, HOME);
        casting.settle(index);
        casting.play(index);
    }
    for &kind in &world.hijacks {
        casting.hijack(kind);
    }
    let labels = casting.labels();
    Cast { hosts: casting.hosts, actors: casting.actors, net: casting.net, labels }
}

/// A world in the making.
struct Casting<'a> {
    world: &'a World,
    account: Account,
    dice: Dice,
    net: Internet,
    hosts: Vec<Host>,
    actors: Vec<Actor>,
    hijacks: Vec<Hijack>,
    start: i64,
    end: i64,
}

impl Casting<'_> {
    fn add(&mut self, kind: Kind, role: &str, region: &'static str) -> usize {
        let index = self.hosts.len();
        let mut host = self.account.host(index, kind, role, region, self.start);
        if self.dice.chance(self.world.slow_share) {
            (host.interval, host.nitro, host.instance_type) = (10, false, "t2.medium");
        }
        host.public = !matches!(kind, Kind::Endpoint | Kind::TransitGateway);
        self.hosts.push(host);
        index
    }

    /// Decides between public and behind the NAT, old and newborn, and sets the tags.
    fn settle(&mut self, index: usize) {
        let days = self.world.days;
        let newborn = self.dice.chance(self.world.newborn);
        let born = self.start + DAY + self.dice.below(((days - 2).max(1) * DAY) as u64) as i64;
        let private = self.dice.chance(self.world.private);
        let shift = self.dice.below((days * DAY) as u64) as i64;
        let life = self.dice.range(4, 12) as i64 * HOUR;
        let host = &mut self.hosts[index];
        if private && deck::may_be_private(&host.role) {
            (host.public, host.nat) = (false, Some(0));
        }
        if host.role == "autoscaled" {
            host.born = self.start + shift / 60 * 60;
            host.dies = host.born + life;
            host.tags.push(("aws:autoscaling:groupName".to_owned(), "shop-web".to_owned()));
        } else if newborn {
            host.born = born / 60 * 60;
        }
        let name = format!("{}-{}", deck::family(&host.role), index % 7 + 1);
        host.tags.push(("Name".to_owned(), name));
        if matches!(host.role.as_str(), "turn" | "vpn") {
            if self.world.undeclared {
                host.born = born / 60 * 60;
            } else {
                host.tags.push(("role".to_owned(), host.role.clone()));
            }
        }
    }

    fn act(&mut self, host: usize, behaviour: impl Behaviour + 'static) {
        let dice = Dice::new(self.world.seed, &[0xac7, host as u64, self.actors.len() as u64]);
        self.actors.push(Actor { host, dice, behaviour: Box::new(behaviour) });
    }

    fn labels(&self) -> Labels {
        let ms = |seconds: i64| seconds * 1000;
        let entity = |host: &Host| {
            let (from, to) = (host.born.max(self.start), host.dies.min(self.end));
            let mine = || self.hijacks.iter().filter(|h| h.interface == host.interface);
            let safe = mine().map(|h| h.start_ms / 1000).min().unwrap_or(to).clamp(from, to.max(from));
            Entity {
                entity: name(host),
                interface: host.interface.clone(),
                addresses: vec![host.v4.to_string(), host.v6.to_string()],
                kind: host.role.clone(),
                analytic: None,
                hijacked: mine().next().is_some(),
                alive_from_ms: ms(from),
                alive_to_ms: ms(to.max(from)),
                // Shared interfaces are no entities to a detector: their days must not dilute its false alerts.
                benign_days: if host.kind == Kind::Instance {
                    (safe - from) as f64 / DAY as f64
                } else {
                    0.0
                },
            }
        };
        Labels {
            world: self.world.name.clone(),
            seed: self.world.seed,
            start_ms: ms(self.start),
            end_ms: ms(self.end),
            hijacks: self.hijacks.clone(),
            entities: self.hosts.iter().map(entity).collect(),
        }
    }
}

fn name(host: &Host) -> String {
    if host.instance == "-" { host.interface.clone() } else { host.instance.clone() }
}
