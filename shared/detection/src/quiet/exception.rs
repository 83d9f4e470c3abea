//! Settings of single entities.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::scope::{Matter, Scope};
use crate::settings::Settings;

/// Groups of settings that may differ by entity: the others say how records become observations.
const GROUPS: [&str; 2] = ["an00", "incident/"];

/// Other settings for the entities of a scope.
///
/// # Shape
///
/// ```json
/// {"scope": {"tag": "team=video"}, "settings": {"an0084/traffic-egress-threshold/min-bytes": "5GB"},
///  "reason": "transcoders", "owner": "video@example.com"}
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Its name.
    pub name: String,
    /// The entities.
    pub scope: Scope,
    /// All settings as they are for them.
    pub settings: Box<Settings>,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    scope: Scope,
    pub(crate) settings: BTreeMap<String, String>,
    reason: String,
    owner: String,
}

impl Written {
    /// Reads the JSON of an override.
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let written: Self =
            serde_json::from_str(text).map_err(|error| format!("not an override: {error}"))?;
        if let Some(fault) = written.scope.fault() {
            return Err(fault);
        }
        if !written.scope.is_of_entities() {
            return Err("expected a scope of entity or tag only".to_owned());
        }
        if written.reason.trim().is_empty() || written.owner.trim().is_empty() {
            return Err("expected a reason and an owner, found an empty one".to_owned());
        }
        let other = written.settings.keys().find(|path| GROUPS.iter().all(|group| !path.starts_with(group)));
        match other {
            Some(path) => {
                Err(format!("{path} is the same for all entities; expected paths below an00… or incident/"))
            }
            None => Ok(written),
        }
    }

    pub(crate) fn over(self, name: &str, settings: Settings) -> Exception {
        Exception { name: name.to_owned(), scope: self.scope, settings: Box::new(settings) }
    }
}

impl Exception {
    /// Whether it is about the entity; a scope that names it goes before one by tag.
    #[must_use]
    pub fn rank(&self, case: &Matter<'_>) -> Option<bool> {
        self.scope.holds(case).then_some(!self.scope.entity.is_empty())
    }
}
