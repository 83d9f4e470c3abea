//! `weirctl test-fire`: a finding that says that it is none, by the way that real ones take.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use weir_alerting::{Product, to_sns};
use weir_aws_host::{Publisher, now};
use weir_detection::finding::{
    Activity, BaselineFacts, Contribution, Finding, Group, Kernel, Mode, Severity, Subject,
};

use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::fault::failed;
use crate::options::{Level, TestFire};
use crate::rows;

/// Who is subscribed to the topic.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    pub(crate) is_confirmed: bool,
    pub(crate) filter: Option<String>,
}

/// Runs the command.
pub(crate) fn run(options: &TestFire, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let deployment = Deployment::find(aws)?;
    let finding = sample(options.severity, &deployment.account, aws.region(), now());
    let message = to_sns(&finding, &Product::default())?;
    let (subject, size) = (message.subject.clone(), message.size());
    aws.wait(Publisher::new(&aws.config, deployment.topic_arn.as_str()).publish(message))?;
    writeln!(out, "published `{subject}` ({size} bytes) to {}", deployment.topic_arn)?;
    writeln!(out, "its finding_info.uid is {}\n", finding.uid)?;
    let subscribed = subscriptions(aws, &deployment.topic_arn)?;
    if subscribed.is_empty() {
        writeln!(out, "nobody is subscribed: add a subscription to the topic")?;
        return Ok(ExitCode::FAILURE);
    }
    let table: Vec<[String; 4]> = subscribed
        .into_iter()
        .map(|one| {
            let state = if one.is_confirmed { "subscribed" } else { "not confirmed: it gets nothing" };
            [
                one.protocol,
                one.endpoint,
                state.to_owned(),
                one.filter.unwrap_or_else(|| "all findings".to_owned()),
            ]
        })
        .collect();
    rows::write(out, ["PROTOCOL", "ENDPOINT", "STATE", "FILTER"], &table)?;
    Ok(ExitCode::SUCCESS)
}

/// Everybody who is subscribed, with the filter of each.
pub(crate) fn subscriptions(aws: &Aws, topic_arn: &str) -> Result<Vec<Subscription>> {
    let sns = aws_sdk_sns::Client::new(&aws.config);
    let mut pages = sns.list_subscriptions_by_topic().topic_arn(topic_arn).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = aws.wait(pages.next()) {
        let page = page.map_err(|error| {
            failed(format!("list who is subscribed to {topic_arn}"), "sns:ListSubscriptionsByTopic", error)
        })?;
        for one in page.subscriptions() {
            let arn = one.subscription_arn().filter(|arn| arn.starts_with("arn:"));
            let filter = match arn {
                Some(arn) => filter(aws, &sns, arn)?,
                None => None,
            };
            found.push(Subscription {
                protocol: one.protocol().unwrap_or_default().to_owned(),
                endpoint: one.endpoint().unwrap_or_default().to_owned(),
                is_confirmed: arn.is_some(),
                filter,
            });
        }
    }
    Ok(found)
}

fn filter(aws: &Aws, sns: &aws_sdk_sns::Client, arn: &str) -> Result<Option<String>> {
    let asked = sns.get_subscription_attributes().subscription_arn(arn).send();
    let got = aws.wait(asked).map_err(|error| {
        failed(format!("read the filter of {arn}"), "sns:GetSubscriptionAttributes", error)
    })?;
    Ok(got.attributes().and_then(|attributes| attributes.get("FilterPolicy")).cloned())
}

/// A finding that is marked as a test wherever a reader may look first.
fn sample(level: Level, account: &str, region: &str, now: i64) -> Finding {
    let severity = match level {
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    };
    let fact = "weirctl test-fire was run; no traffic was looked at and nothing has to be done".to_owned();
    Finding {
        host: None,
        actors: Vec::new(),
        uid: format!("weir-test-{account}-{region}-{now}"),
        activity: Activity::Create,
        analytic: "AN0084".to_owned(),
        mode: Mode::Live,
        severity,
        confidence: 0,
        kernel: Kernel::Relay,
        title: "TEST of Weir's alerts, no finding".to_owned(),
        description: format!("TEST: {fact}"),
        time: now,
        start: now,
        end: now,
        created: now,
        count: 1,
        subject: Subject {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            ..Subject::default()
        },
        contributions: vec![Contribution {
            group: Group::Structure,
            kernel: Kernel::Relay,
            score: 0.0,
            weight: 0.0,
            facts: vec![fact.clone()],
        }],
        baseline: BaselineFacts::default(),
        remotes: Vec::new(),
        series: Vec::new(),
        usd_so_far: 0.0,
        usd_month: 0.0,
        missing: Vec::new(),
        why: vec![fact],
        would_raise: Vec::new(),
        settings: Vec::new(),
        suppressed: None,
    }
}
