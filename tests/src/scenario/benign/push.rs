//! Hosts that push: agents, log shippers, backups, exports, and jobs that load outward what they fetch.

use std::net::IpAddr;

use super::Wander;
use super::fetch::Whom;
use crate::scenario::behaviour::{Behaviour, Held, Stage, Tls};
use crate::scenario::calendar::{DAY, Rhythm, hour_of_day, weekday};

/// A steady push over kept connections, renewed now and then: agents, shippers, message queues.
pub struct Shipper {
    /// To whom.
    pub whom: Whom,
    /// Minutes between pushes.
    pub every: i64,
    /// Payload sent a minute on average.
    pub sent: f64,
    /// Payload received a minute on average.
    pub received: f64,
    /// Daily rhythm.
    pub rhythm: Rhythm,
    /// Connections kept at once.
    pub sessions: usize,
    /// Hours that a connection lives on average.
    pub renew_hours: f64,
    held: Vec<Held>,
    wander: Wander,
}

impl Shipper {
    /// A shipper with one connection that lives for hours.
    pub fn new(whom: Whom, every: i64, sent: f64, received: f64, rhythm: Rhythm) -> Self {
        Self {
            whom,
            every,
            sent,
            received,
            rhythm,
            sessions: 1,
            renew_hours: 8.0,
            held: Vec::new(),
            wander: Wander::default(),
        }
    }
}

impl Behaviour for Shipper {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        let load = self.rhythm.load(stage.now) * self.wander.next(stage, 0.35) * self.every as f64;
        if (stage.now / 60 + stage.host.index as i64) % self.every != 0 {
            return;
        }
        if stage.dice.chance(self.every as f64 / 60.0 / self.renew_hours) && !self.held.is_empty() {
            let i = stage.dice.below(self.held.len() as u64) as usize;
            self.held.swap_remove(i).close(stage);
        }
        while self.held.len() < self.sessions {
            let Some(remote) = self.whom.pick(stage) else { return };
            self.held.push(Held::dial(stage, remote, 443));
        }
        for held in &mut self.held {
            let jitter = stage.dice.lognormal(1.0, 0.3);
            let share = load * jitter / self.sessions as f64;
            held.talk(stage, (self.sent * share) as u64, (self.received * share) as u64, 1);
        }
    }
}

/// A bulk transfer that runs at an hour of some days.
pub struct Batch {
    /// To whom; one address for a whole run.
    pub whom: Whom,
    /// Port.
    pub port: u16,
    /// Hour of the day at which it starts.
    pub hour: f64,
    /// Bit n set: runs on weekday n (Monday 0).
    pub days: u8,
    /// Only on this day since the epoch, if set.
    pub only: Option<i64>,
    /// Minutes that it takes.
    pub minutes: i64,
    /// Payload pushed in a run.
    pub pushed: f64,
    /// Payload pulled in a run.
    pub pulled: f64,
    running: Option<(Held, i64, f64)>,
}

impl Batch {
    /// A nightly push of `pushed` bytes.
    pub fn nightly(whom: Whom, hour: f64, minutes: i64, pushed: f64) -> Self {
        Self { whom, port: 443, hour, days: 0x7f, only: None, minutes, pushed, pulled: 0.0, running: None }
    }

    fn due(&self, now: i64) -> bool {
        let start = now.div_euclid(DAY) * DAY + (self.hour * 60.0) as i64 * 60;
        now == start
            && self.days >> weekday(now) & 1 == 1
            && self.only.is_none_or(|day| day == now.div_euclid(DAY))
    }
}

impl Behaviour for Batch {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if self.running.is_none() && self.due(stage.now) {
            let Some(remote) = self.whom.pick(stage) else { return };
            let size = stage.dice.lognormal(1.0, 0.15) / self.minutes as f64;
            self.running = Some((Held::dial(stage, remote, self.port), self.minutes, size));
        }
        let Some((held, left, size)) = &mut self.running else { return };
        let jitter = *size * stage.dice.between(0.7, 1.3);
        held.talk(stage, (self.pushed * jitter) as u64, (self.pulled * jitter) as u64, 0);
        *left -= 1;
        if *left <= 0
            && let Some((held, ..)) = self.running.take()
        {
            held.close(stage);
        }
    }
}

/// Pulls from many origins and puts what it pulled into one external store, in working hours of its own.
pub struct FetchAndLoad {
    /// Where it pulls.
    pub whom: Whom,
    /// Where it loads.
    pub store: IpAddr,
    /// Pulls a minute.
    pub rate: f64,
    /// Median pulled object.
    pub size: f64,
    /// First and last hour of a run.
    pub hours: (f64, f64),
    /// Bytes pushed for each byte pulled.
    pub ratio: f64,
    /// Objects put in one request.
    pub batch: u64,
    waiting: (u64, u64),
}

impl FetchAndLoad {
    /// A job at ratio near 1 that puts `batch` objects at a time.
    pub fn new(
        whom: Whom,
        store: IpAddr,
        rate: f64,
        size: f64,
        hours: (f64, f64),
        ratio: f64,
        batch: u64,
    ) -> Self {
        Self { whom, store, rate, size, hours, ratio, batch, waiting: (0, 0) }
    }
}

impl Behaviour for FetchAndLoad {
    fn tick(&mut self, stage: &mut Stage<'_>) {
        if !(self.hours.0..self.hours.1).contains(&hour_of_day(stage.now)) {
            return;
        }
        for _ in 0..stage.dice.poisson(self.rate) {
            let Some(remote) = self.whom.pick(stage) else { return };
            let size = stage.dice.lognormal(self.size, 1.0).min(5e7) as u64;
            stage.fetch(remote, 443, 700, size, Tls::Yes);
            self.waiting = (self.waiting.0 + 1, self.waiting.1 + size);
            if self.waiting.0 >= self.batch {
                let put = (self.waiting.1 as f64 * self.ratio * stage.dice.between(0.95, 1.05)) as u64;
                let answer = stage.dice.range(250, 600);
                stage.fetch(self.store, 443, put, answer, Tls::Yes);
                self.waiting = (0, 0);
            }
        }
    }
}
