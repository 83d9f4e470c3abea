//! What every function needs of AWS: its environment, settings, logs, metrics, and the ways out.
//!
//! Nothing here knows what a record or a verdict is; a function reads the event, and this crate tells it
//! how it is configured and carries away what it has to say.

pub mod apply;
pub mod delivery;
pub mod digest;
pub mod environment;
pub mod events;
pub mod failures;
pub mod intel;
pub mod logs;
pub mod metrics;
pub mod outbox;
pub mod publish;
pub mod quarantine;
pub mod security_hub;
pub mod settings;
pub mod tally;

mod client;
mod clock;
mod failure;

pub use apply::{Applier, ApplyError};
pub use client::aws_config;
pub use clock::{MARGIN, apart, left, now};
pub use delivery::{Delivery, Piece, Sender};
pub use digest::Digest;
pub use environment::{
    Environment, EnvironmentError, IngestEnvironment, RefreshEnvironment, VARIABLES, Variable,
};
pub use events::EventBus;
pub use failure::{chain, failed};
pub use failures::Failures;
pub use intel::IntelStore;
pub use metrics::Metrics;
pub use outbox::{Outbox, OutboxError};
pub use publish::{PublishError, Publisher};
pub use quarantine::{Quarantine, QuarantineError, Refused};
pub use security_hub::SecurityHub;
pub use settings::{SettingsError, SettingsStore};
pub use tally::Tally;
