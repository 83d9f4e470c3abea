//! Observations and records of hosts into documents, and what the documents have to say to SNS.

use futures_util::stream;
use futures_util::{Stream, StreamExt as _};
use weir_alerting::Product;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::Telemetry;
use weir_state::{Engine, EngineError, Run, Store, by_host};

use crate::clock::{MARGIN, now};
use crate::failure::chain;
use crate::metrics::Metrics;
use crate::outbox::{Outbox, OutboxError};
use crate::publish::Publisher;

/// What one invocation applies with.
#[derive(Clone, Copy, Debug)]
pub struct Applier<'a, S> {
    /// Whose documents change.
    pub engine: &'a Engine<S>,
    /// Where alerts go.
    pub publisher: &'a Publisher,
    /// Who says so.
    pub product: &'a Product,
    /// The settings in force.
    pub settings: &'a Settings,
    /// Lists, inventory, country and network data.
    pub intel: &'a Intel,
    /// Counts of the invocation.
    pub metrics: &'a Metrics,
    /// Entities at a time.
    pub concurrency: usize,
    /// When Lambda ends the invocation, wall time in milliseconds.
    pub deadline: i64,
}

/// A batch that was not applied to every entity, or whose alerts did not all leave; it can be delivered again.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A document cannot be read or written.
    #[error("the state of an entity cannot be changed")]
    State(#[from] EngineError),
    /// An alert stays.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

impl ApplyError {
    /// Stable name, as Lambda reports it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::State(_) => "Weir.State",
            Self::Outbox(error) => error.code(),
        }
    }
}

impl<S: Store> Applier<'_, S> {
    /// Applies one batch, every entity of it even where one fails, and sends what there is to send.
    ///
    /// # Errors
    ///
    /// The first failure; the others are logged.
    pub async fn apply(&self, batch: u64, observations: Vec<Observations>) -> Result<(), ApplyError> {
        let entities = stream::iter(observations);
        all(entities
            .map(|observed| async move { self.entity(batch, &observed).await })
            .buffer_unordered(self.concurrency))
        .await
    }

    /// The same for what hosts told; records that name no host are of `unnamed`.
    ///
    /// # Errors
    ///
    /// The first failure; the others are logged.
    pub async fn hosts(
        &self,
        batch: u64,
        account: &str,
        unnamed: &str,
        records: &[Telemetry],
    ) -> Result<(), ApplyError> {
        let hosts = stream::iter(by_host(records, unnamed));
        all(hosts
            .map(|(host, records)| async move { self.host(batch, account, &host, &records).await })
            .buffer_unordered(self.concurrency))
        .await
    }

    fn run(&self, batch: u64) -> Run<'_> {
        Run { batch, settings: self.settings, intel: self.intel, now: now(), deadline: self.deadline }
    }

    const fn outbox(&self) -> Outbox<'_, S> {
        Outbox {
            engine: self.engine,
            publisher: self.publisher,
            product: self.product,
            metrics: self.metrics,
            until: self.deadline - MARGIN,
        }
    }

    async fn entity(&self, batch: u64, observed: &Observations) -> Result<(), ApplyError> {
        let outbox = self.outbox();
        let mut first = true;
        loop {
            let applied = self.engine.apply(observed, &self.run(batch)).await?;
            self.metrics.count(|counts| {
                counts.conflicts += u64::from(applied.conflicts);
                if let Some(baseline) = applied.baseline {
                    counts.judged(applied.windows, baseline);
                }
                if first {
                    counts.repeated += u64::from(applied.repeated);
                    counts.late += applied.late;
                    counts.duplicates += applied.known;
                }
            });
            outbox.record(&applied.recorded);
            outbox.send(&observed.key, &applied.alerts).await?;
            // A batch that is new leaves alerts behind that another invocation holds: its own retry sends them.
            if applied.elsewhere == 0 || first && !applied.repeated {
                return Ok(());
            }
            // This is the retry, and it may be the last: it ends only once the alerts are known to be sent.
            first = false;
            outbox.wait(applied.elsewhere).await?;
        }
    }

    async fn host(
        &self,
        batch: u64,
        account: &str,
        host: &str,
        records: &[&Telemetry],
    ) -> Result<(), ApplyError> {
        let outbox = self.outbox();
        let mut first = true;
        loop {
            let hosted = self.engine.hosts(account, host, records, &self.run(batch)).await?;
            self.metrics.count(|counts| {
                counts.conflicts += u64::from(hosted.conflicts);
                if first {
                    counts.repeated += u64::from(hosted.repeated);
                    counts.late += hosted.late;
                    counts.not_judged += hosted.unused;
                }
            });
            outbox.record(&hosted.recorded);
            let mut failed = None;
            for (entity, alert) in hosted.alerts {
                if let Err(error) = outbox.send(&entity, &[alert]).await {
                    failed.get_or_insert(error);
                }
            }
            failed.map_or(Ok(()), Err)?;
            if hosted.elsewhere == 0 || first && !hosted.repeated {
                return Ok(());
            }
            first = false;
            outbox.wait(hosted.elsewhere).await?;
        }
    }
}

/// Waits for all, and gives the first failure.
async fn all(results: impl Stream<Item = Result<(), ApplyError>>) -> Result<(), ApplyError> {
    let mut results = std::pin::pin!(results);
    let mut first = None;
    while let Some(result) = results.next().await {
        if let Err(fault) = result {
            tracing::error!(fault = chain(&fault), "an entity failed");
            first.get_or_insert(fault);
        }
    }
    first.map_or(Ok(()), Err)
}
