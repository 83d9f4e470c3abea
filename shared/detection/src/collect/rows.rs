//! One open bucket: rows of all entities, and what each of them saw besides.

use foldhash::{HashMap, HashSet};
use weir_records::Flow;

use super::entities::Entities;
use crate::observation::{BUCKET, Beside, Observations, Row, RowKey, RowSums};

/// Rows of one bucket, keyed by entity.
#[derive(Default)]
pub(super) struct BucketRows {
    rows: HashMap<(u32, RowKey), RowSums>,
    about: HashMap<u32, About>,
    seen: HashSet<u64>,
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
        let about = self.about.entry(entity).or_default();
        about.beside.latest = about.beside.latest.max(latest);
        // A single packet's record is short whatever the aggregation is; only long ones tell it.
        about.interval = about.interval.max(interval);
        about.records += u64::from(flow.bytes.is_some());
    }

    pub(super) fn add_inside(&mut self, entity: u32, inside: &Beside) {
        self.about.entry(entity).or_default().beside.merge(inside);
    }

    pub(super) fn add(&mut self, entity: u32, key: RowKey, sums: &RowSums) {
        self.rows.entry((entity, key)).and_modify(|have| have.merge(sums)).or_insert(*sums);
    }

    /// The bucket's observations, one per entity id: two interfaces of one instance become one.
    pub(super) fn into_observations(self, bucket: i64, entities: &mut Entities) -> Vec<Observations> {
        let mut by_key: std::collections::BTreeMap<_, Observations> = std::collections::BTreeMap::new();
        for (index, about) in self.about {
            if entities.counted_elsewhere(index) {
                continue;
            }
            let Some(entity) = entities.get(index) else { continue };
            let (key, info) = (entity.key.clone(), entity.info.clone());
            let (has_flags, has_direction) = (entity.has_flags, entity.has_direction);
            let losses = entities.take_losses(info.interface.as_deref());
            let into = by_key.entry(key.clone()).or_insert_with(|| Observations {
                complete_until: Some(bucket + BUCKET),
                ..Observations::of(key, info.clone())
            });
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
        }
        for ((index, key), sums) in self.rows {
            if let Some(entity) = entities.get(index)
                && let Some(into) = by_key.get_mut(&entity.key)
            {
                into.rows.push(Row { bucket, key, sums });
            }
        }
        let mut observations: Vec<_> = by_key.into_values().collect();
        for entity in &mut observations {
            entity.rows.sort_unstable_by_key(|row| row.key);
            // Two interfaces of one instance may hold a row each for one partner.
            entity.rows.dedup_by(|later, earlier| {
                let same = later.key == earlier.key;
                if same {
                    earlier.sums.merge(&later.sums);
                }
                same
            });
        }
        observations
    }
}
