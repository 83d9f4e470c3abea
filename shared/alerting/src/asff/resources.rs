//! `Resources`: whom the finding speaks of, at least one.

use serde_json::{Map, Value, json};
use weir_detection::finding::{ActorContainer, Finding};

use super::{HubProduct, some};
use crate::facts;
use crate::names::given;
use crate::ocsf::entity::interfaces;
use crate::plain;

/// Interfaces listed at most: a finding may have 32 resources.
const INTERFACES: usize = 16;

/// Tags listed at most.
const TAGS: usize = 10;

/// The instance, its interfaces and suspected containers; the host by its name where nothing of these is known, and the
/// account where not even that is.
pub(super) fn resources(finding: &Finding, hub: &HubProduct) -> Value {
    let subject = &finding.subject;
    let place = Place {
        partition: &hub.partition,
        region: given(&subject.region).and_then(plain::region).unwrap_or(&hub.region),
        account: given(&subject.account).filter(|account| is_account(account)).unwrap_or(&hub.account),
    };
    let mut resources = Vec::new();
    if let Some(id) = given(&subject.instance).and_then(|id| plain::resource_id(id, "i-")) {
        let mut instance = place.resource("AwsEc2Instance", &place.arn("instance", id));
        instance["Details"] = json!({ "AwsEc2Instance": instance_details(finding) });
        resources.push(instance);
    }
    for id in interfaces(subject).filter_map(|id| plain::resource_id(id, "eni-")).take(INTERFACES) {
        let mut interface = place.resource("AwsEc2NetworkInterface", &place.arn("network-interface", id));
        interface["Details"] = json!({ "AwsEc2NetworkInterface": { "NetworkInterfaceId": id } });
        resources.push(interface);
    }
    if resources.is_empty()
        && let Some(host) = host(finding)
    {
        let mut other = place.resource("Other", &host);
        if let Some(addresses) = some(&addresses(finding), 1_024) {
            other["Details"] = json!({ "Other": { "addresses": addresses } });
        }
        resources.push(other);
    }
    let containers = finding.actors.iter().filter_map(|actor| actor.container.as_ref());
    resources.extend(containers.take(4).filter_map(|container| self::container(container, &place)));
    if resources.is_empty() {
        resources.push(place.resource("AwsAccount", &format!("AWS::::Account:{}", place.account)));
    }
    if let (Some(first), Some(tags)) = (resources.first_mut(), tags(finding)) {
        first["Tags"] = tags;
    }
    resources.into()
}

/// Where the entity is, which need not be where Security Hub is called.
struct Place<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl Place<'_> {
    fn resource(&self, kind: &str, id: &str) -> Value {
        json!({ "Type": kind, "Id": id, "Partition": self.partition, "Region": self.region })
    }

    fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:{}:ec2:{}:{}:{kind}/{id}", self.partition, self.region, self.account)
    }
}

fn is_account(account: &str) -> bool {
    account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit())
}

fn instance_details(finding: &Finding) -> Value {
    let subject = &finding.subject;
    let mut details = Map::new();
    let texts = [("Type", &subject.instance_type), ("VpcId", &subject.vpc), ("SubnetId", &subject.subnet)];
    for (name, value) in texts {
        if let Some(value) = given(value).and_then(|value| some(value, 64)) {
            details.insert(name.to_owned(), value.into());
        }
    }
    for (name, is_v4) in [("IpV4Addresses", true), ("IpV6Addresses", false)] {
        let of = subject.addresses.iter().filter(|address| address.is_ipv4() == is_v4);
        let addresses: Vec<String> = of.take(10).map(ToString::to_string).collect();
        if !addresses.is_empty() {
            details.insert(name.to_owned(), addresses.into());
        }
    }
    Value::Object(details)
}

/// A host that no instance or interface of AWS is known of.
fn host(finding: &Finding) -> Option<String> {
    let named = facts::host(finding).and_then(|host| some(&host, 256));
    named.or_else(|| finding.subject.addresses.first().map(ToString::to_string))
}

fn addresses(finding: &Finding) -> String {
    let addresses: Vec<String> = finding.subject.addresses.iter().take(4).map(ToString::to_string).collect();
    addresses.join(", ")
}

fn container(container: &ActorContainer, place: &Place<'_>) -> Option<Value> {
    let id = given(&container.uid).or_else(|| given(&container.name)).and_then(|id| some(id, 256))?;
    let mut details = Map::new();
    for (name, value) in [("Name", &container.name), ("ImageName", &container.image)] {
        if let Some(value) = given(value).and_then(|value| some(value, 256)) {
            details.insert(name.to_owned(), value.into());
        }
    }
    let mut resource = place.resource("Container", &id);
    if !details.is_empty() {
        resource["Details"] = json!({ "Container": details });
    }
    Some(resource)
}

/// Tags as a map, cut to what one may have.
fn tags(finding: &Finding) -> Option<Value> {
    let mut tags = Map::new();
    for tag in finding.subject.tags.iter().take(TAGS) {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        if let (Some(key), Some(value)) = (some(key, 128), some(value, 256)) {
            tags.insert(key, value.into());
        }
    }
    (!tags.is_empty()).then_some(Value::Object(tags))
}
