//! `weirctl` as a process, over emulators of AWS. `tests/lambda/emulated.sh` runs them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod backfill;
mod deployed;
mod history;
mod operate;
mod settings;

use weir_lambda::{Binary, Cloud, TABLE};

const BINARY: Binary = Binary { path: env!("CARGO_BIN_EXE_weirctl"), name: "weirctl" };

/// What a command did.
#[derive(Debug)]
struct Done {
    status: i32,
    out: String,
    told: String,
}

/// Runs a command against the test's account; `variables` win over those of the account.
async fn weirctl(cloud: &Cloud, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
    let place = ["--stage", &cloud.stage, "--table", TABLE, "--topic-arn", &cloud.topic];
    run(cloud, &[arguments, &place].concat(), variables).await
}

/// The same, where the deployment's function says where its parts are.
async fn bare(cloud: &Cloud, arguments: &[&str]) -> Done {
    run(cloud, &[arguments, &["--stage", &cloud.stage]].concat(), &[]).await
}

async fn run(cloud: &Cloud, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
    let output = BINARY.command(&cloud.variables(variables)).args(arguments).output().await.unwrap();
    Done {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        told: String::from_utf8(output.stderr).unwrap(),
    }
}
