//! Calls that take Weir's eyes: flow logs deleted, trails stopped or narrowed, its own filters, parameters, tables,
//! topics and functions changed.
//!
//! These are findings of their own, about the account. A detector that is switched off is only context
//! ([`Reason::Blinding`](super::Reason)): Weir does not see by it.

mod caller;
mod taken;

pub(super) use caller::{Caller, DEPLOYERS};
pub(super) use taken::{Taken, taken};
use weir_records::ApiCall;
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

/// Who took it, and how that counts.
pub(super) struct Taking<'a> {
    /// Caller.
    pub(super) principal: &'a str,
    /// What was taken.
    pub(super) taken: Taken,
    /// What is known of the caller.
    pub(super) caller: Caller,
}

/// A finding where one is due: once for a caller, again when it is worse, comes back or lasts.
pub(super) fn report(
    state: &mut AccountCalls,
    call: &ApiCall<'_>,
    taking: &Taking<'_>,
    settings: &Settings,
) -> Option<Finding> {
    let mode = settings.an0084.mode.of_findings()?;
    let severity = severity(call, taking);
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

/// Medium for what succeeded; less for whom it is work, for what failed, and where little sight is taken.
fn severity(call: &ApiCall<'_>, taking: &Taking<'_>) -> Severity {
    match taking.caller {
        Caller::Declared | Caller::Service | Caller::DeployerByStack | Caller::FirstStack => Severity::Info,
        _ if !call.succeeded() || taking.taken.is_lesser => Severity::Low,
        Caller::Deployer | Caller::Stack => Severity::Low,
        Caller::Other => Severity::Medium,
    }
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
    let fact = format!("{principal} called {name} on {}{from}; {outcome}", short(&taking.taken.what, 120));
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
            .chain(taking.caller.words().map(str::to_owned))
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
