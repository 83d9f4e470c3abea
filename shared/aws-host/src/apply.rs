//! Observations into documents, and what the documents have to say to SNS.

use futures_util::StreamExt as _;
use futures_util::stream;
use weir_alerting::Product;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_state::engine::{Engine, EngineError, Run};
use weir_state::store::Store;

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
        let mut applied = stream::iter(observations)
            .map(|observed| async move { self.entity(batch, &observed).await })
            .buffer_unordered(self.concurrency);
        let mut first = None;
        while let Some(result) = applied.next().await {
            if let Err(fault) = result {
                tracing::error!(fault = chain(&fault), "an entity failed");
                first.get_or_insert(fault);
            }
        }
        first.map_or(Ok(()), Err)
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
            let run = Run {
                batch,
                settings: self.settings,
                intel: self.intel,
                now: now(),
                deadline: self.deadline,
            };
            let applied = self.engine.apply(observed, &run).await?;
            self.metrics.count(|counts| {
                counts.conflicts += u64::from(applied.conflicts);
                if let Some(baseline) = applied.baseline {
                    counts.judged(applied.windows, baseline);
                }
                if first {
                    counts.repeated += u64::from(applied.repeated);
                    counts.late += applied.late;
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
}
