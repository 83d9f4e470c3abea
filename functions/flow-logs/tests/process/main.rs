//! The function as a process under a Lambda runtime API, over emulators of DynamoDB, SNS, SQS, SSM and S3.
//!
//! Tests that need more of AWS than DynamoDB are ignored unless `tests/lambda/emulated.sh` runs them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod exactly_once;
mod faults;
mod inventory;
mod killed;
mod lists;
mod objects;
mod payloads;
mod recorded;
mod routes;
mod start;
mod storm;

use weir_lambda::{Binary, Cloud};

const BINARY: Binary = Binary { path: env!("CARGO_BIN_EXE_flow-logs"), name: "flow-logs" };

async fn cloud(name: &str) -> Cloud {
    Cloud::new(BINARY, name).await
}
