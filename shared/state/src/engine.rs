//! Batches into documents: exactly once in the numbers, at least once in the alerts.
//!
//! A batch is read, stepped and written back with a condition on the document's version; a lost race reads
//! and steps again. The document names the batches that it holds, so that one that comes again changes
//! nothing, and keeps each alert until somebody confirms that it was sent. Whoever writes an alert down
//! claims it until its own deadline: only then may another send it.

pub(crate) mod account;
pub(crate) mod baselines;
pub(crate) mod calls;
pub(crate) mod document;
pub mod feedback;
pub(crate) mod hosts;
pub(crate) mod layout;
pub mod learned;
pub mod teach;
pub mod told;
pub(crate) mod waiting;
pub mod week;

use std::pin::Pin;

use weir_detection::Finding;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Kernel, Learning};
use weir_detection::host::{HostItem, HostState};
use weir_detection::observation::Observations;
use weir_detection::prelude::Prelude;
use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_detection::step::{Around, admit, asked, step};
use weir_intel::Intel;

use crate::store::{Key, Saved, Store, StoreError, Stored};
use account::Account;
use baselines::Baselines;
use calls::prelude_key;
use document::{Document, Remembered};
use hosts::host_item_key;
use layout::decode;
use told::Told;
use waiting::Ends;

/// Races lost in a row after which a batch is given back; each is won by somebody, so this many writers
/// would have to meet at one document.
const ATTEMPTS: u32 = 64;

/// Seconds that the document of a silent entity is kept: 60 days.
const KEPT: i64 = 60 * 86_400;

/// After which what is noted elsewhere of an entity that speaks is noted again, milliseconds.
const RENEWED: i64 = KEPT * 1_000 / 2;

/// A pause between a lost race and the next attempt; the argument counts the races lost.
pub type Pause = fn(u32) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Applies batches over a store.
#[derive(Clone, Debug)]
pub struct Engine<S> {
    store: S,
    pause: Pause,
}

/// One delivery of one batch.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What the batch is known by: equal for equal content, whoever delivers it and how often.
    pub batch: u64,
    /// The settings in force.
    pub settings: &'a Settings,
    /// Lists, inventory, country and network data.
    pub intel: &'a Intel,
    /// Wall clock, milliseconds since the epoch.
    pub now: i64,
    /// Until when this delivery may send what it claims, milliseconds since the epoch.
    pub deadline: i64,
}

/// What came of a batch for one entity.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Alerts that this delivery has to send and then to [confirm](Engine::confirm).
    pub alerts: Vec<Alert>,
    /// Findings that are kept for the record: info ones and those of a dry run.
    pub recorded: Vec<Finding>,
    /// The batch was in the document already.
    pub repeated: bool,
    /// Buckets of the batch that were judged before it came; their records changed nothing.
    pub late: u64,
    /// Records of the batch that were there: they came in another one.
    pub known: u64,
    /// Races lost.
    pub conflicts: u32,
    /// Buckets judged.
    pub windows: u64,
    /// How much of a baseline the latest of them was held against; none where none was judged.
    pub baseline: Option<Learning>,
    /// Unsent alerts that another delivery still has time to send.
    pub elsewhere: usize,
    /// The entity's traffic is counted at its own interface: this NAT gateway's word was not needed.
    pub counted_elsewhere: bool,
}

/// A finding on its way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Equal for equal reports: incident and number of the report.
    pub id: u64,
    /// What is to be said.
    pub finding: Finding,
    /// The channels that have it already.
    pub told: Told,
}

/// Why a batch could not be applied; it can be delivered again.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error("the state of {entity} could not be read or written")]
    Store {
        /// Whose state.
        entity: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// A document is of a later layout, or damaged.
    #[error(
        "the {what} of {entity} cannot be read by this version; deploy the version that wrote it, or delete the item to start anew"
    )]
    Document {
        /// Which document.
        what: &'static str,
        /// Whose.
        entity: String,
        /// What the codec said.
        #[source]
        source: postcard::Error,
    },
    /// Too many writers.
    #[error("lost {ATTEMPTS} races in a row for the state of {entity}; retry later, or send larger batches")]
    Contended {
        /// Whose state.
        entity: String,
    },
}

impl<S: Store> Engine<S> {
    /// An engine that tries again at once after a lost race.
    pub fn new(store: S) -> Self {
        Self { store, pause: |_| Box::pin(std::future::ready(())) }
    }

    /// Pauses after a lost race; the pause should have jitter, so that writers that met once part.
    #[must_use]
    pub fn pausing(self, pause: Pause) -> Self {
        Self { pause, ..self }
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Applies one entity's part of a batch.
    ///
    /// Everything that the step needs to be told of the account is written before the document, and is
    /// such that writing it twice changes nothing; so a delivery that dies anywhere can be repeated.
    ///
    /// # Errors
    ///
    /// As [`EngineError`] says; the batch is then not applied, or it is and will be recognised.
    pub async fn apply(&self, observed: &Observations, run: &Run<'_>) -> Result<Applied, EngineError> {
        let account = Account { store: &self.store, entity: &observed.key };
        if let Some(address) = behind(&observed.key)
            && account.is_logged(address).await?
        {
            return Ok(Applied { counted_elsewhere: true, ..Applied::default() });
        }
        for lost in 0..ATTEMPTS {
            let Read { mut document, version, mut led } = self.read_led(&observed.key).await?;
            // Silence of an entity that nobody knows is no news.
            if version.is_none() && !observed.is_news() {
                return Ok(Applied { conflicts: lost, ..Applied::default() });
            }
            let mut applied = Applied { conflicts: lost, ..Applied::default() };
            let (mut changed, mut newcomer, mut renewed) = (false, false, false);
            let waited_for = document.state.ends(&run.settings.incident).is_some();
            if document.holds(run.batch) {
                applied.repeated = true;
            } else {
                let unnamed = document.state.info.addresses.is_empty();
                let before = document.state.latest;
                let admitted = admit(&mut document.state, observed);
                (applied.late, applied.known) = (admitted.late, admitted.known);
                changed = admitted.any || observed.losses > 0 || !observed.lookups.is_empty();
                newcomer = unnamed && !document.state.info.addresses.is_empty();
                renewed = !unnamed && is_renewed(&observed.key, before, document.state.latest);
                if changed {
                    document.note_batch(run.batch, observed.latest);
                }
                // What a host told of its addresses before anybody knew whose they are.
                if newcomer && led.host.is_none() {
                    let first = observed.first_bucket().unwrap_or(observed.latest);
                    led.host = self.adopt(&observed.key, &document.state.info, first, run).await?;
                }
                if version.is_some() {
                    // These were finished by an earlier batch: the same hours for everyone who reads them.
                    let baselines = Baselines { store: &self.store, entity: &observed.key, run };
                    baselines.learn(&document.state).await?;
                    changed |= !document.state.season.finished().is_empty();
                    document.state.season.forget_finished();
                }
                self.step(&mut document, &account, &led, run, &mut applied).await?;
                changed |= applied.windows > 0 || !applied.recorded.is_empty();
            }
            let (alerts, elsewhere) = document.claim(run.now, run.deadline);
            changed |= !alerts.is_empty();
            (applied.alerts, applied.elsewhere) = (alerts, elsewhere);
            if !changed {
                return Ok(applied);
            }
            // The document may be older than its first flow: a name of proxyware was looked up before.
            if newcomer || renewed {
                account.log_addresses(&document.state.info.addresses, run.now).await?;
            }
            let own = run.settings.of_entity(&observed.key, &document.state.info, run.intel);
            if let Some(due) = document.state.ends(&own.incident).filter(|_| !waited_for) {
                self.wait_for(&observed.key, Some(due)).await?;
            }
            if self.write(&observed.key, &mut document, version, run.now).await? {
                return Ok(applied);
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: observed.key.id.clone() })
    }

    /// These alerts were sent: forget them.
    ///
    /// # Errors
    ///
    /// As for [`Self::apply`]; an alert that was sent and could not be confirmed is sent again.
    pub async fn confirm(&self, entity: &EntityKey, sent: &[u64], now: i64) -> Result<(), EngineError> {
        self.settle(entity, sent, &[], now).await
    }

    /// As [`Self::confirm`] of those that were `sent`; those that are only `told` stay for the channels that
    /// have them not.
    ///
    /// # Errors
    ///
    /// As for [`Self::confirm`].
    pub async fn settle(
        &self,
        entity: &EntityKey,
        sent: &[u64],
        told: &[(u64, Told)],
        now: i64,
    ) -> Result<(), EngineError> {
        if hosts::is_host(entity) {
            self.forget::<HostState>(entity, sent, told, now).await
        } else {
            self.forget::<EntityState>(entity, sent, told, now).await
        }
    }

    async fn forget<D: Remembered>(
        &self,
        entity: &EntityKey,
        sent: &[u64],
        told: &[(u64, Told)],
        now: i64,
    ) -> Result<(), EngineError>
    where
        Document<D>: Default,
    {
        for lost in 0..ATTEMPTS {
            let (mut document, version) = self.read::<D>(entity).await?;
            let (forgot, marked) = (document.forget(sent), document.mark(told));
            if version.is_none() || !(forgot || marked) {
                return Ok(());
            }
            if self.write(entity, &mut document, version, now).await? {
                return Ok(());
            }
            (self.pause)(lost + 1).await;
        }
        Err(EngineError::Contended { entity: entity.id.clone() })
    }

    /// Judges the buckets that are complete; what others should know is written down first.
    async fn step(
        &self,
        document: &mut Document,
        account: &Account<'_, S>,
        led: &Led,
        run: &Run<'_>,
        applied: &mut Applied,
    ) -> Result<(), EngineError> {
        let baselines = Baselines { store: &self.store, entity: account.entity, run };
        let settings = run.settings.of_entity(account.entity, &document.state.info, run.intel);
        let asked = asked(&document.state, settings);
        let users = account.users(&asked.destinations).await?;
        let usual = baselines.usual(&document.state, &asked.hours).await?;
        let around = Around {
            prelude: led.prelude.as_ref(),
            host: led.host.as_ref(),
            users: &|destination| users.get(&destination).copied().unwrap_or_default(),
            usual: &|hour| usual.get(&hour).copied().unwrap_or_default(),
            settings,
            intel: run.intel,
        };
        let outcome = step(&mut document.state, account.entity, &around);
        account.note(&outcome.notes, run.now).await?;
        for finding in outcome.findings.iter().filter(|finding| finding.kernel == Kernel::Relay) {
            self.note_gateways(account.entity, finding, document.state.latest, run.now).await?;
        }
        applied.windows = outcome.windows;
        let latest = usual.iter().max_by_key(|(hour, _)| **hour).map(|(_, usual)| usual.facts.state);
        applied.baseline = latest.filter(|_| outcome.windows > 0);
        applied.recorded = document.queue(outcome.findings);
        Ok(())
    }

    async fn read<D: Remembered>(&self, entity: &EntityKey) -> Result<(Document<D>, Option<u64>), EngineError>
    where
        Document<D>: Default,
    {
        let loaded = self.store.load(&[state_key(entity)]).await.map_err(|source| failed(entity, source))?;
        self.document(entity, loaded.into_iter().next().flatten())
    }

    /// The document, what led to the instance, and what its host suspects: three items read at once, of one partition
    /// but for a host behind a NAT gateway, whose instance is what calls speak of.
    async fn read_led(&self, entity: &EntityKey) -> Result<Read, EngineError> {
        let (account, id) = (&entity.account, &entity.id);
        let keys = [state_key(entity), prelude_key(account, entity.called()), host_item_key(account, id)];
        let loaded = self.store.load(&keys).await.map_err(|source| failed(entity, source))?;
        let mut loaded = loaded.into_iter();
        let (document, version) = self.document(entity, loaded.next().flatten())?;
        let unreadable = |what| move |source| EngineError::Document { what, entity: id.clone(), source };
        let prelude = loaded.next().flatten().map(|stored| decode(&stored.body)).transpose();
        let host = loaded.next().flatten().map(|stored| decode(&stored.body)).transpose();
        let led = Led {
            prelude: prelude.map_err(unreadable("prelude"))?,
            host: host.map_err(unreadable("host item"))?,
        };
        Ok(Read { document, version, led })
    }

    fn document<D: Remembered>(
        &self,
        entity: &EntityKey,
        stored: Option<Stored>,
    ) -> Result<(Document<D>, Option<u64>), EngineError>
    where
        Document<D>: Default,
    {
        let Some(stored) = stored else { return Ok((Document::default(), None)) };
        let document = Document::decode(&stored.body).map_err(|source| EngineError::Document {
            what: "state",
            entity: entity.id.clone(),
            source,
        })?;
        Ok((document, Some(stored.version)))
    }

    /// Whether the document was written, and not another writer's in between.
    async fn write<D: Remembered>(
        &self,
        entity: &EntityKey,
        document: &mut Document<D>,
        version: Option<u64>,
        now: i64,
    ) -> Result<bool, EngineError> {
        let body = document.encode().map_err(|source| EngineError::Document {
            what: "state",
            entity: entity.id.clone(),
            source,
        })?;
        let saved = self.store.save(&state_key(entity), &body, version, expiry(now)).await;
        Ok(saved.map_err(|source| failed(entity, source))? != Saved::Lost)
    }
}

/// What is read of an entity at once.
struct Read {
    document: Document,
    version: Option<u64>,
    led: Led,
}

/// What is kept beside an entity's document for its steps.
#[derive(Default)]
struct Led {
    prelude: Option<Prelude>,
    host: Option<HostItem>,
}

/// Where an entity's document is.
pub fn state_key(entity: &EntityKey) -> Key {
    Key { partition: partition(entity), sort: "state".to_owned() }
}

/// What belongs to an entity is kept together.
fn partition(entity: &EntityKey) -> String {
    format!("{}/{}", entity.account, entity.id)
}

/// The address that a NAT gateway's log speaks of, where the entity is known from there alone.
fn behind(entity: &EntityKey) -> Option<&str> {
    entity.id.split_once('@').map(|(address, _)| address)
}

/// Whether what is noted elsewhere of an entity is to be noted again, so that it does not expire before its document: twice
/// in that time, of each entity at an hour of its own.
fn is_renewed(entity: &EntityKey, before: i64, latest: i64) -> bool {
    let shift = (entity.hash64() % RENEWED.unsigned_abs()) as i64;
    (before + shift).div_euclid(RENEWED) != (latest + shift).div_euclid(RENEWED)
}

const fn expiry(now: i64) -> Option<i64> {
    Some(now.div_euclid(1_000) + KEPT)
}

fn failed(entity: &EntityKey, source: StoreError) -> EngineError {
    EngineError::Store { entity: entity.id.clone(), source }
}

#[cfg(test)]
pub(crate) mod tests;
