//! One invocation.

use std::time::Duration;

use aws_config::SdkConfig;
use lambda_runtime::Context;
use serde_json::value::RawValue;
use weir_aws_host::{Environment, Metrics, now};

use crate::fault::Fault;
use crate::inventory::{Keeper, Place};
use crate::signal::Signal;

/// Left of the invocation when it gives up, so that the answer still arrives. Milliseconds.
const MARGIN: i64 = 500;

/// What is kept between invocations.
pub(crate) struct Function {
    environment: Environment,
    inventory: Keeper,
}

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
        Ok(Self { inventory: Keeper::new(config, bucket), environment })
    }

    /// Handles one event, within its time, and reports what was counted whatever came of it.
    pub(crate) async fn invoke(&self, event: Box<RawValue>, context: Context) -> Result<(), Fault> {
        let metrics = Metrics::default();
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let left = deadline.saturating_sub(now()).saturating_sub(MARGIN);
        let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
        let handled = self.handle(event.get(), &context.invoked_function_arn, &metrics);
        let answer = tokio::time::timeout(left, handled).await.unwrap_or(Err(Fault::Deadline));
        if let Err(fault) = &answer {
            tracing::error!(request = context.request_id, fault = fault.chain(), "invocation failed");
        }
        if let Err(error) = metrics.emit(&self.environment.stage, &self.environment.function, now()) {
            tracing::error!(%error, "the metrics cannot be written");
        }
        answer
    }

    async fn handle(&self, event: &str, arn: &str, metrics: &Metrics) -> Result<(), Fault> {
        let place = self.place(arn)?;
        let held = match Signal::read(event) {
            Some(Signal::Refresh) => self.inventory.refresh(place).await?,
            Some(Signal::Changed(ids)) => self.inventory.update(place, ids).await?,
            None => return Err(Fault::Event),
        };
        metrics.count(|counts| counts.inventory = Some(held as u64));
        Ok(())
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
