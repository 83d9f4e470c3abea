//! The Lambda that keeps the inventory and reads CloudTrail.

mod calls;
mod ends;
mod fault;
mod function;
mod inventory;
mod launched;
mod signal;
mod work;

use anyhow::Context as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
use weir_aws_host::{Environment, aws_config, logs};

use crate::function::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let environment = Environment::from_process()?;
    logs::start(environment.log);
    let config = aws_config().await;
    let function = Function::new(&config, environment).context("the function cannot start as configured")?;
    let handler = |event: LambdaEvent<Box<RawValue>>| function.invoke(event.payload, event.context);
    lambda_runtime::run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
