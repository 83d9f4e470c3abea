//! The function as a process under a Lambda runtime API, over emulators of DynamoDB, SNS, SQS and SSM.
//!
//! Tests that need more of AWS than DynamoDB are ignored unless `tests/lambda/emulated.sh` runs them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod bombs;
mod hosts;
mod mixed;
mod recorded;
mod requests;
mod retry;
mod shapes;
mod start;
mod tokens;

use weir_lambda::{Binary, Cloud};

const BINARY: Binary = Binary { path: env!("CARGO_BIN_EXE_ingest"), name: "ingest" };

async fn cloud(name: &str) -> Cloud {
    Cloud::new(BINARY, name).await
}
