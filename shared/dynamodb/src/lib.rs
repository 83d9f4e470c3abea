//! The store of `weir-state` over a DynamoDB table.
//!
//! One item per document, replaced by conditional puts and read with strong consistency. Nothing here
//! scans, and nothing here knows what a document means.

pub mod capacity;
pub mod store;
pub mod table;

mod batch;
mod failure;
mod item;

pub use capacity::Consumed;
pub use store::DynamoStore;
pub use table::create_table;
