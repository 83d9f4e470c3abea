//! Entities, buckets, baselines, kernels, analytics, incidents and findings.
//!
//! Pure and synchronous: records in, state and findings out. No AWS, no clock, no randomness: the
//! same crate runs in the Lambdas, in the local command and in the tests.

pub mod an0080;
pub mod an0081;
pub mod an0082;
pub mod an0083;
pub mod an0084;
pub mod baseline;
pub mod bucket_time;
pub mod collect;
pub mod counter;
mod day_sums;
pub mod entity;
pub mod finding;
pub mod host;
pub mod incident;
pub mod kernels;
pub mod lookups;
pub mod observation;
pub mod open;
pub mod prelude;
pub mod prevalence;
pub mod quiet;
pub mod ring;
pub mod season;
pub mod seen;
pub mod settings;
pub mod sketch;
pub mod state;
pub mod step;

pub use finding::{Finding, Kernel, Severity};
