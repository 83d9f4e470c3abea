//! A lookup as the normalised record that `weir parse` prints.
//!
//! # Source
//!
//! Attribute names of OCSF 1.8, class DNS Activity (4003), <https://schema.ocsf.io/1.8.0/classes/dns_activity>.

use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::{Cloud, Metadata, Uid, some};
use crate::lookup::Lookup;
use crate::text::Text;

/// A lookup in the attributes of OCSF, to be serialised; what the log did not carry is left out.
///
/// # Units
///
/// Times are milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub struct NormalisedLookup<'a>(&'a Lookup<'a>);

impl<'a> From<&'a Lookup<'a>> for NormalisedLookup<'a> {
    fn from(lookup: &'a Lookup<'a>) -> Self {
        Self(lookup)
    }
}

impl Serialize for NormalisedLookup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lookup = self.0;
        let answers = lookup.answers.iter().map(|answer| Record {
            rdata: Some(answer.rdata.as_str()),
            hostname: None,
            kind: text(&answer.kind),
            class: text(&answer.class),
        });
        Activity {
            class_uid: 4003,
            // The log has question and answer in one line.
            activity_id: 6,
            metadata: Metadata { log_name: "resolver" },
            time: lookup.time,
            query: Record {
                rdata: None,
                hostname: Some(&lookup.name),
                kind: text(&lookup.query_type),
                class: text(&lookup.query_class),
            },
            answers: answers.collect(),
            rcode: text(&lookup.rcode),
            action_id: text(&lookup.firewall_action).and_then(|action| match action {
                "BLOCK" => Some(2),
                "ALLOW" | "ALERT" => Some(1),
                _ => None,
            }),
            src_endpoint: some(Source {
                ip: lookup.source,
                port: lookup.source_port,
                instance_uid: text(&lookup.instance),
                vpc_uid: text(&lookup.vpc),
            }),
            cloud: some(Cloud {
                account: text(&lookup.account).map(|uid| Uid { uid }),
                region: text(&lookup.region),
            }),
            unmapped: some(Unmapped { resolver_endpoint: text(&lookup.endpoint) }),
        }
        .serialize(serializer)
    }
}

fn text<'a>(text: &'a Option<Text<'_>>) -> Option<&'a str> {
    text.as_ref().map(Text::as_str)
}

#[derive(Serialize)]
struct Activity<'a> {
    class_uid: u32,
    activity_id: u8,
    metadata: Metadata,
    time: i64,
    query: Record<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<Record<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rcode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Source<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Cloud<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rdata: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
}

#[derive(Default, PartialEq, Serialize)]
struct Source<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_uid: Option<&'a str>,
}

#[derive(Default, PartialEq, Serialize)]
struct Unmapped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    resolver_endpoint: Option<&'a str>,
}
