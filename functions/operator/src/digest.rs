//! `weirctl digest`: what the week came to, at once and for whoever asks.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use weir_aws_host::{IntelStore, Metrics, now};

use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::options::{self, Form};
use crate::settings;

/// Runs the command.
pub(crate) fn run(options: &options::Digest, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let deployment = Deployment::find(aws)?;
    let settings = settings::checked(&settings::read(aws)?)?;
    let s3 = aws_sdk_s3::Client::new(&aws.config);
    let lists = IntelStore::new(&s3, deployment.bucket.clone());
    let metrics = Metrics::default();
    let intel = aws.wait(lists.current(now(), &metrics));
    if intel.inventory.is_empty() {
        eprintln!(
            "weirctl: there is no inventory to go by: only entities whose incident is open are looked at"
        );
    }
    let of = (deployment.stage.as_str(), deployment.account.as_str());
    let engine = deployment.engine(aws);
    let digest = aws.wait(weir_aws_host::Digest::read(&engine, of, &settings, &intel, now()))?;
    match options.format {
        Form::Text => out.write_all(digest.text().as_bytes())?,
        Form::Json => writeln!(out, "{}", serde_json::to_string(&digest)?)?,
    }
    Ok(ExitCode::SUCCESS)
}
