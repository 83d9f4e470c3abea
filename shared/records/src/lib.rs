//! Bytes to records: one parser per log source, one capped decoder.
//!
//! Pure and synchronous: bytes in, values out. It opens no file and no socket, knows no clock, and
//! decides nothing about what a record means; that is `weir-detection`.

pub mod api_call;
pub mod decode;
pub mod envelope;
pub mod flow;
pub mod normalised;
pub mod parquet;
pub mod reader;
pub mod reject;
pub mod source;
pub mod text;
pub mod vpc_flow;

pub use api_call::ApiCall;
pub use decode::{Compression, DecodeError};
pub use flow::{Action, Direction, Flow, Loss, LossKind};
pub use normalised::{Normalised, NormalisedCall};
pub use reader::{Counts, Entry, ReadError, ReadOptions, RecordReader};
pub use reject::{Reason, Reject};
pub use source::Source;
pub use vpc_flow::{Format, FormatError};
