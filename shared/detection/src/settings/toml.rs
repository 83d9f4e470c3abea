//! Settings from a TOML document: the same paths, as nested tables or as keys with slashes.

use super::fault::quoted;
use crate::quiet::{OVERRIDES, SUPPRESSIONS};

/// Reads `(path, text)` pairs in the order of the document's keys.
///
/// # Shape
/// `[an0084.relay]` with `min-bytes = "5MB"`, or `"an0084/relay/min-bytes" = "5MB"`, or a mix. Numbers may be bare
/// where a setting has no unit; lists may be arrays. `[suppressions.NAME]` and `[overrides.NAME]` are whole documents.
///
/// # Errors
/// [`TomlError`] for text that is no TOML, or a value that no setting can be.
pub fn values_from_toml(text: &str) -> Result<Vec<(String, String)>, TomlError> {
    let table: ::toml::Table = text.parse().map_err(|error: ::toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        TomlError::Syntax {
            line: before.matches('\n').count() + 1,
            message: error.message().trim_end_matches('.').to_owned(),
        }
    })?;
    let mut values = Vec::new();
    flatten("", table, &mut values)?;
    Ok(values)
}

/// Why a document is no settings file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TomlError {
    /// A list inside a list, or a table inside one, or an item with a comma.
    #[error("{path}: expected a list of texts without commas or of numbers, found {found}")]
    Item {
        /// Path of the setting.
        path: String,
        /// What was found.
        found: String,
    },
    /// Not TOML.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line number from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
}

fn flatten(prefix: &str, table: ::toml::Table, values: &mut Vec<(String, String)>) -> Result<(), TomlError> {
    for (key, value) in table {
        let path = if prefix.is_empty() { key } else { format!("{prefix}/{key}") };
        match value {
            // The reader bounds the depth of nesting, and with it that of this recursion.
            ::toml::Value::Table(inner) if is_document(&path) => {
                values.push((path, json(inner.into()).to_string()))
            }
            ::toml::Value::Table(inner) => flatten(&path, inner, values)?,
            ::toml::Value::Array(items) => {
                let texts: Result<Vec<String>, TomlError> =
                    items.into_iter().map(|v| item(&path, v)).collect();
                let list = texts?.join(",");
                values.push((path, if list.is_empty() { "none".to_owned() } else { list }));
            }
            other => values.push((path, scalar(other))),
        }
    }
    Ok(())
}

/// Whether a table is one suppression or one override: the parameter store keeps it as JSON.
fn is_document(path: &str) -> bool {
    [SUPPRESSIONS, OVERRIDES]
        .iter()
        .any(|group| path.strip_prefix(group).is_some_and(|name| !name.contains('/')))
}

/// The same as JSON; a time as text.
fn json(value: ::toml::Value) -> serde_json::Value {
    match value {
        ::toml::Value::String(text) => text.into(),
        ::toml::Value::Integer(number) => number.into(),
        ::toml::Value::Float(number) => number.into(),
        ::toml::Value::Boolean(is) => is.into(),
        ::toml::Value::Datetime(time) => time.to_string().into(),
        ::toml::Value::Array(items) => items.into_iter().map(json).collect(),
        ::toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn item(path: &str, value: ::toml::Value) -> Result<String, TomlError> {
    let refuse = |found: String| Err(TomlError::Item { path: path.chars().take(80).collect(), found });
    match value {
        ::toml::Value::Array(_) => refuse("a list".to_owned()),
        ::toml::Value::Table(_) => refuse("a table".to_owned()),
        other => {
            let text = scalar(other);
            if text.contains(',') { refuse(quoted(&text)) } else { Ok(text) }
        }
    }
}

fn scalar(value: ::toml::Value) -> String {
    match value {
        ::toml::Value::String(text) => text,
        other => other.to_string(),
    }
}
