//! The members of `describe-instances`, `describe-network-interfaces` and `describe-instance-types` that Weir uses.

use aws_sdk_ec2::primitives::DateTime;
use aws_sdk_ec2::types;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What some descriptions hold together.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) instances: Vec<Instance>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) types: Vec<InstanceType>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Instance {
    #[serde(rename = "InstanceId")]
    pub(crate) id: String,
    #[serde(default, rename = "InstanceType", skip_serializing_if = "Option::is_none")]
    pub(crate) instance_type: Option<String>,
    #[serde(default, rename = "LaunchTime", skip_serializing_if = "Option::is_none")]
    pub(crate) launched: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) state: Option<String>,
    #[serde(default, rename = "PublicIpAddress", skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<String>,
    #[serde(default, rename = "VpcId", skip_serializing_if = "Option::is_none")]
    pub(crate) vpc: Option<String>,
    #[serde(default, rename = "Tags", skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Interface {
    #[serde(rename = "NetworkInterfaceId")]
    pub(crate) id: String,
    #[serde(default, rename = "InterfaceType", skip_serializing_if = "Option::is_none")]
    pub(crate) interface_type: Option<String>,
    #[serde(default, rename = "RequesterId", skip_serializing_if = "Option::is_none")]
    pub(crate) requester: Option<String>,
    #[serde(default, rename = "RequesterManaged", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) managed: bool,
    #[serde(default, rename = "Description", skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, rename = "Attachment", skip_serializing_if = "Option::is_none")]
    pub(crate) attachment: Option<Attachment>,
    #[serde(default, rename = "Association", skip_serializing_if = "Option::is_none")]
    pub(crate) association: Option<Association>,
    #[serde(default, rename = "PrivateIpAddresses", skip_serializing_if = "Vec::is_empty")]
    pub(crate) private: Vec<PrivateAddress>,
    #[serde(default, rename = "Ipv6Addresses", skip_serializing_if = "Vec::is_empty")]
    pub(crate) v6: Vec<V6Address>,
    #[serde(default, rename = "VpcId", skip_serializing_if = "Option::is_none")]
    pub(crate) vpc: Option<String>,
    #[serde(default, rename = "SubnetId", skip_serializing_if = "Option::is_none")]
    pub(crate) subnet: Option<String>,
    #[serde(default, rename = "TagSet", skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Attachment {
    #[serde(default, rename = "InstanceId", skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    #[serde(default, rename = "AttachTime", skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Association {
    #[serde(default, rename = "PublicIp", skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct PrivateAddress {
    #[serde(rename = "PrivateIpAddress")]
    pub(crate) address: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct V6Address {
    #[serde(rename = "Ipv6Address")]
    pub(crate) address: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Tag {
    #[serde(rename = "Key")]
    pub(crate) key: String,
    #[serde(default, rename = "Value")]
    pub(crate) value: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct InstanceType {
    #[serde(rename = "InstanceType")]
    pub(crate) name: String,
    #[serde(rename = "NetworkInfo")]
    pub(crate) network: NetworkInfo,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct NetworkInfo {
    #[serde(default, rename = "NetworkCards")]
    pub(crate) cards: Vec<Card>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Card {
    #[serde(default, rename = "BaselineBandwidthInGbps", skip_serializing_if = "Option::is_none")]
    pub(crate) baseline: Option<f64>,
    #[serde(default, rename = "PeakBandwidthInGbps", skip_serializing_if = "Option::is_none")]
    pub(crate) peak: Option<f64>,
}

impl Instance {
    /// What EC2 told; nothing without an id.
    pub(crate) fn read(told: types::Instance) -> Option<Self> {
        Some(Self {
            id: told.instance_id?,
            instance_type: told.instance_type.map(|name| name.as_str().to_owned()),
            launched: told.launch_time.and_then(time),
            state: told.state.and_then(|state| state.name).map(|name| name.as_str().to_owned()),
            public: told.public_ip_address,
            vpc: told.vpc_id,
            tags: tags(told.tags),
        })
    }
}

impl Interface {
    /// What EC2 told; nothing without an id.
    pub(crate) fn read(told: types::NetworkInterface) -> Option<Self> {
        let attachment = told
            .attachment
            .map(|found| Attachment { since: found.attach_time.and_then(time), instance: found.instance_id });
        let private = told.private_ip_addresses.into_iter().flatten();
        let v6 = told.ipv6_addresses.into_iter().flatten();
        Some(Self {
            id: told.network_interface_id?,
            interface_type: told.interface_type.map(|name| name.as_str().to_owned()),
            requester: told.requester_id,
            managed: told.requester_managed.unwrap_or(false),
            description: told.description.filter(|text| !text.is_empty()),
            attachment,
            association: told
                .association
                .and_then(|found| found.public_ip)
                .map(|public| Association { public: Some(public) }),
            private: private
                .filter_map(|found| found.private_ip_address)
                .map(|address| PrivateAddress { address })
                .collect(),
            v6: v6.filter_map(|found| found.ipv6_address).map(|address| V6Address { address }).collect(),
            vpc: told.vpc_id,
            subnet: told.subnet_id,
            tags: tags(told.tag_set),
        })
    }
}

impl InstanceType {
    /// What EC2 told; nothing without a name.
    pub(crate) fn read(told: types::InstanceTypeInfo) -> Option<Self> {
        let cards = told.network_info.and_then(|info| info.network_cards).into_iter().flatten();
        let cards = cards.map(|card| Card {
            baseline: card.baseline_bandwidth_in_gbps,
            peak: card.peak_bandwidth_in_gbps,
        });
        let network = NetworkInfo { cards: cards.collect() };
        Some(Self { name: told.instance_type?.as_str().to_owned(), network })
    }
}

fn tags(told: Option<Vec<types::Tag>>) -> Vec<Tag> {
    let told = told.into_iter().flatten();
    told.filter_map(|tag| Some(Tag { key: tag.key?, value: tag.value.unwrap_or_default() })).collect()
}

fn time(told: DateTime) -> Option<Timestamp> {
    Timestamp::from_second(told.secs()).ok()
}
