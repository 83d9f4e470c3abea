//! Payloads as CloudWatch Logs packs them.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// A payload as CloudWatch Logs sends it to a function.
pub fn subscription(logs: &Value) -> String {
    json!({"awslogs": {"data": packed(logs.to_string().as_bytes())}}).to_string()
}

/// Gzip in base64.
pub fn packed(bytes: &[u8]) -> String {
    STANDARD.encode(gzip(bytes))
}

/// Gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
