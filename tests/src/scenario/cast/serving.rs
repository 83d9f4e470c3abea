//! Roles whose hosts are dialled: web, mail, DNS, mirrors, relays by design.

use super::Casting;
use super::services::*;
use crate::scenario::benign::fetch::{Fetcher, Whom};
use crate::scenario::benign::forward::{Balancer, Bastion, Concentrator, MediaRelay, Mirror};
use crate::scenario::benign::serve::{Clients, Server};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

impl Casting<'_> {
    /// Gives a host the behaviours of a serving role; false when the role is none.
    pub(super) fn serving(&mut self, i: usize, role: &str) -> bool {
        let busy = self.world.busy;
        match role {
            "load-balancer" => self.act(i, Balancer { targets: "api", rate: 5.0 * busy }),
            "endpoint" => {
                self.act(i, Server::new(Clients::Inside("api"), 443, busy, (900.0, 0.6), (2500.0, 1.0)))
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
            "mirror" => {
                let upstream = if self.dice.chance(0.5) {
                    Whom::Services(vec![PACKAGES, MODULES])
                } else {
                    Whom::Popular
                };
                self.act(i, Mirror { upstream, rate: 4.0 * busy, misses: 0.35 });
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
            _ => return false,
        }
        true
    }
}
