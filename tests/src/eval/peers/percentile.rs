//! Egress against the instance's own percentiles.

use std::collections::VecDeque;

use super::history::History;
use super::{Method, Window};

/// Windows with egress before a 90th percentile means anything.
const FEW: usize = 30;
/// The same for the 99.5th.
const MANY: usize = 300;
/// Windows of an hour.
const AN_HOUR: usize = 12;

/// A window above the 90th percentile of all before it.
///
/// # Source
/// MITRE ATT&CK DET0028, analytic AN0084: egress above the 90th percentile (`TrafficEgressThreshold`).
#[derive(Default)]
pub(super) struct Plain {
    past: History,
}

impl Method for Plain {
    fn judge(&mut self, window: &Window) -> bool {
        let above = self.past.quantile(0.9, FEW).is_some_and(|usual| window.egress > usual);
        if window.egress > 0 {
            self.past.add(window.egress);
        }
        above
    }
}

/// Eight of the last twelve windows above the 90th percentile.
///
/// # Source
/// The same with persistence, k of m: the usual remedy for what exceeds a percentile by definition.
#[derive(Default)]
pub(super) struct Persistent {
    each: Plain,
    last: VecDeque<bool>,
}

impl Method for Persistent {
    fn judge(&mut self, window: &Window) -> bool {
        self.last.push_back(self.each.judge(window));
        if self.last.len() > AN_HOUR {
            self.last.pop_front();
        }
        self.last.iter().filter(|above| **above).count() >= 8
    }
}

/// What an hour's windows exceed their 99.5th percentile by, together, is as much as the percentile itself.
///
/// # Source
/// A high percentile with the excess over the window, the form of volume rules in user and entity analytics. No
/// single description gives the amount of excess; this asks for one window's worth.
#[derive(Default)]
pub(super) struct Excess {
    past: History,
    last: VecDeque<u64>,
}

impl Method for Excess {
    fn judge(&mut self, window: &Window) -> bool {
        let usual = self.past.quantile(0.995, MANY);
        let excess = usual.map_or(0, |usual| window.egress.saturating_sub(usual));
        self.last.push_back(excess);
        if self.last.len() > AN_HOUR {
            self.last.pop_front();
        }
        if window.egress > 0 {
            self.past.add(window.egress);
        }
        excess > 0 && usual.is_some_and(|usual| self.last.iter().sum::<u64>() >= usual)
    }
}
