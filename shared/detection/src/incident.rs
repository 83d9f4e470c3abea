//! Verdicts to incidents: one per entity and evidence group, told once, again only when it grows, and when it is over.

mod close;
mod in_force;
mod raise;

use weir_intel::Intel;
use weir_intel::lists::ListKind;

use crate::entity::EntityKey;
use crate::finding::{
    Activity, Actor, BaselineFacts, Finding, Group, Kernel, Learning, Missing, Mode, Remote, Severity,
    Subject, Window,
};
use crate::host::{HostItem, Thread};
use crate::kernels::Verdict;
use crate::kernels::combine::Judgement;
use crate::kernels::instance::Context;
use crate::kernels::volume::USD_PER_GB;
use crate::observation::BUCKET;
use crate::quiet::{Matter, Suppression};
use crate::settings::Settings;
use crate::state::{DAY, EntityState, HOUR, Incident, News, Sign};
use raise::Case;

pub(crate) use close::Closed;
pub use close::close;

/// What the kernels said of a bucket, and what belongs to it.
#[derive(Debug)]
pub struct Told<'a> {
    /// Every verdict, strongest first.
    pub verdicts: &'a [Verdict],
    /// What is known beside the traffic.
    pub context: &'a [Context],
    /// What they come to together; `None` where there is none.
    pub judgement: Option<Judgement>,
    /// The remotes that show it best.
    pub remotes: Vec<Remote>,
    /// External wire bytes out.
    pub egress: u64,
    /// Start of the bucket.
    pub bucket: i64,
    /// Event time of the record that tipped it.
    pub time: i64,
    /// What the host behind the entity says, where its own logs are read.
    pub host: Option<&'a HostItem>,
    /// It is the host that has news, whatever the traffic shows.
    pub by_host: bool,
}

/// Opens, raises or keeps the incident that the verdicts speak of; returns a report where one is due.
pub fn report(
    state: &mut EntityState,
    key: &EntityKey,
    told: Told<'_>,
    settings: &Settings,
    intel: &Intel,
) -> Option<Finding> {
    for incident in &mut state.incidents {
        incident.bytes_out = incident.bytes_out.saturating_add(told.egress);
    }
    let lead = told.verdicts.first()?;
    let severity = told.judgement.as_ref()?.severity;
    let bucket = told.bucket;
    let group = lead.kernel.group();
    let goes_on = |have: &Incident| have.count > 0 && bucket - have.last < settings.incident.quiet;
    // A lesser kind of evidence about an entity that is already reported adds nothing to act on.
    let covered = state.incidents.iter().any(|have| {
        have.group != group
            && goes_on(have)
            && have.severity >= severity
            && have.group != Group::Reachability
            && group != Group::Reachability
    });
    // What the host and its traffic say is one incident, whichever spoke first.
    let joins = |have: &Incident| goes_on(have) && (told.by_host || have.group == Group::Name);
    let joined = told.host.and_then(|_| {
        let going_on = state.incidents.iter().enumerate().filter(|(_, have)| joins(have));
        going_on.max_by_key(|(_, have)| have.severity).map(|(at, _)| at)
    });
    let own = state.incidents.iter().position(|have| have.group == group);
    // That the traffic bears out what the host said is told once: the incident then carries both.
    let bears_out = joined.is_some()
        && group != Group::Name
        && lead.severity >= Severity::Medium
        && own
            .and_then(|at| state.incidents.get(at))
            .is_none_or(|have| bucket - have.last >= settings.incident.quiet);
    if joined.is_some() && group != Group::Name && !told.by_host {
        mark(state, group, bucket);
    }
    let covered = covered && !told.by_host && !bears_out;
    let at = match own
        .filter(|at| joined.is_none() || state.incidents.get(*at).is_some_and(goes_on))
        .or(joined)
        .or(own)
    {
        Some(at) => at,
        None if covered => return None,
        None => {
            state.incidents.push(Incident::open(group, bucket));
            state.incidents.len() - 1
        }
    };
    // What was told under the host's own name goes on under its id.
    let thread = told.host.and_then(|host| host.thread.clone()).filter(|thread| {
        let opened = state.incidents.first().map_or(0, |first| first.opened);
        at == 0 && opened >= thread.opened - settings.incident.quiet
    });
    let of = state.incidents.get(at)?.group;
    let uid = match &thread {
        Some(thread) => thread.uid.clone(),
        None => uid(key, state.info.region.as_deref(), of),
    };
    let subject = subject(state, key, intel);
    let actors =
        told.host.map(|host| host.actors(told.time, told.verdicts, &told.remotes)).unwrap_or_default();
    let host: Vec<&str> = told.host.map(|host| host.host.as_str()).into_iter().collect();
    let about = About {
        uid: &uid,
        names: &host,
        analytic: analytic(&told),
        kernel: lead.kernel,
        remotes: &told.remotes,
        actors: &actors,
    };
    let suppressed = suppression(&about, key, &subject, severity, told.time, settings);
    let hour = state.ring.last(bucket, 12).iter().map(|cell| cell.external.out).sum();
    let sign = Sign {
        severity,
        time: bucket,
        hushed: suppressed.is_some(),
        verdicts: told.verdicts,
        remotes: &told.remotes,
        bytes: told.egress,
        hour,
    };
    let incident = state.incidents.get_mut(at)?;
    let news = incident.meet(&sign, &settings.incident);
    if covered || !(news.is_some() || told.by_host || bears_out) {
        return None;
    }
    // What goes on in another group's incident leaves it as loud as it was, and so does what only grows.
    let goes_on_elsewhere = told.by_host || joined == Some(at);
    let only_grows = news.is_some_and(News::is_growth);
    let loudest = if goes_on_elsewhere || only_grows { incident.severity.max(severity) } else { severity };
    incident.tell(loudest, &sign);
    let incident = incident.clone();
    let suppressed = suppressed.map(Suppression::words);
    let thread = thread.as_ref();
    let telling = Telling { uid, subject, actors, suppressed, news, incident: &incident, thread };
    let finding = finding(state, key, told, telling, settings, intel)?;
    state.incidents.get_mut(at)?.headed(&finding);
    Some(finding)
}

/// Remembers that a group of evidence speaks in an incident of another group: of its own it tells nothing.
fn mark(state: &mut EntityState, group: Group, bucket: i64) {
    match state.incidents.iter_mut().find(|have| have.group == group) {
        Some(have) => have.last = have.last.max(bucket),
        None => state.incidents.push(Incident::open(group, bucket)),
    }
}

fn uid(key: &EntityKey, region: Option<&str>, group: Group) -> String {
    format!("weir-an0084-{}-{}-{}-{}", key.account, region.unwrap_or("-"), key.id, group.name())
}

/// The analytic that speaks: the host's where it is the host that has news.
fn analytic<'a>(told: &Told<'a>) -> &'a str {
    told.host.filter(|_| told.by_host).and_then(|host| host.analytic(told.time)).unwrap_or("AN0084")
}

/// What a suppression looks at beside who it is.
struct About<'a> {
    uid: &'a str,
    /// Further names of the entity.
    names: &'a [&'a str],
    analytic: &'a str,
    kernel: Kernel,
    remotes: &'a [Remote],
    actors: &'a [Actor],
}

/// The suppression that holds back a report of this severity at `time`, ms since the epoch.
fn suppression<'a>(
    about: &About<'_>,
    key: &EntityKey,
    subject: &Subject,
    severity: Severity,
    time: i64,
    settings: &'a Settings,
) -> Option<&'a Suppression> {
    let entity: Vec<&str> = std::iter::once(&*key.id)
        .chain(subject.instance.as_deref())
        .chain(about.names.iter().copied())
        .chain(subject.interfaces.iter().map(String::as_str))
        .collect();
    let matter = Matter {
        incident: about.uid,
        entity: &entity,
        tags: &subject.tags,
        analytic: about.analytic,
        kernel: Some(about.kernel),
        remotes: about.remotes,
        actors: about.actors,
    };
    settings.suppressed(&matter, severity, time)
}

/// An incident as it is to be told, and what was told of it under the host's own name.
struct Telling<'a> {
    uid: String,
    subject: Subject,
    actors: Vec<Actor>,
    suppressed: Option<String>,
    news: Option<News>,
    incident: &'a Incident,
    thread: Option<&'a Thread>,
}

fn finding(
    state: &EntityState,
    key: &EntityKey,
    told: Told<'_>,
    telling: Telling<'_>,
    settings: &Settings,
    intel: &Intel,
) -> Option<Finding> {
    let analytic = analytic(&told).to_owned();
    let Told { verdicts, judgement, context, remotes, bucket, time, host, .. } = told;
    let Telling { uid, subject, actors, suppressed, news, incident, thread } = telling;
    let (lead, judgement) = (verdicts.first()?, judgement?);
    let count = thread.map_or(0, |thread| thread.count).saturating_add(incident.count);
    let would_raise = raise::would_raise(&Case {
        state,
        bucket,
        said: verdicts,
        context,
        severity: judgement.severity,
        settings,
        intel,
    });
    let in_force = in_force::in_force(lead.kernel, &judgement.contributions, settings);
    let age = if state.first_seen == 0 { 0 } else { bucket - state.first_seen };
    let cells = state.ring.last(bucket, 36);
    let series: Vec<Window> = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| Window {
            start: bucket - (35 - i as i64) * BUCKET,
            bytes_out: cell.external.out,
            bytes_in: cell.external.into,
        })
        .collect();
    let hour: u64 = cells.iter().rev().take(12).map(|cell| cell.external.out).sum();
    let who = key.id.clone();
    let span = if matches!(lead.kernel, Kernel::Scan | Kernel::Flood) { BUCKET } else { HOUR };
    let baseline = state.season.usual_of(bucket).observing(hour / 12);
    let baseline = BaselineFacts { age_days: age as f32 / DAY as f32, ..baseline };
    Some(Finding {
        uid,
        suppressed,
        activity: if count <= 1 { Activity::Create } else { Activity::Update },
        mode: crate::host::mode(&analytic, settings).of_findings().unwrap_or(Mode::DryRun),
        analytic,
        severity: incident.severity,
        confidence: (judgement.score.clamp(0.0, 1.0) * 100.0) as u8,
        kernel: lead.kernel,
        title: title(lead.kernel, &who),
        description: described(lead, &actors),
        time,
        start: bucket + BUCKET - span,
        end: bucket + BUCKET,
        created: thread.map_or(incident.opened, |thread| thread.opened.min(incident.opened)),
        count: count.max(1),
        subject,
        contributions: judgement.contributions,
        missing: missing(state, baseline.state, time, settings, intel),
        baseline,
        remotes,
        series,
        usd_so_far: usd(incident.bytes_out.max(hour)),
        usd_month: usd(hour.saturating_mul(730)),
        why: news.and_then(News::words).into_iter().chain(judgement.why).collect(),
        would_raise,
        settings: in_force,
        host: host.filter(|_| !actors.is_empty()).map(|host| host.host.clone()),
        actors,
    })
}

/// What was measured, and who is likely behind it.
fn described(lead: &Verdict, actors: &[Actor]) -> String {
    let names = actors.iter().take(3).map(|actor| {
        let program = actor.path.as_deref().or(actor.name.as_deref());
        let container = actor.container.as_ref().and_then(|it| it.name.as_deref().or(it.image.as_deref()));
        match (program, container) {
            (Some(program), Some(container)) => format!("{program} in the container {container}"),
            (Some(program), None) => program.to_owned(),
            (None, container) => format!("the container {}", container.unwrap_or("of unknown name")),
        }
    });
    let names: Vec<String> = names.collect();
    let facts = lead.facts.join("; ");
    if names.is_empty() { facts } else { format!("{facts}; likely by {}", names.join(", ")) }
}

fn subject(state: &EntityState, key: &EntityKey, intel: &Intel) -> Subject {
    let interface = state.info.known_interface(&intel.inventory);
    let instance = state.info.known_instance(&intel.inventory);
    let tags = instance.map(|instance| instance.tags.iter().take(10).cloned().collect());
    Subject {
        account: (key.account != "-").then(|| key.account.clone()),
        region: state.info.region.clone(),
        instance: state.info.instance.clone().or_else(|| interface?.instance.clone()),
        interfaces: state
            .info
            .interface
            .iter()
            .chain(interface.map(|known| &known.id))
            .take(1)
            .cloned()
            .collect(),
        vpc: state.info.vpc.clone(),
        subnet: state.info.subnet.clone(),
        addresses: state.info.addresses.clone(),
        instance_type: instance.and_then(|instance| instance.instance_type.clone()),
        tags: tags.unwrap_or_default(),
    }
}

fn title(kernel: Kernel, who: &str) -> String {
    let what = match kernel {
        Kernel::Relay => "relays traffic for others through gateways that it dials",
        Kernel::ServedRelay => "serves as a proxy for outside clients",
        Kernel::Scan => "scans the internet",
        Kernel::Flood => "floods a target",
        Kernel::Torrent => "shares files with many peers",
        Kernel::Name => "looks up names of proxyware",
        Kernel::Intel => "talks to listed anonymity or proxy addresses",
        Kernel::Dormant => "was silent for days and now uploads",
        Kernel::Upload => "uploads to a destination that is new here",
        Kernel::SlowGrowth => "sends one destination more every day",
        Kernel::Volume => "sends more than usual",
        Kernel::Blinding => "takes what Weir sees by",
        Kernel::Program => "runs a tool that bandwidth is hijacked with",
        Kernel::Container => "runs a container that bandwidth is hijacked with",
        Kernel::Session => "keeps long sessions with an unusual remote",
    };
    let who: String = who.chars().take(40).collect();
    format!("{who} {what}")
}

fn usd(bytes: u64) -> f32 {
    (bytes as f64 / 1e9 * USD_PER_GB) as f32
}

/// Age from which an inventory that is made anew every hour is said to be old, milliseconds.
const OLD_INVENTORY: i64 = 6 * HOUR;

fn missing(
    state: &EntityState,
    learning: Learning,
    time: i64,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Missing> {
    [
        (!state.has_flags, Missing::TcpFlags),
        (!state.has_direction, Missing::FlowDirection),
        (state.interval > 120_000, Missing::TenMinuteRecords),
        (state.losses > 0, Missing::SkippedRecords),
        (!intel.has_lists(), Missing::Lists),
        (
            ListKind::DIALLED.iter().any(|kind| settings.stale_days(*kind, intel, time).is_some()),
            Missing::FreshLists,
        ),
        (learning == Learning::Learning, Missing::History),
        (intel.inventory.is_empty(), Missing::Inventory),
        (intel.inventory.updated().is_some_and(|made| time - made > OLD_INVENTORY), Missing::FreshInventory),
        (state.lookups.is_none(), Missing::Lookups),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect()
}

#[cfg(test)]
mod tests;
