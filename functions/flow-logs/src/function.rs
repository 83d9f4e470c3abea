//! One invocation: every piece of the event read, applied and answered for.

use std::cell::RefCell;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsBatchResponse;
use futures_util::StreamExt as _;
use futures_util::stream;
use lambda_runtime::Context;
use serde_json::value::RawValue;
use tokio::time::Instant;
use weir_alerting::Product;
use weir_aws_host::{
    Applier, Delivery, Environment, EventBus, Failures, IntelStore, MARGIN, Metrics, Piece, Publisher,
    Quarantine, Refused, SecurityHub, Sender, SettingsStore, apart, left, now,
};
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_records::decode::PAYLOAD_CAP;
use weir_records::envelope::{Content, Scratch};
use weir_records::{Format, FormatError};
use weir_state::engine::Engine;

use crate::fault::Fault;
use crate::object;
use crate::payload::{self, Payload, UNREADABLE};

/// Pieces of an event in work at a time: more of them hold more payloads in memory.
const PIECES: usize = 4;

/// Names failed messages and records; sent as `null` where the sender takes no such answer.
type Answer = Option<SqsBatchResponse>;

/// What is kept between invocations.
pub(crate) struct Function {
    environment: Environment,
    format: Option<Format>,
    settings: SettingsStore,
    intel: IntelStore,
    engine: Engine<DynamoStore>,
    publisher: Publisher,
    quarantine: Quarantine,
    s3: aws_sdk_s3::Client,
    product: Product,
}

/// What one invocation works with.
struct Work<'a> {
    function: &'a Function,
    applier: Applier<'a, DynamoStore>,
    settings: &'a Arc<Settings>,
    intel: &'a Arc<Intel>,
    request: &'a str,
    scratch: RefCell<Scratch>,
}

/// A variable that holds no flow log format.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable `WEIR_FLOW_FORMAT` should list the fields of the flow logs")]
pub(crate) struct FlowFormatError(#[source] FormatError);

impl Function {
    /// Makes the clients; nothing is asked of AWS before the first event.
    pub(crate) fn new(config: &SdkConfig, environment: Environment) -> Result<Self, FlowFormatError> {
        let format =
            environment.flow_format.as_deref().map(str::parse).transpose().map_err(FlowFormatError)?;
        let s3 = aws_sdk_s3::Client::new(config);
        let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(config), environment.table.as_str());
        Ok(Self {
            format,
            settings: SettingsStore::new(config, &environment.stage, environment.settings_ttl),
            intel: IntelStore::new(&s3, environment.intel_bucket.clone()),
            engine: Engine::new(store).pausing(apart),
            publisher: Publisher::new(config, environment.topic_arn.as_str())
                .and_chat(environment.chat_topic_arn.clone())
                .and_bus(environment.event_bus.as_deref().map(|name| EventBus::new(config, name)))
                .and_hub(environment.security_hub.clone().map(|product| SecurityHub::new(config, product))),
            quarantine: Quarantine::new(
                config,
                environment.quarantine_url.clone(),
                environment.quarantine_raw,
            ),
            s3,
            product: Product::default(),
            environment,
        })
    }

    /// Handles one event, within its time, and reports what was counted whatever came of it.
    pub(crate) async fn invoke(&self, event: Box<RawValue>, context: Context) -> Result<Answer, Fault> {
        let metrics = Metrics::default();
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let handled = self.handle(event.get(), &context.request_id, deadline, &metrics);
        let answer = match tokio::time::timeout(left(deadline, MARGIN / 2), handled).await {
            Ok(answer) => answer,
            Err(_) => Err(Fault::Deadline),
        };
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
        request: &str,
        deadline: i64,
        metrics: &Metrics,
    ) -> Result<Answer, Fault> {
        let delivery = Delivery::read(event);
        let pieces = delivery.pieces().map_err(Fault::Event)?;
        let started = now();
        let settings = self.settings.current(started, metrics).await?;
        let intel = self.intel.current(started, metrics).await;
        let applier = Applier {
            engine: &self.engine,
            publisher: &self.publisher,
            product: &self.product,
            settings: &settings,
            intel: &intel,
            metrics,
            concurrency: self.environment.concurrency,
            deadline,
        };
        let work = Work {
            function: self,
            applier,
            settings: &settings,
            intel: &intel,
            request,
            scratch: RefCell::default(),
        };
        let (work, sender) = (&work, delivery.sender);
        let ids: Vec<Option<&str>> = pieces.iter().map(|piece| piece.id).collect();
        let mut results =
            stream::iter(pieces).map(|piece| async move { work.piece(piece, sender).await }).buffered(PIECES);
        let until = Instant::now() + left(deadline, MARGIN);
        let mut failures = Failures::default();
        for id in ids {
            // Pieces that are not done in time fail, and those before them do not have to be done again.
            let fault = match tokio::time::timeout_at(until, results.next()).await {
                Ok(Some(Err(fault))) => fault,
                Ok(_) => continue,
                Err(_) => Fault::Deadline,
            };
            failures.add(id, fault);
        }
        failures.answer(sender)
    }
}

impl Work<'_> {
    /// Reads and applies one piece. What is wrong with the piece itself is quarantined and no fault.
    async fn piece(&self, piece: Piece<'_>, sender: Sender) -> Result<(), Fault> {
        let id = piece.id.unwrap_or(self.request);
        match piece.content {
            Content::Control => Ok(()),
            Content::Unknown(found) if matches!(sender, Sender::Direct | Sender::Firehose) => {
                Err(Fault::Unreadable { found })
            }
            Content::CloudTrail(_) if sender == Sender::Direct => {
                Err(Fault::Unreadable { found: "a CloudTrail record" })
            }
            Content::Unknown(_) | Content::CloudTrail(_) => {
                self.refuse("unknown-record", id, sender, &piece).await
            }
            Content::Object(ref object) => {
                let reading = object::Reading {
                    format: self.function.format.clone(),
                    settings: Arc::clone(self.settings),
                    intel: Arc::clone(self.intel),
                };
                match object::apply(&self.function.s3, object, reading, &self.applier).await? {
                    None => Ok(()),
                    Some(reason) => {
                        let name = format!("s3://{}/{}", object.bucket, object.key);
                        self.refuse(reason, &name, sender, &Piece { raw: "", ..piece }).await
                    }
                }
            }
            Content::Data(ref data) => {
                let read = {
                    let mut scratch = self.scratch.borrow_mut();
                    data.open(&mut scratch, PAYLOAD_CAP)
                        .map(|plain| payload::read(plain, id, self.reading(), self.applier.metrics))
                };
                match read {
                    Ok(read) => self.payload(read, id, sender, &piece).await,
                    Err(error) => {
                        tracing::warn!(
                            id,
                            error = &error as &dyn std::error::Error,
                            "payload cannot be opened"
                        );
                        self.applier
                            .metrics
                            .count(|counts| *counts.rejects.entry(UNREADABLE).or_default() += 1);
                        self.refuse(UNREADABLE, id, sender, &piece).await
                    }
                }
            }
            Content::Logs(ref logs) => {
                let read = payload::read_logs(logs, piece.raw, id, self.reading(), self.applier.metrics);
                self.payload(read, id, sender, &piece).await
            }
            _ => Err(Fault::Unreadable { found: "a piece of a kind that this version does not know" }),
        }
    }

    async fn payload(
        &self,
        read: Option<Payload>,
        id: &str,
        sender: Sender,
        piece: &Piece<'_>,
    ) -> Result<(), Fault> {
        let Some(mut payload) = read else { return Ok(()) };
        // A subscription filter reaches functions of its own region only; older formats do not name it.
        if sender == Sender::Direct {
            for observed in &mut payload.observations {
                observed.info.region =
                    observed.info.region.take().or_else(|| self.function.environment.region.clone());
            }
        }
        self.applier.apply(payload.batch, payload.observations).await?;
        match payload.refused {
            None => Ok(()),
            Some(reason) => self.refuse(reason, id, sender, piece).await,
        }
    }

    async fn refuse(&self, reason: &str, id: &str, sender: Sender, piece: &Piece<'_>) -> Result<(), Fault> {
        self.applier.metrics.count(|counts| counts.quarantined += 1);
        let refused = Refused {
            reason,
            id,
            source: sender.name(),
            bytes: piece.raw.len(),
            payload: Some(piece.raw).filter(|raw| !raw.is_empty()),
        };
        Ok(self.function.quarantine.refuse(&refused).await?)
    }

    fn reading(&self) -> payload::Reading<'_> {
        payload::Reading {
            format: self.function.format.as_ref(),
            settings: self.settings,
            intel: self.intel,
            now: now(),
        }
    }
}
