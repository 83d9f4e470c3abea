//! What documents have to say: to subscribers, and then out of the documents.

use std::time::Duration;

use weir_alerting::{Product, to_asff, to_chat, to_event, to_sns};
use weir_detection::entity::EntityKey;
use weir_detection::finding::{Finding, Mode};
use weir_state::{Alert, Channel, Engine, EngineError, Store, Told};

use crate::clock::now;
use crate::failure::chain;
use crate::metrics::{Counts, Metrics};
use crate::publish::{PublishError, Publisher};

/// Between two looks at alerts that another invocation is about to send, on average. Milliseconds.
const POLL: u64 = 500;

/// The way out of one invocation.
#[derive(Clone, Copy, Debug)]
pub struct Outbox<'a, S> {
    /// Whose documents hold the alerts.
    pub engine: &'a Engine<S>,
    /// Where to.
    pub publisher: &'a Publisher,
    /// Who says so.
    pub product: &'a Product,
    /// Counts of the invocation.
    pub metrics: &'a Metrics,
    /// Until when alerts that another invocation holds are waited for, wall time in milliseconds.
    pub until: i64,
}

/// An alert that stays where it is until the next delivery.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// SNS did not acknowledge it.
    #[error("an alert stays in the outbox")]
    Publish(#[from] PublishError),
    /// It cannot be written down.
    #[error("a finding cannot be written as a message")]
    Message(#[source] serde_json::Error),
    /// It left, and the document could not be told.
    #[error("an alert was sent and stays in the outbox")]
    State(#[from] EngineError),
    /// Another invocation has it.
    #[error("{alerts} alerts are being sent by another invocation, which did not say that it was done")]
    Elsewhere {
        /// How many.
        alerts: usize,
    },
}

impl OutboxError {
    /// Stable name, as Lambda reports it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Publish(_) => "Weir.Publish",
            Self::Message(_) => "Weir.Message",
            Self::State(_) => "Weir.State",
            Self::Elsewhere { .. } => "Weir.Elsewhere",
        }
    }
}

impl<S: Store> Outbox<'_, S> {
    /// Publishes an entity's alerts and has them forgotten; one that SNS did not take stays.
    ///
    /// # Errors
    ///
    /// The first alert that could not be sent; the others were.
    pub async fn send(&self, entity: &EntityKey, alerts: &[Alert]) -> Result<(), OutboxError> {
        if alerts.is_empty() {
            return Ok(());
        }
        // Before, and not after: the deadline may come in between.
        self.metrics.count(|counts| counts.unconfirmed += alerts.len() as u64);
        let (mut sent, mut told) = (Vec::new(), Vec::new());
        let mut failed = None;
        for alert in alerts {
            let mut have = alert.told;
            if !have.has(Channel::Subscribers)
                && let Err(error) = self.tell(Channel::Subscribers, &alert.finding).await
            {
                failed.get_or_insert(error);
                continue;
            }
            // Subscribers have it: that a channel beside has not is no reason to tell them again, nor to fail.
            have.add(Channel::Subscribers);
            if self.beside(&alert.finding, &mut have).await {
                sent.push(alert.id);
            } else {
                told.push((alert.id, have));
            }
        }
        if !sent.is_empty() || !told.is_empty() {
            self.engine.settle(entity, &sent, &told, now()).await?;
            self.metrics.count(|counts| counts.unconfirmed -= (sent.len() + told.len()) as u64);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Counts findings that are kept for the record: they leave nowhere.
    pub fn record(&self, findings: &[Finding]) {
        for finding in findings {
            let is_suppressed = finding.suppressed.is_some();
            self.metrics.count(|counts| {
                counts.recorded += u64::from(!is_suppressed);
                counts.suppressed += u64::from(is_suppressed);
                if finding.mode == Mode::DryRun && finding.would_alert() {
                    *counts.would_have_fired.entry(finding.analytic.clone()).or_default() += 1;
                }
            });
            told(if is_suppressed { "suppressed" } else { "recorded" }, finding);
        }
    }

    /// Gives another invocation time to send what it holds, before the next look.
    ///
    /// # Errors
    ///
    /// [`OutboxError::Elsewhere`] when there is no time left: this delivery may be the last that knows of them.
    pub async fn wait(&self, alerts: usize) -> Result<(), OutboxError> {
        let pause = POLL / 2 + fastrand::u64(0..POLL);
        if now().saturating_add(pause.cast_signed()) > self.until {
            self.metrics.count(|counts| counts.unconfirmed += alerts as u64);
            return Err(OutboxError::Elsewhere { alerts });
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Ok(())
    }

    /// Tells the channels beside the subscribers that do not `have` it; whether all have it now.
    async fn beside(&self, finding: &Finding, have: &mut Told) -> bool {
        let mut all = true;
        for channel in [Channel::Chat, Channel::Bus, Channel::Hub] {
            if have.has(channel) {
                continue;
            }
            match self.tell(channel, finding).await {
                Ok(()) => have.add(channel),
                Err(error) => {
                    all = false;
                    self.metrics.count(|counts| *missed(counts, channel) += 1);
                    tracing::warn!(
                        incident = finding.uid,
                        fault = chain(&error),
                        ?channel,
                        "a channel was not told"
                    );
                }
            }
        }
        all
    }

    /// Tells one channel, where there is such.
    async fn tell(&self, channel: Channel, finding: &Finding) -> Result<(), OutboxError> {
        let (publisher, product) = (self.publisher, self.product);
        match channel {
            Channel::Subscribers => self.publish(finding).await?,
            Channel::Chat => publisher.chat(|| to_chat(finding, product)).await?,
            Channel::Bus => {
                if let Some(bus) = publisher.bus() {
                    bus.put(to_event(finding, product).map_err(OutboxError::Message)?).await?;
                }
            }
            Channel::Hub => {
                if let Some(hub) = publisher.hub() {
                    hub.import(to_asff(finding, product, hub.product()).map_err(OutboxError::Message)?)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Tells subscribers.
    async fn publish(&self, finding: &Finding) -> Result<(), OutboxError> {
        let message = to_sns(finding, self.product).map_err(OutboxError::Message)?;
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

/// The count of alerts that a channel did not take.
const fn missed(counts: &mut Counts, channel: Channel) -> &mut u64 {
    match channel {
        Channel::Subscribers => &mut counts.unconfirmed,
        Channel::Chat => &mut counts.chat_failed,
        Channel::Bus => &mut counts.bus_failed,
        Channel::Hub => &mut counts.hub_failed,
    }
}
