//! The worst week of honest administration: a new engineer on the road, an incident at night, a rollout to a new region.
//!
//! Every condition of a stolen key is met by somebody here, on hosts that nobody hijacks.

use serde_json::{Value, json};

use super::{Caller, DAY, HOUR, MINUTE, Trail};
use crate::labels::{Entity, Labels};

/// Hosts that each of the people works on.
const HOSTS: usize = 6;

/// Calls beside those of [`super::administration`].
#[must_use]
pub fn rollout(labels: &Labels, account: &str, seed: u64) -> Vec<(i64, Value)> {
    let mut trail = Trail::new(account, seed, 3);
    let mut innocent: Vec<&Entity> = labels
        .entities
        .iter()
        .filter(|entity| entity.entity.starts_with("i-"))
        .filter(|entity| labels.hijacks.iter().all(|hijack| hijack.entity != entity.entity))
        .collect();
    let days = ((labels.end_ms - labels.start_ms) / DAY).max(1) as u64;
    for who in 0..3_u64 {
        let time = labels.start_ms + trail.dice.below(days) as i64 * DAY + trail.dice.below(20) as i64 * HOUR;
        let source = format!("192.0.2.{}", trail.dice.below(250) + 1);
        let engineer = Caller {
            kind: "IAMUser",
            arn: format!("arn:aws:iam::{account}:user/engineer-{who}"),
            key: format!("AKIAENGINEER{who}"),
            agent: "aws-cli/2.30 md/command#ec2",
            source,
            service: None,
        };
        for (minute, call) in ["GetCallerIdentity", "DescribeRegions", "GetServiceQuota", "CreateKeyPair"]
            .into_iter()
            .enumerate()
        {
            trail.call(time + minute as i64 * MINUTE, &engineer, call, json!({}), Value::Null);
        }
        for minute in 4..7 {
            trail.dry_run(time + minute * MINUTE, &engineer);
        }
        for n in 0..HOSTS {
            if innocent.is_empty() {
                break;
            }
            let host = innocent.swap_remove(trail.dice.below(innocent.len() as u64) as usize);
            work(&mut trail, &engineer, host, time + (10 + n as i64) * MINUTE, n);
        }
    }
    trail.finish()
}

/// Works on a host, in one of the ways that a thief would.
fn work(trail: &mut Trail, engineer: &Caller, host: &Entity, time: i64, n: usize) {
    match n % 3 {
        0 => {
            let command = json!({"instanceIds": [host.entity], "documentName": "AWS-RunShellScript"});
            trail.call(time, engineer, "SendCommand", command, Value::Null);
        }
        1 => {
            let change = json!({"instanceId": host.entity, "userData": "<sensitiveDataRemoved>"});
            trail.call(time, engineer, "ModifyInstanceAttribute", change, Value::Null);
        }
        _ => trail.launch(time, engineer, "ap-south-1", "c5n.large", &host.entity, &host.interface),
    }
}
