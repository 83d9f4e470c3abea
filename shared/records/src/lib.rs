//! Bytes to records: one parser per log source, one capped decoder.
//!
//! Pure and synchronous: bytes in, values out. It opens no file and no socket, knows no clock, and
//! decides nothing about what a record means; that is `weir-detection`.

pub mod flow;

pub use flow::{Action, Direction, Flow, Loss, LossKind};
