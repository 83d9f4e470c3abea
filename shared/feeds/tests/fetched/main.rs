//! Feeds over HTTP from servers of the tests' own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod answers;
mod last_good;
mod server;
