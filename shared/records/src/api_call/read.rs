//! One record, from its text to what it says.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use memchr::memmem;
use serde::Deserialize;

use super::lenient::{lenient, raw, truth};
use super::{ApiCall, Identity};
use crate::reject::Reason;
use crate::text::Text;

/// What one object of a trail says.
#[derive(Clone, Debug, PartialEq)]
pub enum Trail<'a> {
    /// A call.
    Call(Box<ApiCall<'a>>),
    /// A statement about the trail and not about a call: a digest of delivered files, an Insights event
    /// about the rate of calls that are all told by themselves.
    Statement,
    /// Nothing that can be used.
    Reject(Reason),
}

/// The connection that a call came over.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Tls<'a> {
    /// Such as `TLSv1.3`.
    #[serde(borrow, default, rename = "tlsVersion", deserialize_with = "lenient")]
    pub version: Option<Text<'a>>,
    /// Cipher suite.
    #[serde(borrow, default, rename = "cipherSuite", deserialize_with = "lenient")]
    pub cipher: Option<Text<'a>>,
    /// Host that the caller asked for.
    #[serde(borrow, default, rename = "clientProvidedHostHeader", deserialize_with = "lenient")]
    pub host: Option<Text<'a>>,
}

/// Something that a call touched.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Resource<'a> {
    /// Full name.
    #[serde(borrow, default, rename = "ARN", alias = "arn", deserialize_with = "lenient")]
    pub arn: Option<Text<'a>>,
    /// Such as `AWS::IAM::Role`.
    #[serde(borrow, default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default, rename = "eventTime", deserialize_with = "lenient")]
    time: Option<Text<'a>>,
    /// Logstash's, which drops the record's own.
    #[serde(borrow, default, rename = "@timestamp", deserialize_with = "lenient")]
    forwarded: Option<Text<'a>>,
    #[serde(borrow, default, rename = "eventID", deserialize_with = "lenient")]
    id: Option<Text<'a>>,
    #[serde(borrow, default, rename = "eventName", deserialize_with = "lenient")]
    name: Option<Text<'a>>,
    #[serde(borrow, default, rename = "eventSource", deserialize_with = "lenient")]
    source: Option<Text<'a>>,
    #[serde(borrow, default, rename = "eventType", deserialize_with = "lenient")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default, rename = "awsRegion", deserialize_with = "lenient")]
    region: Option<Text<'a>>,
    #[serde(borrow, default, rename = "recipientAccountId", deserialize_with = "lenient")]
    recipient: Option<Text<'a>>,
    #[serde(borrow, default, rename = "userIdentity", deserialize_with = "lenient")]
    identity: Option<Identity<'a>>,
    #[serde(borrow, default, rename = "sourceIPAddress", deserialize_with = "lenient")]
    source_address: Option<Text<'a>>,
    #[serde(borrow, default, rename = "userAgent", deserialize_with = "lenient")]
    user_agent: Option<Text<'a>>,
    #[serde(borrow, default, rename = "errorCode", deserialize_with = "lenient")]
    error_code: Option<Text<'a>>,
    #[serde(default, rename = "readOnly", deserialize_with = "truth")]
    read_only: Option<bool>,
    #[serde(default, rename = "sessionCredentialFromConsole", deserialize_with = "truth")]
    from_console: Option<bool>,
    #[serde(borrow, default, rename = "vpcEndpointId", deserialize_with = "lenient")]
    vpc_endpoint: Option<Text<'a>>,
    #[serde(borrow, default, rename = "tlsDetails", deserialize_with = "lenient")]
    tls: Option<Tls<'a>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    resources: Option<Vec<Resource<'a>>>,
    #[serde(borrow, default, rename = "requestParameters", deserialize_with = "raw")]
    request: Option<&'a str>,
    #[serde(borrow, default, rename = "responseElements", deserialize_with = "raw")]
    response: Option<&'a str>,
    #[serde(borrow, default, rename = "additionalEventData", deserialize_with = "raw")]
    extra: Option<&'a str>,
    #[serde(borrow, default, rename = "insightDetails", deserialize_with = "raw")]
    insight: Option<&'a str>,
    #[serde(borrow, default, rename = "digestStartTime", deserialize_with = "lenient")]
    digest: Option<Text<'a>>,
}

/// Whether an object looks like a record or a digest of a trail, without reading it.
pub fn is_likely(json: &str) -> bool {
    let has = |name: &[u8]| memmem::find(json.as_bytes(), name).is_some();
    (has(b"\"eventSource\"") && has(b"\"eventName\""))
        || (has(b"\"digestStartTime\"") && has(b"\"logFiles\""))
}

/// Reads one object.
///
/// `received` (milliseconds since the epoch) stands in for a record without a time.
///
/// What is not as it should be in a member that a call can be without, is absent.
pub fn read(json: &str, received: Option<i64>) -> Trail<'_> {
    let Ok(members) = serde_json::from_str::<Members<'_>>(json) else {
        return Trail::Reject(Reason::BadJson);
    };
    let is_insight = members.insight.is_some()
        || members.kind.as_ref().is_some_and(|kind| kind.as_str() == "AwsCloudTrailInsight");
    if is_insight || (members.digest.is_some() && members.name.is_none()) {
        return Trail::Statement;
    }
    match call(json, members, received) {
        Ok(call) => Trail::Call(Box::new(call)),
        Err(reason) => Trail::Reject(reason),
    }
}

fn call<'a>(json: &'a str, members: Members<'a>, received: Option<i64>) -> Result<ApiCall<'a>, Reason> {
    let missing = |field| Reason::MissingField { field };
    let time = match (members.time.as_ref().or(members.forwarded.as_ref()), received) {
        (Some(text), _) => millis(text.as_str()).ok_or(Reason::BadField {
            field: "eventTime",
            expected: "a time such as 2026-06-01T08:00:00Z",
        })?,
        (None, Some(received)) => received,
        (None, None) => return Err(missing("eventTime")),
    };
    let identity = members.identity.unwrap_or_default();
    Ok(ApiCall {
        time,
        id: members.id,
        name: members.name.ok_or(missing("eventName"))?,
        source: members.source.ok_or(missing("eventSource"))?,
        kind: members.kind,
        region: members.region,
        account: members.recipient.or_else(|| identity.account.clone()),
        identity,
        source_address: members.source_address,
        user_agent: members.user_agent,
        error_code: members.error_code.filter(|code| !code.as_str().is_empty()),
        read_only: members.read_only,
        from_console: members.from_console,
        vpc_endpoint: members.vpc_endpoint,
        tls: members.tls,
        resources: members.resources.unwrap_or_default(),
        request: members.request,
        response: members.response,
        extra: members.extra,
        json,
    })
}

/// CloudTrail writes UTC; a time without its zone is one that a forwarder rewrote.
fn millis(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let time: DateTime = text.parse().ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_millisecond())
}
