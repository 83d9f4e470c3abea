//! `inventory.json`, with the keys that the AWS command line prints.

use serde_json::{Value, json};

use super::account::{Host, Kind};
use super::calendar::iso;

/// What `describe-instances` and `describe-network-interfaces` would print for a world, merged.
pub fn inventory(hosts: &[Host]) -> Value {
    let instances: Vec<Value> = hosts.iter().filter(|h| h.kind == Kind::Instance).map(instance).collect();
    let interfaces: Vec<Value> = hosts.iter().map(interface).collect();
    json!({ "Reservations": [{ "Instances": instances }], "NetworkInterfaces": interfaces })
}

fn tags(host: &Host) -> Vec<Value> {
    host.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn instance(host: &Host) -> Value {
    json!({
        "InstanceId": host.instance,
        "InstanceType": host.instance_type,
        "LaunchTime": iso(host.born),
        "Placement": { "AvailabilityZone": format!("{}{}", host.region, zone_letter(host)) },
        "PrivateIpAddress": host.v4.to_string(),
        "State": { "Name": if host.dies == i64::MAX { "running" } else { "terminated" } },
        "SubnetId": host.subnet,
        "VpcId": host.vpc,
        "Tags": tags(host),
        "NetworkInterfaces": [{
            "NetworkInterfaceId": host.interface,
            "InterfaceType": "interface",
            "PrivateIpAddress": host.v4.to_string(),
            "Ipv6Addresses": [{ "Ipv6Address": host.v6.to_string() }],
        }],
    })
}

fn interface(host: &Host) -> Value {
    let (requester, description) = match host.kind {
        Kind::Instance => (None, String::new()),
        Kind::Nat => (Some(host.account.clone()), format!("Interface for NAT Gateway nat-{}", tail(host))),
        Kind::LoadBalancer => (Some("amazon-elb".to_owned()), format!("ELB net/shop/{}", tail(host))),
        Kind::Endpoint => (Some(host.account.clone()), format!("VPC Endpoint Interface vpce-{}", tail(host))),
        Kind::TransitGateway => (
            Some(host.account.clone()),
            format!("Network Interface for Transit Gateway Attachment tgw-attach-{}", tail(host)),
        ),
    };
    let mut value = json!({
        "NetworkInterfaceId": host.interface,
        "InterfaceType": host.kind.interface_type(),
        "OwnerId": host.account,
        "Description": description,
        "RequesterManaged": requester.is_some(),
        "PrivateIpAddress": host.v4.to_string(),
        "PrivateIpAddresses": [{ "PrivateIpAddress": host.v4.to_string(), "Primary": true }],
        "Ipv6Addresses": [{ "Ipv6Address": host.v6.to_string() }],
        "Status": if host.dies == i64::MAX { "in-use" } else { "available" },
        "SubnetId": host.subnet,
        "VpcId": host.vpc,
        "TagSet": tags(host),
    });
    if let Some(members) = value.as_object_mut() {
        if let Some(requester) = requester {
            members.insert("RequesterId".to_owned(), json!(requester));
        }
        if host.kind == Kind::Instance {
            members.insert(
                "Attachment".to_owned(),
                json!({ "InstanceId": host.instance, "DeviceIndex": 0, "Status": "attached" }),
            );
        }
    }
    value
}

fn tail(host: &Host) -> &str {
    host.interface.trim_start_matches("eni-")
}

fn zone_letter(host: &Host) -> char {
    match host.zone.chars().last() {
        Some('2') => 'b',
        Some('3') => 'c',
        _ => 'a',
    }
}
