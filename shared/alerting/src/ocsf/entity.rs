//! `cloud`, `resources` and `device`: who the finding speaks of.

use std::net::IpAddr;

use serde::Serialize;
use weir_detection::finding::{Finding, Subject};

use crate::names::given;

/// `cloud`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cloud {
    /// `AWS`.
    pub provider: &'static str,
    /// Account that owns the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Region that it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// `account`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// Account id.
    pub uid: String,
    /// 10: AWS account.
    pub type_id: u8,
    /// The same in words.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// `resource_details`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resource {
    /// `i-…`, `eni-…`.
    pub uid: String,
    /// CloudFormation's name for it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Tags, `key=value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// What else an inventory knows of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<ResourceData>,
}

/// `resource_details.data` of an instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceData {
    /// Instance type.
    pub instance_type: String,
}

/// `device`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Device {
    /// 6 virtual, 0 unknown.
    pub type_id: u8,
    /// The same in words.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Name of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Instance id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_uid: Option<String>,
    /// First interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_uid: Option<String>,
    /// First own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_uid: Option<String>,
    /// Subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_uid: Option<String>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Builds `cloud`.
pub(crate) fn cloud(subject: &Subject) -> Cloud {
    Cloud {
        provider: "AWS",
        account: owned(&subject.account).map(|uid| Account { uid, type_id: 10, kind: "AWS Account" }),
        region: owned(&subject.region),
    }
}

/// Builds `resources`: the instance first, then each interface.
pub(crate) fn resources(subject: &Subject) -> Vec<Resource> {
    let region = owned(&subject.region);
    let tags: Vec<String> = subject.tags.iter().filter(|tag| !tag.is_empty()).cloned().collect();
    let instance = owned(&subject.instance).map(|uid| Resource {
        uid,
        kind: "AWS::EC2::Instance",
        region: region.clone(),
        labels: tags.clone(),
        data: owned(&subject.instance_type).map(|instance_type| ResourceData { instance_type }),
    });
    // The tags are the entity's: an interface carries them only where it is the entity.
    let interface_tags = if instance.is_some() { Vec::new() } else { tags };
    let interfaces = interfaces(subject).map(|uid| Resource {
        uid: uid.to_owned(),
        // A network sensor knows the machine by its address alone.
        kind: if is_address(uid) { "Host" } else { "AWS::EC2::NetworkInterface" },
        region: region.clone(),
        labels: interface_tags.clone(),
        data: None,
    });
    instance.into_iter().chain(interfaces).collect()
}

/// Builds `device`, where there is anything to know it by.
pub(crate) fn device(finding: &Finding) -> Option<Device> {
    let subject = &finding.subject;
    let hostname = owned(&finding.host).filter(|name| name != "-");
    let instance_uid = owned(&subject.instance);
    let interface_uid = interfaces(subject).find(|uid| !is_address(uid)).map(str::to_owned);
    let ip = subject.addresses.first().copied();
    if instance_uid.is_none() && interface_uid.is_none() && ip.is_none() && hostname.is_none() {
        return None;
    }
    let (type_id, kind) = if instance_uid.is_some() { (6, "Virtual") } else { (0, "Unknown") };
    Some(Device {
        type_id,
        kind,
        hostname,
        instance_uid,
        interface_uid,
        ip,
        vpc_uid: owned(&subject.vpc),
        subnet_uid: owned(&subject.subnet),
        region: owned(&subject.region),
    })
}

/// Interfaces that have a name.
pub(crate) fn interfaces(subject: &Subject) -> impl Iterator<Item = &str> {
    subject.interfaces.iter().map(String::as_str).filter(|name| !name.is_empty())
}

fn is_address(uid: &str) -> bool {
    uid.parse::<IpAddr>().is_ok()
}

fn owned(value: &Option<String>) -> Option<String> {
    given(value).map(str::to_owned)
}
