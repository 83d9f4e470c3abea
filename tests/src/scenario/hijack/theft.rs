//! Uploads: slow theft that grows day by day, a dormant host that wakes, a plain bulk upload.

use std::net::IpAddr;

use crate::scenario::behaviour::{Behaviour, Held, Stage};
use crate::scenario::benign::Wander;

/// Pushes to one address that nobody else uses.
pub struct Upload {
    /// The drop.
    pub drop: IpAddr,
    /// Bytes an hour at the start.
    pub per_hour: f64,
    /// Factor a day.
    pub growth: f64,
    /// When it starts, seconds since the epoch.
    pub start: i64,
    /// Share of minutes in which it sends.
    pub presence: f64,
    held: Option<Held>,
    wander: Wander,
}

impl Upload {
    /// An upload that has not begun.
    pub fn new(drop: IpAddr, per_hour: f64, growth: f64, start: i64, presence: f64) -> Self {
        Self { drop, per_hour, growth, start, presence, held: None, wander: Wander::default() }
    }
}

impl Behaviour for Upload {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let level = self.wander.next(stage, 0.4);
        if !stage.dice.chance(self.presence) {
            return;
        }
        if let Some(held) = self.held.take_if(|h| stage.now - h.since > 3 * 3600) {
            held.close(stage);
        }
        let drop = self.drop;
        let mut held = self.held.take().unwrap_or_else(|| Held::dial(stage, drop, 443));
        let days = (stage.now - self.start) as f64 / 86_400.0;
        let bytes = self.per_hour / 60.0 / self.presence * libm::pow(self.growth, days) * level;
        let answer = stage.dice.range(100, 400);
        held.talk(stage, bytes as u64, answer, 0);
        self.held = Some(held);
    }
}
