//! Bytes to records: one parser per log source, one capped decoder.
//!
//! Pure and synchronous: bytes in, values out. It opens no file and no socket, knows no clock, and
//! decides nothing about what a record means; that is `weir-detection`.

pub mod api_call;
mod auditd;
mod binetflow;
mod collectd;
pub mod decode;
mod docker;
mod endpoint;
pub mod envelope;
mod falco;
pub mod flow;
mod fluent_bit;
mod goflow2;
mod json;
mod kubelet;
pub mod lookup;
mod macos;
mod moment;
mod nfdump;
pub mod normalised;
mod ocsf;
mod osquery;
mod otlp;
pub mod parquet;
mod prometheus;
pub mod reader;
pub mod reject;
mod santa;
pub mod source;
mod suricata;
mod telegraf;
pub mod telemetry;
pub mod text;
mod vm_connection;
pub mod vpc_flow;
mod windows;
mod zeek;

pub use api_call::ApiCall;
pub use decode::{Compression, DecodeError};
pub use flow::{Action, Direction, Flow, Loss, LossKind};
pub use lookup::Lookup;
pub use normalised::{Normalised, NormalisedCall, NormalisedLookup};
pub use reader::{Chunk, Counts, Entry, ReadError, ReadOptions, RecordReader};
pub use reject::{Reason, Reject};
pub use source::Source;
pub use telemetry::{Fact, Telemetry};
pub use vpc_flow::{Format, FormatError};
