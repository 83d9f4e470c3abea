//! `weirctl doctor`: what a deployment needs to see, to decide and to be heard, checked one by one.

mod check;
mod clock;
mod format;
mod lists;
mod permissions;
mod records;
mod sources;
mod told;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

use self::check::{Check, Level, Sheet};
use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::options::Doctor;
use crate::settings;

/// Runs the command.
pub(crate) fn run(options: &Doctor, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let deployment = Deployment::find(aws)?;
    let mut sheet = Sheet::default();
    sheet.ok(
        "deployment",
        format!("stage {}, account {}, {}", deployment.stage, deployment.account, aws.region()),
    );
    let settings = in_force(aws, &mut sheet);
    told::check(aws, &deployment, &mut sheet);
    sources::check(aws, options, &mut sheet);
    records::check(aws, &deployment, &mut sheet);
    lists::check(aws, &deployment, &settings, &mut sheet);
    table(aws, &deployment, &mut sheet);
    permissions::check(aws, &deployment, &mut sheet);
    clock::check(aws, &deployment, &mut sheet);
    print(&sheet.checks, out)
}

/// The settings as the deployment reads them; the defaults where it refuses them.
fn in_force(aws: &Aws, sheet: &mut Sheet) -> weir_detection::settings::Settings {
    let Some(values) = sheet.asked("settings", settings::read(aws)) else { return Default::default() };
    match settings::checked(&values) {
        Ok(settings) => {
            sheet.ok("settings", format!("{} parameters, no fault", values.len()));
            settings
        }
        Err(errors) => {
            for fault in errors.faults() {
                let remedy = "mend it by `weirctl settings push`; the last good set is in force";
                sheet.fail("settings", fault.to_string(), remedy);
            }
            Default::default()
        }
    }
}

/// Whether the table can be read: the deployment writes it, and so does a backfill.
fn table(aws: &Aws, deployment: &Deployment, sheet: &mut Sheet) {
    let nobody = weir_detection::entity::EntityKey { account: "-".to_owned(), id: "doctor".to_owned() };
    let read = aws.wait(deployment.engine(aws).known_since(&nobody)).map_err(anyhow::Error::from);
    if sheet.asked("table", read).is_some() {
        sheet.ok("table", format!("{} can be read", deployment.table));
    }
}

fn print(checks: &[Check], out: &mut dyn Write) -> Result<ExitCode> {
    for Check { level, what, found, remedy } in checks {
        writeln!(out, "{:<5} {what:<14} {found}", level.name())?;
        if !remedy.is_empty() {
            writeln!(out, "{:>20} -> {remedy}", "")?;
        }
    }
    let count = |level| checks.iter().filter(|check| check.level == level).count();
    let (warnings, failures) = (count(Level::Warn), count(Level::Fail));
    writeln!(out, "\n{} ok, {warnings} warn, {failures} fail", count(Level::Ok))?;
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
