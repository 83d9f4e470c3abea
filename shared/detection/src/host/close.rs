//! That an incident of a host is over, where it was told under the host's own name.

use super::report::name_of;
use super::{Beside, HostState};
use crate::entity::EntityKey;
use crate::finding::{Finding, Subject};
use crate::incident::Closed;
use crate::quiet::{Matter, Suppression};

/// Tells of each incident that was told and of which nothing was seen for `incident/quiet` before `until`, ms since the
/// epoch, that it is over.
///
/// What a `tied` host told before its interface was known goes on as the interface's incident, which ends it.
pub fn close(
    state: &mut HostState,
    key: &EntityKey,
    until: i64,
    tied: bool,
    beside: &Beside<'_>,
) -> Vec<Finding> {
    let settings = beside.settings;
    let mut findings = Vec::new();
    for at in 0..state.incidents.len() {
        let Some((_, incident)) = state.incidents.get_mut(at) else { break };
        if incident.ends(&settings.incident).is_none_or(|end| until < end) {
            continue;
        }
        let Some(headline) = incident.open.take() else { continue };
        if tied {
            continue;
        }
        let incident = incident.clone();
        let names = names(state, key);
        let matter = Matter {
            incident: &headline.uid,
            entity: &names,
            analytic: &headline.analytic,
            kernel: Some(headline.kernel),
            ..Matter::default()
        };
        let end = incident.last.saturating_add(settings.incident.quiet);
        let suppressed = settings.suppressed(&matter, incident.severity, end).map(Suppression::words);
        let subject = subject(state, key);
        let closed = Closed::of(&incident, *headline, subject, settings).of_host(name_of(key), suppressed);
        let finding = closed.finding();
        if finding.suppressed.is_none()
            && let Some((_, incident)) = state.incidents.get_mut(at)
        {
            incident.count += 1;
        }
        if let Some(thread) = state.thread.as_mut().filter(|thread| thread.uid == finding.uid) {
            thread.count = finding.count;
        }
        findings.push(finding);
    }
    findings
}

/// Names that a host goes by: its own, its instance's, its interface's.
pub(super) fn names<'a>(state: &'a HostState, key: &'a EntityKey) -> Vec<&'a str> {
    let names = state.instance.iter().chain(&state.interface).map(String::as_str);
    std::iter::once(name_of(key)).chain(names).collect()
}

/// Who it is, as far as its own logs tell.
pub(super) fn subject(state: &HostState, key: &EntityKey) -> Subject {
    Subject {
        account: (key.account != "-").then(|| key.account.clone()),
        instance: state.instance.clone(),
        interfaces: state.interface.clone().into_iter().collect(),
        addresses: state.own_addresses().map(|(ip, _)| ip).take(4).collect(),
        ..Subject::default()
    }
}
