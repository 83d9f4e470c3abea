//! Calls that take Weir's eyes: flow logs deleted, its own filters, parameters, tables, topics and functions changed.
//!
//! These are findings of their own, about the account. What only switches off a trail is context
//! ([`Reason::Blinding`](super::Reason)), since flows are still seen.

use weir_records::ApiCall;
use weir_records::api_call::Request;
use weir_records::text::Text;

use super::account::AccountCalls;
use super::principal::short;
use crate::entity::name_hash;
use crate::finding::{
    Activity, BaselineFacts, Contribution, Finding, Group, Kernel, Missing, Mode, Severity, Subject,
};
use crate::quiet::{Matter, Suppression};
use crate::settings::Settings;
use crate::state::{Incident, Sign};

/// Callers whose blinding is remembered.
const INCIDENTS: usize = 64;

/// Operations that change what Weir is made of, by how their names begin.
const OPERATIONS: [&str; 27] = [
    "DeleteSubscriptionFilter",
    "PutSubscriptionFilter",
    "DeleteLogGroup",
    "PutParameter",
    "DeleteParameter",
    "DeleteTable",
    "UpdateTable",
    "DeleteTopic",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "Unsubscribe",
    "DeleteFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PutFunctionConcurrency",
    "DeleteEventSourceMapping",
    "UpdateEventSourceMapping",
    "DisableRule",
    "DeleteRule",
    "RemoveTargets",
    "PutRule",
    "DeleteQueue",
    "DeleteStack",
    "DeleteAlarms",
    "DisableAlarmActions",
    "DeleteStream",
];

/// What a call takes from Weir, in words; `None` for all other calls.
pub(super) fn taken(call: &ApiCall<'_>) -> Option<String> {
    let name = call.name.as_str();
    if name == "DeleteFlowLogs" {
        let logs = call.request().names;
        return Some(if logs.is_empty() {
            "flow logs".to_owned()
        } else {
            format!("flow logs {}", logs.join(", "))
        });
    }
    if !OPERATIONS.iter().any(|operation| name.starts_with(operation)) {
        return None;
    }
    let Request { names, .. } = call.request();
    names.into_iter().find(|name| is_own(name))
}

/// Whether a name is of Weir's own: one of its words is `weir`, as in `/weir/prod/…` and `weir-prod-state`.
fn is_own(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("weir"))
}

/// Who took it, and how that counts.
pub(super) struct Taking<'a> {
    /// Caller.
    pub(super) principal: &'a str,
    /// What was taken.
    pub(super) taken: String,
    /// The caller is declared automation.
    pub(super) is_declared: bool,
}

/// A finding where one is due: once for a caller, again when it is worse, comes back or lasts.
pub(super) fn report(
    state: &mut AccountCalls,
    call: &ApiCall<'_>,
    taking: &Taking<'_>,
    settings: &Settings,
) -> Option<Finding> {
    let mode = settings.an0084.mode.of_findings()?;
    let succeeded = call.succeeded();
    let severity = match (succeeded, taking.is_declared) {
        (true, false) => Severity::Medium,
        (false, false) => Severity::Low,
        (_, true) => Severity::Info,
    };
    let (time, who) = (call.time, name_hash(taking.principal));
    if state.blinded.iter().all(|(have, _)| *have != who) {
        if state.blinded.len() >= INCIDENTS {
            state.blinded.remove(0);
        }
        state.blinded.push((who, Incident::open(Group::Context, time)));
    }
    let (_, incident) = state.blinded.iter_mut().find(|(have, _)| *have == who)?;
    let uid = uid(call, who);
    let matter =
        Matter { incident: &uid, analytic: "AN0084", kernel: Some(Kernel::Blinding), ..Matter::default() };
    let suppressed = settings.suppressed(&matter, severity, time);
    let sign = Sign::of(severity, time, suppressed.is_some(), &[]);
    incident.meet(&sign, &settings.incident)?;
    incident.tell(severity, &sign);
    let incident = incident.clone();
    let suppressed = suppressed.map(Suppression::words);
    let said = Said { uid, suppressed, severity, mode };
    Some(finding(call, taking, said, &incident, settings))
}

fn uid(call: &ApiCall<'_>, who: u64) -> String {
    let named = |text: &Option<Text<'_>>| {
        text.as_ref().map_or_else(|| "-".to_owned(), |text| short(text.as_str(), 64))
    };
    format!("weir-an0084-{}-{}-{who:016x}-blinding", named(&call.account), named(&call.region))
}

/// How the report is headed.
struct Said {
    uid: String,
    suppressed: Option<String>,
    severity: Severity,
    mode: Mode,
}

fn finding(
    call: &ApiCall<'_>,
    taking: &Taking<'_>,
    said: Said,
    incident: &Incident,
    settings: &Settings,
) -> Finding {
    let Said { uid, suppressed, severity, mode } = said;
    let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| short(text.as_str(), 64));
    let (account, region) = (text(&call.account), text(&call.region));
    let name = short(call.name.as_str(), 48);
    let from = text(&call.source_address).map(|source| format!(" from {source}")).unwrap_or_default();
    let outcome = match call.error_code() {
        None => "it succeeded".to_owned(),
        Some(code) => format!("it failed with {}", short(code, 48)),
    };
    let did = if call.succeeded() { "took" } else { "tried to take" };
    let principal = short(taking.principal, 96);
    let fact = format!("{principal} called {name} on {}{from}; {outcome}", short(&taking.taken, 120));
    let declared = || "the caller is declared in cloudtrail/automation".to_owned();
    Finding {
        uid,
        suppressed,
        activity: if incident.count <= 1 { Activity::Create } else { Activity::Update },
        analytic: "AN0084".to_owned(),
        mode,
        severity,
        confidence: if call.succeeded() { 80 } else { 50 },
        kernel: Kernel::Blinding,
        title: format!("{name} {did} what Weir sees by"),
        description: fact.clone(),
        time: call.time,
        start: call.time,
        end: call.time,
        created: incident.opened,
        count: incident.count.max(1),
        subject: Subject { account, region, ..Subject::default() },
        contributions: vec![Contribution {
            group: Group::Context,
            kernel: Kernel::Blinding,
            score: 0.8,
            weight: 1.0,
            facts: vec![fact],
        }],
        baseline: BaselineFacts::default(),
        remotes: Vec::new(),
        series: Vec::new(),
        usd_so_far: 0.0,
        usd_month: 0.0,
        missing: Vec::<Missing>::new(),
        why: std::iter::once(format!("blinding asks for {}: {outcome}", severity.name()))
            .chain(taking.is_declared.then(declared))
            .collect(),
        would_raise: Vec::new(),
        settings: settings
            .value("cloudtrail/automation")
            .map(|value| ("cloudtrail/automation".to_owned(), value))
            .into_iter()
            .collect(),
        host: None,
        actors: Vec::new(),
    }
}
