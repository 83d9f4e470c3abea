//! one document per entity: compare-and-swap, exactly-once application, embedded stores.
