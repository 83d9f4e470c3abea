//! One call into the account's document, and what it changes for instances.

use std::net::IpAddr;

use weir_intel::Intel;
use weir_records::ApiCall;
use weir_records::api_call::{IdentityKind, Request};
use weir_records::text::Text;

use super::account::{AccountCalls, Touched};
use super::blinding::{self, Caller, Taking};
use super::evidence::{BURST, Reason, note, weigh};
use super::principal::short;
use super::{AUTOMATION, Prelude, rules};
use crate::entity::name_hash as hash;
use crate::finding::Finding;
use crate::settings::{Settings, matches};
use crate::state::{DAY, HOUR};

/// Instances that one call is followed to.
const MOST_TARGETS: usize = 20;

/// Names in user agents of tools that call by themselves.
const TOOLS: [&str; 8] = [
    "terraform",
    "cloudformation",
    "autoscaling",
    "codedeploy",
    "codebuild",
    "pulumi",
    "ansible",
    "karpenter",
];

/// A prelude to keep beside the documents of an instance and its interfaces.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Instance id first, then its interfaces: the names that flow logs know it by.
    pub ids: Vec<String>,
    /// What led to it.
    pub prelude: Prelude,
}

/// What a call changes, and what is to be said of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noted {
    /// Preludes to keep.
    pub updates: Vec<Update>,
    /// Findings about the account: calls that take what Weir sees by.
    pub findings: Vec<Finding>,
}

/// Takes a call into the account's document; returns the preludes that it changes and what is to be reported.
///
/// No clock and no randomness. An event that was seen before changes nothing.
pub fn observe(state: &mut AccountCalls, call: &ApiCall<'_>, settings: &Settings, intel: &Intel) -> Noted {
    let time = call.time;
    if state.first == 0 || time < state.first {
        state.first = time;
    }
    let Some(name) = call.identity.principal() else { return Noted::default() };
    let taken = blinding::taken(call);
    let watched = rules::is_watched(call);
    if (watched || taken.is_some()) && call.id.as_ref().is_some_and(|id| state.is_repeat(id.as_str())) {
        return Noted::default();
    }
    let finding = taken.and_then(|taken| {
        let caller = match is_declared(name, settings) {
            true => Caller::Declared,
            false => {
                let is_home = is_home(state, call, name, intel);
                state.blinding_caller(call, hash(name), &taken, is_home)
            }
        };
        blinding::report(state, call, &Taking { principal: name, taken, caller }, settings)
    });
    let updates = weigh_call(state, call, name, watched, settings, intel);
    Noted { updates, findings: finding.into_iter().collect() }
}

fn weigh_call(
    state: &mut AccountCalls,
    call: &ApiCall<'_>,
    name: &str,
    watched: bool,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Update> {
    let time = call.time;
    let settled = state.is_settled(time);
    let giver = call.identity.access_key.as_ref().and_then(|key| state.giver_of(key.as_str(), time));
    let at = state.principal(name, time);
    let Some(principal) = state.principals.get_mut(at) else { return Vec::new() };
    if let Some(giver) = giver.filter(|giver| *giver != principal.hash) {
        principal.parent = Some(giver);
    }
    principal.seen(time);
    if let Some(agent) = &call.user_agent {
        let agent = agent.as_str().to_ascii_lowercase();
        principal.is_tool = TOOLS.iter().any(|tool| agent.contains(tool));
    }
    let mut reasons = Vec::new();
    if let Some(address) = call.address().filter(|_| call.service().is_none()) {
        principal.source = Some(address);
        if principal.is_new_network(network(address, intel), time) && settled {
            reasons.push(Reason::NewNetwork);
        }
        if intel.list_of(address).is_some() {
            reasons.push(Reason::ListedSource);
        }
    }
    if !watched {
        // A source is told with the calls that matter, of which it may be the first sign.
        let what = format!("{} from there", call.name.as_str());
        reasons.iter().for_each(|reason| note(&mut principal.evidence, *reason, &what, time));
        return Vec::new();
    }
    if settled && time - principal.first < DAY {
        reasons.push(Reason::NewPrincipal);
    }
    let is_new = principal.is_new_call(hash(call.name.as_str()), time) && settled;
    let request = call.request();
    reasons.extend(rules::reasons(call, &request, is_new));
    if call.is_dry_run() && burst(&mut principal.dry_runs, time, BURST) {
        reasons.push(Reason::DryRuns);
    }
    let is_address = matches!(call.name.as_str(), "AllocateAddress" | "AssociateAddress");
    if is_address && call.succeeded() && burst(&mut principal.addresses, time, HOUR) {
        reasons.push(Reason::Addresses);
    }
    apply(state, at, call, &request, reasons, settings, intel)
}

fn apply(
    state: &mut AccountCalls,
    at: usize,
    call: &ApiCall<'_>,
    request: &Request,
    mut reasons: Vec<Reason>,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Update> {
    let (time, name) = (call.time, call.name.as_str());
    let response = call.response();
    let region = call.region.as_ref().map_or("-", Text::as_str);
    let succeeded = call.succeeded();
    let kind = response
        .instances
        .first()
        .and_then(|have| have.kind.clone())
        .or_else(|| request.instance_type.clone());
    let launched = name == "RunInstances" && succeeded;
    let started = name == "StartInstances" && succeeded;
    let new_region = (launched || started) && state.is_new_region(region, time);
    let mut new_family = false;
    if new_region {
        reasons.push(Reason::NewRegion);
    }
    if launched {
        let family =
            kind.as_deref().and_then(|kind| kind.split_once('.')).map(|(family, _)| family.to_owned());
        if let Some(family) = family {
            new_family = state.is_new_family(&family, time);
            if new_family || settings.an0084.instance_type.high_families.contains(&family) {
                reasons.push(Reason::NewFamily);
            }
        }
        if call.identity.has_permanent_key() {
            reasons.push(Reason::PermanentKey);
        }
    }
    let mut touched: Vec<Vec<String>> = response
        .instances
        .iter()
        .filter(|_| launched)
        .map(|have| std::iter::once(&have.id).chain(have.interfaces.iter().take(3)).cloned().collect())
        .collect();
    if succeeded && !launched && touches(name) {
        touched = request.instances.iter().map(|id| vec![id.clone()]).collect();
    }
    touched.truncate(MOST_TARGETS);
    for id in request.instances.iter().filter(|_| succeeded) {
        match name {
            "StopInstances" => state.stop(id, time),
            "StartInstances" if state.start(id).is_some_and(|stopped| time - stopped >= 7 * DAY) => {
                reasons.push(Reason::DormantStart);
            }
            _ => {}
        }
    }
    let Some(principal) = state.principals.get_mut(at) else { return Vec::new() };
    let subject =
        request.user.as_deref().filter(|_| reasons.contains(&Reason::Quarantined)).map(str::to_owned);
    for reason in &reasons {
        note(&mut principal.evidence, *reason, &format!("{name} in {region}"), time);
    }
    let (mine, parent) = (principal.hash, principal.parent);
    if let Some(key) = response.access_key.as_deref().filter(|_| succeeded) {
        state.give_key(key, mine, time);
    }
    if let Some(user) = subject {
        // AWS calls here, and the user whose key it is, is the one to suspect.
        let ends = format!("/{user}");
        let of_user = state.principals.iter_mut().filter(|have| have.name.ends_with(&ends));
        of_user.for_each(|have| note(&mut have.evidence, Reason::Quarantined, name, time));
    }
    let fresh = Prelude {
        region: short(region, 24),
        instance_type: kind.map(|kind| short(&kind, 24)),
        touched: time,
        new_family,
        new_region,
        launched: launched.then_some(time),
        ..Prelude::default()
    };
    for ids in &touched {
        let known = state.touched.iter().find(|have| have.ids.first() == ids.first());
        // What is launched and then touched stays the launch that it was, with its interfaces.
        let entry = match known {
            Some(known) if !launched => Touched {
                principal: mine,
                ids: known.ids.clone(),
                prelude: Prelude { touched: time, ..known.prelude.clone() },
            },
            _ => Touched { principal: mine, ids: ids.clone(), prelude: fresh.clone() },
        };
        state.touch(entry);
    }
    if reasons.is_empty() && touched.is_empty() {
        Vec::new()
    } else {
        judge(state, at, call, parent, settings, intel)
    }
}

/// The preludes of all that the caller touched within a day, as they are now.
fn judge(
    state: &mut AccountCalls,
    at: usize,
    call: &ApiCall<'_>,
    parent: Option<u64>,
    settings: &Settings,
    intel: &Intel,
) -> Vec<Update> {
    let time = call.time;
    let Some(principal) = state.principals.get(at) else { return Vec::new() };
    let giver = state.principals.iter().find(|have| Some(have.hash) == parent);
    let inherited = giver.into_iter().flat_map(|giver| &giver.evidence);
    let (mut score, evidence) = weigh(principal.evidence.iter().chain(inherited), time);
    let is_service = call.identity.kind == Some(IdentityKind::AwsService)
        || principal.name.contains(":role/aws-service-role/")
        || principal.name.ends_with(".amazonaws.com");
    let is_automation = is_declared(&principal.name, settings) || principal.is_learned_automation();
    if is_service || is_automation && principal.is_at_home(time) {
        score = score.min(AUTOMATION);
    }
    let source = principal.source;
    let (mine, name) = (principal.hash, principal.name.clone());
    let country = source.and_then(|ip| intel.country(ip)).map(|country| country.as_str().to_owned());
    let network = source
        .and_then(|ip| intel.asn(ip))
        .map(|asn| asn.organisation.map_or_else(|| format!("AS{}", asn.number), |name| short(&name, 40)));
    let mut updates = Vec::new();
    for touched in state.touched_by(mine, parent, time) {
        let prelude = Prelude {
            score: score as f32,
            principal: name.clone(),
            source,
            country: country.clone(),
            network: network.clone(),
            evidence: evidence.clone(),
            ..touched.prelude.clone()
        };
        if touched.prelude != prelude {
            touched.prelude = prelude.clone();
            updates.push(Update { ids: touched.ids.clone(), prelude });
        }
    }
    updates
}

/// Operations that act on instances that are there.
fn touches(name: &str) -> bool {
    matches!(
        name,
        "StartInstances"
            | "ModifyInstanceAttribute"
            | "SendCommand"
            | "StartSession"
            | "GetPasswordData"
            | "SendSSHPublicKey"
    )
}

/// Three within `span`, counted in event time whatever the order.
fn burst(times: &mut Vec<i64>, time: i64, span: i64) -> bool {
    times.push(time);
    times.sort_unstable();
    let surplus = times.len().saturating_sub(8);
    times.drain(..surplus);
    times.windows(3).any(|three| matches!(three, [first, _, last] if last - first <= span))
}

/// Who runs the network of an address: its system where that is known, else its block.
fn network(address: IpAddr, intel: &Intel) -> u64 {
    match (intel.asn(address), address) {
        (Some(asn), _) => u64::from(asn.number),
        (None, IpAddr::V4(v4)) => hash(&format!("{}/24", u32::from(v4) >> 8)),
        (None, IpAddr::V6(v6)) => hash(&format!("{}/48", u128::from(v6) >> 80)),
    }
}

/// Whether a call comes from a network that its caller used a day ago or earlier; one through a service comes from
/// where the caller was last.
fn is_home(state: &AccountCalls, call: &ApiCall<'_>, name: &str, intel: &Intel) -> bool {
    let Some(principal) = state.principals.iter().find(|have| have.hash == hash(name)) else { return true };
    match call.address().filter(|_| call.service().is_none()) {
        Some(address) => principal.is_known_from(network(address, intel), call.time),
        None => principal.is_at_home(call.time),
    }
}

fn is_declared(name: &str, settings: &Settings) -> bool {
    settings.cloudtrail.automation.iter().any(|pattern| matches(pattern, name))
}
