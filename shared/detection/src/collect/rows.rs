//! One open bucket: rows of all entities, and what each of them saw besides.

use std::collections::BTreeMap;

use foldhash::HashSet;
use hashbrown::HashTable;
use weir_records::Flow;

use super::entities::Entities;
use crate::entity::{EntityKey, address_hash, mix};
use crate::observation::{BUCKET, Beside, Observations, Row, RowKey, RowSums, join};

/// Rows of one bucket, keyed by entity.
#[derive(Default)]
pub(super) struct BucketRows {
    /// In the order in which they came: the table holds their places, so that it grows by words.
    rows: Vec<EntityRow>,
    places: HashTable<u32>,
    /// By entity.
    about: Vec<Option<About>>,
    seen: HashSet<u64>,
}

struct EntityRow {
    entity: u32,
    key: RowKey,
    sums: RowSums,
}

impl EntityRow {
    fn hash(&self) -> u64 {
        hash(self.entity, &self.key)
    }
}

/// What a bucket's records say about an entity beside its partners.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    beside: Beside,
    interval: i64,
    records: u64,
}

impl BucketRows {
    /// Whether a record with this fingerprint was not seen in this bucket yet.
    pub(super) fn is_new(&mut self, fingerprint: u64) -> bool {
        self.seen.insert(fingerprint)
    }

    pub(super) fn touch(&mut self, entity: u32, latest: i64, interval: i64, flow: &Flow<'_>) {
        let about = self.about(entity);
        about.beside.latest = about.beside.latest.max(latest);
        // A single packet's record is short whatever the aggregation is; only long ones tell it.
        about.interval = about.interval.max(interval);
        about.records += u64::from(flow.bytes.is_some());
    }

    pub(super) fn add_inside(&mut self, entity: u32, inside: &Beside) {
        self.about(entity).beside.merge(inside);
    }

    pub(super) fn add(&mut self, entity: u32, key: RowKey, sums: &RowSums) {
        let Self { rows, places, .. } = self;
        let is_same =
            |place: &u32| rows.get(*place as usize).is_some_and(|row| row.entity == entity && row.key == key);
        if let Some(place) = places.find(hash(entity, &key), is_same) {
            if let Some(row) = rows.get_mut(*place as usize) {
                row.sums.merge(sums);
            }
            return;
        }
        let place = rows.len() as u32;
        rows.push(EntityRow { entity, key, sums: *sums });
        let hash_of = |place: &u32| rows.get(*place as usize).map_or(0, EntityRow::hash);
        places.insert_unique(hash(entity, &key), place, hash_of);
    }

    fn about(&mut self, entity: u32) -> &mut About {
        let place = entity as usize;
        if place >= self.about.len() {
            self.about.resize(place + 1, None);
        }
        self.about[place].get_or_insert_default()
    }

    /// The bucket's observations, one per entity id: two interfaces of one instance become one.
    pub(super) fn into_observations(self, bucket: i64, entities: &mut Entities) -> Vec<Observations> {
        drop((self.places, self.seen));
        let mut by_key: BTreeMap<EntityKey, usize> = BTreeMap::new();
        let mut observations: Vec<Observations> = Vec::new();
        // Where an entity's rows go.
        let mut places = vec![None; self.about.len()];
        for (index, about) in self.about.iter().enumerate() {
            let Some(about) = about else { continue };
            let index = index as u32;
            if entities.counted_elsewhere(index) {
                continue;
            }
            let Some(entity) = entities.get(index) else { continue };
            let (key, info) = (entity.key.clone(), entity.info.clone());
            let (has_flags, has_direction) = (entity.has_flags, entity.has_direction);
            let losses = entities.take_losses(info.interface.as_deref());
            let place = *by_key.entry(key).or_insert_with_key(|key| {
                observations.push(Observations {
                    complete_until: Some(bucket + BUCKET),
                    ..Observations::of(key.clone(), info.clone())
                });
                observations.len() - 1
            });
            let Some(into) = observations.get_mut(place) else { continue };
            into.info.merge(&info);
            into.latest = into.latest.max(about.beside.latest);
            into.interval = into.interval.max(about.interval);
            into.records += about.records;
            into.losses += losses;
            into.has_flags |= has_flags;
            into.has_direction |= has_direction;
            match into.buckets.first_mut() {
                Some((_, beside)) => beside.merge(&about.beside),
                None => into.buckets.push((bucket, about.beside)),
            }
            if let Some(slot) = places.get_mut(index as usize) {
                *slot = Some(place);
            }
        }
        for EntityRow { entity, key, sums } in self.rows {
            if let Some(Some(place)) = places.get(entity as usize)
                && let Some(into) = observations.get_mut(*place)
            {
                into.rows.push(Row { bucket, key, sums });
            }
        }
        // Two interfaces of one instance may hold a row each for one partner.
        observations.iter_mut().for_each(|entity| join(&mut entity.rows));
        observations.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        observations
    }
}

fn hash(entity: u32, key: &RowKey) -> u64 {
    let rest = u64::from(key.port) << 16 | u64::from(key.protocol) << 8 | key.side as u64;
    mix(address_hash(key.remote) ^ u64::from(entity) << 32 ^ rest)
}
