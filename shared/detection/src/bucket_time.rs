//! Bucket starts in a document: numbered from 2020 on, in three bytes instead of seven.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::observation::BUCKET;

/// 2020-01-01T00:00:00Z, the start of a bucket.
const ORIGIN: i64 = 1_577_836_800_000;

/// Writes the number of a bucket.
///
/// # Errors
///
/// Returns the serializer's error.
pub fn serialize<S: Serializer>(start: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    (start.saturating_sub(ORIGIN).div_euclid(BUCKET)).serialize(serializer)
}

/// Reads the start of a bucket.
///
/// # Errors
///
/// Returns the deserializer's error.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(i64::deserialize(deserializer)?.saturating_mul(BUCKET).saturating_add(ORIGIN))
}
