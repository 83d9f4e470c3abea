//! That an incident is over: how long it went on, how much left, and what that cost.

use weir_intel::Intel;

use super::{subject, suppression, usd};
use crate::entity::EntityKey;
use crate::finding::{Activity, BaselineFacts, Finding, Missing, Mode, Severity, Subject, Window};
use crate::host::HostItem;
use crate::observation::bucket_of;
use crate::quiet::Suppression;
use crate::settings::Settings;
use crate::state::{EntityState, HOUR, Headline, Incident};

/// Tells of each incident that was told and of which nothing was seen for `incident/quiet` before `until`, ms since the
/// epoch, that it is over.
///
/// Every bucket that starts before `until` was judged. While the host behind the entity still sees what it accuses, an
/// incident goes on.
pub fn close(
    state: &mut EntityState,
    key: &EntityKey,
    until: i64,
    host: Option<&HostItem>,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Finding> {
    let said = host.into_iter().flat_map(|host| &host.suspects).filter(|suspect| suspect.said.is_some());
    let seen = said.map(|suspect| bucket_of(suspect.time)).filter(|time| *time < until).max();
    let mut findings = Vec::new();
    for at in 0..state.incidents.len() {
        let Some(incident) = state.incidents.get_mut(at) else { break };
        if incident.open.is_some() {
            incident.last = incident.last.max(seen.unwrap_or(0));
        }
        if incident.ends(&settings.incident).is_none_or(|end| until < end) {
            continue;
        }
        let Some(headline) = incident.open.take() else { continue };
        let incident = incident.clone();
        let subject = subject(state, key, intel);
        let who: Vec<&str> = host.map(|host| host.host.as_str()).into_iter().collect();
        let about = super::About {
            uid: &headline.uid,
            names: &who,
            analytic: &headline.analytic,
            kernel: headline.kernel,
            remotes: &[],
            actors: &[],
        };
        let end = incident.last.saturating_add(settings.incident.quiet);
        let suppressed = suppression(&about, key, &subject, incident.severity, end, settings);
        let suppressed = suppressed.map(Suppression::words);
        let closed = Closed {
            suppressed,
            baseline: state.season.usual_of(incident.last).observing(0),
            host: host.map(|host| host.host.clone()),
            ..Closed::of(&incident, *headline, subject, settings)
        };
        if closed.suppressed.is_none()
            && let Some(incident) = state.incidents.get_mut(at)
        {
            incident.count += 1;
        }
        findings.push(closed.finding());
    }
    findings
}

/// What an incident came to.
pub(crate) struct Closed<'a> {
    incident: &'a Incident,
    headline: Headline,
    subject: Subject,
    settings: &'a Settings,
    suppressed: Option<String>,
    baseline: BaselineFacts,
    host: Option<String>,
}

impl<'a> Closed<'a> {
    /// Of an incident that nothing more is known of than what was told.
    pub(crate) fn of(
        incident: &'a Incident,
        headline: Headline,
        subject: Subject,
        settings: &'a Settings,
    ) -> Self {
        let baseline = BaselineFacts::default();
        Self { incident, headline, subject, settings, suppressed: None, baseline, host: None }
    }

    /// The same of a host, as its own logs know it.
    pub(crate) fn of_host(self, host: &str, suppressed: Option<String>) -> Self {
        Self { host: Some(host.to_owned()), suppressed, ..self }
    }

    /// The last report.
    pub(crate) fn finding(self) -> Finding {
        let Self { incident, headline, subject, settings, suppressed, baseline, host } = self;
        let Headline { uid, analytic, kernel, confidence, title, number, start, created } = headline;
        let (until, bytes) = (incident.until(), incident.bytes_last);
        let quiet = settings.value("incident/quiet").unwrap_or_default();
        let left = match bytes {
            0 => String::new(),
            bytes if bytes < 1_000_000_000 => format!(", in which {:.1} MB left", bytes as f64 / 1e6),
            bytes => format!(", in which {:.2} GB left", bytes as f64 / 1e9),
        };
        Finding {
            uid,
            activity: Activity::Close,
            mode: crate::host::mode(&analytic, settings).of_findings().unwrap_or(Mode::DryRun),
            analytic,
            suppressed,
            severity: incident.severity.max(Severity::Low),
            confidence,
            kernel,
            title,
            description: format!(
                "It is over: it went on for {}{left}, and nothing of it was seen for {quiet} since",
                lasted(until - start)
            ),
            time: incident.last.saturating_add(settings.incident.quiet),
            start,
            end: until,
            created,
            count: number.saturating_add(1),
            subject,
            contributions: Vec::new(),
            baseline,
            remotes: Vec::new(),
            series: Vec::<Window>::new(),
            usd_so_far: usd(bytes),
            usd_month: 0.0,
            missing: if bytes == 0 { vec![Missing::Bytes] } else { Vec::new() },
            why: Vec::new(),
            would_raise: Vec::new(),
            settings: [("incident/quiet".to_owned(), quiet)].into(),
            host,
            actors: Vec::new(),
        }
    }
}

/// A time of milliseconds in words: `7 h 20 min`, `3 d 4 h`.
fn lasted(span: i64) -> String {
    let (hours, minutes) = (span / HOUR, span % HOUR / 60_000);
    match (hours / 24, hours % 24) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) => format!("{hours} h {minutes} min"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}
