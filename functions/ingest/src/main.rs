//! The Lambda that endpoint forwarders post to: requests and deliveries in, findings to SNS.

mod apply;
mod body;
mod event;
mod fault;
mod firehose;
mod function;
mod http;
mod osquery;
mod otlp;
mod payload;
mod refusal;
mod reply;
mod request;
mod token;
mod work;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
use weir_aws_host::{IngestEnvironment, aws_config, logs};

use crate::function::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let environment = IngestEnvironment::from_process()?;
    logs::start(environment.common.log);
    let config = aws_config().await;
    let function = Function::new(&config, environment)?;
    let handler = |event: LambdaEvent<Box<RawValue>>| function.invoke(event.payload, event.context);
    lambda_runtime::run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
