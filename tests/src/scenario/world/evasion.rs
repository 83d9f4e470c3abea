//! What relays change to escape, one at a time, by name and by degree.

use crate::scenario::hijack::relay::{Framing, RelayPlan};

/// One change that every back-connect relay of a world makes to escape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evasion {
    /// New gateways every 10 minutes.
    Rotate,
    /// Tunnel compressed to between these shares of what it carries.
    Compress(f64, f64),
    /// Constant padding by this factor.
    Pad(f64),
    /// Random padding up to this factor.
    PadRandom(f64),
    /// Answers smeared over so many minutes.
    Buffer(usize),
    /// All relays on crawlers.
    Crawler,
    /// All relays on busy mixed hosts.
    Mixed,
    /// All relays older than the data.
    FromStart,
    /// Global Accelerator gateways.
    Accelerator,
    /// One tenth of the rate.
    Tenth,
    /// So many bits a second.
    Rate(f64),
    /// Traffic with the gateways that relays nothing, as a share of all with them.
    Chaff(f64),
    /// Share of the customers' jobs that send what others fetch.
    Uploaders(f64),
    /// A dormant host that also pulls so many bytes for each that it sends.
    Pull(f64),
}

const NAMED: [(&str, Evasion); 12] = [
    ("rotate", Evasion::Rotate),
    ("compress", Evasion::Compress(0.3, 0.5)),
    ("pad2", Evasion::Pad(2.0)),
    ("pad4", Evasion::Pad(4.0)),
    ("pad-random", Evasion::PadRandom(2.0)),
    ("buffer", Evasion::Buffer(30)),
    ("smear", Evasion::Buffer(60)),
    ("crawler", Evasion::Crawler),
    ("mixed", Evasion::Mixed),
    ("from-start", Evasion::FromStart),
    ("accelerator", Evasion::Accelerator),
    ("tenth", Evasion::Tenth),
];

impl Evasion {
    /// An evasion by name.
    pub fn named(name: &str) -> Option<Self> {
        NAMED.iter().find(|(known, _)| *known == name).map(|(_, evasion)| *evasion)
    }

    /// Names that [`named`](Self::named) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// Makes this change to what a relay is about to do; where it runs and which gateways it has is decided before.
    pub fn change(self, plan: &mut RelayPlan) {
        match self {
            Self::Rotate => plan.rotate = Some(10),
            Self::Compress(least, most) => plan.framing = Framing::Compressed(least, most),
            Self::Pad(factor) => plan.framing = Framing::Padded(factor),
            Self::PadRandom(most) => plan.framing = Framing::RandomlyPadded(most),
            Self::Buffer(minutes) => plan.buffer = minutes,
            Self::FromStart => plan.old = true,
            Self::Tenth => plan.bits *= 0.1,
            Self::Rate(bits) => plan.bits = bits,
            Self::Chaff(share) => plan.chaff = share,
            Self::Uploaders(share) => plan.uploaders = share,
            Self::Crawler | Self::Mixed | Self::Accelerator | Self::Pull(_) => {}
        }
    }
}
