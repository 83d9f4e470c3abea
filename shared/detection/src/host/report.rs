//! What is said of a host, as a report of an incident under the host's own name.
//!
//! It is told so only of a host of which no interface is known: where one is, its document tells the incident.

use super::case::{Case, View};
use super::close::{names, subject};
use super::item::Thread;
use super::{Beside, HostState};
use crate::entity::EntityKey;
use crate::finding::{
    Activity, Actor, BaselineFacts, Finding, Kernel, Missing, Mode, Remote, Severity, Window,
};
use crate::kernels::combine::{Judgement, combine};
use crate::observation::BUCKET;
use crate::quiet::{Matter, Suppression};
use crate::settings::{AnalyticMode, Settings, registry};
use crate::state::{HOUR, Incident, News, Sign};

/// The name under which a host is kept: `host/<name>`.
#[must_use]
pub fn host_key(account: &str, name: &str) -> EntityKey {
    EntityKey { account: account.to_owned(), id: format!("host/{name}") }
}

/// The host's own name.
#[must_use]
pub fn name_of(key: &EntityKey) -> &str {
    key.id.strip_prefix("host/").unwrap_or(&key.id)
}

/// Opens, raises or keeps the incident of a case; returns a report where one is due.
///
/// Of a `tied` host the report is news for the interface's document to tell, and not told under the host's own name.
pub fn report(
    state: &mut HostState,
    key: &EntityKey,
    case: &Case,
    tied: bool,
    beside: &Beside<'_>,
) -> Option<Finding> {
    let settings = beside.settings;
    let judgement = combine(&case.lead.verdicts, &case.lead.context)?;
    let (about, bucket) = (case.lead.about ^ crate::entity::name_hash(case.lead.analytic), case.bucket);
    let at = state.incidents.iter().position(|(have, _)| *have == about).unwrap_or_else(|| {
        if state.incidents.len() >= 64 {
            let oldest = (0..64).min_by_key(|at| state.incidents.get(*at).map(|(_, incident)| incident.last));
            oldest.map(|at| state.incidents.swap_remove(at));
        }
        state.incidents.push((
            about,
            Incident::open(
                case.lead.verdicts.first().map_or(Kernel::Program, |it| it.kernel).group(),
                bucket,
            ),
        ));
        state.incidents.len() - 1
    });
    let uid = format!("weir-{}-{}-{}", case.lead.analytic.to_lowercase(), key.account, reason(key, case));
    let suppressed = suppression(state, &uid, key, case, judgement.severity, beside);
    let (_, incident) = state.incidents.get_mut(at)?;
    let severity = judgement.severity;
    let sign = Sign::of(severity, bucket, suppressed.is_some(), &case.lead.verdicts);
    let news = incident.meet(&sign, &settings.incident)?;
    incident.tell(if news.is_growth() { incident.severity.max(severity) } else { severity }, &sign);
    let suppressed = suppressed.map(Suppression::words);
    let incident = incident.clone();
    let telling = Telling { uid, suppressed, news, judgement, incident: &incident };
    let finding = finding(state, key, case, telling, beside)?;
    if !tied {
        let (_, incident) = state.incidents.get_mut(at)?;
        incident.headed(&finding);
    }
    if !tied && finding.is_alert() {
        state.thread = Some(Thread {
            uid: finding.uid.clone(),
            count: finding.count,
            opened: incident.opened,
            told: bucket,
        });
    }
    Some(finding)
}

/// What an incident is about: the host, or a workload of it.
fn reason(key: &EntityKey, case: &Case) -> String {
    match &case.lead.label {
        Some(label) => format!("{}/{label}", name_of(key)),
        None => name_of(key).to_owned(),
    }
}

/// The suppression that holds the report back.
fn suppression<'a>(
    state: &HostState,
    uid: &str,
    key: &EntityKey,
    case: &Case,
    severity: Severity,
    beside: &Beside<'a>,
) -> Option<&'a Suppression> {
    let entity = names(state, key);
    let view = View { state, bucket: state.closed - BUCKET, settings: beside.settings, intel: beside.intel };
    let remotes: Vec<Remote> = case.lead.dials.iter().map(|(ip, port)| view.remote(*ip, *port)).collect();
    let matter = Matter {
        incident: uid,
        entity: &entity,
        analytic: case.lead.analytic,
        kernel: case.lead.verdicts.first().map(|verdict| verdict.kernel),
        remotes: &remotes,
        actors: &actors(case),
        ..Matter::default()
    };
    beside.settings.suppressed(&matter, severity, case.lead.time)
}

/// Who is said to be behind it, the likeliest first.
fn actors(case: &Case) -> Vec<Actor> {
    std::iter::once(&case.lead.actor).chain(&case.others).cloned().collect()
}

/// What is to be told of a case.
struct Telling<'a> {
    uid: String,
    suppressed: Option<String>,
    news: News,
    judgement: Judgement,
    incident: &'a Incident,
}

fn finding(
    state: &HostState,
    key: &EntityKey,
    case: &Case,
    telling: Telling<'_>,
    beside: &Beside<'_>,
) -> Option<Finding> {
    let Telling { uid, suppressed, news, judgement, incident } = telling;
    let lead = &case.lead;
    let verdict = lead.verdicts.first()?;
    let name = name_of(key);
    let reason = reason(key, case);
    let view = View { state, bucket: state.closed - BUCKET, settings: beside.settings, intel: beside.intel };
    let hour = lead.hour.unwrap_or_default();
    let score = judgement.score.clamp(0.0, lead.cap);
    Some(Finding {
        uid,
        suppressed,
        activity: if incident.count <= 1 { Activity::Create } else { Activity::Update },
        analytic: lead.analytic.to_owned(),
        mode: mode(lead.analytic, beside.settings).of_findings().unwrap_or(Mode::DryRun),
        severity: incident.severity,
        confidence: (score * 100.0) as u8,
        kernel: verdict.kernel,
        title: title(verdict.kernel, &reason, &lead.actor),
        description: lead
            .verdicts
            .iter()
            .flat_map(|verdict| verdict.facts.clone())
            .collect::<Vec<_>>()
            .join("; "),
        time: lead.time,
        start: lead.actor.first.max(lead.time - 3 * HOUR).min(lead.time),
        end: lead.time,
        created: incident.opened,
        count: incident.count.max(1),
        subject: subject(state, key),
        contributions: judgement.contributions,
        baseline: BaselineFacts { observed: hour.out / 12, ..BaselineFacts::default() },
        remotes: lead.dials.iter().map(|(ip, port)| view.remote(*ip, *port)).collect(),
        series: series(&view, case),
        usd_so_far: 0.0,
        usd_month: 0.0,
        missing: if lead.hour.is_none() { vec![Missing::Bytes] } else { Vec::new() },
        why: news.words().into_iter().chain(judgement.why).collect(),
        would_raise: would_raise(case),
        settings: in_force(lead.analytic, beside.settings),
        host: Some(name.to_owned()),
        actors: actors(case),
    })
}

/// What the container moved in the last three hours.
fn series(view: &View<'_>, case: &Case) -> Vec<Window> {
    let key = case.lead.actor.container.as_ref().and_then(|told| told.uid.as_ref().or(told.name.as_ref()));
    let container = key.and_then(|key| {
        view.state
            .containers
            .iter()
            .find(|have| have.id.as_ref() == Some(key) || have.name.as_ref() == Some(key))
    });
    let Some(container) = container.filter(|_| case.lead.hour.is_some()) else { return Vec::new() };
    let cells = container.trace.last(view.bucket, 36).enumerate();
    let window = |(place, cell): (usize, crate::ring::Pair)| Window {
        start: view.bucket - (35 - place as i64) * BUCKET,
        bytes_out: cell.out,
        bytes_in: cell.into,
    };
    cells.map(window).collect()
}

/// Evidence that the same rules would have asked more for.
fn would_raise(case: &Case) -> Vec<String> {
    let mut ways = Vec::new();
    if case.lead.hour.is_none() {
        ways.push("flow logs of its interface, or counters: what it moves is not known".to_owned());
    }
    if case.lead.category.as_ref().is_some_and(|(_, dual_use)| *dual_use) {
        ways.push("traffic that a tool of honest users does not make, such as a relay or a scan".to_owned());
    } else if case.lead.verdicts.first().is_some_and(|verdict| verdict.severity < Severity::High) {
        ways.push(
            "a second kind of sign, an outside connection, or an odd place that it runs from".to_owned(),
        );
    }
    ways
}

pub(crate) fn title(kernel: Kernel, who: &str, actor: &Actor) -> String {
    let tool = actor.tool.as_deref().or(actor.name.as_deref()).unwrap_or("a tool");
    let what = match kernel {
        Kernel::Container => format!("is or holds a container of {tool}"),
        Kernel::Relay => "relays: what comes in leaves again".to_owned(),
        Kernel::Dormant => "was dormant and now sends".to_owned(),
        Kernel::Volume => "sends more than usual".to_owned(),
        _ => format!("runs {tool}"),
    };
    let who: String = who.chars().take(48).collect();
    format!("{who} {what}").chars().take(99).collect()
}

/// The mode of an analytic of hosts.
pub(crate) fn mode(analytic: &str, settings: &Settings) -> AnalyticMode {
    match analytic {
        "AN0080" => settings.an0080.mode,
        "AN0081" => settings.an0081.mode,
        "AN0082" => settings.an0082.mode,
        "AN0083" => settings.an0083.mode,
        _ => settings.an0084.mode,
    }
}

/// Path and value of each setting of the analytic, and of those that bear on every finding.
fn in_force(analytic: &str, settings: &Settings) -> Vec<(String, String)> {
    let own = format!("{}/", analytic.to_lowercase());
    let bears = |path: &str| {
        path.starts_with(&own) || matches!(path, "incident/quiet" | "incident/suppress" | "lateness")
    };
    let entries = registry().iter().filter(|entry| bears(entry.path));
    entries.map(|entry| (entry.path.to_owned(), entry.render(settings))).collect()
}
