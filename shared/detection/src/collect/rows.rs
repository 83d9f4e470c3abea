//! One open bucket: rows of all entities, and what each of them saw besides.

mod packed;

use std::collections::BTreeMap;

use hashbrown::HashTable;

use super::entities::Entities;
use super::record::{Part, Record};
use super::seen::Seen;
use crate::entity::EntityKey;
use crate::observation::{BUCKET, Beside, Observations, join};
use packed::{Addresses, PackedRow, Partner};

/// Rows of one bucket, keyed by entity.
#[derive(Default)]
pub(super) struct BucketRows {
    /// In the order in which they came: the table holds their places, so that it grows by words.
    rows: Vec<PackedRow>,
    places: HashTable<u32>,
    addresses: Addresses,
    /// By entity.
    about: Vec<Option<About>>,
    /// Prints of the records that count here once.
    seen: Seen,
}

/// What a bucket's records say about an entity beside its partners.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    beside: Beside,
    interval: i64,
    records: u64,
    /// Partners.
    rows: u32,
}

impl BucketRows {
    /// An empty bucket with room for so many records.
    pub(super) fn like(records: usize) -> Self {
        let mut rows = Self::default();
        rows.seen.expect(records);
        rows
    }

    /// Records that count here once.
    pub(super) const fn records(&self) -> usize {
        self.seen.len()
    }

    /// Whether a record with this print was not seen in this bucket yet.
    #[inline]
    pub(super) fn is_new(&mut self, print: u64) -> bool {
        self.seen.insert(print)
    }

    /// The place of a record's partner; `None` where the record has none to be kept.
    #[inline]
    pub(super) fn place(&mut self, record: &Record, part: &Part) -> Option<u32> {
        if !record.has_partner() {
            return None;
        }
        let Self { rows, places, addresses, .. } = self;
        let partner = Partner::of(record, addresses);
        let hash = partner.hash();
        let is_same = |place: &u32| rows.get(*place as usize).is_some_and(|have| have.partner() == partner);
        if let Some(place) = places.find(hash, is_same) {
            return Some(*place);
        }
        let place = rows.len() as u32;
        if rows.len() == rows.capacity() {
            // Doubled, half of it would be empty.
            rows.reserve_exact((rows.len() / 8).max(16));
        }
        rows.push(PackedRow::of(partner, record, part));
        places.insert_unique(hash, place, |place| {
            rows.get(*place as usize).map_or(0, |row| row.partner().hash())
        });
        self.about(record.entity).rows += 1;
        Some(place)
    }

    /// Adds a part of a record, whose partner is at `place`.
    #[inline]
    pub(super) fn add(&mut self, place: Option<u32>, record: &Record, part: &Part) {
        let about = self.about(record.entity);
        about.beside.latest = about.beside.latest.max(record.latest);
        // A single packet's record is short whatever the aggregation is; only long ones tell it.
        about.interval = about.interval.max(record.latest - record.start);
        about.records += u64::from(record.counts);
        if !record.external && !record.rejected {
            let inside =
                if record.egress { &mut about.beside.inside_out } else { &mut about.beside.inside_in };
            *inside = inside.saturating_add(part.bytes);
        }
        if let Some(row) = place.and_then(|place| self.rows.get_mut(place as usize)) {
            row.add(record, part);
        }
    }

    #[inline]
    fn about(&mut self, entity: u32) -> &mut About {
        let place = entity as usize;
        if place >= self.about.len() {
            self.about.resize(place + 1, None);
        }
        self.about[place].get_or_insert_default()
    }

    /// The bucket's observations, one per entity id: two interfaces of one instance become one.
    ///
    /// Nothing is left but the room, for another bucket.
    pub(super) fn take_observations(&mut self, bucket: i64, entities: &mut Entities) -> Vec<Observations> {
        self.places.clear();
        self.seen.clear();
        let losses = self.losses(entities);
        let mut by_key: BTreeMap<&EntityKey, usize> = BTreeMap::new();
        let mut observations: Vec<Observations> = Vec::new();
        // Where an entity's rows go.
        let mut places = vec![None; self.about.len()];
        let mut rows = Vec::new();
        for (index, (about, losses)) in self.about.iter().zip(losses).enumerate() {
            let (Some(about), Some(losses)) = (about, losses) else { continue };
            let Some(entity) = entities.get(index as u32) else { continue };
            let (has_flags, has_direction) = (entity.has_flags, entity.has_direction);
            let place = *by_key.entry(&entity.key).or_insert_with_key(|key| {
                observations.push(Observations {
                    complete_until: Some(bucket + BUCKET),
                    ..Observations::of(EntityKey::clone(key), entity.info.clone())
                });
                observations.len() - 1
            });
            let Some(into) = observations.get_mut(place) else { continue };
            into.info.merge(&entity.info);
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
            if let Some(slot) = places.get_mut(index) {
                *slot = Some(place);
            }
            rows.resize(observations.len(), 0);
            if let Some(rows) = rows.get_mut(place) {
                *rows += about.rows as usize;
            }
        }
        observations.iter_mut().zip(rows).for_each(|(entity, rows)| entity.rows.reserve_exact(rows));
        let mut order: Vec<_> = (0..).zip(&self.rows).map(|(place, row)| row.order(place)).collect();
        order.sort_unstable();
        for row in order.iter().filter_map(|order| self.rows.get(*order as u32 as usize)) {
            if let Some(Some(place)) = places.get(row.partner().entity() as usize)
                && let Some(into) = observations.get_mut(*place)
            {
                into.rows.push(row.unpacked(bucket, &self.addresses));
            }
        }
        self.rows.clear();
        self.about.clear();
        self.addresses.clear();
        // Two interfaces of one instance may hold a row each for one partner.
        observations.iter_mut().for_each(|entity| join(&mut entity.rows));
        observations.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        observations
    }

    /// Declared losses of each entity that is here, since they were asked last; `None` for what counts elsewhere.
    fn losses(&self, entities: &mut Entities) -> Vec<Option<u32>> {
        let losses = |(index, about): (u32, &Option<About>)| {
            about.filter(|_| !entities.counted_elsewhere(index)).map(|_| entities.take_losses(index))
        };
        (0..).zip(&self.about).map(losses).collect()
    }
}
