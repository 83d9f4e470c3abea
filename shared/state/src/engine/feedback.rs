//! What people said of incidents, and which incident an id means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Group, Severity};
use weir_detection::host::{HostState, host_key};
use weir_detection::state::EntityState;

use super::document::{Document, Remembered};
use super::layout::{decode, encode};
use super::{ATTEMPTS, Engine, EngineError, failed};
use crate::store::{Key, Saved, Store};

/// Incidents whose feedback is kept; the oldest makes room.
const KEPT: usize = 1_024;

/// What somebody said of an incident.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Opinion {
    /// It was worth the look.
    Useful,
    /// It was not.
    NotUseful,
    /// It is meant to be so.
    Planned,
}

/// All that was said, the latest word on each incident.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Feedback {
    /// By the incident's id: what, and when in ms since the epoch.
    pub given: BTreeMap<String, (Opinion, i64)>,
}

impl Opinion {
    /// Every opinion.
    pub const ALL: [Self; 3] = [Self::Useful, Self::NotUseful, Self::Planned];

    /// Kebab-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::NotUseful => "not-useful",
            Self::Planned => "planned",
        }
    }
}

impl Feedback {
    /// How often an opinion was given.
    #[must_use]
    pub fn count(&self, opinion: Opinion) -> usize {
        self.given.values().filter(|(given, _)| *given == opinion).count()
    }

    fn note(&mut self, uid: &str, opinion: Opinion, time: i64) {
        if self.given.len() >= KEPT && !self.given.contains_key(uid) {
            let oldest = self.given.iter().min_by_key(|(_, (_, time))| *time).map(|(uid, _)| uid.clone());
            oldest.map(|uid| self.given.remove(&uid));
        }
        self.given.insert(uid.to_owned(), (opinion, time));
    }
}

impl<S: Store> Engine<S> {
    /// Notes what somebody said of an incident at `time`, ms since the epoch, in place of what was said of it before;
    /// returns all that was said.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn note_feedback(
        &self,
        uid: &str,
        opinion: Opinion,
        time: i64,
    ) -> Result<Feedback, EngineError> {
        for lost in 0..ATTEMPTS {
            let (mut feedback, version) = self.read_feedback().await?;
            feedback.note(uid, opinion, time);
            let body = encode(&feedback).map_err(unreadable)?;
            let saved = self.store.save(&place(), &body, version, None).await;
            if saved.map_err(|source| failed(&owner(), source))? != Saved::Lost {
                return Ok(feedback);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: owner().id })
    }

    /// All that was said.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn feedback(&self) -> Result<Feedback, EngineError> {
        Ok(self.read_feedback().await?.0)
    }

    /// The highest severity that was told of the incident of this id; `None` where no document holds it.
    ///
    /// # Errors
    ///
    /// As for [`Engine::apply`].
    pub async fn severity_of(&self, uid: &str) -> Result<Option<Severity>, EngineError> {
        let Some((entities, host)) = owners(uid) else { return Ok(None) };
        for (entity, group) in entities {
            let document: Option<Document<EntityState>> = self.stored(&entity).await?;
            let found = document.and_then(|document| {
                let mut all = document.state.incidents.into_iter();
                all.find(|incident| incident.group == group && (incident.count > 0 || incident.hushed))
            });
            if let Some(incident) = found {
                return Ok(Some(incident.severity));
            }
        }
        let document: Option<Document<HostState>> = self.stored(&host).await?;
        Ok(document.and_then(|document| {
            let told = document.state.incidents.into_iter().map(|(_, incident)| incident);
            let of = told.filter(|it| it.open.as_ref().is_some_and(|headline| headline.uid == uid));
            of.map(|incident| incident.severity).max()
        }))
    }

    async fn stored<D: Remembered>(&self, entity: &EntityKey) -> Result<Option<Document<D>>, EngineError>
    where
        Document<D>: Default,
    {
        let (document, version) = self.read::<D>(entity).await?;
        Ok(version.map(|_| document))
    }

    async fn read_feedback(&self) -> Result<(Feedback, Option<u64>), EngineError> {
        let loaded = self.store.load(&[place()]).await.map_err(|source| failed(&owner(), source))?;
        let Some(stored) = loaded.into_iter().next().flatten() else {
            return Ok((Feedback::default(), None));
        };
        Ok((decode(&stored.body).map_err(unreadable)?, Some(stored.version)))
    }
}

/// Whose an id may be: entities with the evidence group, and a host.
///
/// `weir-an0084-<account>-<region>-<entity>-<group>`, where region and entity hold hyphens themselves, or
/// `weir-an0081-<account>-<host>`, with the workload behind a slash.
fn owners(uid: &str) -> Option<(Vec<(EntityKey, Group)>, EntityKey)> {
    let (_analytic, rest) = uid.strip_prefix("weir-")?.split_once('-')?;
    // An account that is not known is a hyphen itself.
    let (account, rest) = match rest.strip_prefix("--") {
        Some(rest) => ("-", rest),
        None => rest.split_once('-')?,
    };
    let host = host_key(account, rest.split('/').next().unwrap_or(rest));
    let groups = [
        Group::Volume,
        Group::Structure,
        Group::Session,
        Group::Reachability,
        Group::Intel,
        Group::Context,
        Group::Name,
    ];
    let named = groups
        .into_iter()
        .find_map(|group| Some((rest.strip_suffix(group.name())?.strip_suffix('-')?, group)));
    let entities = named.into_iter().flat_map(|(rest, group)| {
        let hyphens = rest.match_indices('-').take(8);
        hyphens.filter_map(move |(at, _)| {
            let id = rest.get(at + 1..).filter(|id| !id.is_empty())?;
            Some((EntityKey { account: account.to_owned(), id: id.to_owned() }, group))
        })
    });
    Some((entities.collect(), host))
}

fn place() -> Key {
    Key { partition: "incidents".to_owned(), sort: "feedback".to_owned() }
}

fn owner() -> EntityKey {
    EntityKey { account: "-".to_owned(), id: "feedback".to_owned() }
}

fn unreadable(source: postcard::Error) -> EngineError {
    EngineError::Document { what: "list of feedback", entity: owner().id, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::traffic::{batch, minute, scan};
    use crate::engine::tests::{Bench, NOW, key};

    #[test]
    fn an_incident_is_known_by_its_id_and_one_of_another_group_region_or_entity_is_not() {
        let bench = Bench::new();
        let applied = bench.apply(1, &batch(&[scan(0, 60), minute(30)].concat()), NOW).unwrap();
        let uid = &applied.alerts[0].finding.uid;
        let severity = |uid: &str| crate::finish_now(bench.engine().severity_of(uid)).unwrap().unwrap();

        assert_eq!(severity(uid), Some(Severity::Medium), "{uid}");
        assert_eq!(severity(&uid.replace("reachability", "volume")), None);
        assert_eq!(severity(&uid.replace(&key().id, "eni-1")), None);
        assert_eq!(severity("no id of weir"), None);
    }

    #[test]
    fn an_id_with_hyphens_everywhere_names_its_entity_and_its_host() {
        let (entities, host) = owners("weir-an0084-123-eu-west-1-10.0.0.5@eni-1-structure").unwrap();
        let ids: Vec<&str> = entities.iter().map(|(key, _)| key.id.as_str()).collect();
        assert!(ids.contains(&"10.0.0.5@eni-1") && host.account == "123", "{ids:?}");
        let (entities, _) = owners("weir-an0084-----eni-1-volume").unwrap();
        assert!(entities.iter().any(|(key, _)| (key.account.as_str(), key.id.as_str()) == ("-", "eni-1")));
        assert_eq!(owners("weir-an0081---web-7/hg").unwrap().1.id, "host/web-7");
        assert_eq!(owners("weir-an0081-123-web-7").unwrap().1.id, "host/web-7");
    }

    #[test]
    fn the_latest_word_counts_and_the_oldest_makes_room() {
        let mut feedback = Feedback::default();
        feedback.note("a", Opinion::Useful, 1);
        feedback.note("a", Opinion::Planned, 2);
        assert_eq!((feedback.count(Opinion::Useful), feedback.count(Opinion::Planned)), (0, 1));
        (0..KEPT).for_each(|n| feedback.note(&n.to_string(), Opinion::Useful, 3 + n as i64));
        assert_eq!((feedback.given.len(), feedback.count(Opinion::Planned)), (KEPT, 0));
    }
}
