//! CloudTrail of an account beside its flow logs: administration as it is everywhere, and what leads to a hijack.
//!
//! Made from the labels of a world alone, so that the same flows can be judged with and without calls.

mod rollout;

pub use rollout::rollout;
use serde_json::{Value, json};

use super::dice::Dice;
use crate::labels::{Entity, Hijack, Labels};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const MINUTE: i64 = 60_000;

const HOME_REGION: &str = "eu-west-1";

/// Hijacks of this kind come by three, of instances that were launched for it.
const FLEET: &str = "relay-fleet";

/// Where people and deployments of the account call from.
const OFFICE: &str = "198.51.100.20";

/// One caller.
struct Caller {
    kind: &'static str,
    arn: String,
    key: String,
    agent: &'static str,
    source: String,
    service: Option<&'static str>,
}

/// A trail in the making.
struct Trail {
    account: String,
    dice: Dice,
    events: u64,
    calls: Vec<(i64, Value)>,
}

/// Calls of ordinary administration over a world and the week before it: deployments that launch, scaling, Terraform,
/// people at the console, AWS's own services, and an administrator who is woken once.
#[must_use]
pub fn administration(labels: &Labels, account: &str, seed: u64) -> Vec<(i64, Value)> {
    let mut trail = Trail::new(account, seed, 1);
    let start = labels.start_ms - 7 * DAY;
    let days = (labels.end_ms - start) / DAY;
    let hosts: Vec<&Entity> =
        labels.entities.iter().filter(|entity| entity.entity.starts_with("i-")).collect();
    let deploy = trail.role("deploy", "APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2", OFFICE);
    let scaling = Caller {
        service: Some("autoscaling.amazonaws.com"),
        ..trail.role(
            "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            "autoscaling.amazonaws.com",
            "",
        )
    };
    let person = trail.role("aws-reserved/sso.amazonaws.com/Developer", "Mozilla/5.0 Firefox/140.0", OFFICE);
    let glass = trail.role("break-glass", "aws-cli/2.30", "198.51.100.44");
    for day in 0..days {
        let morning = start + day * DAY + 8 * HOUR;
        for call in
            ["GetCallerIdentity", "DescribeInstances", "DescribeInstanceTypes", "DescribeSecurityGroups"]
        {
            let time = morning + trail.dice.below(HOUR as u64) as i64;
            trail.call(time, &deploy, call, json!({}), Value::Null);
        }
        trail.call(
            morning + 2 * HOUR,
            &person,
            "ConsoleLogin",
            json!({}),
            json!({"ConsoleLogin": "Success"}),
        );
        trail.call(morning + 2 * HOUR + MINUTE, &person, "DescribeInstances", json!({}), Value::Null);
        if let Some(host) = hosts.get(trail.dice.below(hosts.len().max(1) as u64) as usize) {
            let target = json!({"instanceIds": [host.entity], "documentName": "AWS-RunShellScript"});
            trail.call(morning + 3 * HOUR, &person, "SendCommand", target, Value::Null);
            let target = json!({"instanceId": host.entity, "userData": "<sensitiveDataRemoved>"});
            trail.call(morning + 4 * HOUR, &deploy, "ModifyInstanceAttribute", target, Value::Null);
        }
        let made = format!("i-{:017x}", trail.dice.below(u64::MAX));
        trail.launch(
            morning + 5 * HOUR,
            &scaling,
            HOME_REGION,
            "m5.large",
            &made,
            &format!("eni-{}", &made[2..]),
        );
    }
    // Every host of the world was deployed by the pipeline, or by scaling, on one of the days before it; a fleet is its
    // thief's.
    let is_fleets = |host: &Entity| {
        labels.hijacks.iter().any(|hijack| hijack.kind == FLEET && hijack.entity == host.entity)
    };
    for (n, host) in hosts.iter().enumerate().filter(|(_, host)| !is_fleets(host)) {
        let time = host.alive_from_ms.max(labels.start_ms)
            - 10 * MINUTE
            - (n as i64 % 7) * DAY
            - (n as i64 * 37 % 24) * HOUR;
        let caller = if n % 3 == 0 { &scaling } else { &deploy };
        trail.launch(time, caller, HOME_REGION, "m5.large", &host.entity, &host.interface);
    }
    let night = labels.start_ms + DAY + 2 * HOUR;
    trail.call(night, &glass, "GetCallerIdentity", json!({}), Value::Null);
    trail.call(night + MINUTE, &glass, "CreateKeyPair", json!({"keyName": "night"}), Value::Null);
    if let Some(host) = hosts.first() {
        let target = json!({"instancesSet": {"items": [{"instanceId": host.entity}]}});
        trail.call(night + 2 * MINUTE, &glass, "StartInstances", target, Value::Null);
    }
    trail.finish()
}

/// What led to each hijack: a key that is used from a network of its own, asks what it may, and launches or changes
/// the host an hour before the first hostile packet.
#[must_use]
pub fn preludes(labels: &Labels, account: &str, seed: u64) -> Vec<(i64, Value)> {
    let mut trail = Trail::new(account, seed, 2);
    for (at, hijack) in labels.hijacks.iter().enumerate() {
        // A fleet is launched by one caller within minutes.
        let is_fleet = |other: &&Hijack| other.kind == hijack.kind && hijack.kind == FLEET;
        let n = labels.hijacks.iter().position(|other| is_fleet(&other)).unwrap_or(at);
        let name = format!("leaked-{n}");
        let thief = Caller {
            kind: "IAMUser",
            arn: format!("arn:aws:iam::{account}:user/{name}"),
            key: format!("AKIA{n:012}"),
            agent: "Boto3/1.40 md/Botocore",
            source: format!("203.0.113.{}", n % 250 + 1),
            service: None,
        };
        // The key did its work from the office for a week before it leaked.
        for day in 1..7 {
            let usual =
                Caller { source: OFFICE.to_owned(), arn: thief.arn.clone(), key: thief.key.clone(), ..thief };
            trail.call(labels.start_ms - day * DAY, &usual, "ListBuckets", json!({}), Value::Null);
        }
        let begin = hijack.start_ms - HOUR;
        trail.call(begin, &thief, "GetCallerIdentity", json!({}), Value::Null);
        trail.call(
            begin + MINUTE,
            &thief,
            "GetServiceQuota",
            json!({"quotaCode": "L-1216C47A"}),
            Value::Null,
        );
        for minute in 2..5 {
            trail.dry_run(begin + minute * MINUTE, &thief);
        }
        let way = if hijack.kind == FLEET { 0 } else { n };
        act(&mut trail, &thief, hijack, begin + 10 * MINUTE + (at - n) as i64, way);
    }
    trail.finish()
}

/// Launches of the fleets of a world, as unsuspicious as can be: of a type and in a region of every day, from the office,
/// by one caller, or by as many as there are hosts.
#[must_use]
pub fn launches(labels: &Labels, account: &str, is_one: bool, seed: u64) -> Vec<(i64, Value)> {
    let mut trail = Trail::new(account, seed, 4);
    for (n, hijack) in labels.hijacks.iter().filter(|hijack| hijack.kind == FLEET).enumerate() {
        let name = format!("engineer-{}", if is_one { 0 } else { n });
        let caller = Caller { kind: "IAMUser", ..trail.role(&name, "aws-cli/2.30", OFFICE) };
        for day in 1..8 {
            let (id, interface) = (format!("i-{n:08x}{day:09x}"), format!("eni-{n:08x}{day:09x}"));
            let time = hijack.start_ms - day * DAY - n as i64 * MINUTE;
            trail.launch(time, &caller, HOME_REGION, "m5.large", &id, &interface);
        }
        let time = hijack.start_ms - HOUR + n as i64 * MINUTE;
        trail.launch(time, &caller, HOME_REGION, "m5.large", &hijack.entity, &hijack.interface);
    }
    trail.finish()
}

/// Takes the host, in one of four ways.
fn act(trail: &mut Trail, thief: &Caller, hijack: &Hijack, time: i64, n: usize) {
    let set = json!({"instancesSet": {"items": [{"instanceId": hijack.entity}]}});
    match n % 4 {
        0 => trail.launch(time, thief, "ap-south-1", "c5n.large", &hijack.entity, &hijack.interface),
        1 => {
            let change = json!({"instanceId": hijack.entity, "userData": "<sensitiveDataRemoved>"});
            trail.call(time, thief, "ModifyInstanceAttribute", change, Value::Null);
        }
        2 => {
            trail.call(time - 9 * DAY, thief, "StopInstances", set.clone(), Value::Null);
            trail.call(time, thief, "StartInstances", set, Value::Null);
        }
        _ => {
            let command = json!({"instanceIds": [hijack.entity], "documentName": "AWS-RunShellScript"});
            trail.call(time, thief, "SendCommand", command, Value::Null);
        }
    }
}

impl Trail {
    fn new(account: &str, seed: u64, part: u64) -> Self {
        Self {
            account: account.to_owned(),
            dice: Dice::new(seed, &[0x7a, part]),
            events: part << 32,
            calls: Vec::new(),
        }
    }

    fn role(&self, name: &str, agent: &'static str, source: &str) -> Caller {
        Caller {
            kind: "AssumedRole",
            arn: format!("arn:aws:iam::{}:role/{name}", self.account),
            key: format!("ASIA{}", name.len()),
            agent,
            source: source.to_owned(),
            service: None,
        }
    }

    fn call(&mut self, time: i64, caller: &Caller, name: &str, request: Value, response: Value) {
        self.record(time, caller, HOME_REGION, name, request, response, None);
    }

    fn dry_run(&mut self, time: i64, caller: &Caller) {
        let error = Some("Client.DryRunOperation");
        self.record(time, caller, "ap-south-1", "RunInstances", json!({}), Value::Null, error);
    }

    fn launch(&mut self, time: i64, caller: &Caller, region: &str, kind: &str, id: &str, interface: &str) {
        let made = json!({"instanceId": id, "instanceType": kind,
            "networkInterfaceSet": {"items": [{"networkInterfaceId": interface}]}});
        let response = json!({"instancesSet": {"items": [made]}});
        self.record(time, caller, region, "RunInstances", json!({"instanceType": kind}), response, None);
    }

    #[expect(clippy::too_many_arguments, reason = "a record has as many independent parts")]
    fn record(
        &mut self,
        time: i64,
        caller: &Caller,
        region: &str,
        name: &str,
        request: Value,
        response: Value,
        error: Option<&str>,
    ) {
        self.events += 1;
        let identity = match caller.kind {
            "AssumedRole" => {
                json!({"type": caller.kind, "accountId": self.account, "accessKeyId": caller.key,
                "principalId": "AROAX:session", "arn": caller.arn.replace(":iam:", ":sts:"),
                "invokedBy": caller.service,
                "sessionContext": {"sessionIssuer": {"type": "Role", "arn": caller.arn}}})
            }
            kind => {
                json!({"type": kind, "accountId": self.account, "accessKeyId": caller.key, "arn": caller.arn})
            }
        };
        let [y, mo, d, h, mi, s] = super::calendar::civil(time.div_euclid(1_000));
        let event = json!({
            "eventVersion": "1.11",
            "eventTime": format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z"),
            "eventID": format!("{:032x}", self.events),
            "eventName": name,
            "eventSource": source_of(name),
            "eventType": "AwsApiCall",
            "awsRegion": region,
            "recipientAccountId": self.account,
            "sourceIPAddress": caller.service.map_or(caller.source.as_str(), |service| service),
            "userAgent": caller.agent,
            "userIdentity": identity,
            "errorCode": error,
            "requestParameters": request,
            "responseElements": response,
        });
        self.calls.push((time, event));
    }

    fn finish(mut self) -> Vec<(i64, Value)> {
        self.calls.sort_by_key(|(time, _)| *time);
        self.calls
    }
}

fn source_of(name: &str) -> &'static str {
    match name {
        "GetCallerIdentity" => "sts.amazonaws.com",
        "GetServiceQuota" => "servicequotas.amazonaws.com",
        "SendCommand" => "ssm.amazonaws.com",
        "ConsoleLogin" => "signin.amazonaws.com",
        "ListBuckets" => "s3.amazonaws.com",
        _ => "ec2.amazonaws.com",
    }
}
