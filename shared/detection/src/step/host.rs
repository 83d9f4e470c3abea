//! What the host says of itself, beside what its traffic shows: one incident carries both.

use super::Around;
use super::judge::context;
use crate::entity::EntityKey;
use crate::finding::{Finding, Group, Remote, Role, Severity};
use crate::incident::{self, Told};
use crate::kernels::Verdict;
use crate::kernels::combine::combine;
use crate::observation::bucket_of;
use crate::state::{Destination, EntityState};

/// What the traffic shows together with what the host says; `None` where it says nothing, or there is nothing to add to.
pub(super) fn joined(said: &[Verdict], time: i64, around: &Around<'_>) -> Option<Vec<Verdict>> {
    let host = around.host.filter(|_| !said.is_empty())?;
    let verdicts = host.verdicts(time, said);
    (!verdicts.is_empty()).then(|| said.iter().cloned().chain(verdicts).collect())
}

/// Tells what the host has news of, as part of the entity's incident where there is one that goes on.
///
/// `around.host` is what the host says; without it there is nothing to tell.
pub fn tell_host(state: &mut EntityState, key: &EntityKey, around: &Around<'_>) -> Option<Finding> {
    let host = around.host?;
    let said = host.suspects.iter().filter(|suspect| suspect.said.is_some());
    let time = said.map(|suspect| suspect.time).max()?;
    let verdicts = host.said(time);
    let context = context(state, time, &verdicts, around);
    let mut judgement = combine(&verdicts, &context)?;
    let bucket = bucket_of(time);
    // The same as when the traffic speaks second: a shape of its own and a name are two groups.
    let shaped = state.incidents.iter().any(|have| {
        matches!(have.group, Group::Structure | Group::Reachability)
            && have.severity >= Severity::Medium
            && bucket - have.last < around.settings.incident.quiet
    });
    if shaped && judgement.severity >= Severity::Low && judgement.severity < Severity::High {
        judgement.severity = Severity::High;
        judgement.why.push("what its traffic shows agrees, an independent group".to_owned());
    }
    let dials = |entry: &&Destination| host.at(time).any(|it| it.dials.contains(&(entry.ip, entry.port)));
    let remotes = state.destinations.iter().filter(dials).map(|entry| remote(entry, around)).collect();
    let told = Told {
        judgement: Some(judgement),
        context: &context,
        verdicts: &verdicts,
        remotes,
        egress: 0,
        bucket,
        time,
        host: Some(host),
        by_host: true,
    };
    incident::report(state, key, told, around.settings, around.intel)
}

/// A destination of the flow log: its bytes and since when.
fn remote(entry: &Destination, around: &Around<'_>) -> Remote {
    let asn = around.intel.asn(entry.ip);
    Remote {
        ip: entry.ip,
        port: entry.port,
        protocol: entry.protocol,
        role: Role::Gateway,
        bytes_out: entry.wire.out,
        bytes_in: entry.wire.into,
        first_seen: Some(entry.first),
        country: around.intel.country(entry.ip).map(|country| country.as_str().to_owned()),
        asn: asn.as_ref().map(|asn| asn.number),
        organisation: asn.and_then(|asn| asn.organisation.as_deref().map(str::to_owned)),
        label: around.intel.label(entry.ip).map(str::to_owned),
    }
}
