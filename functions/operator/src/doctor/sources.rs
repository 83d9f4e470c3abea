//! What is subscribed to the functions, and whether they are there.

use anyhow::Result;
use aws_sdk_lambda::types::State;

use super::check::Sheet;
use crate::aws::Aws;
use crate::deployment::function;
use crate::fault::failed;
use crate::options::Doctor;

/// The functions of every deployment.
const FUNCTIONS: [&str; 4] = ["flow-logs", "cloudtrail", "ingest", "intel"];

pub(super) fn check(aws: &Aws, options: &Doctor, sheet: &mut Sheet) {
    let mut ways = 0;
    for name in FUNCTIONS {
        let name = function(&aws.place.stage, name);
        match state(aws, &name) {
            Ok(State::Active) => sheet.ok("functions", format!("{name} is active")),
            Ok(State::Inactive) => sheet.ok("functions", format!("{name} was idle for weeks and will start")),
            Ok(State::Pending) => {
                sheet.warn("functions", format!("{name} is being created"), "look again in a minute");
            }
            Ok(state) => {
                sheet.fail("functions", format!("{name} is {}", state.as_str()), "look at its configuration")
            }
            Err(error) => {
                sheet.fail("functions", format!("{error:#}"), "deploy it, or give --stage and --region")
            }
        }
        for (source, is_enabled) in sheet.asked("sources", mappings(aws, &name)).unwrap_or_default() {
            ways += 1;
            if is_enabled {
                sheet.ok("sources", format!("{source} -> {name}"));
            } else {
                sheet.fail(
                    "sources",
                    format!("{source} -> {name} is disabled"),
                    "enable the event source mapping",
                );
            }
        }
    }
    let own = format!("/weir/{}/vpc-flow-logs", aws.place.stage);
    for group in options.log_group.iter().chain([&own]) {
        match filters(aws, group) {
            Ok(found) => {
                let own: Vec<_> =
                    found.iter().filter(|(to, _)| to.contains(&function(&aws.place.stage, ""))).collect();
                for (to, pattern) in &own {
                    ways += 1;
                    let to = to.rsplit(':').next().unwrap_or(to);
                    if pattern.is_empty() {
                        sheet.ok("sources", format!("log group {group} -> {to}"));
                    } else {
                        let found = format!("log group {group} -> {to}, only what matches `{pattern}`");
                        sheet.warn("sources", found, "detection needs all records: leave the pattern empty");
                    }
                }
                if own.is_empty() {
                    let remedy = "aws logs put-subscription-filter, see docs/deploy.md";
                    sheet.fail(
                        "sources",
                        format!("log group {group} reaches no function of this stage"),
                        remedy,
                    );
                }
            }
            // The deployment's own is there only where it creates flow logs.
            Err(_) if *group == own => {}
            Err(error) => sheet.fail("sources", format!("{error:#}"), "check the name given by --log-group"),
        }
    }
    if ways == 0 {
        let remedy = "give the log group by --log-group, or connect one (docs/deploy.md)";
        sheet.warn("sources", "no way in is known", remedy);
    }
}

fn state(aws: &Aws, name: &str) -> Result<State> {
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let got = aws
        .wait(lambda.get_function_configuration().function_name(name).send())
        .map_err(|error| failed(format!("look up {name}"), "lambda:GetFunctionConfiguration", error))?;
    // What was created before states were told is active.
    Ok(got.state.unwrap_or(State::Active))
}

/// Queues and streams that a function reads, and whether each is.
fn mappings(aws: &Aws, name: &str) -> Result<Vec<(String, bool)>> {
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let got = aws.wait(lambda.list_event_source_mappings().function_name(name).send()).map_err(|error| {
        failed(format!("list what {name} reads"), "lambda:ListEventSourceMappings", error)
    })?;
    let source = |arn: Option<&str>| arn.unwrap_or_default().split(':').skip(2).collect::<Vec<_>>().join(":");
    Ok(got
        .event_source_mappings()
        .iter()
        .map(|one| {
            (source(one.event_source_arn()), matches!(one.state(), Some("Enabled" | "Enabling" | "Updating")))
        })
        .collect())
}

/// Destination and pattern of a log group's subscriptions.
fn filters(aws: &Aws, group: &str) -> Result<Vec<(String, String)>> {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&aws.config);
    let got =
        aws.wait(logs.describe_subscription_filters().log_group_name(group).send()).map_err(|error| {
            failed(format!("see who reads {group}"), "logs:DescribeSubscriptionFilters", error)
        })?;
    Ok(got
        .subscription_filters()
        .iter()
        .map(|one| {
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            (text(one.destination_arn()), text(one.filter_pattern()))
        })
        .collect())
}
