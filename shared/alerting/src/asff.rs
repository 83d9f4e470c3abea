//! One incident as a finding of Security Hub, in the AWS Security Finding Format (ASFF).
//!
//! # Source
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html> for shapes and lengths,
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html> for who may send
//! what: with the default product the finding's account is the caller's, an update replaces what has the same `Id` where
//! its `UpdatedAt` is later, and what customers work with (severity, types, workflow) is theirs after the first import,
//! but for what stands under `FindingProviderFields`.

use serde_json::{Map, Value, json};
use weir_detection::finding::{Activity, Finding, Group, Kernel, Remote, Severity};

use crate::facts;
use crate::names;
use crate::ocsf::Product;
use crate::plain;
use crate::sns::fitted;
use crate::steps;
use crate::units;

mod resources;
#[cfg(test)]
mod tests;

/// Bytes that a finding may have: 240 KB, less what the list around it takes.
pub const FINDING_LIMIT: usize = 240_000 - 32;

/// Indicators that a finding may have.
const INDICATORS: usize = 5;

/// Where findings of no integrated product go: the default product of an account in a region.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HubProduct {
    /// `arn:PARTITION:securityhub:REGION:ACCOUNT:product/ACCOUNT/default`.
    pub arn: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Region that findings are imported into.
    pub region: String,
    /// Account that imports them, which every finding has to name as its own.
    pub account: String,
}

impl HubProduct {
    /// Takes an ARN apart; none where it is not that of a default product.
    #[must_use]
    pub fn parse(arn: &str) -> Option<Self> {
        let [prefix, partition, service, region, account, product] =
            <[&str; 6]>::try_from(arn.split(':').collect::<Vec<_>>()).ok()?;
        let is_default = prefix == "arn" && partition.starts_with("aws") && service == "securityhub";
        let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
        let is_own = product == format!("product/{account}/default");
        (is_default && is_account && is_own && plain::region(region).is_some()).then(|| Self {
            arn: arn.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
        })
    }
}

/// Writes the finding; where it would be too large, evidence is left out step by step, the verdict never, and
/// `ProductFields` says so.
///
/// # Errors
/// Only where the serializer fails, which a finding gives it no reason to.
pub fn to_asff(finding: &Finding, product: &Product, hub: &HubProduct) -> Result<String, serde_json::Error> {
    fitted(finding, FINDING_LIMIT, |finding, untruncated| {
        let value = Value::Object(asff(finding, product, hub, untruncated));
        serde_json::to_string(&value).map(|text| plain::json(&text))
    })
}

fn asff(
    finding: &Finding,
    product: &Product,
    hub: &HubProduct,
    untruncated: Option<usize>,
) -> Map<String, Value> {
    let severity = json!({ "Label": label(finding.severity), "Original": finding.severity.name() });
    let confidence = finding.confidence.min(100);
    let runbook = text(&product.runbook(finding), 2_048);
    let mut asff = Map::new();
    let mut set = |name: &str, value: Value| asff.insert(name.to_owned(), value);
    set("SchemaVersion", "2018-10-08".into());
    set("Id", id(finding).into());
    set("ProductArn", hub.arn.as_str().into());
    set("ProductName", text(&product.name, 128).into());
    set("CompanyName", text(&product.vendor_name, 128).into());
    set("GeneratorId", text(&format!("weir/{}/{}", finding.analytic, finding.kernel.name()), 512).into());
    set("AwsAccountId", hub.account.as_str().into());
    set("CreatedAt", units::iso(finding.created).into());
    // A report of the same time as the one before it would be ignored: its number makes it later.
    set("UpdatedAt", units::iso(finding.time.saturating_add(finding.count.into())).into());
    set("FirstObservedAt", units::iso(finding.start).into());
    set("LastObservedAt", units::iso(finding.end.max(finding.start)).into());
    set(
        "Title",
        some(&facts::title(finding), 256).unwrap_or_else(|| "Bandwidth hijacking".to_owned()).into(),
    );
    set("Description", description(finding).into());
    set(
        "FindingProviderFields",
        json!({ "Severity": severity, "Types": types(finding.kernel), "Confidence": confidence }),
    );
    if finding.activity == Activity::Create {
        set("Severity", severity);
        set("Types", types(finding.kernel).into());
        set("Confidence", confidence.into());
        set("Workflow", json!({ "Status": "NEW" }));
    }
    set("Remediation", json!({ "Recommendation": { "Text": recommendation(finding), "Url": runbook } }));
    set("SourceUrl", runbook.into());
    set("ProductFields", fields(finding, untruncated));
    set("Resources", resources::resources(finding, hub));
    set("RecordState", if finding.activity == Activity::Close { "ARCHIVED" } else { "ACTIVE" }.into());
    if let Some(action) = finding.remotes.first().and_then(|remote| action(finding, remote)) {
        set("Action", action);
    }
    let indicators: Vec<Value> =
        finding.remotes.iter().filter_map(|remote| indicator(finding, remote)).take(INDICATORS).collect();
    if !indicators.is_empty() {
        set("ThreatIntelIndicators", indicators.into());
    }
    if let Some(process) = process(finding) {
        set("Process", process);
    }
    asff
}

/// The incident's id, which is the same for all its reports.
fn id(finding: &Finding) -> String {
    some(&finding.uid, 512)
        .or_else(|| some(&names::entity(finding), 512))
        .unwrap_or_else(|| "an incident without id".to_owned())
}

const fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// Namespace, category and classifier, of those that AWS lists.
fn types(kernel: Kernel) -> Vec<String> {
    let hijack = "Effects/Resource Consumption/Bandwidth Hijacking";
    let (first, category) = match kernel {
        Kernel::Blinding => return vec!["TTPs/Defense Evasion/Impair Defenses".to_owned()],
        Kernel::Flood => (Some("Effects/Denial of Service/Flood"), "Network Flow"),
        Kernel::Scan => (Some("TTPs/Discovery/Network Service Discovery"), "Network Flow"),
        Kernel::Intel => (None, "IP address"),
        Kernel::Program => (None, "Process"),
        Kernel::Container => (None, "Container"),
        Kernel::Name => (None, "Application"),
        _ => (None, "Network Flow"),
    };
    let unusual = format!("Unusual Behaviors/{category}/{}", kernel.name());
    [hijack].into_iter().chain(first).map(str::to_owned).chain([unusual]).collect()
}

/// What happens and why it is as severe as it is, in the room that there is.
fn description(finding: &Finding) -> String {
    let parts: Vec<String> =
        [&finding.description].into_iter().chain(&finding.why).filter_map(|part| some(part, 500)).collect();
    some(&parts.join(" - "), 1_024).unwrap_or_else(|| facts::title(finding))
}

/// The first things to do.
fn recommendation(finding: &Finding) -> String {
    let steps: Vec<String> = steps::steps(finding).into_iter().map(|step| step.text).collect();
    text(&steps.join(" "), 512)
}

/// What ASFF has no place for, in words.
fn fields(finding: &Finding, untruncated: Option<usize>) -> Value {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| some(&value, 1_024)) {
            fields.insert(format!("weir/{name}"), value.into());
        }
    };
    set("account", finding.subject.account.clone());
    set("analytic", Some(finding.analytic.clone()));
    set("kernel", Some(finding.kernel.name().to_owned()));
    set("technique", Some("T1496.002".to_owned()));
    set("activity", Some(names::activity(finding.activity).to_owned()));
    set("reports", Some(finding.count.to_string()));
    set("since", Some(facts::since(finding)));
    if finding.contributions.iter().any(|share| share.group != Group::Context) {
        set("egress", Some(facts::egress(finding)));
        set("usual", Some(facts::usual(finding)));
        set("history", Some(facts::history(finding)));
        set("cost", facts::cost(finding));
    }
    for (at, fact) in facts::evidence(finding).into_iter().enumerate() {
        set(&format!("evidence/{}", at + 1), Some(fact));
    }
    for (at, remote) in finding.remotes.iter().take(10).enumerate() {
        let known = [facts::country(remote), facts::operator(remote), facts::label(remote)];
        let moved = format!("{} out, {} in", units::bytes(remote.bytes_out), units::bytes(remote.bytes_in));
        let parts = [facts::endpoint(remote), facts::relation(remote), moved];
        let parts: Vec<String> = parts.into_iter().chain(known.into_iter().flatten()).collect();
        set(&format!("remote/{}", at + 1), Some(parts.join(", ")));
    }
    for (at, actor) in facts::actors(finding).into_iter().enumerate() {
        set(&format!("likely-by/{}", at + 1), Some(actor));
    }
    let missing: Vec<&str> = finding.missing.iter().copied().map(names::missing).collect();
    set("missing", Some(missing.join(", ")));
    set("would-raise", Some(facts::lines(&finding.would_raise).join("; ")));
    set("settings", Some(facts::settings(finding).join(", ")));
    set("shortened-from", untruncated.map(|bytes| format!("{bytes} bytes")));
    Value::Object(fields)
}

/// The conversation that most bytes go by; ASFF has room for IPv4 alone here.
fn action(finding: &Finding, remote: &Remote) -> Option<Value> {
    if finding.kernel == Kernel::Blinding || !remote.ip.is_ipv4() {
        return None;
    }
    let inbound = names::dialled(remote.role) == "dials in";
    let mut details = json!({ "IpAddressV4": remote.ip.to_string() });
    if let Some(country) = remote.country.as_deref().and_then(|country| some(country, 64)) {
        details["Country"] = json!({ "CountryCode": country });
    }
    if let Some(asn) = remote.asn.and_then(|asn| i32::try_from(asn).ok()) {
        details["Organization"] = json!({ "Asn": asn });
        if let Some(name) = remote.organisation.as_deref().and_then(|name| some(name, 256)) {
            details["Organization"]["AsnOrg"] = name.into();
        }
    }
    let mut connection = json!({
        "ConnectionDirection": if inbound { "INBOUND" } else { "OUTBOUND" },
        "RemoteIpDetails": details,
        "Protocol": names::protocol(remote.protocol).to_uppercase(),
        "Blocked": false,
    });
    if remote.port != 0 {
        let port = if inbound { "LocalPortDetails" } else { "RemotePortDetails" };
        connection[port] = json!({ "Port": remote.port });
    }
    Some(json!({ "ActionType": "NETWORK_CONNECTION", "NetworkConnectionAction": connection }))
}

/// A remote that a list holds.
fn indicator(finding: &Finding, remote: &Remote) -> Option<Value> {
    let label = facts::label(remote)?;
    Some(json!({
        "Type": if remote.ip.is_ipv4() { "IPV4_ADDRESS" } else { "IPV6_ADDRESS" },
        "Value": remote.ip.to_string(),
        "LastObservedAt": units::iso(finding.end),
        "Source": some(&format!("list of {label} addresses"), 64)?,
    }))
}

/// The program that is likely behind it.
fn process(finding: &Finding) -> Option<Value> {
    let actor = finding.actors.first()?;
    let name = actor.name.as_deref().and_then(|name| some(name, 64))?;
    let mut process = json!({ "Name": name });
    if let Some(path) = actor.path.as_deref().and_then(|path| some(path, 512)) {
        process["Path"] = path.into();
    }
    if let Some(pid) = actor.pid.and_then(|pid| i32::try_from(pid).ok()) {
        process["Pid"] = pid.into();
    }
    Some(process)
}

/// One line of at most that many characters.
fn text(text: &str, characters: usize) -> String {
    plain::line(text, characters).chars().take(characters).collect()
}

/// The same, where it says anything: an empty string is refused.
fn some(value: &str, characters: usize) -> Option<String> {
    let value = text(value, characters);
    (!value.trim().is_empty()).then_some(value)
}
