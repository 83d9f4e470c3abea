//! What is known of the stored files: where they come from, how many entries they have, and what went wrong last.
//!
//! # Shape
//! JSON: `{"version": 1, "feeds": {"<name>": {"sources", "files", "fetched", "changed", "failed", "error"}}}`.
//! Times are milliseconds since the epoch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use weir_intel::feed::{FeedKind, Prepared};

use crate::client::Conditions;

/// The file's name beside the lists.
pub const FILE: &str = "feeds.json";

/// All feeds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Manifest {
    /// Layout, 1.
    pub version: u32,
    /// By [`FeedKind::name`].
    pub feeds: BTreeMap<String, Feed>,
}

/// One feed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Feed {
    /// Its documents, in the order of the setting.
    pub sources: Vec<Source>,
    /// Its files.
    pub files: Vec<File>,
    /// When all its sources last answered well.
    pub fetched: Option<i64>,
    /// When its files last changed.
    pub changed: Option<i64>,
    /// When it last failed; absent once it works again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<i64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One document of a feed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Source {
    /// Where it is.
    pub url: String,
    /// Its `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

/// One stored file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct File {
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Ranges, prefixes or nodes.
    pub entries: u64,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: 1, feeds: BTreeMap::new() }
    }
}

impl Manifest {
    /// Forgets the feeds of which a file is gone: they are fetched anew and compared with nothing.
    pub fn forget_missing(&mut self, is_there: impl Fn(&str) -> bool) {
        self.feeds.retain(|_, feed| feed.files.iter().all(|file| is_there(&file.file)));
    }

    pub(crate) fn feed(&mut self, kind: FeedKind) -> &mut Feed {
        self.feeds.entry(kind.name().to_owned()).or_default()
    }
}

impl Feed {
    /// Entries of a file in force.
    pub(crate) fn entries(&self, file: &str) -> Option<u64> {
        self.files.iter().find(|have| have.file == file).map(|have| have.entries)
    }

    /// What to ask the sources by; nothing where they are not the ones of the files in force.
    pub(crate) fn conditions(&self, urls: &[String]) -> Vec<Conditions> {
        let other = self.files.is_empty() || !self.sources.iter().map(|source| &source.url).eq(urls);
        if other {
            return vec![Conditions::default(); urls.len()];
        }
        let of =
            |source: &Source| Conditions { etag: source.etag.clone(), modified: source.modified.clone() };
        self.sources.iter().map(of).collect()
    }
}

impl From<&Prepared> for File {
    fn from(prepared: &Prepared) -> Self {
        let digest = Sha256::digest(&prepared.bytes);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { file: prepared.file.to_owned(), sha256, entries: prepared.entries }
    }
}
