//! Members that are often not what they should be: what cannot be used is absent, and the rest stays.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value of the wanted kind, or none.
pub(super) fn lenient<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&'de RawValue>::deserialize(value)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A truth value, as `true` and as `"true"`, `"True"` or `"Yes"`.
pub(super) fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    let raw = <&'de RawValue>::deserialize(value)?;
    Ok(match raw.get().trim_matches('"') {
        "true" | "True" | "Yes" => Some(true),
        "false" | "False" | "No" => Some(false),
        _ => None,
    })
}

/// The text of an object or list, to be read when it is wanted.
pub(super) fn raw<'de, D: Deserializer<'de>>(value: D) -> Result<Option<&'de str>, D::Error> {
    let text = <&'de RawValue>::deserialize(value)?.get();
    Ok(text.starts_with(['{', '[']).then_some(text))
}
