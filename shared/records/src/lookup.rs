//! A lookup of a name: Route 53 Resolver query logs.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html>: one JSON object a
//! query, to CloudWatch Logs, S3 or Firehose. An answer from the resolver's cache is no query, and has no line.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use jiff::Timestamp;
use memchr::memmem;
use serde::Deserialize;

use crate::reject::Reason;
use crate::text::Text;

/// Where a line that is a lookup says so: AWS writes the name among the first members.
const HEAD: usize = 1_024;

/// One query and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup<'a> {
    /// When it was asked, milliseconds since the epoch.
    pub time: i64,
    /// Account that owns the VPC.
    pub account: Option<Text<'a>>,
    /// Region.
    pub region: Option<Text<'a>>,
    /// VPC from which it was asked.
    pub vpc: Option<Text<'a>>,
    /// Name, in lower case, without the final dot.
    pub name: String,
    /// Record type, `A`.
    pub query_type: Option<Text<'a>>,
    /// Class, `IN`.
    pub query_class: Option<Text<'a>>,
    /// Response code, `NOERROR`.
    pub rcode: Option<Text<'a>>,
    /// What was answered, in order.
    pub answers: Vec<Answer<'a>>,
    /// Address that asked.
    pub source: Option<IpAddr>,
    /// Its port.
    pub source_port: Option<u16>,
    /// Instance that asked; absent for functions, tasks and what comes through an endpoint.
    pub instance: Option<Text<'a>>,
    /// Inbound endpoint through which it came: somebody in another network asked.
    pub endpoint: Option<Text<'a>>,
    /// What the DNS firewall did, `BLOCK`.
    pub firewall_action: Option<Text<'a>>,
}

/// One record of an answer.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Answer<'a> {
    /// Its data: an address, a name, a text.
    #[serde(borrow)]
    pub rdata: Text<'a>,
    /// Its type.
    #[serde(borrow, rename = "Type")]
    pub kind: Option<Text<'a>>,
    /// Its class.
    #[serde(borrow)]
    pub class: Option<Text<'a>>,
}

impl Lookup<'_> {
    /// Addresses that the name was answered with.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.answers.iter().filter_map(|answer| answer.rdata.as_str().parse().ok())
    }
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    query_timestamp: Text<'a>,
    #[serde(borrow)]
    query_name: Text<'a>,
    #[serde(borrow)]
    account_id: Option<Text<'a>>,
    #[serde(borrow)]
    region: Option<Text<'a>>,
    #[serde(borrow)]
    vpc_id: Option<Text<'a>>,
    #[serde(borrow)]
    query_type: Option<Text<'a>>,
    #[serde(borrow)]
    query_class: Option<Text<'a>>,
    #[serde(borrow)]
    rcode: Option<Text<'a>>,
    #[serde(borrow, default)]
    answers: Option<Vec<Answer<'a>>>,
    #[serde(borrow)]
    srcaddr: Option<Text<'a>>,
    #[serde(borrow)]
    srcport: Option<Text<'a>>,
    #[serde(borrow)]
    srcids: Option<SourceIds<'a>>,
    #[serde(borrow)]
    firewall_rule_action: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
struct SourceIds<'a> {
    #[serde(borrow)]
    instance: Option<Text<'a>>,
    #[serde(borrow)]
    resolver_endpoint: Option<Text<'a>>,
}

/// Whether a line claims to be a lookup, without reading it.
pub fn is_likely(line: &str) -> bool {
    let head = line.as_bytes().get(..HEAD).unwrap_or(line.as_bytes());
    head.first() == Some(&b'{') && memmem::find(head, b"\"query_name\"").is_some()
}

/// Reads one line.
///
/// # Errors
///
/// [`Reason::BadJson`] for another shape, [`Reason::UnknownRecord`] for a time that is none.
pub fn read(line: &str) -> Result<Box<Lookup<'_>>, Reason> {
    let members: Members<'_> = serde_json::from_str(line).map_err(|_| Reason::BadJson)?;
    let time = members.query_timestamp.as_str().parse::<Timestamp>().map_err(|_| Reason::UnknownRecord)?;
    let ids = members.srcids.unwrap_or_default();
    let number = |text: Option<Text<'_>>| text.and_then(|text| text.as_str().parse().ok());
    Ok(Box::new(Lookup {
        time: time.as_millisecond(),
        account: members.account_id,
        region: members.region,
        vpc: members.vpc_id,
        name: members.query_name.as_str().trim_end_matches('.').to_ascii_lowercase(),
        query_type: members.query_type,
        query_class: members.query_class,
        rcode: members.rcode,
        answers: members.answers.unwrap_or_default(),
        source: members.srcaddr.and_then(|text| text.as_str().parse().ok()),
        source_port: number(members.srcport),
        instance: ids.instance,
        endpoint: ids.resolver_endpoint,
        firewall_action: members.firewall_rule_action,
    }))
}
