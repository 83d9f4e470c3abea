//! Measures detection on worlds of many seeds: Weir, Weir with one thing off, and the methods of others.
//!
//! Everybody reads the same rows in the same order and is scored alike. Nothing here is shipped.

pub mod ablation;
pub mod curve;
pub mod measure;
pub mod peers;
pub mod precision;
pub mod tables;
pub mod weir;
