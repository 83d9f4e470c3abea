//! The tests of traffic, one idea a file: numbers in, a score with its facts out.

pub mod bucket;
pub mod combine;
pub mod folded;
pub mod instance;
pub mod name;
pub mod program;
pub mod relay;
pub mod session;
pub mod statistics;
pub mod volume;

use crate::finding::{Kernel, Severity};

/// What a kernel found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which kernel.
    pub kernel: Kernel,
    /// Severity that it asks for by itself.
    pub severity: Severity,
    /// Strength in [0, 1].
    pub score: f32,
    /// What was measured, in words.
    pub facts: Vec<String>,
}
