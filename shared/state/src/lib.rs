//! Where Weir remembers: one document per entity, replaced by compare-and-swap.
//!
//! The [engine] applies batches to documents, exactly once, and holds alerts until they were sent. A store
//! keeps opaque bodies under keys and knows nothing of what they mean. [`MemoryStore`] and
//! [`EmbeddedStore`] live here; the one over DynamoDB is `weir-dynamodb`. This crate reaches no async
//! runtime and no AWS crate: the stores here never wait, so [`finish_now`] is executor enough for them.

pub mod embedded;
pub mod engine;
pub mod memory;
pub mod resident;
pub mod store;

#[doc(hidden)]
pub mod conformance;
mod ready;

pub use embedded::{EmbeddedStore, OpenError};
pub use engine::calls::{Observed, calls_entity};
pub use engine::feedback::{Feedback, Opinion};
pub use engine::hosts::{Hosted, by_host};
pub use engine::learned::Learned;
pub use engine::teach::Taught;
pub use engine::told::{Channel, Told};
pub use engine::waiting::Closed;
pub use engine::week::{Tally, Week};
pub use engine::{Alert, Applied, Engine, EngineError, Run};
pub use memory::MemoryStore;
pub use ready::finish_now;
pub use resident::{Resident, ResidentHosted, Stepped};
pub use store::{Key, Saved, Store, StoreError, Stored};
