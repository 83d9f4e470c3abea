//! Settings from the parameter store, kept for a while and valid as a whole.

mod parameters;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_config::SdkConfig;
use tokio::sync::Mutex;
use weir_detection::settings::Settings;

use self::parameters::Parameter;
pub use self::parameters::SettingsError;
use crate::metrics::Metrics;

/// The settings of one stage: the parameters under `/weir/<stage>/`.
///
/// They are read again when their time is up. A set with a bad value is refused whole: the last good set stays in
/// force, or the defaults where there was none, each bad parameter is named in a log line, and a metric is raised.
/// Suppressions and overrides are read with them.
#[derive(Debug)]
pub struct SettingsStore {
    client: aws_sdk_ssm::Client,
    path: String,
    ttl: i64,
    held: Mutex<Held>,
}

/// What is in force, and until when it is not asked for again.
#[derive(Debug, Default)]
struct Held {
    settings: Option<Arc<Settings>>,
    due: i64,
}

impl SettingsStore {
    /// The settings under `/weir/<stage>/`, each set kept for `ttl` milliseconds.
    #[must_use]
    pub fn new(config: &SdkConfig, stage: &str, ttl: i64) -> Self {
        let client = aws_sdk_ssm::Client::new(config);
        Self { client, path: format!("/weir/{stage}/"), ttl, held: Mutex::default() }
    }

    /// The settings in force at `now`, wall time in milliseconds.
    ///
    /// # Errors
    ///
    /// Returns [`SettingsError`] when the parameter store cannot be read and no set was ever read. Later the set
    /// in force stays, and `metrics` says so.
    pub async fn current(&self, now: i64, metrics: &Metrics) -> Result<Arc<Settings>, SettingsError> {
        let mut held = self.held.lock().await;
        if let Some(settings) = held.settings.as_ref().filter(|_| now < held.due) {
            return Ok(Arc::clone(settings));
        }
        let read = parameters::read(&self.client, &self.path).await;
        held.take(read, now + spread(self.ttl), metrics)
    }
}

impl Held {
    /// Puts what was read in force, if it can be.
    fn take(
        &mut self,
        read: Result<Vec<Parameter>, SettingsError>,
        due: i64,
        metrics: &Metrics,
    ) -> Result<Arc<Settings>, SettingsError> {
        let settings = match (read, &self.settings) {
            (Err(error), None) => return Err(error),
            (Err(error), Some(last)) => {
                metrics.count(|counts| counts.settings_unreachable += 1);
                tracing::warn!(error = &error as &dyn std::error::Error, "the last settings stay in force");
                Arc::clone(last)
            }
            (Ok(parameters), last) => match Settings::from_values(
                parameters.iter().map(|parameter| (&*parameter.path, &*parameter.value)),
            ) {
                Ok(settings) => Arc::new(settings),
                Err(errors) => {
                    let in_force = if last.is_some() { "last good set" } else { "defaults" };
                    for fault in errors.faults() {
                        metrics.count(|counts| counts.settings_rejected += 1);
                        tracing::error!(parameter = %fault.path, %fault, in_force, "setting rejected");
                    }
                    last.clone().unwrap_or_default()
                }
            },
        };
        self.settings = Some(Arc::clone(&settings));
        self.due = due;
        Ok(settings)
    }
}

/// `ttl` less up to a fifth, so that many functions that started together do not ask together.
fn spread(ttl: i64) -> i64 {
    ttl - fastrand::i64(0..=ttl.max(0) / 5)
}
