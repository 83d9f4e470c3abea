//! What ordinary hosts do. Nothing here knows whether a hijack lives on the same host.

pub mod fetch;
pub mod forward;
pub mod push;
pub mod serve;

use super::behaviour::{Behaviour, Stage};

/// Passes a behaviour's turn on only between two instants.
pub struct During {
    /// First instant, seconds since the epoch.
    pub from: i64,
    /// First instant after it, seconds since the epoch.
    pub to: i64,
    /// What happens in between.
    pub what: Box<dyn Behaviour>,
}

impl Behaviour for During {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if (self.from..self.to).contains(&stage.now) {
            self.what.tick(stage);
        }
    }
}

/// A slowly wandering factor around 1: traffic that exceeds its p90 by chance, for an hour or so at a time.
#[derive(Debug, Default)]
pub struct Wander {
    level: f64,
}

impl Wander {
    /// The next value: AR(1) on the log scale with a correlation time of about half an hour.
    pub fn next(&mut self, stage: &mut Stage<'_>, sigma: f64) -> f64 {
        let keep: f64 = 0.967;
        self.level = keep * self.level + (1.0 - keep * keep).sqrt() * stage.dice.normal();
        libm::exp(sigma * self.level - sigma * sigma / 2.0)
    }
}
