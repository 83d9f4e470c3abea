//! Which destinations several entities of an account push to.

use std::collections::VecDeque;

use foldhash::HashMap;

/// Entities beside the asking one that make a destination popular.
const POPULAR: usize = 2;

/// Destinations remembered; the oldest make room.
const LIMIT: usize = 4_096;

/// Prevalence up to now: it outlives the rotation of a shared service's addresses, novelty does not.
///
/// Only established entities count (a day old): a fleet of new hosts that share one destination is
/// a suspicion and not popularity (kernels.md 2.1, 7).
#[derive(Clone, Debug, Default)]
pub struct Shared {
    users: HashMap<u64, Vec<u64>>,
    order: VecDeque<u64>,
}

impl Shared {
    /// Notes that an entity pushes to a destination.
    pub fn note(&mut self, destination: u64, entity: u64) {
        let users = self.users.entry(destination).or_insert_with(|| {
            self.order.push_back(destination);
            Vec::new()
        });
        if users.len() < 8 && !users.contains(&entity) {
            users.push(entity);
        }
        if self.order.len() > LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.users.remove(&oldest);
        }
    }

    /// Whether others push there too.
    pub fn is_popular(&self, destination: u64, entity: u64) -> bool {
        self.users
            .get(&destination)
            .is_some_and(|users| users.iter().filter(|user| **user != entity).count() >= POPULAR)
    }
}
