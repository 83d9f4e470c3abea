//! Fetches the public feeds of `weir-intel` and says what became of each.
//!
//! It stores nothing: what a [`refresh`] brings, its caller stores, and the [`Manifest`] after it. A feed that is
//! refused or cannot be fetched brings nothing, so the files in force stay.

pub mod client;
pub mod manifest;
pub mod refresh;

mod body;

pub use client::{Client, Conditions, FetchError, Fetched, Limits};
pub use manifest::Manifest;
pub use refresh::{Outcome, RefreshError, Refreshed, refresh};
