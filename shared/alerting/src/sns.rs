//! One report as one SNS message: a subject, one text per kind of subscriber, and attributes to filter by.
//!
//! # Source
//! Amazon SNS `Publish`: subject under 100 characters of ASCII without line breaks; with `MessageStructure` `json` the
//! message is an object of strings with at least `default`; message and attributes together at most 262,144 bytes.

use serde::Serialize;
use weir_detection::finding::Finding;

use crate::facts;
use crate::names;
use crate::names::given;
use crate::ocsf::{OcsfFinding, Product, to_ocsf};
use crate::plain;
use crate::text::to_text;

mod shorten;
#[cfg(test)]
mod tests;

/// Bytes that a message with its subject and attributes may have.
pub const SIZE_LIMIT: usize = 262_144;

/// Bytes that an event may have: EventBridge counts its source and type beside.
pub const EVENT_LIMIT: usize = 250_000;

/// What to publish, with `MessageStructure` set to `json`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SnsMessage {
    /// Subject of the e-mail: ASCII, under 100 characters.
    pub subject: String,
    /// Object with `default` (OCSF, which SQS, Lambda, Firehose and HTTPS receive), `email` and `sms`.
    pub message: String,
    /// Attributes for filter policies, ten at most, as raw delivery to SQS keeps no more.
    pub attributes: Vec<Attribute>,
}

/// One message attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Name.
    pub name: &'static str,
    /// `String` or `Number`.
    pub data_type: &'static str,
    /// Value, never empty.
    pub value: String,
}

/// Builds the message of one report. Where it would be too large, evidence is left out step by step, the verdict never,
/// and `metadata.is_truncated` says so.
///
/// # Errors
/// Only where the serializer fails, which a finding gives it no reason to.
pub fn to_sns(finding: &Finding, product: &Product) -> Result<SnsMessage, serde_json::Error> {
    let subject = subject(finding);
    let attributes = attributes(finding);
    let fixed = subject.len() + attributes.iter().map(Attribute::size).sum::<usize>();
    let mut body = body(finding, product, None)?;
    let untruncated_size = body.ocsf_size;
    let mut short = finding.clone();
    for step in shorten::STEPS {
        if fixed + body.message.len() <= SIZE_LIMIT {
            break;
        }
        step(&mut short);
        body = self::body(&short, product, Some(untruncated_size))?;
    }
    Ok(SnsMessage { subject, message: body.message, attributes })
}

/// Builds the OCSF document of one report for channels that take it by itself: within [`EVENT_LIMIT`], as a message is.
///
/// # Errors
/// As for [`to_sns`].
pub fn to_event(finding: &Finding, product: &Product) -> Result<String, serde_json::Error> {
    fitted(finding, EVENT_LIMIT, |finding, whole| truncated(finding, product, whole).to_json())
}

/// Writes a finding, and anew with less evidence until the text has no more than that many bytes; `write` is told how
/// many the whole had, once something is left out.
pub(crate) fn fitted<E>(
    finding: &Finding,
    limit: usize,
    write: impl Fn(&Finding, Option<usize>) -> Result<String, E>,
) -> Result<String, E> {
    let whole = write(finding, None)?;
    let (untruncated, mut text, mut short) = (whole.len(), whole, finding.clone());
    for step in shorten::STEPS {
        if text.len() <= limit {
            break;
        }
        step(&mut short);
        text = write(&short, Some(untruncated))?;
    }
    Ok(text)
}

/// The document, marked where something was left out.
fn truncated(finding: &Finding, product: &Product, untruncated_size: Option<usize>) -> OcsfFinding {
    let mut ocsf = to_ocsf(finding, product);
    ocsf.metadata.is_truncated = untruncated_size.map(|_| true);
    ocsf.metadata.untruncated_size = untruncated_size;
    ocsf
}

impl SnsMessage {
    /// Bytes that SNS counts against its limit.
    pub fn size(&self) -> usize {
        self.subject.len() + self.message.len() + self.attributes.iter().map(Attribute::size).sum::<usize>()
    }
}

impl Attribute {
    fn size(&self) -> usize {
        self.name.len() + self.data_type.len() + self.value.len()
    }
}

/// The message and how large its OCSF document is by itself.
struct Body {
    message: String,
    ocsf_size: usize,
}

/// One text per protocol; what is not named gets `default`.
#[derive(Serialize)]
struct ByProtocol<'a> {
    default: &'a str,
    email: &'a str,
    sms: &'a str,
}

fn body(
    finding: &Finding,
    product: &Product,
    untruncated_size: Option<usize>,
) -> Result<Body, serde_json::Error> {
    let ocsf = truncated(finding, product, untruncated_size).to_json()?;
    let (email, sms) = (to_text(finding, product), sms(finding));
    let texts = ByProtocol { default: &ocsf, email: &email, sms: &sms };
    Ok(Body { message: plain::json(&serde_json::to_string(&texts)?), ocsf_size: ocsf.len() })
}

/// `[HIGH] title (account, region)`, the parenthesis only where it fits.
fn subject(finding: &Finding) -> String {
    let start = format!("[{}] {}", facts::headline(finding), facts::title(finding));
    let whole = facts::place(finding).map(|place| format!("{start} ({place})"));
    let subject = whole.filter(|whole| whole.chars().count() <= SUBJECT).unwrap_or(start);
    plain::ascii_line(&subject, SUBJECT)
}

/// One text message: 160 characters of ASCII, so that it is billed as one.
fn sms(finding: &Finding) -> String {
    let cost = facts::cost(finding).map(|cost| format!(", {cost}")).unwrap_or_default();
    let text = format!(
        "Weir [{}] {}{cost}. {}",
        facts::headline(finding),
        facts::title(finding),
        facts::place(finding).unwrap_or_default()
    );
    plain::ascii_line(&text, 160)
}

fn attributes(finding: &Finding) -> Vec<Attribute> {
    let text = |name, value: &str| {
        let value = plain::line(value, 128);
        (!value.is_empty()).then_some(Attribute { name, data_type: "String", value })
    };
    let attributes = [
        text("severity", finding.severity.name()),
        Some(Attribute {
            name: "severity_id",
            data_type: "Number",
            value: (finding.severity as u8).to_string(),
        }),
        text("finding_type", &names::finding_type(finding.kernel)),
        text("rule_id", &finding.analytic),
        text("activity", names::activity(finding.activity)),
        text("account_id", given(&finding.subject.account).unwrap_or_default()),
        text("region", given(&finding.subject.region).unwrap_or_default()),
        text("entity_type", names::entity_type(finding)),
        text("mode", names::mode(finding.mode)),
        text("technique", "T1496.002"),
    ];
    attributes.into_iter().flatten().collect()
}

/// Characters of a subject: SNS wants fewer than 100.
const SUBJECT: usize = 99;
