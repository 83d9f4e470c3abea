//! What can be wrong with settings, all of it at once and each by its name.

use std::fmt;

use super::{registry::registry, toml::TomlError};

/// Every fault that was found; never empty.
#[derive(Debug)]
pub struct SettingsErrors {
    faults: Vec<Fault>,
}

impl SettingsErrors {
    pub(super) const fn new(faults: Vec<Fault>) -> Self {
        Self { faults }
    }

    /// The faults, in the order of the values.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsErrors {}

/// One setting that is not valid.
#[derive(Debug)]
pub struct Fault {
    /// Its path as it was given; empty where the document could not be read at all.
    pub path: String,
    /// What is wrong.
    pub kind: FaultKind,
}

impl Fault {
    pub(super) fn unknown(path: &str) -> Self {
        Self { path: path.to_owned(), kind: FaultKind::Unknown { nearest: nearest(path) } }
    }

    pub(super) fn value(path: &str, error: ValueError) -> Self {
        Self { path: path.to_owned(), kind: FaultKind::Value(error) }
    }

    pub(super) fn document_of(path: &str, error: String) -> Self {
        Self { path: path.to_owned(), kind: FaultKind::Json(error) }
    }

    pub(super) const fn document(error: TomlError) -> Self {
        Self { path: String::new(), kind: FaultKind::Document(error) }
    }

    pub(super) fn conflict(
        path: &str,
        value: String,
        must: &'static str,
        other: &'static str,
        other_value: String,
    ) -> Self {
        Self { path: path.to_owned(), kind: FaultKind::Conflict { value, must, other, other_value } }
    }

    /// Whether this is a conflict with one of `paths`.
    pub(super) fn concerns(&self, paths: &[String]) -> bool {
        let FaultKind::Conflict { other, .. } = &self.kind else { return false };
        paths.iter().any(|path| *path == self.path || path == other)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.path.chars().take(80).flat_map(char::escape_debug).collect();
        let colon = if shown.is_empty() { "" } else { ": " };
        write!(f, "{shown}{colon}{}", self.kind)
    }
}

/// What is wrong with a setting.
#[derive(Debug, thiserror::Error)]
pub enum FaultKind {
    /// The value breaks a rule together with another setting's.
    #[error("{value} must {must} {other}, which is {other_value}")]
    Conflict {
        /// The value.
        value: String,
        /// The rule.
        must: &'static str,
        /// Path of the other setting.
        other: &'static str,
        /// Its value.
        other_value: String,
    },
    /// The document is no TOML or holds what no setting can be.
    #[error(transparent)]
    Document(TomlError),
    /// A suppression or an override that cannot be used.
    #[error("{0}")]
    Json(String),
    /// No setting has this path.
    #[error("no such setting{}", nearest.map(|path| format!(", did you mean {path}?")).unwrap_or_default())]
    Unknown {
        /// The most similar path, where one is similar.
        nearest: Option<&'static str>,
    },
    /// The value is not valid.
    #[error(transparent)]
    Value(ValueError),
}

/// What is wrong with a value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// It has another form or another unit.
    #[error("expected {expected}, found {found}")]
    Form {
        /// What it should look like.
        expected: &'static str,
        /// The value, cut and escaped.
        found: String,
    },
    /// It is too small or too large.
    #[error("expected {range}, found {found}")]
    Range {
        /// What is allowed.
        range: String,
        /// The value, cut and escaped.
        found: String,
    },
}

impl ValueError {
    pub(super) fn expected(expected: &'static str, text: &str) -> Self {
        Self::Form { expected, found: quoted(text) }
    }
}

/// At most 24 characters of the text, escaped, in quotes.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(24).collect();
    format!("{short:?}")
}

fn nearest(path: &str) -> Option<&'static str> {
    // Similarity of long hostile texts is quadratic work for nothing.
    let short: String = path.chars().take(80).collect();
    let inside = |known: &str| known.strip_prefix(short.as_str()).is_some_and(|rest| rest.starts_with('/'));
    if let Some(entry) = registry().iter().find(|entry| inside(entry.path)) {
        return Some(entry.path);
    }
    let similar = |known: &'static str| (strsim::jaro_winkler(known, &short), known);
    // The last words weigh more than the common beginning: compare what follows it, too.
    let tail = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    registry()
        .iter()
        .map(|entry| similar(entry.path))
        .map(|(whole, known)| (whole + strsim::jaro_winkler(&tail(known), &tail(&short)), known))
        .filter(|(score, _)| *score >= 1.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
