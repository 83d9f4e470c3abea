//! One invocation: told what it is, and answered in the way of its sender.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsBatchResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_runtime::Context;
use serde::Serialize;
use serde_json::value::RawValue;
use weir_alerting::Product;
use weir_aws_host::{
    Applier, Delivery, EventBus, Failures, IngestEnvironment, IntelStore, MARGIN, Metrics, Piece, Publisher,
    Quarantine, SecurityHub, Sender, SettingsStore, apart, left, now,
};
use weir_dynamodb::DynamoStore;
use weir_records::decode::Compression;
use weir_records::{Format, FormatError};
use weir_state::engine::Engine;

use crate::body;
use crate::event::Event;
use crate::fault::Fault;
use crate::firehose::{Transform, Unchanged};
use crate::http;
use crate::payload::Reading;
use crate::refusal::Refusal;
use crate::reply::Response;
use crate::request::Request;
use crate::token::TokenStore;
use crate::work::{Origin, Outcome, Work};

/// What is kept between invocations.
pub(crate) struct Function {
    environment: IngestEnvironment,
    format: Option<Format>,
    settings: SettingsStore,
    tokens: TokenStore,
    intel: IntelStore,
    engine: Engine<DynamoStore>,
    publisher: Publisher,
    quarantine: Quarantine,
    product: Product,
}

/// What a sender is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Http(Response),
    Transformed {
        records: Vec<Unchanged>,
    },
    /// Failed messages or records.
    Failures(SqsBatchResponse),
    /// Counts, for who called the function itself.
    Counts(Box<RawValue>),
    Nothing,
}

/// A variable that holds no flow log format.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable `WEIR_FLOW_FORMAT` should list the fields of the flow logs")]
pub(crate) struct FlowFormatError(#[source] FormatError);

/// One invocation, as far as its context and its counts go.
struct Invocation<'a> {
    request: &'a str,
    account: &'a str,
    deadline: i64,
    metrics: &'a Metrics,
}

impl Function {
    /// Makes the clients; nothing is asked of AWS before the first event.
    pub(crate) fn new(config: &SdkConfig, environment: IngestEnvironment) -> Result<Self, FlowFormatError> {
        let common = &environment.common;
        let format = common.flow_format.as_deref().map(str::parse).transpose().map_err(FlowFormatError)?;
        let s3 = aws_sdk_s3::Client::new(config);
        let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(config), common.table.as_str());
        let parameter = environment.token_parameter.clone();
        Ok(Self {
            format,
            settings: SettingsStore::new(config, &common.stage, common.settings_ttl),
            tokens: TokenStore::new(config, parameter, common.settings_ttl),
            intel: IntelStore::new(&s3, common.intel_bucket.clone()),
            engine: Engine::new(store).pausing(apart),
            publisher: Publisher::new(config, common.topic_arn.as_str())
                .and_chat(common.chat_topic_arn.clone())
                .and_bus(common.event_bus.as_deref().map(|name| EventBus::new(config, name)))
                .and_hub(common.security_hub.clone().map(|product| SecurityHub::new(config, product))),
            quarantine: Quarantine::new(config, common.quarantine_url.clone(), common.quarantine_raw),
            product: Product::default(),
            environment,
        })
    }

    /// Handles one event, within its time, and reports what was counted whatever came of it.
    pub(crate) async fn invoke(&self, event: Box<RawValue>, context: Context) -> Result<Answer, Fault> {
        let metrics = Metrics::default();
        let invocation = Invocation {
            request: &context.request_id,
            account: context.invoked_function_arn.split(':').nth(4).unwrap_or("-"),
            deadline: i64::try_from(context.deadline).unwrap_or(i64::MAX),
            metrics: &metrics,
        };
        let answer = match Event::read(event.get()) {
            Event::Http(request) => Ok(Answer::Http(self.http(&request, &invocation).await)),
            Event::Transform(transform) => self.transform(transform, &invocation).await,
            Event::Delivered(delivery) => self.delivered(event.get(), delivery, &invocation).await,
        };
        if let Err(fault) = &answer {
            tracing::error!(request = context.request_id, fault = fault.chain(), "invocation failed");
        }
        let common = &self.environment.common;
        if let Err(error) = metrics.emit(&common.stage, &common.function, now()) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        answer
    }

    /// A request is always answered: a fault of ours as one that should come again.
    async fn http(&self, request: &Request<'_>, invocation: &Invocation<'_>) -> Response {
        if let Some(response) = http::at_once(request) {
            return response;
        }
        let refusal = match self.in_time(invocation, self.admitted(request, invocation)).await {
            Ok(Ok(response)) => return response,
            Ok(Err(refusal)) => {
                invocation.metrics.count(|counts| counts.unauthorized += 1);
                tracing::warn!(request = invocation.request, reason = refusal.code(), "request refused");
                refusal
            }
            Err(fault) => {
                invocation.metrics.count(|counts| counts.unavailable += 1);
                let fault = fault.chain();
                tracing::error!(request = invocation.request, fault, "the sender is asked to come again");
                Refusal::Unavailable
            }
        };
        http::form(request).refused(&refusal, now())
    }

    /// The answer to a request whose sender is let in.
    async fn admitted(
        &self,
        request: &Request<'_>,
        invocation: &Invocation<'_>,
    ) -> Result<Result<Response, Refusal>, Fault> {
        let tokens = self.tokens.current(now(), invocation.metrics).await?;
        match http::admit(request, &tokens) {
            Ok(Some(response)) => return Ok(Ok(response)),
            Ok(None) => {}
            Err(refusal) => return Ok(Err(refusal)),
        }
        self.with(invocation, async |work| http::take(request, invocation.request, work).await).await.map(Ok)
    }

    /// Takes the records of a Firehose, and gives them back as they came.
    async fn transform(
        &self,
        transform: Transform<'_>,
        invocation: &Invocation<'_>,
    ) -> Result<Answer, Fault> {
        let opened = transform.open();
        let refused = BTreeMap::from_iter((opened.refused > 0).then_some(("bad-payload", opened.refused)));
        let origin = Origin { source: "firehose", id: invocation.request, name: None, host: None, raw: "" };
        self.in_time(
            invocation,
            self.with(invocation, async |work| work.take(&opened.text, &refused, origin).await),
        )
        .await?;
        Ok(Answer::Transformed { records: transform.unchanged() })
    }

    /// Takes what a queue, a stream or a subscription delivers, or somebody sent as it is.
    async fn delivered(
        &self,
        event: &str,
        delivery: Delivery<'_>,
        invocation: &Invocation<'_>,
    ) -> Result<Answer, Fault> {
        match delivery.sender {
            Sender::Sqs | Sender::Kinesis => {
                self.with(invocation, async |work| self.pieces(&delivery, work, invocation).await).await
            }
            Sender::Direct | Sender::Firehose => {
                let origin =
                    Origin { source: "direct", id: invocation.request, name: None, host: None, raw: event };
                let taken = self.with(invocation, async |work| {
                    work.take(event.as_bytes(), &BTreeMap::new(), origin).await
                });
                let outcome = self.in_time(invocation, taken).await?;
                // A subscription wants no answer, and one that only tries whether anybody listens holds no record.
                if event.contains("\"awslogs\"") {
                    return Ok(Answer::Nothing);
                }
                if outcome.records + outcome.unused == 0 {
                    return Err(Fault::Event);
                }
                Ok(RawValue::from_string(outcome.json()).map_or(Answer::Nothing, Answer::Counts))
            }
        }
    }

    /// Takes message by message, or record by record, and names those that failed.
    async fn pieces(
        &self,
        delivery: &Delivery<'_>,
        work: &Work<'_>,
        invocation: &Invocation<'_>,
    ) -> Result<Answer, Fault> {
        let pieces = delivery.pieces().map_err(|_| Fault::Event)?;
        let mut failures = Failures::default();
        let mut seen = BTreeSet::new();
        for piece in &pieces {
            let id = piece.id.unwrap_or(invocation.request);
            // A message that announces several objects is several pieces, and one message.
            if !seen.insert(id) {
                continue;
            }
            // What is not done in time is delivered again, and what came before it is not.
            let done = self.in_time(invocation, self.piece(piece, id, delivery.sender, work)).await;
            if let Err(fault) = done {
                failures.add(Some(id), fault);
            }
        }
        failures.answer(delivery.sender).map(|named| Answer::Failures(named.unwrap_or_default()))
    }

    async fn piece(
        &self,
        piece: &Piece<'_>,
        id: &str,
        sender: Sender,
        work: &Work<'_>,
    ) -> Result<Outcome, Fault> {
        let origin = Origin { source: sender.name(), id, name: Some(id), host: None, raw: piece.raw };
        if sender == Sender::Sqs {
            return work.take(piece.raw.as_bytes(), &BTreeMap::new(), origin).await;
        }
        let mut plain = Vec::new();
        let opened = STANDARD
            .decode(piece.raw)
            .map_err(|_| Refusal::Unreadable { expected: "base64" })
            .and_then(|bytes| body::open(&bytes, Compression::Identity, &mut plain));
        match opened {
            Ok(()) => work.take(&plain, &BTreeMap::new(), origin).await,
            Err(refusal) => {
                work.refuse(&refusal, origin).await?;
                Ok(Outcome::default())
            }
        }
    }

    /// Ends with a fault where the invocation would end without an answer.
    async fn in_time<T>(
        &self,
        invocation: &Invocation<'_>,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let left = left(invocation.deadline, MARGIN / 2);
        tokio::time::timeout(left, work).await.unwrap_or(Err(Fault::Deadline))
    }

    /// Works with the settings and lists of now.
    async fn with<T>(
        &self,
        invocation: &Invocation<'_>,
        work: impl AsyncFnOnce(&Work<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let metrics = invocation.metrics;
        let settings = self.settings.current(now(), metrics).await?;
        let intel = self.intel.current(now(), metrics).await;
        let common = &self.environment.common;
        let context = Work {
            applier: Applier {
                engine: &self.engine,
                publisher: &self.publisher,
                product: &self.product,
                settings: &settings,
                intel: &intel,
                metrics,
                concurrency: common.concurrency,
                deadline: invocation.deadline,
            },
            reading: Reading {
                format: self.format.as_ref(),
                settings: &settings,
                intel: &intel,
                account: invocation.account,
                region: common.region.as_deref(),
                now: now(),
            },
            quarantine: &self.quarantine,
        };
        work(&context).await
    }
}
