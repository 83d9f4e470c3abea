//! What a call asked for, as far as somebody looks at it.

use serde_json::Value;

use super::narrowed::{Narrowed, narrowed};
use super::response::items;

/// What was asked for.
///
/// Secrets never come here: CloudTrail writes user data and the commands of SSM as masked text, and only
/// their presence is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Instances that the call names.
    pub instances: Vec<String>,
    /// Such as `c5n.large`.
    pub instance_type: Option<String>,
    /// How many instances or tasks at most.
    pub count: Option<u64>,
    /// Machine image, or the images of containers.
    pub images: Vec<String>,
    /// Whether a script was given to run at start.
    pub has_user_data: bool,
    /// The attribute that was changed, as `ModifyInstanceAttribute` and its kin name it.
    pub attribute: Option<&'static str>,
    /// What the attribute was set to, where that is a truth value.
    pub enabled: Option<bool>,
    /// Key pair.
    pub key_name: Option<String>,
    /// Instance profile or role that programs may call AWS with.
    pub role: Option<String>,
    /// User that the call is about.
    pub user: Option<String>,
    /// Policy that was attached.
    pub policy: Option<String>,
    /// What a security group was opened for.
    pub openings: Vec<Opening>,
    /// Document that SSM runs.
    pub document: Option<String>,
    /// Service quota, such as `L-1216C47A`.
    pub quota: Option<String>,
    /// Service that a quota or a linked role is of.
    pub service: Option<String>,
    /// What a trail no longer tells, by `PutEventSelectors` and `UpdateTrail`.
    pub narrowed: Option<Narrowed>,
    /// Where a subscription sends to.
    pub destination: Option<String>,
    /// Pattern of what a subscription sends; empty for everything.
    pub filter: Option<String>,
    /// Whatever else the call is about, by the names and ids that it gives: parameters, functions, topics,
    /// tables, filters, trails, flow logs, rules.
    pub names: Vec<String>,
}

/// One rule of a security group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Opening {
    /// Addresses, as CIDR blocks.
    pub blocks: Vec<String>,
    /// First and last port; `None` is every port.
    pub ports: Option<(u16, u16)>,
}

/// Members whose text names what a call is about.
const NAMES: [&str; 19] = [
    "name",
    "names",
    "functionName",
    "topicArn",
    "subscriptionArn",
    "tableName",
    "filterName",
    "logGroupName",
    "trailName",
    "resourceArn",
    "ruleName",
    "rule",
    "eventSourceArn",
    "uUID",
    "queueUrl",
    "detectorId",
    "stackName",
    "attributeName",
    "resolverQueryLogConfigId",
];

/// Attributes of instances and interfaces that matter, as they are named where they are an object.
const ATTRIBUTES: [&str; 6] = [
    "userData",
    "disableApiTermination",
    "sourceDestCheck",
    "groupSet",
    "instanceType",
    "instanceInitiatedShutdownBehavior",
];

/// `None` and what is no object asked for nothing.
pub(super) fn read(json: Option<&str>) -> Request {
    let Some(value) = json.and_then(|json| serde_json::from_str::<Value>(json).ok()) else {
        return Request::default();
    };
    let text =
        |paths: &[&str]| paths.iter().find_map(|path| value.pointer(path)?.as_str()).map(str::to_owned);
    let attribute = attribute(&value);
    let counts = ["/maxCount", "/desiredCount", "/maxSize", "/count"];
    let at_most = counts.iter().find_map(|path| number(value.pointer(path)?));
    let launches = items(&value, "/instancesSet/items").filter_map(|item| number(item.get("maxCount")?));
    Request {
        instances: instances(&value),
        instance_type: text(&["/instanceType", "/bundleId"]),
        count: launches.reduce(u64::saturating_add).or(at_most),
        images: images(&value),
        has_user_data: value.get("userData").is_some_and(|data| !data.is_null()),
        attribute,
        enabled: attribute.and_then(|name| match value.get(name)? {
            Value::Bool(enabled) => Some(*enabled),
            object => object.get("value")?.as_bool(),
        }),
        key_name: text(&["/keyName"]),
        role: text(&[
            "/iamInstanceProfile/arn",
            "/iamInstanceProfile/name",
            "/roleArn",
            "/roleName",
            "/role",
        ]),
        user: text(&["/userName"]),
        policy: text(&["/policyArn", "/policyName"]),
        openings: openings(&value),
        document: text(&["/documentName"]),
        quota: text(&["/quotaCode"]),
        service: text(&["/serviceCode", "/aWSServiceName"]),
        narrowed: narrowed(&value),
        destination: text(&["/destinationArn"]),
        filter: text(&["/filterPattern"]),
        names: names(&value),
    }
}

fn attribute(value: &Value) -> Option<&'static str> {
    let named = value.get("attribute").and_then(Value::as_str);
    ATTRIBUTES.into_iter().find(|name| {
        let given = value.get(name);
        named == Some(name)
            || given.is_some_and(|given| given.is_object() || given.is_boolean() || *name == "userData")
    })
}

fn instances(value: &Value) -> Vec<String> {
    let own = value.get("instanceId").and_then(Value::as_str);
    let set = items(value, "/instancesSet/items").filter_map(|item| item.get("instanceId")?.as_str());
    let list = items(value, "/instanceIds").filter_map(Value::as_str);
    let target = value.get("target").and_then(Value::as_str).filter(|target| target.starts_with("i-"));
    own.into_iter().chain(set).chain(list).chain(target).map(str::to_owned).collect()
}

fn images(value: &Value) -> Vec<String> {
    let own = value.get("imageId").and_then(Value::as_str);
    let set = items(value, "/instancesSet/items").filter_map(|item| item.get("imageId")?.as_str());
    let containers = items(value, "/containerDefinitions").filter_map(|item| item.get("image")?.as_str());
    let mut images: Vec<String> = own.into_iter().chain(set).chain(containers).map(str::to_owned).collect();
    images.dedup();
    images
}

/// The rules of a list, or the one rule that older clients write without a list.
fn openings(value: &Value) -> Vec<Opening> {
    let lone = value
        .get("cidrIp")
        .and_then(Value::as_str)
        .map(|block| Opening { blocks: vec![block.to_owned()], ports: opening(value).ports });
    items(value, "/ipPermissions/items").map(opening).chain(lone).collect()
}

fn opening(rule: &Value) -> Opening {
    let block = |list: &str, name: &str| -> Vec<String> {
        items(rule, list).filter_map(|range| Some(range.get(name)?.as_str()?.to_owned())).collect()
    };
    let port = |name: &str| rule.get(name).and_then(number).and_then(|port| u16::try_from(port).ok());
    Opening {
        blocks: [block("/ipRanges/items", "cidrIp"), block("/ipv6Ranges/items", "cidrIpv6")].concat(),
        ports: port("fromPort").zip(port("toPort")),
    }
}

fn names(value: &Value) -> Vec<String> {
    let named = NAMES.into_iter().filter_map(|name| value.get(name));
    let mut names: Vec<String> = Vec::new();
    for value in named {
        match value {
            Value::String(name) => names.push(name.clone()),
            Value::Array(list) => names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    // `DeleteFlowLogs` writes its list as an object with a tag, or a lone one without a list.
    let tagged = value.pointer("/DeleteFlowLogsRequest/FlowLogId");
    let one = |id: &Value| Some(id.as_str().or_else(|| id.get("content")?.as_str())?.to_owned());
    match tagged {
        Some(Value::Array(list)) => names.extend(list.iter().filter_map(one)),
        Some(id) => names.extend(one(id)),
        None => {}
    }
    names
}

/// A count, as a number and as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
