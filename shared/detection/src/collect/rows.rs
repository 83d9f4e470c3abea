//! One open bucket: rows of all entities, and what each of them saw besides.

use foldhash::{HashMap, HashSet};
use weir_records::Flow;

use super::entities::Entities;
use crate::observation::{BUCKET, Inside, Observations, Row, RowKey, RowSums};

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
    inside: Inside,
    latest: i64,
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
        about.latest = about.latest.max(latest);
        // A single packet's record is short whatever the aggregation is; only long ones tell it.
        about.interval = about.interval.max(interval);
        about.records += u64::from(flow.bytes.is_some());
    }

    pub(super) fn add_inside(&mut self, entity: u32, inside: Inside) {
        let about = self.about.entry(entity).or_default();
        about.inside.bytes_out = about.inside.bytes_out.saturating_add(inside.bytes_out);
        about.inside.bytes_in = about.inside.bytes_in.saturating_add(inside.bytes_in);
    }

    pub(super) fn add(&mut self, entity: u32, key: RowKey, sums: &RowSums) {
        self.rows.entry((entity, key)).or_default().merge(sums);
    }

    /// The bucket's observations, one per entity id: two interfaces of one instance become one.
    pub(super) fn into_observations(self, bucket: i64, entities: &mut Entities) -> Vec<Observations> {
        let mut by_key: std::collections::BTreeMap<_, Observations> = std::collections::BTreeMap::new();
        for (index, about) in self.about {
            if entities.counted_elsewhere(index) {
                continue;
            }
            let Some(entity) = entities.get_mut(index) else { continue };
            let losses = std::mem::take(&mut entity.losses);
            let into = by_key.entry(entity.key.clone()).or_insert_with(|| Observations {
                key: entity.key.clone(),
                info: entity.info.clone(),
                rows: Vec::new(),
                inside: Vec::new(),
                latest: 0,
                interval: 0,
                records: 0,
                losses: 0,
                has_flags: false,
                has_direction: false,
                complete_until: Some(bucket + BUCKET),
            });
            into.info.merge(&entity.info);
            into.latest = into.latest.max(about.latest);
            into.interval = into.interval.max(about.interval);
            into.records += about.records;
            into.losses += losses;
            into.has_flags |= entity.has_flags;
            into.has_direction |= entity.has_direction;
            match into.inside.first_mut() {
                Some((_, sum)) => {
                    sum.bytes_out = sum.bytes_out.saturating_add(about.inside.bytes_out);
                    sum.bytes_in = sum.bytes_in.saturating_add(about.inside.bytes_in);
                }
                None => into.inside.push((bucket, about.inside)),
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
