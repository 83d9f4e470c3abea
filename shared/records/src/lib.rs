//! Bytes to records: one parser per log source, one capped decoder.
//!
//! Pure and synchronous: bytes in, values out. It opens no file and no socket, knows no clock, and
//! decides nothing about what a record means; that is `weir-detection`.

mod auditd;
mod binetflow;
pub mod decode;
mod endpoint;
pub mod envelope;
pub mod flow;
mod goflow2;
mod json;
mod moment;
mod nfdump;
pub mod normalised;
pub mod parquet;
pub mod reader;
pub mod reject;
pub mod source;
mod suricata;
pub mod telemetry;
pub mod text;
mod vm_connection;
pub mod vpc_flow;
mod windows;
mod zeek;

pub use decode::{Compression, DecodeError};
pub use flow::{Action, Direction, Flow, Loss, LossKind};
pub use normalised::Normalised;
pub use reader::{Counts, Entry, ReadError, ReadOptions, RecordReader};
pub use reject::{Reason, Reject};
pub use source::Source;
pub use telemetry::{Fact, Telemetry};
pub use vpc_flow::{Format, FormatError};
