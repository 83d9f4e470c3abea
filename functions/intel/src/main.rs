//! The Lambda that keeps the address lists fresh: feeds in, files in a bucket out.

mod bucket;
mod function;

use anyhow::Context as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use weir_aws_host::{RefreshEnvironment, aws_config, logs};

use crate::function::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let environment = RefreshEnvironment::from_process()?;
    logs::start(environment.log);
    let config = aws_config().await;
    let function = Function::new(&config, environment).context("the function cannot start as configured")?;
    let handler = |_: LambdaEvent<Value>| function.invoke();
    lambda_runtime::run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
