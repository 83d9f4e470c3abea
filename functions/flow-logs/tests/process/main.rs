//! The function as a process under a Lambda runtime API, over emulators of DynamoDB, SNS, SQS, SSM and S3.
//!
//! Tests that need more of AWS than DynamoDB are ignored unless `tests/ministack.sh` runs them.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do its helpers"
)]

mod cloud;
mod exactly_once;
mod function;
mod killed;
mod lists;
mod objects;
mod payloads;
mod recorded;
mod routes;
mod runtime_api;
mod start;
