//! What people said of findings: not to be told for a while, or of entities: to be judged by other thresholds.
//!
//! Both are kept beside the settings, as JSON under `suppressions/<name>` and `overrides/<name>`, and take part in a
//! step as the settings do: the same records with the same settings say the same.

pub(crate) mod exception;
mod scope;
mod suppression;
#[cfg(test)]
mod tests;

pub use exception::Exception;
pub use scope::{Matter, Scope};
pub use suppression::Suppression;

/// Path under which suppressions are kept.
pub const SUPPRESSIONS: &str = "suppressions/";

/// Path under which settings of single entities are kept.
pub const OVERRIDES: &str = "overrides/";
