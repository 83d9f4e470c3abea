//! The weekly digest: what a week came to, for people with time to read it, and the same as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use weir_alerting::sns::{Attribute, SnsMessage};
use weir_detection::entity::EntityKey;
use weir_detection::settings::{AnalyticMode, Settings};
use weir_intel::Intel;
use weir_intel::lists::ListKind;
use weir_state::{Engine, EngineError, Opinion, Store, Tally, Week};

mod text;

/// How far ahead the end of a suppression is worth a word, milliseconds.
const AHEAD: i64 = 14 * 86_400_000;

/// One week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Digest {
    /// Layout of this document.
    pub version: &'static str,
    /// Deployment.
    pub stage: String,
    /// When the week ended, milliseconds since the epoch.
    pub until: i64,
    /// What the documents say.
    pub week: Week,
    /// Analytics in dry run: what is counted of them would have been told.
    pub dry_run: Vec<&'static str>,
    /// Analytics that are live or in dry run, and had no incident.
    pub silent: Vec<&'static str>,
    /// Suppressions that end within two weeks or did in the last one: name, owner, reason, end.
    pub ending: Vec<Ending>,
    /// Suppressions in force.
    pub suppressions: usize,
    /// Age of the lists that have a date, and of the inventory, milliseconds.
    pub ages: BTreeMap<&'static str, i64>,
    /// Incidents by what people said of them in this week.
    pub feedback: BTreeMap<&'static str, usize>,
    /// Tags of the talkers, where the inventory knows them.
    pub tags: BTreeMap<String, Vec<String>>,
}

/// A suppression and its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ending {
    /// Name.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it ends, milliseconds since the epoch.
    pub expiry: i64,
}

impl Digest {
    /// Reads what a digest needs: one document an entity of `account` that the inventory knows or whose incident waits
    /// for its end, and two lists.
    ///
    /// # Errors
    ///
    /// The table cannot be read.
    pub async fn read<S: Store>(
        engine: &Engine<S>,
        (stage, account): (&str, &str),
        settings: &Settings,
        intel: &Intel,
        now: i64,
    ) -> Result<Self, EngineError> {
        let key = |id: &str| EntityKey { account: account.to_owned(), id: id.to_owned() };
        let entities: BTreeSet<EntityKey> = intel.inventory.entities().map(key).collect();
        let week = engine.week(entities, settings, now).await?;
        let given = engine.feedback().await?.given;
        let of =
            |opinion| given.values().filter(|(said, time)| *said == opinion && *time >= week.from).count();
        let modes = settings.modes();
        let in_mode = |wanted: &[AnalyticMode]| {
            let those = modes.iter().filter(|(_, mode)| wanted.contains(mode));
            those.map(|(name, _)| *name).collect::<Vec<_>>()
        };
        let mut silent = in_mode(&[AnalyticMode::Live, AnalyticMode::DryRun]);
        silent.retain(|name| week.incidents.get(*name).is_none_or(|tally| *tally == Tally::default()));
        let tags = |name: &String| {
            let id = name.rsplit('/').next()?;
            let tags = &intel.inventory.instance(id)?.tags;
            (!tags.is_empty()).then(|| (name.clone(), tags.clone()))
        };
        Ok(Self {
            version: "1",
            stage: stage.to_owned(),
            until: now,
            dry_run: in_mode(&[AnalyticMode::DryRun]),
            silent,
            ending: ending(settings, week.from, now),
            suppressions: settings.suppressions.iter().filter(|one| one.expiry > now).count(),
            ages: ages(intel, now),
            feedback: Opinion::ALL.map(|opinion| (opinion.name(), of(opinion))).into(),
            tags: week.talkers.iter().filter_map(|(name, _)| tags(name)).collect(),
            week,
        })
    }

    /// The digest as text.
    #[must_use]
    pub fn text(&self) -> String {
        text::of(self)
    }

    /// The digest as a message to subscribers; `activity` is `Digest`, so that filter policies take or leave it.
    ///
    /// # Errors
    ///
    /// Only where the serializer fails, which a digest gives it no reason to.
    pub fn message(&self) -> Result<SnsMessage, serde_json::Error> {
        let json = serde_json::to_string(self)?;
        let subject: String = format!("[DIGEST] Weir {}: {}", self.stage, text::headline(self));
        let attribute = |name, value: &str| Attribute { name, data_type: "String", value: value.to_owned() };
        Ok(SnsMessage {
            subject: subject.chars().filter(|letter| (' '..='~').contains(letter)).take(99).collect(),
            message: serde_json::json!({ "default": json, "email": self.text() }).to_string(),
            attributes: vec![attribute("activity", "Digest")],
        })
    }
}

fn ending(settings: &Settings, from: i64, now: i64) -> Vec<Ending> {
    let near = settings.suppressions.iter().filter(|one| (from..now + AHEAD).contains(&one.expiry));
    let mut ending: Vec<Ending> = near
        .map(|one| Ending {
            name: one.name.clone(),
            owner: one.owner.clone(),
            reason: one.reason.clone(),
            expiry: one.expiry,
        })
        .collect();
    ending.sort_by_key(|one| one.expiry);
    ending
}

fn ages(intel: &Intel, now: i64) -> BTreeMap<&'static str, i64> {
    let lists = [
        ("tor", intel.updated.of(ListKind::Tor)),
        ("tor-exit", intel.updated.of(ListKind::TorExit)),
        ("vpn", intel.updated.of(ListKind::Vpn)),
        ("proxy", intel.updated.of(ListKind::Proxy)),
        ("inventory", intel.inventory.updated()),
    ];
    let dated = lists.into_iter().filter_map(|(name, made)| Some((name, now.saturating_sub(made?).max(0))));
    dated.collect()
}
