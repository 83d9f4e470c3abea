//! scenarios, their labels and scores, and tests across crates; never shipped.

pub mod eval;
pub mod fleet;
pub mod labels;
pub mod scenario;
pub mod score;
