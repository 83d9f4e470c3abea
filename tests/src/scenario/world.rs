//! Named worlds and their knobs.

mod evasion;
mod kind;

use self::Kind::*;
use self::kind::SHIPPED;
pub use self::kind::{ALL, EVASIVE, Kind};
use super::internet::Rotation;
use super::row::Layout;

pub use self::evasion::Evasion;

/// The knobs of a world.
#[derive(Debug, Clone)]
pub struct World {
    /// Name.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Days of data.
    pub days: i64,
    /// Instances, victims included.
    pub entities: usize,
    /// Day on which hijacks may begin.
    pub first_day: f64,
    /// Hijacks to place, one victim each.
    pub hijacks: Vec<Kind>,
    /// What every relay does to escape.
    pub evasion: Option<Evasion>,
    /// Rows come late, in no order, and some twice.
    pub messy: bool,
    /// Relays by design are young and have no tag that says so.
    pub undeclared: bool,
    /// Share of interfaces with 600-second records.
    pub slow_share: f64,
    /// Whether known services change addresses.
    pub rotation: Rotation,
    /// Share of instances born within the week.
    pub newborn: f64,
    /// Every large fetcher starts to push what it pulls.
    pub twins: bool,
    /// Fields of the flow logs.
    pub layout: Layout,
    /// Write NODATA rows for silent intervals.
    pub no_data: bool,
    /// Probes from the internet, a minute and public host.
    pub background: f64,
    /// Factor on the request rates of busy services.
    pub busy: f64,
    /// Fewer and larger exchanges, so that a shipped world stays small.
    pub lean: bool,
    /// Share of hosts behind the NAT gateway, among those whose role allows it.
    pub private: f64,
    /// Most hours that a relay lasts.
    pub longest: f64,
}

impl World {
    /// A world by name: `shipped`, `dev-N`, `calm`, `calm-N`, `hard`, `hard-N`, `undeclared-N`, `evasion-NAME`.
    ///
    /// A hard world has every evasion and every benign twin at once: each evasion is that of a kind of its own, and
    /// `relay-all-evasions` makes all that can be combined.
    pub fn named(name: &str) -> Option<Self> {
        let number = |prefix: &str| name.strip_prefix(prefix).and_then(|n| n.parse::<u64>().ok());
        let dev = Self {
            name: name.to_owned(),
            seed: 1,
            days: 7,
            entities: 90,
            first_day: 4.0,
            hijacks: ALL.to_vec(),
            evasion: None,
            messy: false,
            undeclared: false,
            slow_share: 0.0,
            rotation: Rotation::Never,
            newborn: 0.08,
            twins: false,
            layout: Layout::V5,
            no_data: true,
            background: 0.15,
            busy: 0.3,
            lean: false,
            private: 0.25,
            longest: 30.0,
        };
        if let Some(seed) = number("dev-") {
            return Some(Self { seed, ..dev });
        }
        if name == "calm" || number("calm-").is_some() {
            return Some(Self {
                seed: 1000 + number("calm-").unwrap_or(0),
                hijacks: Vec::new(),
                entities: 120,
                ..dev
            });
        }
        if name == "hard" || number("hard-").is_some() {
            let seed = 2000 + number("hard-").unwrap_or(0);
            let (rotation, messy) = (Rotation::SixHours, true);
            let hijacks = ALL.iter().chain(&EVASIVE).copied().collect();
            return Some(Self {
                seed,
                hijacks,
                rotation,
                messy,
                newborn: 0.5,
                twins: true,
                slow_share: 0.33,
                ..dev
            });
        }
        if let Some(seed) = number("undeclared-") {
            return Some(Self { seed: 4000 + seed, undeclared: true, hijacks: Vec::new(), ..dev });
        }
        if let Some(evasion) = name.strip_prefix("evasion-") {
            let evasion = Evasion::named(evasion)?;
            let relays = [Relay50k, Relay600k, Relay5m, RelayV6, RelayNat];
            let hijacks = relays.iter().chain(&relays).copied().collect();
            return Some(Self { seed: 3000, hijacks, evasion: Some(evasion), ..dev });
        }
        (name == "shipped").then(|| Self {
            days: 4,
            entities: 40,
            first_day: 2.1,
            hijacks: SHIPPED.to_vec(),
            no_data: false,
            background: 0.02,
            busy: 0.015,
            lean: true,
            private: 0.1,
            longest: 3.2,
            ..dev
        })
    }

    /// Names that [`World::named`] knows, for messages.
    pub fn names() -> String {
        let evasions: Vec<String> = Evasion::names().map(|name| format!("evasion-{name}")).collect();
        format!("shipped, dev-N, calm, calm-N, hard, hard-N, undeclared-N, {}", evasions.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hard_world_makes_every_evasion_and_every_hardship_at_once() {
        let hard = World::named("hard-1").unwrap();

        for evasion in Evasion::names().filter_map(Evasion::named) {
            let made = hard.hijacks.iter().filter(|kind| kind.evasions().contains(&evasion)).count();
            assert!(made > 0, "no hijack makes {evasion:?}");
        }
        assert!(ALL.iter().chain(&EVASIVE).all(|kind| hard.hijacks.contains(kind)));
        assert!(hard.twins && hard.messy && hard.rotation == Rotation::SixHours);
        assert_eq!((hard.newborn, hard.slow_share), (0.5, 0.33));
    }
}
