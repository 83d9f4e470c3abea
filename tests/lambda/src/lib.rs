//! A function as a process under a Lambda runtime API, over emulators of DynamoDB, SNS, SQS, SSM and S3.
//!
//! The emulator of all but DynamoDB is started by `tests/lambda/emulated.sh`, which also runs the tests that need it.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do its helpers"
)]

mod cloud;
mod function;
mod moto;
mod pack;
mod proxy;
mod runtime_api;
mod switch;
mod url;
mod weather;

pub use cloud::{Cloud, TABLE, base, config, unreachable};
pub use function::{Binary, Function, wall};
pub use moto::{Moto, texts};
pub use pack::{gzip, packed, subscription};
pub use proxy::{Fault, Proxy};
pub use runtime_api::Answer;
pub use switch::Switch;
pub use url::{Url, url_event};
pub use weather::{Kind, Moment, Weather};
