//! The roles of ordinary hosts and the behaviours that make them up.

use std::net::IpAddr;

use super::Casting;
use crate::scenario::benign::fetch::{Builds, Fetcher, Prober, Whom};
use crate::scenario::benign::forward::{Balancer, Bastion, Concentrator, MediaRelay, Mirror};
use crate::scenario::benign::push::{Batch, FetchAndLoad, Shipper};
use crate::scenario::benign::serve::{Background, Clients, Server};
use crate::scenario::benign::{During, Wander};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};
use crate::scenario::dice::Dice;
use crate::scenario::internet::{Service, Where};

const METRICS: Service = Service("metrics", Where::Own);
const LOGS: Service = Service("logs", Where::Aws("AMAZON"));
const S3: Service = Service("s3", Where::Aws("S3"));
const DYNAMODB: Service = Service("dynamodb", Where::Aws("DYNAMODB"));
const PACKAGES: Service = Service("packages", Where::Aws("CLOUDFRONT"));
const IMAGES: Service = Service("images", Where::Own);
const MODULES: Service = Service("modules", Where::Own);
const CODE: Service = Service("code", Where::Own);
const BROKER: Service = Service("broker", Where::Aws("EC2"));
const PAYMENTS: Service = Service("payments", Where::Own);
const CHAT: Service = Service("chat", Where::Aws("GLOBALACCELERATOR"));
const SEARCH: Service = Service("search", Where::Aws("EC2"));
const VAULT: Service = Service("backup-vault", Where::Own);
const TIME: Service = Service("time", Where::Own);

/// Roles in order of importance: a small world gets the first ones.
const DECK: [&str; 42] = [
    "idle",
    "web",
    "crawler",
    "fetch-load",
    "ci",
    "backup",
    "backup-s3",
    "kubernetes",
    "api",
    "mirror",
    "queue",
    "mail",
    "dns",
    "scraper-s3",
    "turn",
    "autoscaled",
    "release",
    "fetch-load-new",
    "webhook-sender",
    "export",
    "web-tor",
    "database",
    "vpn",
    "prober",
    "autoscaled",
    "bastion",
    "webhook-receiver",
    "etl",
    "wanderer",
    "idle",
    "replica",
    "ntp",
    "migration",
    "web",
    "log-heavy",
    "kubernetes",
    "api",
    "queue",
    "wanderer",
    "ci",
    "autoscaled",
    "metrics-heavy",
];

/// Roles on which a hijack may land by chance.
const LIKELY: [&str; 12] = [
    "idle",
    "web",
    "api",
    "kubernetes",
    "ci",
    "queue",
    "wanderer",
    "scraper-s3",
    "database",
    "log-heavy",
    "webhook-receiver",
    "backup",
];

/// The role of the n-th ordinary host.
pub(super) fn deck(n: usize, dice: &mut Dice) -> &'static str {
    DECK.get(n).copied().unwrap_or_else(|| *dice.pick::<&str>(&DECK))
}

/// A role for a victim.
pub(super) fn likely(dice: &mut Dice) -> &'static str {
    *dice.pick::<&str>(&LIKELY)
}

/// Whether a host of this role can live behind the NAT.
pub(super) fn may_be_private(role: &str) -> bool {
    const PUBLIC: [&str; 14] = [
        "web",
        "web-tor",
        "mirror",
        "mail",
        "dns",
        "ntp",
        "turn",
        "vpn",
        "bastion",
        "webhook-receiver",
        "release",
        "autoscaled",
        "crawler",
        "kubernetes",
    ];
    !PUBLIC.contains(&role)
}

/// What people call hosts of a role.
pub(super) fn family(role: &str) -> &'static str {
    match role {
        "web" | "web-tor" | "release" | "autoscaled" => "web",
        "api" | "queue" | "webhook-sender" | "webhook-receiver" | "wanderer" => "app",
        "crawler" | "fetch-load" | "fetch-load-new" | "scraper-s3" | "etl" => "data",
        "kubernetes" => "node",
        "database" | "replica" | "backup" | "backup-s3" => "db",
        _ => "ops",
    }
}

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

    fn everyday(&mut self, index: usize) {
        let host = &self.hosts[index];
        let (instance, public) = (host.instance != "-", host.public);
        if public {
            self.act(index, Background { rate: self.world.background });
        }
        if instance {
            let beat = if self.world.lean { 30 } else { 5 };
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
    fn job(&mut self, rate: f64, hours: (f64, f64)) -> FetchAndLoad {
        let store = self.net.hosting(&mut self.dice, false);
        let rate = rate * self.dice.between(2.0, 5.0) * self.world.busy.max(0.2);
        let (size, ratio, batch) =
            (self.dice.between(2e4, 9e4), self.dice.between(0.85, 1.1), self.dice.range(1, 4));
        FetchAndLoad::new(Whom::Frontier, store, rate, size, hours, ratio, batch)
    }

    fn partners(&mut self, count: usize) -> Vec<IpAddr> {
        (0..count).map(|_| self.net.hosting(&mut self.dice, false)).collect()
    }

    fn someday(&mut self) -> i64 {
        (self.start / DAY) + self.dice.range(1, (self.world.days - 1).max(1) as u64) as i64
    }

    fn web(&mut self, i: usize, rate: f64, tor: f64) -> Server {
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

    #[expect(clippy::too_many_lines, reason = "one table: a role per arm")]
    fn role(&mut self, i: usize, role: &str) {
        let busy = self.world.busy;
        let puts = if self.world.lean { 0.06 } else { 0.3 };
        let every = if self.world.lean { 10 } else { 1 };
        match role {
            "nat-gateway" | "idle" => {}
            "load-balancer" => self.act(i, Balancer { targets: "api", rate: 5.0 * busy }),
            "endpoint" => {
                self.act(i, Server::new(Clients::Inside("api"), 443, busy, (900.0, 0.6), (2500.0, 1.0)))
            }
            "transit-gateway" => {
                self.act(i, Shipper::new(Whom::Inside("database"), 5, 4000.0, 9000.0, Rhythm::Office))
            }
            "web" | "autoscaled" => {
                let server = self.web(i, 5.0, 0.002);
                self.act(i, server);
            }
            "web-tor" => {
                let server = self.web(i, 4.0, 0.15);
                self.act(i, server);
            }
            "release" => {
                let mut server = self.web(i, 3.0, 0.002);
                let day = self.someday() * DAY + 14 * HOUR;
                server.surge = Some((day, day + DAY, 10.0));
                self.act(i, server);
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
                    if self.dice.chance(0.7) {
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
            "mirror" => {
                let upstream = if self.dice.chance(0.5) {
                    Whom::Services(vec![PACKAGES, MODULES])
                } else {
                    Whom::Popular
                };
                self.act(i, Mirror { upstream, rate: 4.0 * busy, misses: 0.35 });
            }
            "queue" => {
                let (out, back) = (self.dice.lognormal(2.5e5, 0.6), self.dice.lognormal(2.2e5, 0.6));
                let mut broker = Shipper::new(Whom::Services(vec![BROKER]), every, out, back, Rhythm::Office);
                broker.sessions = self.dice.range(2, 4) as usize;
                self.act(i, broker);
                let api = Whom::These(self.partners(3));
                self.act(i, Fetcher::new(api, 1.5 * busy, (4000.0, 1.0), (6000.0, 1.0), Rhythm::Office));
            }
            "mail" => {
                let outgoing =
                    Fetcher::new(Whom::Popular, 2.0 * busy, (3e4, 1.3), (600.0, 0.4), Rhythm::Office);
                self.act(i, Fetcher { port: 25, dead: 0.05, ..outgoing });
                self.act(i, Server::new(Clients::Public(0.001), 25, 2.0 * busy, (3e4, 1.3), (600.0, 0.3)));
                self.act(i, Server::new(Clients::Public(0.0), 587, 0.5 * busy, (4e4, 1.2), (900.0, 0.3)));
            }
            "dns" => {
                let clients = Server::new(Clients::Public(0.0), 53, 6.0 * busy, (60.0, 0.3), (160.0, 0.5));
                self.act(i, Server { proto: 17, ..clients });
            }
            "ntp" => {
                let clients = Server::new(Clients::Public(0.0), 123, 5.0 * busy, (48.0, 0.0), (48.0, 0.0));
                self.act(i, Server { proto: 17, ..clients });
                self.act(
                    i,
                    Fetcher {
                        port: 4460,
                        ..Fetcher::new(
                            Whom::Services(vec![TIME]),
                            0.1,
                            (900.0, 0.1),
                            (1500.0, 0.1),
                            Rhythm::Flat,
                        )
                    },
                );
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
            "webhook-receiver" => {
                let platforms = Clients::These(self.partners(12));
                self.act(i, Server::new(platforms, 443, 3.0 * busy, (6000.0, 0.8), (400.0, 0.3)));
                self.act(
                    i,
                    Fetcher::new(
                        Whom::Services(vec![DYNAMODB]),
                        3.0 * busy,
                        (3000.0, 0.6),
                        (500.0, 0.3),
                        Rhythm::Public,
                    ),
                );
            }
            "bastion" => {
                let admins = (0..4).map(|_| self.net.resident(&mut self.dice)).collect();
                self.act(i, Bastion::new(admins, "database"));
            }
            "turn" => self.act(i, MediaRelay::new(0.25 * busy, 4e6)),
            "vpn" => {
                let staff = (0..if self.world.lean { 2 } else { 8 })
                    .map(|_| (self.net.resident(&mut self.dice), self.dice.range(1024, 65_000) as u16));
                let staff = staff.collect();
                self.act(i, Concentrator { staff });
            }
            "export" | "migration" => {
                let (hours, size) = if role == "export" { (2, 8) } else { (6, 14) }.into();
                let minutes = self.dice.range(hours * 60, size * 60) as i64;
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
