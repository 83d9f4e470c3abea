//! Everything a user may tune, as one typed value.
//!
//! The [registry](registry()) is the one list of settings: the command line, the settings file, the parameter store,
//! the reference page and the deployment templates are all fed from it. A default is written once, in the `Default`
//! of the struct it belongs to; its text is rendered from there.

mod fault;
mod hosts;
mod hours;
mod markdown;
mod pattern;
mod quantity;
mod registry;
#[cfg(test)]
mod template;
mod toml;
mod tree;

use weir_intel::Intel;
use weir_intel::lists::{ListKind, freshness};

use crate::entity::{EntityInfo, EntityKey};
use crate::finding::Severity;
use crate::host::{HostState, name_of};
use crate::quiet::exception::Written as Override;
use crate::quiet::{Matter, OVERRIDES, SUPPRESSIONS, Suppression};
use crate::state::DAY;

pub use fault::{Fault, FaultKind, SettingsErrors, ValueError};
pub use hosts::{An0080, An0081, An0082, An0083};
pub use hours::{BusinessHours, LocalTime, Zone};
pub use markdown::render_markdown;
pub(crate) use pattern::{matches, matches_any_case};
pub use quantity::KofM;
pub use registry::{Entry, Kind, registry};
pub use toml::{TomlError, values_from_toml};
pub use tree::{
    An0084, AnalyticMode, Baseline, CloudTrail, Flood, Incident, InstanceType, IntelSettings, MaxAge,
    Networks, Relay, Reuse, Roles, Scan, Settings, Torrent, TrafficEgressThreshold, Upload,
};

impl Settings {
    /// The defaults with `values` laid over them; of two values for one path the later counts.
    ///
    /// # Errors
    /// Every fault of every value, each with its path, so that a user mends a file in one go.
    pub fn from_values<P, V>(values: impl IntoIterator<Item = (P, V)>) -> Result<Self, SettingsErrors>
    where
        P: AsRef<str>,
        V: AsRef<str>,
    {
        let mut settings = Self::default();
        let (mut faults, mut overrides) = (Vec::new(), Vec::new());
        for (path, text) in values {
            let (path, text) = (path.as_ref(), text.as_ref());
            if let Some(name) = path.strip_prefix(SUPPRESSIONS) {
                match Suppression::from_json(name, text) {
                    Ok(suppression) => settings.suppressions.push(suppression),
                    Err(error) => faults.push(Fault::document_of(path, error)),
                }
            } else if let Some(name) = path.strip_prefix(OVERRIDES) {
                match Override::from_json(text) {
                    Ok(written) => overrides.push((name.to_owned(), written)),
                    Err(error) => faults.push(Fault::document_of(path, error)),
                }
            } else if let Err(fault) = settings.set(path, text) {
                faults.push(fault);
            }
        }
        overrides.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, written) in overrides {
            let mut own = settings.clone();
            own.overrides.clear();
            let set = written.settings.iter().filter_map(|(path, text)| own.set(path, text).err());
            let mut wrong: Vec<Fault> = set.collect();
            wrong.extend(own.conflicts());
            let within = wrong
                .iter()
                .map(|fault| Fault::document_of(&format!("{OVERRIDES}{name}"), fault.to_string()));
            faults.extend(within);
            settings.overrides.push(written.over(&name, own));
        }
        let refused: Vec<String> = faults.iter().map(|fault| fault.path.clone()).collect();
        // A conflict with a value that was refused is no news.
        faults.extend(settings.conflicts().into_iter().filter(|fault| !fault.concerns(&refused)));
        if faults.is_empty() { Ok(settings) } else { Err(SettingsErrors::new(faults)) }
    }

    /// Sets one of the registry.
    fn set(&mut self, path: &str, text: &str) -> Result<(), Fault> {
        let entry = registry().iter().find(|entry| entry.path == path).ok_or_else(|| Fault::unknown(path))?;
        entry.apply(self, text).map_err(|error| Fault::value(path, error))
    }

    /// The settings that an entity is judged by: its own, where there are any.
    ///
    /// An override that names the entity goes before one by tag; of several the first by name counts.
    #[must_use]
    pub fn of_entity(&self, key: &EntityKey, info: &EntityInfo, intel: &Intel) -> &Self {
        if self.overrides.is_empty() {
            return self;
        }
        let names = info.names(key, &intel.inventory);
        let tags = info.known_instance(&intel.inventory).map(|instance| &*instance.tags).unwrap_or_default();
        self.own(&Matter { entity: &names, tags, ..Matter::default() })
    }

    /// The settings that a host is judged by: those of an override that names it, its instance or its interface, or
    /// that holds for the tags of its instance.
    #[must_use]
    pub fn of_host(&self, key: &EntityKey, state: &HostState, intel: &Intel) -> &Self {
        if self.overrides.is_empty() {
            return self;
        }
        let ids = state.instance.iter().chain(&state.interface).map(String::as_str);
        let names: Vec<&str> = std::iter::once(name_of(key)).chain(ids).collect();
        let instance = state.instance.as_deref().and_then(|id| intel.inventory.instance(id));
        let tags = instance.map(|instance| &*instance.tags).unwrap_or_default();
        self.own(&Matter { entity: &names, tags, ..Matter::default() })
    }

    fn own(&self, case: &Matter<'_>) -> &Self {
        let about = self.overrides.iter().filter_map(|own| Some((own.rank(case)?, own)));
        let best = about.reduce(|best, own| if own.0 && !best.0 { own } else { best });
        best.map_or(self, |(_, own)| &own.settings)
    }

    /// The suppression that holds back what is about to be told at `time`, ms since the epoch.
    #[must_use]
    pub fn suppressed(&self, case: &Matter<'_>, severity: Severity, time: i64) -> Option<&Suppression> {
        self.suppressions.iter().find(|suppression| suppression.holds(case, severity, time))
    }

    /// The settings of a TOML document, see [`values_from_toml`].
    ///
    /// # Errors
    /// A document that is no TOML, or the faults of its values.
    pub fn from_toml(text: &str) -> Result<Self, SettingsErrors> {
        match values_from_toml(text) {
            Ok(values) => Self::from_values(values),
            Err(error) => Err(SettingsErrors::new(vec![Fault::document(error)])),
        }
    }

    /// The text of the setting at `path`, as it would be written in a file.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<String> {
        registry().iter().find(|entry| entry.path == path).map(|entry| entry.render(self))
    }

    /// Whether `time` (ms since the epoch) falls into business hours on the clock of the time zone.
    #[must_use]
    pub fn in_business_hours(&self, time: i64) -> bool {
        self.business_hours.contains(self.time_zone.local(time))
    }

    /// The age in days of an address list that is older at `time` (ms since the epoch) than it may be.
    #[must_use]
    pub fn stale_days(&self, kind: ListKind, intel: &Intel, time: i64) -> Option<i64> {
        let max_age = match kind {
            ListKind::Tor | ListKind::TorExit => self.intel.max_age.tor,
            ListKind::Vpn => self.intel.max_age.vpn,
            ListKind::Proxy => self.intel.max_age.proxy,
        };
        let updated = intel.updated.of(kind);
        let stale = freshness(updated, time, max_age) < 1.0;
        updated.filter(|_| stale).map(|made| time.saturating_sub(made) / DAY)
    }

    /// What only two settings together show to be wrong.
    fn conflicts(&self) -> Vec<Fault> {
        let egress = &self.an0084.traffic_egress_threshold;
        let rules = [
            (
                egress.dormant_min_bytes > egress.min_bytes,
                "an0084/traffic-egress-threshold/dormant-min-bytes",
                "not be above",
                "an0084/traffic-egress-threshold/min-bytes",
            ),
            (
                self.baseline.warm_up >= self.baseline.mature,
                "baseline/warm-up",
                "be below",
                "baseline/mature",
            ),
            (self.incident.quiet < self.lateness, "incident/quiet", "not be below", "lateness"),
        ];
        rules
            .into_iter()
            .filter(|(broken, ..)| *broken)
            .map(|(_, path, must, other)| {
                let text = |path| self.value(path).unwrap_or_default();
                Fault::conflict(path, text(path), must, other, text(other))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
