//! A container of a host, and what is usual for its image.

use serde::{Deserialize, Serialize};
use weir_intel::catalogue::repository;
use weir_records::telemetry::Container as Told;

use super::Trace;
use super::program::{Hit, short};
use crate::entity::name_hash;
use crate::observation::BUCKET;
use crate::ring::Pair;
use crate::sketch::Sketch;
use crate::state::DAY;

/// A container or pod, by the beginning of its id, else its name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Container {
    /// Hash of the id or name.
    pub key: u64,
    /// First 12 characters of the id; of a pod its uid.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Image as the log names it.
    pub image: Option<String>,
    /// Kubernetes namespace.
    pub namespace: Option<String>,
    /// Tools of the catalogue that it is.
    pub hits: Vec<Hit>,
    /// First and last seen, milliseconds since the epoch.
    pub first: i64,
    /// See [`first`](Self::first).
    pub last: i64,
    /// What its network namespace moves.
    pub trace: Trace,
    /// It is on the host's network: its counters are the host's.
    pub of_host: bool,
    /// It was first seen a day after the host: it is new, and not only new to Weir.
    pub is_new: bool,
}

/// What is usual for an image on this host, over all its containers, those that are gone included.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Image {
    /// Hash of the repository, or of the workload where no image is known.
    pub key: u64,
    /// Bytes sent in five minutes, over the buckets that were counted.
    pub sent: Sketch,
    /// Earliest bucket that was learned.
    pub first: i64,
    /// Latest bucket that was learned.
    pub last: i64,
}

/// Buckets from which what is usual for an image is known. They must span a day: most work has its hours.
const KNOWN: u32 = 288;

impl Image {
    /// What is usual, once it is known.
    #[must_use]
    pub fn known(&self) -> Option<&Sketch> {
        (self.sent.samples() >= KNOWN && self.last - self.first >= DAY - BUCKET).then_some(&self.sent)
    }
}

impl Container {
    /// The key of a container that a record names.
    pub(super) fn key_of(told: &Told) -> Option<u64> {
        let name = told.uid.as_deref().map(short_id).or(told.name.as_deref())?;
        Some(name_hash(name))
    }

    /// Adds what a record says. The order of records does not matter.
    pub(super) fn see(&mut self, told: &Told, time: i64) {
        if self.first == 0 || time < self.first {
            self.first = time;
        }
        self.last = self.last.max(time);
        for (mine, theirs) in [
            (&mut self.id, told.uid.as_deref().map(short_id)),
            (&mut self.name, told.name.as_deref()),
            (&mut self.image, told.image.as_deref()),
            (&mut self.namespace, told.namespace.as_deref()),
        ] {
            if mine.is_none() {
                *mine = theirs.map(short);
            }
        }
    }

    /// Repository of the image, without tag and digest.
    #[must_use]
    pub fn repository(&self) -> Option<String> {
        self.image.as_deref().map(repository)
    }

    /// What its baseline is kept under: the image, else the workload that its name shows.
    #[must_use]
    pub fn workload(&self) -> u64 {
        match (self.repository(), &self.name) {
            (Some(repository), _) => name_hash(&repository),
            (None, Some(name)) => name_hash(owner(name)),
            (None, None) => self.key,
        }
    }

    /// What people know it by.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or("a container")
    }

    /// Bytes of the hour up to `bucket`.
    #[must_use]
    pub fn hour(&self, bucket: i64) -> Pair {
        self.trace.hour(bucket)
    }
}

/// The first 12 characters of an id of hex digits; a pod's uid stays whole.
fn short_id(id: &str) -> &str {
    let is_hex = id.len() > 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { id.get(..12).unwrap_or(id) } else { id }
}

/// What a pod or a replica is one of: its name without the parts that controllers append.
fn owner(name: &str) -> &str {
    let mut owner = name;
    for _ in 0..2 {
        let Some((rest, last)) = owner.rsplit_once(['-', '_', '.']) else { break };
        let appended = (1..=10).contains(&last.len())
            && last.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && last.bytes().any(|byte| byte.is_ascii_digit());
        let letters =
            last.len() == 5 && last.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte));
        if !(appended || letters) || rest.is_empty() {
            break;
        }
        owner = rest;
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_of_one_workload_share_what_is_usual() {
        for (name, expected) in [
            ("web-7d9c5b8f6d-x2k4z", "web"),
            ("web-7d9c5b8f6d-qwrtz", "web"),
            ("shop_worker_2", "shop_worker"),
            ("db-0", "db"),
            ("honeygain", "honeygain"),
            ("kube-proxy", "kube-proxy"),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
        assert_eq!(short_id(&"ab".repeat(32)), "abababababab");
        assert_eq!(short_id("0f0c5b4e-5d3b-4c0e-9d3e-0a1b2c3d4e5f"), "0f0c5b4e-5d3b-4c0e-9d3e-0a1b2c3d4e5f");
    }
}
