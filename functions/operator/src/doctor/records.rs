//! What the functions counted in the last hour, as their logs tell it.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;
use weir_alerting::units;
use weir_aws_host::now;

use super::check::Sheet;
use super::format;
use crate::aws::Aws;
use crate::deployment::{Deployment, function};
use crate::fault::failed;

const HOUR: i64 = 3_600_000;

/// Pages of a log that are looked at: the counts are a share of the hour where there are more.
const PAGES: usize = 20;

/// Sums of the metrics, and the latest of the figures.
#[derive(Debug, Default)]
struct Counted {
    sums: BTreeMap<String, u64>,
    /// Time of the latest record.
    latest: Option<i64>,
    runs: u64,
}

pub(super) fn check(aws: &Aws, deployment: &Deployment, sheet: &mut Sheet) {
    let name = function(&aws.place.stage, "flow-logs");
    if let Some(counted) = sheet.asked("records", counted(aws, &name)) {
        judge(&counted, now(), sheet);
        format::compare(&counted.sums, deployment.flow_format.as_deref(), sheet);
    }
    let name = function(&aws.place.stage, "cloudtrail");
    if let Some(counted) = sheet.asked("calls", counted(aws, &name)) {
        match counted.latest {
            Some(latest) => {
                let ago = units::span(now().saturating_sub(latest).max(0));
                sheet.ok(
                    "calls",
                    format!("{} in the last hour, the latest {ago} ago", counted.sum("Records")),
                );
            }
            None => {
                let remedy = "connect a trail (docs/deploy.md): what leads to instances is not seen";
                sheet.warn("calls", "none in the last hour", remedy);
            }
        }
    }
}

fn judge(counted: &Counted, now: i64, sheet: &mut Sheet) {
    let records = counted.sum("Records");
    let refused: Vec<String> = counted
        .sums
        .iter()
        .filter_map(|(name, count)| Some(format!("{count} {}", name.strip_prefix("Rejects/")?)))
        .collect();
    match counted.latest {
        Some(latest) => {
            let ago = now.saturating_sub(latest).max(0);
            let found = format!(
                "{} in the last hour, the latest {} ago",
                units::thousands(records),
                units::span(ago)
            );
            if ago > HOUR {
                sheet.warn(
                    "records",
                    found,
                    "flow logs come late: compare their aggregation interval and delivery",
                );
            } else {
                sheet.ok("records", found);
            }
        }
        None if counted.runs > 0 => {
            sheet.fail("records", "the function ran and read none", "see the log for `records refused`");
        }
        None => {
            sheet.fail("records", "none in the last hour", "check flow log and subscription (docs/deploy.md)")
        }
    }
    if !refused.is_empty() {
        let found = refused.join(", ");
        let is_format = found.contains("few-fields") || found.contains("many-fields");
        let remedy = if is_format {
            "the flow log's fields are not those of FlowFormat: give them in the order of the flow log"
        } else {
            "compare the flow log's format with what its source documents"
        };
        if counted.sum("Rejects") * 20 > records {
            sheet.fail("format", found, remedy);
        } else {
            sheet.warn("format", found, remedy);
        }
    } else if records > 0 {
        sheet.ok("format", "every record is read");
    }
    for (name, remedy) in [
        ("Losses", "AWS declares records lost (SKIPDATA): figures are lower bounds"),
        ("Late", "records come after their window was judged: raise the setting lateness"),
        ("Future", "records end in the future: check the senders' clocks"),
        ("UnconfirmedAlerts", "findings wait for the topic: check its policy, its key and the role"),
        ("SettingsRejected", "`weirctl settings pull` names the bad values"),
        ("SettingsUnreachable", "the role needs ssm:GetParametersByPath"),
        ("IntelUnreachable", "the role needs s3:GetObject and s3:ListBucket on the bucket of lists"),
    ] {
        let count = counted.sum(name);
        if count > 0 {
            sheet.warn("counts", format!("{name}: {}", units::thousands(count)), remedy);
        }
    }
    let [learning, provisional, mature] =
        ["WindowsLearning", "WindowsProvisional", "WindowsMature"].map(|name| counted.sum(name));
    if learning + provisional + mature > 0 {
        let found =
            format!("windows judged: {mature} mature, {provisional} provisional, {learning} learning");
        if mature + provisional == 0 {
            sheet.warn("learning", found, "`weirctl backfill` teaches from history what else takes days");
        } else {
            sheet.ok("learning", found);
        }
    }
}

impl Counted {
    fn sum(&self, name: &str) -> u64 {
        self.sums.get(name).copied().unwrap_or_default()
    }

    /// Takes in a line of a log, if it is one of metrics.
    fn add(&mut self, line: &str) {
        let Ok(Value::Object(members)) = serde_json::from_str(line) else { return };
        let Some(time) = members.get("_aws").and_then(|aws| aws.get("Timestamp")).and_then(Value::as_i64)
        else {
            return;
        };
        self.runs += 1;
        if let Some(lag) = members.get("Lag").and_then(Value::as_i64) {
            self.latest = self.latest.max(Some(time - lag));
        }
        for (name, value) in &members {
            if let Some(count) = value.as_u64() {
                *self.sums.entry(name.clone()).or_default() += count;
            }
        }
    }
}

fn counted(aws: &Aws, function: &str) -> Result<Counted> {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&aws.config);
    let asked = logs
        .filter_log_events()
        .log_group_name(format!("/aws/lambda/{function}"))
        .start_time(now() - HOUR)
        .filter_pattern("CloudWatchMetrics");
    let mut pages = asked.into_paginator().send();
    let mut counted = Counted::default();
    for _ in 0..PAGES {
        let Some(page) = aws.wait(pages.next()) else { break };
        let page = page
            .map_err(|error| failed(format!("read the log of {function}"), "logs:FilterLogEvents", error))?;
        page.events().iter().for_each(|event| counted.add(event.message().unwrap_or_default()));
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::super::check::Level;
    use super::*;

    const NOW: i64 = 1_795_493_700_000;

    /// What is said of an hour with these metrics, by what it is about.
    fn said(metrics: &str) -> Vec<(Level, &'static str)> {
        let mut counted = Counted::default();
        counted.add(&format!(r#"{{"_aws":{{"Timestamp":{NOW}}},{metrics}}}"#));
        counted.add("START RequestId: 1");
        let mut sheet = Sheet::default();
        judge(&counted, NOW, &mut sheet);
        sheet.checks.iter().map(|check| (check.level, check.what)).collect()
    }

    #[test]
    fn an_hour_is_judged_by_its_counts() {
        use Level::{Fail, Ok, Warn};
        for (metrics, expected) in [
            (
                r#""Records":100,"Lag":60000,"WindowsMature":9"#,
                vec![(Ok, "records"), (Ok, "format"), (Ok, "learning")],
            ),
            (
                r#""Records":100,"Lag":60000,"Rejects":5,"Rejects/too-few-fields":5,"WindowsLearning":1"#,
                vec![(Ok, "records"), (Warn, "format"), (Warn, "learning")],
            ),
            (
                r#""Records":100,"Lag":7200000,"Rejects":6,"Rejects/bad-payload":6,"Late":1"#,
                vec![(Warn, "records"), (Fail, "format"), (Warn, "counts")],
            ),
            (r#""Records":0"#, vec![(Fail, "records")]),
        ] {
            assert_eq!(said(metrics), expected, "{metrics}");
        }
        let mut sheet = Sheet::default();
        judge(&Counted::default(), NOW, &mut sheet);
        assert!(sheet.checks[0].found.contains("none in the last hour"));
    }
}
