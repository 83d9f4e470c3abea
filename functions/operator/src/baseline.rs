//! `weirctl baseline show`: what a deployment has learned of an entity.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use weir_alerting::units;
use weir_aws_host::{IntelStore, Metrics, now};
use weir_detection::baseline::History;
use weir_detection::entity::EntityKey;
use weir_detection::finding::{BaselineLevel, Learning};
use weir_state::{Learned, Run};

use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::options::Baseline;
use crate::{rows, settings};

/// Runs the command.
pub(crate) fn run(options: &Baseline, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let Baseline::Show { entity } = options;
    let deployment = Deployment::find(aws)?;
    let (account, id) = entity.split_once('/').unwrap_or((&deployment.account, entity));
    let key = EntityKey { account: account.to_owned(), id: id.to_owned() };
    let settings = settings::checked(&settings::read(aws)?)?;
    let s3 = aws_sdk_s3::Client::new(&aws.config);
    let lists = IntelStore::new(&s3, deployment.bucket.clone());
    let intel = aws.wait(lists.current(now(), &Metrics::default()));
    let run = Run { batch: 0, settings: &settings, intel: &intel, now: now(), deadline: now() };
    let Some(learned) = aws.wait(deployment.engine(aws).learned(&key, &run))? else {
        bail!(
            "nothing is known of {account}/{id} in the table {}; an instance goes by its id where flow logs or the \
             inventory name it, else its interface does",
            deployment.table
        );
    };
    print(&key, &learned, out)?;
    Ok(ExitCode::SUCCESS)
}

fn print(key: &EntityKey, learned: &Learned, out: &mut dyn Write) -> Result<()> {
    let facts = &learned.usual.facts;
    let state = match facts.state {
        Learning::Mature => "mature",
        Learning::Provisional => "provisional",
        Learning::Learning => "learning",
    };
    let level = match facts.level {
        BaselineLevel::Slot => "its own at this hour of such days",
        BaselineLevel::Entity => "its own at all hours",
        BaselineLevel::Group => "that of its peers",
        BaselineLevel::Absolute => "none: the settings' floors",
    };
    writeln!(out, "{}/{}: {state}, {:.1} days old", key.account, key.id, facts.age_days)?;
    writeln!(
        out,
        "first seen {}, latest record {}",
        units::utc(learned.state.first_seen),
        units::utc(learned.state.latest)
    )?;
    writeln!(out, "held against now: {level}")?;
    writeln!(out, "peers: {}", learned.group)?;
    let open = learned.state.incidents.len();
    if open > 0 {
        writeln!(out, "incidents remembered: {open}")?;
    }
    writeln!(out, "\nExternal egress in windows of 5 minutes:\n")?;
    let mut table = vec![row("all hours".to_owned(), learned.all_hours.history())];
    for (slot, baseline) in &learned.slots {
        let (is_workday, hour) = slot.hour();
        let day = if is_workday { "working days" } else { "free days" };
        table.push(row(format!("{day} {hour:02}:00"), baseline.history()));
    }
    rows::write(out, ["HOURS", "WINDOWS", "P50", "P90", "P95", "P99"], &table)?;
    Ok(())
}

fn row(name: String, history: &History) -> [String; 6] {
    let [p50, p90, p95, p99] = [50, 90, 95, 99].map(|percent| units::bytes(history.percentile(percent)));
    [name, units::thousands(u64::from(history.samples())), p50, p90, p95, p99]
}
