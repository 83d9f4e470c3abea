//! What every host does, and the parts that roles are made of.

use std::net::IpAddr;

use super::Casting;
use super::services::*;
use crate::scenario::benign::During;
use crate::scenario::benign::fetch::{Fetcher, Whom};
use crate::scenario::benign::push::{Batch, FetchAndLoad, Shipper};
use crate::scenario::benign::serve::{Background, Clients, Server};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

impl Casting<'_> {
    /// Gives a host the behaviours of its role, and those that every host has.
    pub(super) fn play(&mut self, index: usize) {
        let role = self.hosts[index].role.clone();
        self.everyday(index);
        self.role(index, &role);
        let fetches = matches!(role.as_str(), "crawler" | "scraper-s3" | "etl" | "fetch-load");
        if self.world.twins && fetches {
            let from = self.start + DAY * self.dice.range(2, 4) as i64 + HOUR * self.dice.range(0, 23) as i64;
            let job = self.job(1.0, (0.0, 24.0));
            self.act(index, During { from, to: self.end, what: Box::new(job) });
        }
    }

    pub(super) fn everyday(&mut self, index: usize) {
        let host = &self.hosts[index];
        let (instance, public) = (host.instance != "-", host.public);
        if public {
            self.act(index, Background { rate: self.world.background });
        }
        if instance {
            let beat = if self.world.lean { 60 } else { 5 };
            let chatter = self.dice.between(150.0, 900.0);
            self.act(index, Shipper::new(Whom::Services(vec![METRICS]), beat, chatter, 60.0, Rhythm::Flat));
            let lines = self.dice.between(100.0, 3000.0);
            self.act(index, Shipper::new(Whom::Services(vec![LOGS]), beat, lines, 80.0, Rhythm::Public));
            let mut updates =
                Batch::nightly(Whom::Services(vec![PACKAGES]), self.dice.between(3.0, 6.0), 2, 20_000.0);
            updates.pulled = self.dice.lognormal(8e6, 1.0);
            self.act(index, updates);
        }
    }

    /// A fetch-and-load job to an external store of its own.
    pub(super) fn job(&mut self, rate: f64, hours: (f64, f64)) -> FetchAndLoad {
        let store = self.net.hosting(&mut self.dice, false);
        let rate = rate * self.dice.between(2.0, 5.0) * self.world.busy.max(0.2);
        let (size, ratio, batch) =
            (self.dice.between(2e4, 9e4), self.dice.between(0.85, 1.1), self.dice.range(1, 4));
        FetchAndLoad::new(Whom::Frontier, store, rate, size, hours, ratio, batch)
    }

    pub(super) fn partners(&mut self, count: usize) -> Vec<IpAddr> {
        (0..count).map(|_| self.net.hosting(&mut self.dice, false)).collect()
    }

    pub(super) fn someday(&mut self) -> i64 {
        (self.start / DAY) + self.dice.range(1, (self.world.days - 1).max(1) as u64) as i64
    }

    pub(super) fn web(&mut self, i: usize, rate: f64, tor: f64) -> Server {
        let rate = rate * self.world.busy * self.dice.between(0.5, 1.5);
        self.act(
            i,
            Fetcher::new(Whom::Inside("database"), 0.15 * rate, (400.0, 0.5), (3000.0, 1.0), Rhythm::Public),
        );
        self.act(
            i,
            Fetcher::new(
                Whom::Services(vec![PAYMENTS, CHAT]),
                0.1,
                (1500.0, 0.6),
                (2500.0, 0.6),
                Rhythm::Public,
            ),
        );
        Server::new(Clients::Public(tor), 443, rate, (1200.0, 0.6), (1.4e4, 1.3))
    }

    /// Gives a host the behaviours of a role.
    pub(super) fn role(&mut self, i: usize, role: &str) {
        if !self.serving(i, role) {
            self.working(i, role);
        }
    }
}
