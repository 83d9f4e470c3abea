//! A back-connect node: gateways that are held, origins that are fetched from for whoever pays.

use std::net::IpAddr;
use std::rc::Rc;

use crate::fleet::act::Program;
use crate::fleet::day::Day;
use crate::scenario::calendar::DAY;

/// How a relay behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Mean rate, bit/s.
    pub bits: f64,
    /// How often a gateway's session is dialled again, seconds.
    pub again: i64,
    /// Gateways.
    pub gateways: u64,
}

/// A node of a usual rate.
pub(super) const USUAL: Shape = Shape { bits: 4e5, again: 1200, gateways: 2 };

/// Relays for as long as the hijack lives on this day.
pub(super) fn relay(day: &mut Day<'_>, program: &Rc<Program>, lives: (i64, i64), shape: Shape) {
    let (from, until) = (lives.0.max(day.start), lives.1.min(day.start + DAY));
    let gateways: Vec<IpAddr> =
        (0..shape.gateways).map(|n| day.server(&format!("gateway-{n}-{}", lives.0), true)).collect();
    // In every five minutes what origins answer leaves to the gateways, within framing.
    for at in day.every(300, from, until) {
        let bytes = shape.bits / 8.0 * 300.0 * day.dice.lognormal(1.0, 0.5);
        let jobs = day.dice.range(3, 14);
        for _ in 0..jobs {
            let when = at + day.dice.below(280) as i64;
            let origin = (day.net.origin(&mut day.dice, false), *day.dice.pick(&[443, 443, 443, 80]));
            day.talk(when, 8, program, origin, 1_500, (bytes / jobs as f64) as u64);
        }
        for gateway in &gateways {
            let share = bytes * 1.04 / gateways.len() as f64;
            // The bytes of a session that is still open are the process's, too.
            let fresh = day.dice.below(shape.again as u64) < 300;
            if fresh {
                day.talk(at, 295, program, (*gateway, 443), share as u64, 4_000);
            } else {
                let open = crate::fleet::act::Talk {
                    remote: *gateway,
                    port: 443,
                    lasts: 295,
                    sent: share as u64,
                    received: 4_000,
                    unseen: true,
                };
                day.act(at, program, crate::fleet::act::What::Talk(open));
            }
        }
    }
}
