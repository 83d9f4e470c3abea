//! One invocation.

use std::cell::RefCell;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsBatchResponse;
use lambda_runtime::Context;
use serde_json::value::RawValue;
use weir_alerting::Product;
use weir_aws_host::{
    Delivery, Digest, Environment, EventBus, IntelStore, Metrics, Outbox, OutboxError, Publisher, Quarantine,
    SecurityHub, SettingsStore, apart, left, now,
};
use weir_detection::settings::AnalyticMode;
use weir_dynamodb::DynamoStore;
use weir_state::Engine;

use crate::calls::Calls;
use crate::ends;
use crate::fault::Fault;
use crate::inventory::{Keeper, Place};
use crate::signal::Signal;
use crate::work::Work;

/// Left of the invocation when it gives up, so that the answer still arrives. Milliseconds.
const MARGIN: i64 = 500;

/// What is kept between invocations.
pub(crate) struct Function {
    environment: Environment,
    inventory: Keeper,
    settings: SettingsStore,
    intel: IntelStore,
    engine: Engine<DynamoStore>,
    publisher: Publisher,
    product: Product,
    quarantine: Quarantine,
    s3: aws_sdk_s3::Client,
}

/// Names failed messages and records; sent as `null` where the sender takes no such answer.
type Answer = Option<SqsBatchResponse>;

/// The inventory has nowhere to be.
#[derive(Debug, thiserror::Error)]
#[error(
    "the environment variable `WEIR_INTEL_BUCKET` is missing; set it to the bucket that the inventory is kept in"
)]
pub(crate) struct NoBucketError;

impl Function {
    /// Makes the clients; nothing is asked of AWS before the first event.
    pub(crate) fn new(config: &SdkConfig, environment: Environment) -> Result<Self, NoBucketError> {
        let bucket = environment.intel_bucket.clone().ok_or(NoBucketError)?;
        let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(config), environment.table.as_str());
        let s3 = aws_sdk_s3::Client::new(config);
        Ok(Self {
            intel: IntelStore::new(&s3, Some(bucket.clone())),
            inventory: Keeper::new(config, bucket),
            settings: SettingsStore::new(config, &environment.stage, environment.settings_ttl),
            engine: Engine::new(store).pausing(apart),
            publisher: Publisher::new(config, environment.topic_arn.as_str())
                .and_chat(environment.chat_topic_arn.clone())
                .and_bus(environment.event_bus.as_deref().map(|name| EventBus::new(config, name)))
                .and_hub(environment.security_hub.clone().map(|product| SecurityHub::new(config, product))),
            product: Product::default(),
            quarantine: Quarantine::new(
                config,
                environment.quarantine_url.clone(),
                environment.quarantine_raw,
            ),
            s3,
            environment,
        })
    }

    /// Handles one event, within its time, and reports what was counted whatever came of it.
    pub(crate) async fn invoke(&self, event: Box<RawValue>, context: Context) -> Result<Answer, Fault> {
        let metrics = Metrics::default();
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let handled = self.handle(event.get(), &context, deadline, &metrics);
        let answer =
            tokio::time::timeout(left(deadline, MARGIN), handled).await.unwrap_or(Err(Fault::Deadline));
        if let Err(fault) = &answer {
            tracing::error!(request = context.request_id, fault = fault.chain(), "invocation failed");
        }
        if let Err(error) = metrics.emit(&self.environment.stage, &self.environment.function, now()) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        answer
    }

    async fn handle(
        &self,
        event: &str,
        context: &Context,
        deadline: i64,
        metrics: &Metrics,
    ) -> Result<Answer, Fault> {
        let place = self.place(&context.invoked_function_arn)?;
        let held = match Signal::read(event) {
            Some(Signal::Refresh) => {
                let held = self.inventory.refresh(place).await;
                // What is over is over whatever came of the inventory.
                self.close(deadline, metrics).await?;
                held?
            }
            Some(Signal::Digest) => return self.digest(place, metrics).await.map(|()| None),
            Some(Signal::Changed(ids)) => self.inventory.update(place, ids).await?,
            None => return self.calls(event, &context.request_id, place, deadline, metrics).await,
        };
        metrics.count(|counts| counts.inventory = Some(held as u64));
        Ok(None)
    }

    async fn calls(
        &self,
        event: &str,
        request: &str,
        place: Place<'_>,
        deadline: i64,
        metrics: &Metrics,
    ) -> Result<Answer, Fault> {
        let delivery = Delivery::read(event);
        let pieces = delivery.pieces().map_err(Fault::Event)?;
        let settings = self.settings.current(now(), metrics).await?;
        let intel = self.intel.current(now(), metrics).await;
        let work = Work {
            calls: Calls {
                outbox: self.outbox(deadline, metrics),
                settings: &settings,
                intel: &intel,
                place,
                deadline,
            },
            inventory: &self.inventory,
            s3: &self.s3,
            quarantine: &self.quarantine,
            request,
            scratch: RefCell::default(),
        };
        work.all(pieces, delivery.sender).await
    }

    /// Tells subscribers what the week came to, or only the log in dry run.
    async fn digest(&self, place: Place<'_>, metrics: &Metrics) -> Result<(), Fault> {
        let settings = self.settings.current(now(), metrics).await?;
        if settings.digest.mode == AnalyticMode::Off {
            return Ok(());
        }
        let intel = self.intel.current(now(), metrics).await;
        let of = (self.environment.stage.as_str(), place.account);
        let digest = Digest::read(&self.engine, of, &settings, &intel, now()).await?;
        tracing::info!(entities = digest.week.entities, left_out = digest.week.left_out, "digest");
        let message = digest.message().map_err(OutboxError::Message)?;
        if settings.digest.mode == AnalyticMode::DryRun {
            tracing::info!(digest = message.message, "the digest is not sent in dry run");
            return Ok(());
        }
        Ok(self.publisher.publish(message).await.map_err(OutboxError::from)?)
    }

    /// Ends incidents of which nothing more was seen.
    async fn close(&self, deadline: i64, metrics: &Metrics) -> Result<(), Fault> {
        let settings = self.settings.current(now(), metrics).await?;
        let intel = self.intel.current(now(), metrics).await;
        ends::close(&self.outbox(deadline, metrics), &settings, &intel, deadline).await
    }

    const fn outbox<'a>(&'a self, deadline: i64, metrics: &'a Metrics) -> Outbox<'a, DynamoStore> {
        Outbox {
            engine: &self.engine,
            publisher: &self.publisher,
            product: &self.product,
            metrics,
            until: deadline - MARGIN,
        }
    }

    /// Where the function runs, and so what it can see.
    fn place<'a>(&'a self, arn: &'a str) -> Result<Place<'a>, Fault> {
        let account = arn.split(':').nth(4).filter(|account| !account.is_empty());
        match (account, self.environment.region.as_deref()) {
            (Some(account), Some(region)) => Ok(Place { account, region }),
            _ => Err(Fault::Place { arn: arn.to_owned() }),
        }
    }
}
