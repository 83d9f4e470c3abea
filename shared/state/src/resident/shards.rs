//! Where the shards of an account's prevalence are: spelled once, asked for at every judgement.

use foldhash::HashMap;
use weir_detection::entity::EntityKey;
use weir_detection::prevalence::SHARDS;

use crate::engine::account::shard_key;
use crate::store::Key;

/// The keys of all shards, by account.
#[derive(Debug, Default)]
pub(super) struct Shards(HashMap<String, Vec<Key>>);

impl Shards {
    /// The key of a shard, in `0..SHARDS`, of an entity's account.
    pub(super) fn of(&mut self, entity: &EntityKey, shard: u64) -> &Key {
        if !self.0.contains_key(&entity.account) {
            let keys = (0..SHARDS).map(|shard| shard_key(entity, shard)).collect();
            self.0.insert(entity.account.clone(), keys);
        }
        &self.0[&entity.account][shard as usize]
    }
}
