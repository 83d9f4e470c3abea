//! Which finding is meant.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Activity, Finding};

use crate::options::Usage;

/// A report of an incident, by its id.
pub(super) struct Target {
    /// `finding_info.uid`.
    pub(super) uid: String,
    /// Which of its reports; the latest where none is named.
    count: Option<u32>,
    /// The finding as it was written, where a file holds it.
    pub(super) written: Option<Value>,
}

impl Target {
    /// A file with one OCSF Detection Finding, or an id: `finding_info.uid` or `metadata.uid`.
    pub(super) fn read(text: &str) -> Result<Self> {
        let path = Path::new(text);
        if !path.is_file() {
            return Ok(Self::parse(text));
        }
        let file = std::fs::read_to_string(path).with_context(|| format!("cannot read {text}"))?;
        let mut values = serde_json::Deserializer::from_str(&file).into_iter::<Value>();
        let wrong =
            |what: &str| Usage(format!("{text} should hold one Detection Finding as JSON, found {what}"));
        let value =
            values.next().ok_or_else(|| wrong("nothing"))?.map_err(|error| wrong(&error.to_string()))?;
        let uid = value.pointer("/finding_info/uid").and_then(Value::as_str);
        let uid = uid.ok_or_else(|| wrong("no finding_info.uid"))?.to_owned();
        let count = value.get("count").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
        Ok(Self { uid, count, written: Some(value) })
    }

    fn parse(text: &str) -> Self {
        // `metadata.uid` ends in the activity and the count of the report.
        let mut parts = text.rsplitn(3, ':');
        let tail =
            (parts.next().and_then(|it| it.parse().ok()), parts.next().and_then(|it| it.parse::<u8>().ok()));
        match (tail, parts.next()) {
            ((Some(count), Some(_)), Some(uid)) => {
                Self { uid: uid.to_owned(), count: Some(count), written: None }
            }
            _ => Self { uid: text.to_owned(), count: None, written: None },
        }
    }

    /// Whether the finding may be about this entity.
    pub(super) fn may_be(&self, entity: &EntityKey) -> bool {
        self.uid.contains(&entity.id)
    }

    /// Whether this is the report that is meant.
    pub(super) fn is(&self, finding: &Finding) -> bool {
        // That an incident is over has no evidence to be recomputed.
        finding.activity != Activity::Close
            && finding.uid == self.uid
            && self.count.is_none_or(|count| finding.count == count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_an_incident_or_one_of_its_reports() {
        for (text, uid, count) in [
            ("weir-an0084-1-r-i-1-volume", "weir-an0084-1-r-i-1-volume", None),
            ("weir-an0084-1-r-i-1-volume:2:3", "weir-an0084-1-r-i-1-volume", Some(3)),
            ("weir-an0084-1-r-2001:db8::1@eni-1-volume", "weir-an0084-1-r-2001:db8::1@eni-1-volume", None),
        ] {
            let target = Target::parse(text);
            assert_eq!((target.uid.as_str(), target.count), (uid, count));
        }
    }
}
