//! One caller: what it did before, and from where.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::earlier::union;
use super::evidence::Evidence;
use crate::state::DAY;

/// Watched operations kept, each with its first and last use.
const CALLS: usize = 48;

/// Networks kept.
const NETWORKS: usize = 12;

/// Days of calls at much the same pace from which a caller with a tool's name is automation.
const LEARNED_DAYS: u32 = 3;

/// A caller of the account.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Principal {
    /// Hash of its name.
    pub hash: u64,
    /// Its name, at most 96 characters.
    pub name: String,
    /// First call.
    pub first: i64,
    /// Latest call.
    pub last: i64,
    /// Distinct days with calls.
    pub days: u32,
    /// Latest address.
    pub source: Option<IpAddr>,
    /// Whoever gave it its key.
    pub parent: Option<u64>,
    /// A tool's name in its latest user agent.
    pub is_tool: bool,
    /// Watched operations by hash: first and last use.
    calls: Vec<(u32, i64, i64)>,
    /// Networks by hash: first and last use.
    networks: Vec<(u64, i64, i64)>,
    /// Dry runs of the last minutes.
    pub(super) dry_runs: Vec<i64>,
    /// Addresses taken within the hour.
    pub(super) addresses: Vec<i64>,
    /// What gives reason to suspect it.
    pub evidence: Vec<Evidence>,
}

impl Principal {
    pub(super) fn new(hash: u64, name: &str, time: i64) -> Self {
        Self { hash, name: short(name, 96), first: time, ..Self::default() }
    }

    /// Notes that it called.
    pub(super) fn seen(&mut self, time: i64) {
        if time.div_euclid(DAY) > self.last.div_euclid(DAY) {
            self.days += 1;
        }
        self.first = self.first.min(time);
        self.last = self.last.max(time);
    }

    /// What it did, without what gives reason to suspect it.
    pub(super) fn without_evidence(&self) -> Self {
        Self { evidence: Vec::new(), ..self.clone() }
    }

    /// Takes over what it did before.
    pub(super) fn learn_earlier(&mut self, earlier: &Self) {
        self.first = self.first.min(earlier.first);
        self.days = self.days.max(earlier.days);
        self.parent = self.parent.or(earlier.parent);
        union(&mut self.calls, &earlier.calls, CALLS);
        union(&mut self.networks, &earlier.networks, NETWORKS);
    }

    /// Notes a watched operation; true where it is new for this caller.
    pub(super) fn is_new_call(&mut self, call: u64, time: i64) -> bool {
        is_new(&mut self.calls, call as u32, time, CALLS)
    }

    /// Notes where it calls from; true where that is new for this caller, once it has been known for a day.
    pub(super) fn is_new_network(&mut self, network: u64, time: i64) -> bool {
        let known = self.networks.iter().any(|(_, first, _)| time - first >= DAY);
        is_new(&mut self.networks, network, time, NETWORKS) && known
    }

    /// Whether the network that it calls from now was used a day ago or earlier.
    pub(super) fn is_at_home(&self, time: i64) -> bool {
        let latest = self.networks.iter().max_by_key(|(.., last)| *last);
        latest.is_none_or(|(_, first, _)| time - first >= DAY)
    }

    /// Whether it used a network a day ago or earlier.
    pub(super) fn is_known_from(&self, network: u64, time: i64) -> bool {
        self.networks.iter().any(|(have, first, _)| *have == network && time - first >= DAY)
    }

    /// Whether its pace and its tool say that no person is behind it.
    pub(super) fn is_learned_automation(&self) -> bool {
        self.is_tool && self.days >= LEARNED_DAYS
    }
}

/// How long something stays new: the day of its first use, again after 30 days without.
fn is_new<T: PartialEq>(list: &mut Vec<(T, i64, i64)>, what: T, time: i64, keep: usize) -> bool {
    if let Some((_, first, last)) = list.iter_mut().find(|(have, ..)| *have == what) {
        if time - *last > 30 * DAY {
            *first = time;
        }
        *last = (*last).max(time);
        *first = (*first).min(time);
        return time - *first < DAY;
    }
    if list.len() >= keep
        && let Some(oldest) = list.iter().enumerate().min_by_key(|(_, (.., last))| *last).map(|(at, _)| at)
    {
        list.swap_remove(oldest);
    }
    list.push((what, time, time));
    true
}

/// The first `most` characters.
pub(super) fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
