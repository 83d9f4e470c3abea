//! The function `cloudtrail` as a process under a Lambda runtime API, over emulators of EC2 and S3.
//!
//! They are not in the function's own crate, since what they are built on would have the SDK of EC2, which is built in
//! minutes, built once more. `tests/lambda/emulated.sh` builds the function and runs them.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do its helpers"
)]

mod account;
mod calls;
mod faults;
mod inventory;
mod start;
mod story;

use std::sync::LazyLock;

use weir_lambda::{Binary, Cloud};

static PATH: LazyLock<String> = LazyLock::new(path);

fn binary() -> Binary {
    Binary { path: &PATH, name: "cloudtrail" }
}

#[expect(clippy::disallowed_methods, reason = "the script that builds the function says where it is")]
fn path() -> String {
    std::env::var("WEIR_TEST_CLOUDTRAIL")
        .expect("WEIR_TEST_CLOUDTRAIL should name the function; run tests/lambda/emulated.sh")
}

async fn cloud(name: &str) -> Cloud {
    Cloud::new(binary(), name).await
}
