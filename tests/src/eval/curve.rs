//! What defeats Weir, by degree: worlds whose relays all do one thing more and more.

use crate::scenario::world::{Evasion, Kind, World};

/// A world with its degree of one evasion.
pub struct Point {
    /// What is varied.
    pub what: &'static str,
    /// How far.
    pub degree: String,
    /// The world.
    pub world: World,
}

/// What is varied, with the kind of the victims' hijacks, the degrees, and what a degree does.
type Axis = (&'static str, Kind, &'static [f64], fn(f64) -> Evasion);

const AXES: [Axis; 7] = [
    ("rate, kbit/s", Kind::Relay50k, &[5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0], |kbits| {
        Evasion::Rate(kbits * 1000.0)
    }),
    ("compressed to", Kind::Relay600k, &[0.8, 0.6, 0.4, 0.25, 0.15, 0.08], |share| {
        Evasion::Compress(share * 0.9, share * 1.1)
    }),
    ("padded by", Kind::Relay600k, &[1.5, 2.0, 4.0, 6.0, 10.0], Evasion::Pad),
    ("chaff, share of the tunnel", Kind::Relay600k, &[0.1, 0.2, 0.35, 0.5, 0.75], Evasion::Chaff),
    ("held back, minutes", Kind::Relay600k, &[15.0, 30.0, 45.0, 60.0, 120.0], |minutes| {
        Evasion::Buffer(minutes as usize)
    }),
    ("jobs that upload, share", Kind::Relay600k, &[0.01, 0.03, 0.06, 0.1, 0.3, 0.6], Evasion::Uploaders),
    ("dormant host that pulls, per byte sent", Kind::Dormant, &[0.1, 0.3, 0.5, 0.8, 1.5], Evasion::Pull),
];

/// All points, each over one world of its seed with `relays` victims.
pub fn points(seed: u64, relays: usize) -> Vec<Point> {
    let mut points = Vec::new();
    for (what, kind, degrees, evasion) in AXES {
        for degree in degrees {
            points.push(Point {
                what,
                degree: degree.to_string(),
                world: world(seed, kind, relays, evasion(*degree)),
            });
        }
    }
    points
}

/// A small world in which every hijack is of one kind and makes one evasion.
fn world(seed: u64, kind: Kind, relays: usize, evasion: Evasion) -> World {
    let dev = World::named("dev-0");
    let Some(dev) = dev else { unreachable!("worlds of development have names") };
    World {
        name: "curve".to_owned(),
        seed,
        days: 5,
        first_day: 3.0,
        entities: relays + 16,
        hijacks: vec![kind; relays],
        evasion: Some(evasion),
        longest: 14.0,
        ..dev
    }
}
