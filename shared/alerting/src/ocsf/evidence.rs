//! `evidences` and `observables`: with whom the entity talks, and what to search other logs for.

pub mod actor;

use std::net::IpAddr;

use serde::Serialize;
use weir_detection::finding::{Finding, Remote, Role, Subject};

use super::entity::interfaces;
use crate::names;
use crate::names::given;

/// `evidences`: one remote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// Who dialled, where that is known; else the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint>,
    /// Who was dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint>,
    /// Direction and protocol of a remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_info: Option<ConnectionInfo>,
    /// The program that is likely behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<actor::ActorOut>,
    /// The container that is likely behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<actor::ContainerOut>,
    /// What is known of it.
    pub data: Data,
}

/// `evidences[].data`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of a remote.
    Remote(EvidenceData),
    /// Of a program or container.
    Actor(actor::ActorData),
}

/// `network_endpoint`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Endpoint {
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// Served port, where this end serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Instance, where this end is the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_uid: Option<String>,
    /// Interface, where this end is the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_uid: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomous_system: Option<AutonomousSystem>,
}

/// `location`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Location {
    /// ISO 3166 code.
    pub country: String,
}

/// `autonomous_system`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AutonomousSystem {
    /// AS number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `network_connection_info`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConnectionInfo {
    /// 1 inbound, 2 outbound, 0 unknown.
    pub direction_id: u8,
    /// The same in words.
    pub direction: &'static str,
    /// IANA protocol number.
    pub protocol_num: u8,
    /// Its name.
    pub protocol_name: String,
}

/// `evidences[].data` of a remote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceData {
    /// What the remote is to the entity.
    pub role: &'static str,
    /// Bytes from the entity to the remote.
    pub bytes_out: u64,
    /// Bytes from the remote to the entity.
    pub bytes_in: u64,
    /// When the entity first met the remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen_time: Option<i64>,
    /// List that holds the remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// `observable`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observable {
    /// Attribute that holds the value.
    pub name: String,
    /// 2 IP address, 10 resource UID.
    pub type_id: u8,
    /// The same in words.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The value.
    pub value: String,
}

/// Builds `evidences`: remotes with most bytes first, then programs and containers.
pub(crate) fn evidences(finding: &Finding) -> Vec<Evidence> {
    let remotes = finding.remotes.iter().map(|remote| evidence(&finding.subject, remote));
    remotes.chain(finding.actors.iter().map(actor::evidence)).collect()
}

/// Builds `observables`: remote addresses, then the entity's own resources.
pub(crate) fn observables(finding: &Finding) -> Vec<Observable> {
    let mut observables: Vec<Observable> = Vec::new();
    for (place, remote) in finding.remotes.iter().enumerate() {
        let value = remote.ip.to_string();
        // One address on two ports is two evidences and one thing to search for.
        if observables.iter().any(|known| known.value == value) {
            continue;
        }
        let end = if remote.role == Role::Client { "src_endpoint" } else { "dst_endpoint" };
        let name = format!("evidences[{place}].{end}.ip");
        observables.push(Observable { name, type_id: 2, kind: "IP Address", value });
    }
    let resources = given(&finding.subject.instance).into_iter().chain(interfaces(&finding.subject));
    observables.extend(resources.enumerate().map(|(place, uid)| Observable {
        name: format!("resources[{place}].uid"),
        type_id: 10,
        kind: "Resource UID",
        value: uid.to_owned(),
    }));
    observables
}

fn evidence(subject: &Subject, remote: &Remote) -> Evidence {
    let served = Some(remote.port).filter(|port| *port != 0);
    let (own_port, remote_port) = if remote.role == Role::Client { (served, None) } else { (None, served) };
    let own = own_endpoint(subject, remote.ip, own_port);
    let other = Some(remote_endpoint(remote, remote_port));
    let (direction_id, direction) = match remote.role {
        Role::Gateway | Role::Origin | Role::Target => (2, "Outbound"),
        Role::Client => (1, "Inbound"),
        Role::Peer => (0, "Unknown"),
    };
    let (src_endpoint, dst_endpoint) = if remote.role == Role::Client { (other, own) } else { (own, other) };
    Evidence {
        src_endpoint,
        dst_endpoint,
        connection_info: Some(ConnectionInfo {
            direction_id,
            direction,
            protocol_num: remote.protocol,
            protocol_name: names::protocol(remote.protocol),
        }),
        actor: None,
        container: None,
        data: Data::Remote(EvidenceData {
            role: names::role(remote.role),
            bytes_out: remote.bytes_out,
            bytes_in: remote.bytes_in,
            first_seen_time: remote.first_seen,
            label: given(&remote.label).map(str::to_owned),
        }),
    }
}

/// The entity's end, where there is anything to know it by; its address is of the remote's family.
fn own_endpoint(subject: &Subject, remote: IpAddr, port: Option<u16>) -> Option<Endpoint> {
    let ip = subject.addresses.iter().copied().find(|own| own.is_ipv4() == remote.is_ipv4());
    let instance_uid = given(&subject.instance).map(str::to_owned);
    let interface_uid = interfaces(subject).next().map(str::to_owned);
    let known = ip.is_some() || instance_uid.is_some() || interface_uid.is_some();
    known.then(|| Endpoint { ip, port, instance_uid, interface_uid, ..Endpoint::default() })
}

fn remote_endpoint(remote: &Remote, port: Option<u16>) -> Endpoint {
    let name = given(&remote.organisation).map(str::to_owned);
    let known = remote.asn.is_some() || name.is_some();
    Endpoint {
        ip: Some(remote.ip),
        port,
        location: given(&remote.country).map(|country| Location { country: country.to_owned() }),
        autonomous_system: known.then_some(AutonomousSystem { number: remote.asn, name }),
        ..Endpoint::default()
    }
}
