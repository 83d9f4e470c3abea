//! `weirctl backfill`: history teaches a deployment what is usual, without alerting.
//!
//! Detection runs in a file on this machine, over records in time order, up to where the deployment learned each entity
//! by itself. What the file holds at the end is merged into the deployment's table, such that merging it again changes
//! nothing: so an interrupted run is repeated, from its checkpoint or from the start.

mod ahead;
mod checkpoint;
mod learner;
mod log_group;
mod pace;
mod prefix;
mod progress;
mod report;
mod time;

use std::io::Write;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use weir_aws_host::{IntelStore, Metrics, SettingsStore, now};
use weir_detection::settings::Settings;
use weir_intel::Intel;
use weir_records::ReadOptions;
use weir_state::{Engine, Run};

use self::checkpoint::Checkpoint;
use self::learner::Learner;
use self::pace::Pace;
use self::progress::Progress;
use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::fault::Usage;
use crate::options::Backfill;

/// From when to when, milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: i64,
    to: i64,
}

/// One run over history.
struct Reading<'r, 'a> {
    aws: &'r Aws,
    span: Span,
    records: &'r ReadOptions,
    learner: &'r mut Learner<'a>,
    checkpoint: &'r mut Checkpoint,
    progress: &'r Progress,
    rate: Option<NonZeroU32>,
}

impl Reading<'_, '_> {
    /// The pace of requests, as asked for, else `usual` a second.
    fn pace(&self, usual: NonZeroU32) -> Pace {
        Pace::of(self.rate.unwrap_or(usual))
    }
}

/// Runs the command.
pub(crate) fn run(options: &Backfill, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let span = span(options)?;
    let deployment = Deployment::find(aws)?;
    let format = options.flow_format.as_ref().or(deployment.flow_format.as_ref());
    let flow_format = match format {
        Some(text) => Some(text.parse().map_err(|error| Usage(format!("--flow-format: {error}")))?),
        None => None,
    };
    let records = ReadOptions { source: options.source, flow_format, ..ReadOptions::default() };
    let (settings, intel) = in_force(aws, &deployment)?;
    let engine = deployment.engine(aws);

    let mut checkpoint = Checkpoint::open(options, &deployment.stage, span)?;
    let file = checkpoint.take_file()?;
    let known_since = |entity: &_| aws.wait(engine.known_since(entity)).map_err(anyhow::Error::from);
    let mut learner = Learner::new(file, &settings, &intel, &known_since, span);
    let progress = Progress::default();
    let mut reading = Reading {
        aws,
        span,
        records: &records,
        learner: &mut learner,
        checkpoint: &mut checkpoint,
        progress: &progress,
        rate: options.rate,
    };
    let read = match prefix::parse(&options.history) {
        Some((bucket, prefix)) => prefix::read(bucket, prefix, &mut reading),
        None => log_group::read(&options.history, &mut reading),
    };
    progress.finish();
    if let Err(error) = read {
        checkpoint.save(&mut learner)?;
        return Err(error.context(checkpoint.hint()));
    }
    learner.finish()?;
    checkpoint.save(&mut learner)?;

    let run = Run { batch: 0, settings: &settings, intel: &intel, now: now(), deadline: now() };
    let met = learner.met()?;
    learner.account_for();
    let lessons = learner.into_file()?;
    let learned = if options.dry_run {
        aws.wait(report::learned(&Engine::new(lessons), &met, &run))?
    } else {
        let changed = aws.wait(report::teach(&engine, &lessons, &met, &run));
        let changed = changed.with_context(|| checkpoint.hint())?;
        eprintln!("weirctl: {changed} documents and baselines of the deployment changed");
        aws.wait(report::learned(&engine, &met, &run))?
    };
    report::print(&learned, &settings, run.now, out)?;
    Ok(ExitCode::SUCCESS)
}

fn span(options: &Backfill) -> Result<Span> {
    let time = |flag: &str, text: &str| {
        time::read(text, now()).ok_or_else(|| {
            Usage(format!(
                "{flag} should be a date, a time as 2026-06-01T00:00:00Z, or an age as `21d` or `12h`, found `{text}`"
            ))
        })
    };
    let (from, to) = (time("--from", &options.from)?, time("--to", &options.to)?);
    if from >= to {
        return Err(Usage("--from should be before --to".to_owned()).into());
    }
    Ok(Span { from, to })
}

/// Settings and lists of the deployment.
fn in_force(aws: &Aws, deployment: &Deployment) -> Result<(Arc<Settings>, Arc<Intel>)> {
    let metrics = Metrics::default();
    let store = SettingsStore::new(&aws.config, &deployment.stage, 60_000);
    let settings = aws.wait(store.current(now(), &metrics))?;
    let rejected = metrics.counts().settings_rejected;
    if rejected > 0 {
        bail!(
            "{rejected} settings under /weir/{}/ have bad values, so it is not known what to learn by; \
             `weirctl settings pull` names them",
            deployment.stage
        );
    }
    let s3 = aws_sdk_s3::Client::new(&aws.config);
    let intel = aws.wait(IntelStore::new(&s3, deployment.bucket.clone()).current(now(), &metrics));
    if metrics.counts().intel_unreachable > 0 {
        eprintln!(
            "weirctl: the address lists cannot be read, so what they say is not learned; allow `s3:GetObject`"
        );
    }
    Ok((settings, intel))
}
