//! What the requests of a store have cost.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Capacity units that DynamoDB has billed, as far as it said so.
///
/// It does not say so for a save or delete that lost its race, which costs a write as well.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumed {
    /// Read request units: one for each 4 KB, read with strong consistency.
    pub read_units: f64,
    /// Write request units: one for each 1 KB.
    pub write_units: f64,
}

// Thousandths of units, because there are no atomic fractions and half units exist.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    read: AtomicU64,
    write: AtomicU64,
}

impl Counter {
    pub(crate) fn consumed(&self) -> Consumed {
        let units = |thousandths: &AtomicU64| thousandths.load(Ordering::Relaxed) as f64 / 1000.0;
        Consumed { read_units: units(&self.read), write_units: units(&self.write) }
    }

    pub(crate) fn add_read<'a>(&self, capacities: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.read, capacities);
    }

    pub(crate) fn add_write<'a>(&self, capacities: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.write, capacities);
    }
}

fn add<'a>(counter: &AtomicU64, capacities: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    for capacity in capacities {
        let units = capacity.capacity_units().unwrap_or(0.0);
        counter.fetch_add((units * 1000.0).round() as u64, Ordering::Relaxed);
    }
}
