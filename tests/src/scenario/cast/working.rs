//! Roles whose hosts dial: crawlers, jobs, builds, backups, clients of services.

use super::Casting;
use super::services::*;
use crate::scenario::benign::fetch::{Builds, Fetcher, Prober, Whom};
use crate::scenario::benign::push::{Batch, Shipper};
use crate::scenario::benign::{During, Wander};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

impl Casting<'_> {
    /// Gives a host the behaviours of a working role; an unknown one ships metrics.
    pub(super) fn working(&mut self, i: usize, role: &str) {
        let busy = self.world.busy;
        let puts = if self.world.lean { 0.06 } else { 0.3 };
        let every = if self.world.lean { 10 } else { 1 };
        match role {
            "nat-gateway" | "idle" => {}
            "transit-gateway" => {
                self.act(i, Shipper::new(Whom::Inside("database"), 5, 4000.0, 9000.0, Rhythm::Office))
            }
            "api" => {
                let saas = Whom::Services(vec![SEARCH, PAYMENTS, CHAT]);
                self.act(i, Fetcher::new(saas, 2.0 * busy, (3000.0, 0.8), (9000.0, 1.0), Rhythm::Office));
                self.act(
                    i,
                    Fetcher::new(
                        Whom::Inside("database"),
                        2.0 * busy,
                        (500.0, 0.6),
                        (5000.0, 1.2),
                        Rhythm::Office,
                    ),
                );
            }
            "crawler" => {
                let rate = self.dice.between(5.0, 9.0) * busy.max(0.05);
                self.act(
                    i,
                    Fetcher {
                        dead: 0.06,
                        ..Fetcher::new(Whom::FrontierV6, rate, (700.0, 0.3), (3e4, 1.2), Rhythm::Flat)
                    },
                );
                self.act(
                    i,
                    Fetcher::new(Whom::Services(vec![S3]), puts, (6e5, 0.6), (500.0, 0.3), Rhythm::Flat),
                );
            }
            "scraper-s3" => {
                self.act(
                    i,
                    Fetcher::new(Whom::Popular, 3.0 * busy, (700.0, 0.3), (5e4, 1.2), Rhythm::Office),
                );
                self.act(
                    i,
                    Fetcher::new(Whom::Services(vec![S3]), puts, (5e5, 0.5), (500.0, 0.3), Rhythm::Office),
                );
            }
            "fetch-load" => {
                let from = self.dice.range(0, 14) as f64;
                let job = self.job(1.0, (from, from + 9.0));
                self.act(i, job);
            }
            "fetch-load-new" => {
                let from = self.start
                    + DAY * self.dice.range(2, (self.world.days - 1).clamp(2, 5) as u64) as i64
                    + 7 * HOUR;
                let job = self.job(1.0, (6.0, 22.0));
                self.act(i, During { from, to: self.end, what: Box::new(job) });
            }
            "etl" => {
                let partners = self.partners(6);
                self.act(
                    i,
                    Fetcher::new(
                        Whom::These(partners),
                        0.8 * busy.max(0.05),
                        (900.0, 0.4),
                        (7e5, 1.0),
                        Rhythm::Flat,
                    ),
                );
                self.act(i, Batch::nightly(Whom::Services(vec![S3]), 4.0, 50, 9e8));
            }
            "ci" => {
                let runner = Builds::new(
                    vec![IMAGES, MODULES, CODE, PACKAGES],
                    IMAGES,
                    if self.world.lean { 0.25 } else { 1.5 },
                );
                self.act(i, runner);
            }
            "backup" => {
                let vault = if self.dice.chance(0.5) {
                    Whom::Services(vec![VAULT])
                } else {
                    Whom::These(self.partners(1))
                };
                let (hour, size) = (self.dice.between(0.0, 5.0), self.dice.lognormal(2e9, 0.7));
                self.act(i, Batch::nightly(vault, hour, 75, size));
            }
            "backup-s3" => {
                let size = self.dice.lognormal(4e9, 0.7);
                self.act(i, Batch::nightly(Whom::Services(vec![S3]), 2.5, 60, size));
            }
            "kubernetes" => {
                for part in ["web", "queue", "api", "webhook-sender", "log-heavy"] {
                    if self.dice.chance(if self.world.lean { 0.4 } else { 0.7 }) {
                        self.role(i, part);
                    }
                }
                let images = Fetcher::new(
                    Whom::Services(vec![IMAGES]),
                    0.05,
                    (900.0, 0.2),
                    (3e7, 1.0),
                    Rhythm::Office,
                );
                self.act(i, images);
                self.act(
                    i,
                    Fetcher::new(
                        Whom::Inside("kubernetes"),
                        busy,
                        (3000.0, 1.0),
                        (6000.0, 1.0),
                        Rhythm::Public,
                    ),
                );
            }
            "queue" => {
                let (out, back) = (self.dice.lognormal(2.5e5, 0.6), self.dice.lognormal(2.2e5, 0.6));
                let mut broker = Shipper::new(Whom::Services(vec![BROKER]), every, out, back, Rhythm::Office);
                broker.sessions = self.dice.range(2, 4) as usize;
                self.act(i, broker);
                let api = Whom::These(self.partners(3));
                self.act(i, Fetcher::new(api, 1.5 * busy, (4000.0, 1.0), (6000.0, 1.0), Rhythm::Office));
            }
            "webhook-sender" => {
                let rate = 4.0 * busy;
                self.act(
                    i,
                    Fetcher {
                        dead: 0.04,
                        ..Fetcher::new(Whom::Popular, rate, (5000.0, 0.9), (500.0, 0.5), Rhythm::Office)
                    },
                );
            }
            "export" | "migration" => {
                let (shortest, longest) = if role == "export" { (2, 8) } else { (6, 14) };
                let minutes = self.dice.range(shortest * 60, longest * 60) as i64;
                let bytes = self.dice.lognormal(if role == "export" { 2e9 } else { 3e10 }, 0.6);
                let day = self.someday();
                let partner = Whom::These(self.partners(1));
                let hour = self.dice.between(7.0, 15.0);
                let mut transfer = Batch::nightly(partner, hour, minutes, bytes);
                transfer.only = Some(day);
                self.act(i, transfer);
                self.role(i, "api");
            }
            "prober" => {
                let outage = self.someday() * DAY + self.dice.range(0, 22) as i64 * HOUR;
                let targets = self.partners(if self.world.lean { 4 } else { 30 });
                self.act(i, Prober { targets, outage: (outage, outage + HOUR) });
            }
            "database" => {
                self.act(i, Shipper::new(Whom::Inside("replica"), every, 9e4, 2e3, Rhythm::Public));
                self.act(i, Batch::nightly(Whom::Services(vec![S3]), 1.5, 30, 6e8));
            }
            "replica" => self.act(i, Batch::nightly(Whom::Services(vec![S3]), 3.5, 30, 6e8)),
            "wanderer" => {
                let to = Whom::These(self.partners(2));
                let mut api =
                    Fetcher::new(to, 1.5 * busy.max(0.05), (4e4, 1.0), (3000.0, 0.8), Rhythm::Office);
                api.wander = Wander::default();
                self.act(i, api);
            }
            "log-heavy" => {
                let lines = self.dice.between(4e4, 4e5);
                self.act(i, Shipper::new(Whom::Services(vec![METRICS]), every, lines, 300.0, Rhythm::Public));
            }
            _ => self.act(i, Shipper::new(Whom::Services(vec![METRICS]), every, 5e3, 300.0, Rhythm::Flat)),
        }
    }
}
