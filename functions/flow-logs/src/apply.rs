//! Observations into documents, and what the documents have to say to SNS.

use futures_util::StreamExt as _;
use futures_util::stream;
use weir_alerting::Product;
use weir_aws_host::{Metrics, Outbox, Publisher, now};
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_state::engine::{Engine, Run};

use crate::fault::Fault;

/// Left of the invocation when it gives up waiting, so that the answer still arrives. Milliseconds.
pub(crate) const MARGIN: i64 = 1_000;

/// What one invocation applies with.
pub(crate) struct Applier<'a> {
    pub(crate) engine: &'a Engine<DynamoStore>,
    pub(crate) publisher: &'a Publisher,
    pub(crate) product: &'a Product,
    pub(crate) settings: &'a Settings,
    pub(crate) intel: &'a Intel,
    pub(crate) metrics: &'a Metrics,
    /// Entities at a time.
    pub(crate) concurrency: usize,
    /// When Lambda ends the invocation, wall time in milliseconds.
    pub(crate) deadline: i64,
}

impl Applier<'_> {
    /// Applies one batch, every entity of it even where one fails, and sends what there is to send.
    pub(crate) async fn apply(&self, batch: u64, observations: Vec<Observations>) -> Result<(), Fault> {
        let mut applied = stream::iter(observations)
            .map(|observed| async move { self.entity(batch, &observed).await })
            .buffer_unordered(self.concurrency);
        let mut first = None;
        while let Some(result) = applied.next().await {
            if let Err(fault) = result {
                tracing::error!(fault = fault.chain(), "an entity failed");
                first.get_or_insert(fault);
            }
        }
        first.map_or(Ok(()), Err)
    }

    const fn outbox(&self) -> Outbox<'_, DynamoStore> {
        Outbox {
            engine: self.engine,
            publisher: self.publisher,
            product: self.product,
            metrics: self.metrics,
            until: self.deadline - MARGIN,
        }
    }

    async fn entity(&self, batch: u64, observed: &Observations) -> Result<(), Fault> {
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
