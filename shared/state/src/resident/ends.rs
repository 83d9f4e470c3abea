//! Incidents of entities that fell silent: the clock of the run ends them.

use weir_detection::Finding;
use weir_detection::entity::EntityKey;
use weir_detection::host::{self, Beside};
use weir_detection::incident;
use weir_detection::settings::Settings;
use weir_intel::Intel;

use super::{Resident, shelf};
use crate::engine::EngineError;
use crate::engine::hosts::is_host;
use crate::engine::waiting::{Ends, Waiting};

impl Resident {
    /// Tells of each incident of which nothing was seen for `incident/quiet` before `until`, ms since the epoch, that it
    /// is over, with whom it is of. Every bucket of every entity that starts before `until` was judged.
    ///
    /// # Errors
    ///
    /// As for [`apply`](Self::apply).
    pub fn close(
        &mut self,
        until: i64,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<Vec<(EntityKey, Finding)>, EngineError> {
        let mut findings = Vec::new();
        let waiting = self.waiting.get(self.file.as_ref(), &Waiting::owner(), &Waiting::key())?;
        let due: Vec<EntityKey> =
            waiting.entities.iter().filter(|(_, due)| **due <= until).map(|(key, _)| key.clone()).collect();
        for key in due {
            let (ended, next) = if is_host(&key) {
                self.close_host(&key, until, settings, intel)?
            } else {
                self.close_entity(&key, until, settings, intel)?
            };
            findings.extend(ended.into_iter().map(|finding| (key.clone(), finding)));
            self.wait_for(&key, next)?;
        }
        Ok(findings)
    }

    fn close_entity(
        &mut self,
        key: &EntityKey,
        until: i64,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<(Vec<Finding>, Option<i64>), EngineError> {
        let mut document = shelf::taken(&mut self.entities, self.file.as_ref(), key)?;
        let host = self.host_item(key, &document.state, &intel.inventory)?;
        let own = settings.of_entity(key, &document.state.info, intel);
        let ended = incident::close(&mut document.state, key, until, host.as_ref(), own, intel);
        let next = document.state.ends(&own.incident);
        self.entities.insert(key.clone(), document);
        Ok((ended, next))
    }

    fn close_host(
        &mut self,
        key: &EntityKey,
        until: i64,
        settings: &Settings,
        intel: &Intel,
    ) -> Result<(Vec<Finding>, Option<i64>), EngineError> {
        let mut document = shelf::taken(&mut self.hosts, self.file.as_ref(), key)?;
        let settings = settings.of_host(key, &document.state, intel);
        let held: Vec<_> = self.held(key, &document.state).into_iter().map(|(ip, _)| ip).collect();
        let tied = !self.ties(&document.state, &held, intel).is_empty();
        let ended = host::close(&mut document.state, key, until, tied, &Beside { settings, intel });
        let next = document.state.ends(&settings.incident);
        self.hosts.insert(key.clone(), document);
        Ok((ended, next))
    }

    /// Notes when the first incident of an entity may end; `None` where none is waited for any more.
    pub(super) fn wait_for(&mut self, key: &EntityKey, due: Option<i64>) -> Result<(), EngineError> {
        let waiting = self.waiting.get(self.file.as_ref(), &Waiting::owner(), &Waiting::key())?;
        if waiting.entities.get(key).copied() == due {
            return Ok(());
        }
        let waiting = self.waiting.change(self.file.as_ref(), &Waiting::owner(), &Waiting::key())?;
        match due {
            Some(due) => waiting.entities.insert(key.clone(), due),
            None => waiting.entities.remove(key),
        };
        Ok(())
    }
}
