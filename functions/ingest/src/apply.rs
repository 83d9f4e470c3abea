//! What is done with records: conversations are flows of their entity; the rest nothing judges yet.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use weir_alerting::{Product, to_sns};
use weir_aws_host::{Metrics, Publisher, Tally, now};
use weir_detection::finding::Finding;
use weir_detection::observation::Observations;
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_records::{Flow, Telemetry};
use weir_state::engine::{Alert, Engine, Run};

use crate::fault::Fault;

/// Left of the invocation when it gives up waiting, so that the answer still arrives. Milliseconds.
pub(crate) const MARGIN: i64 = 1_000;

/// Between two looks at alerts that another invocation is about to send, on average. Milliseconds.
const POLL: u64 = 500;

/// Takes one record of a host, a container platform or a sensor. `account` is the function's own.
pub(crate) fn take(tally: &mut Tally<'_>, telemetry: &Telemetry, account: &str) {
    let entity = telemetry.entity();
    let mut judged = false;
    for flow in telemetry.flows(entity.as_deref().unwrap_or("-")) {
        // Two directions of one record.
        let flow = Flow { account: Some(account), ..flow };
        if judged {
            tally.collector.push(&flow);
        } else {
            tally.flow(&flow);
        }
        judged = true;
    }
    if !judged {
        tally.not_judged();
    }
}

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

    async fn entity(&self, batch: u64, observed: &Observations) -> Result<(), Fault> {
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
            for finding in &applied.recorded {
                self.metrics.count(|counts| counts.recorded += 1);
                told("recorded", finding);
            }
            self.send(observed, applied.alerts).await?;
            // A batch that is new leaves alerts behind that another invocation holds: its own retry sends them.
            if applied.elsewhere == 0 || first && !applied.repeated {
                return Ok(());
            }
            // This is the retry, and it may be the last: it ends only once the alerts are known to be sent.
            first = false;
            let pause = POLL / 2 + fastrand::u64(0..POLL);
            if now().saturating_add(pause.cast_signed()) > self.deadline - MARGIN {
                let alerts = applied.elsewhere;
                self.metrics.count(|counts| counts.unconfirmed += alerts as u64);
                return Err(Fault::Elsewhere { alerts });
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Publishes alerts and has them forgotten; one that SNS did not take stays.
    async fn send(&self, observed: &Observations, alerts: Vec<Alert>) -> Result<(), Fault> {
        if alerts.is_empty() {
            return Ok(());
        }
        // Before, and not after: the deadline may come in between.
        self.metrics.count(|counts| counts.unconfirmed += alerts.len() as u64);
        let mut sent = Vec::new();
        let mut failed = None;
        for alert in &alerts {
            match self.publish(&alert.finding).await {
                Ok(()) => sent.push(alert.id),
                Err(fault) => {
                    failed.get_or_insert(fault);
                }
            }
        }
        if !sent.is_empty() {
            self.engine.confirm(&observed.key, &sent, now()).await?;
            self.metrics.count(|counts| counts.unconfirmed -= sent.len() as u64);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Tells subscribers.
    async fn publish(&self, finding: &Finding) -> Result<(), Fault> {
        let message = to_sns(finding, self.product).map_err(Fault::Message)?;
        self.publisher.publish(message).await?;
        self.metrics.count(|counts| counts.findings += 1);
        told("published", finding);
        Ok(())
    }
}

fn told(what: &str, finding: &Finding) {
    let (severity, kernel) = (finding.severity.name(), finding.kernel.name());
    tracing::info!(incident = finding.uid, severity, kernel, "{what}");
}
