//! Which destinations several entities of an account push to.

use serde::{Deserialize, Serialize};

use crate::entity::mix;

/// Shards of an account's prevalence: each is a document of its own, so that writers seldom meet.
pub const SHARDS: u64 = 64;

/// Entities beside the asking one that make a destination popular.
const POPULAR: u32 = 2;

/// Destinations remembered by a shard; the oldest make room.
const LIMIT: usize = 64;

/// Users remembered of a destination; more change no answer.
const USERS: usize = 8;

/// One shard of an account's prevalence up to now.
///
/// It outlives the rotation of a shared service's addresses, novelty does not. Only established
/// entities count (a day old): a fleet of new hosts that share one destination is a suspicion and not
/// popularity (kernels.md 2.1, 7). A set: noting twice changes nothing.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Prevalence {
    /// Destinations and who pushes there, oldest first.
    users: Vec<(u64, Vec<u32>)>,
}

/// How many entities push to a destination.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Users {
    /// Beside the asking one.
    pub others: u32,
    /// Entities of the account that are known to push anywhere, the asking one included: at most as many
    /// as there are.
    pub entities: u32,
}

impl Users {
    /// Whether enough others push there for it to be a shared service.
    pub const fn is_popular(self) -> bool {
        self.others >= POPULAR
    }
}

/// The shard that keeps a destination, in `0..SHARDS`.
pub const fn shard_of(destination: u64) -> u64 {
    // The destination's own low bits pick counter positions elsewhere.
    mix(destination) % SHARDS
}

impl Prevalence {
    /// Notes that an entity pushes to a destination; whether that was news.
    pub fn note(&mut self, destination: u64, entity: u64) -> bool {
        self.note_print(destination, print(entity), false)
    }

    /// Takes over what was known before: it makes no room for itself. Whether that was news.
    pub fn learn_earlier(&mut self, earlier: &Self) -> bool {
        let mut news = false;
        for (destination, users) in earlier.users.iter().rev() {
            let is_known = self.users.iter().any(|(have, _)| have == destination);
            if is_known || self.users.len() < LIMIT {
                for user in users {
                    news |= self.note_print(*destination, *user, true);
                }
            }
        }
        news
    }

    fn note_print(&mut self, destination: u64, entity: u32, is_earlier: bool) -> bool {
        let at = match self.users.iter().position(|(have, _)| *have == destination) {
            Some(at) => at,
            None => {
                if self.users.len() >= LIMIT {
                    self.users.remove(0);
                }
                let at = if is_earlier { 0 } else { self.users.len() };
                self.users.insert(at, (destination, Vec::new()));
                at
            }
        };
        let Some((_, users)) = self.users.get_mut(at) else { return false };
        let news = users.len() < USERS && !users.contains(&entity);
        if news {
            users.push(entity);
        }
        news
    }

    /// How many others push there too, of how many that this shard knows.
    pub fn users(&self, destination: u64, entity: u64) -> Users {
        let entity = print(entity);
        let others = |users: &[u32]| users.iter().filter(|user| **user != entity).count();
        let found = self.users.iter().find(|(have, _)| *have == destination);
        let mut known: Vec<u32> = self.users.iter().flat_map(|(_, users)| users).copied().collect();
        known.push(entity);
        known.sort_unstable();
        known.dedup();
        Users { others: narrow(found.map_or(0, |(_, users)| others(users))), entities: narrow(known.len()) }
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const fn print(entity: u64) -> u32 {
    (entity >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTITY: u64 = 1 << 32;

    #[test]
    fn a_destination_is_popular_from_two_others_on_and_not_before() {
        let mut shard = Prevalence::default();
        shard.note(7, ENTITY);
        shard.note(7, 2 * ENTITY);
        assert!(!shard.users(7, ENTITY).is_popular(), "one other entity");
        assert!(shard.users(7, 9 * ENTITY).is_popular(), "two others");

        assert!(shard.note(7, 3 * ENTITY));
        assert!(!shard.note(7, 3 * ENTITY), "noting twice is no news");
        assert!(shard.users(7, ENTITY).is_popular());
    }

    #[test]
    fn the_oldest_destination_makes_room() {
        let mut shard = Prevalence::default();
        for destination in 0..=LIMIT as u64 {
            (1..4).for_each(|entity| {
                shard.note(destination, entity * ENTITY);
            });
        }

        assert!(!shard.users(0, 9 * ENTITY).is_popular());
        assert!(shard.users(1, 9 * ENTITY).is_popular());
    }

    #[test]
    fn what_was_known_before_fills_free_places_alone() {
        let filled = |destinations: std::ops::Range<u64>| {
            let mut shard = Prevalence::default();
            for destination in destinations {
                (1..4).for_each(|entity| {
                    shard.note(destination, entity * ENTITY);
                });
            }
            shard
        };
        let mut shard = filled(0..LIMIT as u64 - 1);
        let earlier = filled(1_000..1_002);
        assert!(shard.learn_earlier(&earlier));
        assert!(!shard.learn_earlier(&earlier), "twice is once");

        assert!(shard.users(1_001, 9 * ENTITY).is_popular());
        assert!(!shard.users(1_000, 9 * ENTITY).is_popular());
        shard.note(5_000, ENTITY);
        assert!(!shard.users(1_001, 9 * ENTITY).is_popular(), "the earliest makes room first");
        assert!(shard.users(0, 9 * ENTITY).is_popular());
    }
}
