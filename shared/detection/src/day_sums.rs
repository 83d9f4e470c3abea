//! Sums per day in a document: a day is one byte, its distance from the first.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer>(days: &[(i64, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    let first = days.first().map_or(0, |(day, _)| *day);
    let distance = |day: i64| u8::try_from(day - first).unwrap_or(u8::MAX);
    let sums: Vec<(u8, u64)> = days.iter().map(|(day, sum)| (distance(*day), *sum)).collect();
    (first, sums).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(i64, u64)>, D::Error> {
    let (first, sums) = <(i64, Vec<(u8, u64)>)>::deserialize(deserializer)?;
    Ok(sums.into_iter().map(|(day, sum)| (first.saturating_add(i64::from(day)), sum)).collect())
}
