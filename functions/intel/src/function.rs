//! One refresh of all feeds.

use aws_config::SdkConfig;
use lambda_runtime::Diagnostic;
use serde_json::{Map, Value};
use weir_aws_host::{Metrics, RefreshEnvironment, SettingsError, SettingsStore, now};
use weir_feeds::{Client, FetchError, Limits, Outcome, refresh};

use crate::bucket::{Bucket, BucketError};

/// What is kept between invocations.
#[derive(Debug)]
pub(crate) struct Function {
    environment: RefreshEnvironment,
    settings: SettingsStore,
    bucket: Bucket,
    client: Client,
}

/// Why nothing could be refreshed. A feed that fails is none: the others are refreshed, and it is counted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The bucket cannot be read or written.
    #[error("the bucket of lists cannot be used")]
    Bucket(#[source] BucketError),
    /// The settings cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        let error_type = match fault {
            Fault::Bucket(_) => "Weir.Bucket",
            Fault::Settings(_) => "Weir.Settings",
        };
        let cause = std::error::Error::source(&fault).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self { error_type: error_type.to_owned(), error_message: format!("{fault}{cause}") }
    }
}

impl Function {
    pub(crate) fn new(config: &SdkConfig, environment: RefreshEnvironment) -> Result<Self, FetchError> {
        Ok(Self {
            settings: SettingsStore::new(config, &environment.stage, environment.settings_ttl),
            bucket: Bucket::new(aws_sdk_s3::Client::new(config), environment.bucket.clone()),
            client: Client::new(Limits::default())?,
            environment,
        })
    }

    /// Refreshes every feed; answers what came of each.
    pub(crate) async fn invoke(&self) -> Result<Value, Fault> {
        let metrics = Metrics::default();
        let done = self.refresh(&metrics).await;
        if let Err(fault) = &done {
            tracing::error!(fault = fault as &dyn std::error::Error, "the lists were not refreshed");
        }
        if let Err(error) = metrics.emit(&self.environment.stage, &self.environment.function, now()) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        done
    }

    async fn refresh(&self, metrics: &Metrics) -> Result<Value, Fault> {
        let started = now();
        let settings = self.settings.current(started, metrics).await?;
        let mut manifest = self.bucket.manifest().await.map_err(Fault::Bucket)?;
        let done = refresh(&self.client, |kind| settings.intel.feeds.of(kind), &mut manifest, started).await;
        let (mut files, mut answer) = (Vec::new(), Map::new());
        for refreshed in done {
            let feed = refreshed.kind.name();
            let word = match refreshed.outcome {
                Outcome::Unchanged => "unchanged",
                Outcome::Changed(changed) => {
                    for file in &changed {
                        tracing::info!(feed, file = file.file, entries = file.entries, "list changed");
                    }
                    metrics.count(|counts| counts.feeds_changed += 1);
                    files.extend(changed);
                    "changed"
                }
                Outcome::Failed(error) => {
                    metrics.count(|counts| counts.feeds_failed += 1);
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(feed, error, "feed not taken; the last good list stays in force");
                    "failed"
                }
            };
            answer.insert(feed.to_owned(), word.into());
        }
        self.bucket.store(files, &manifest).await.map_err(Fault::Bucket)?;
        Ok(answer.into())
    }
}
