//! Records of a host into its document.

use std::net::IpAddr;

use weir_records::telemetry::{
    Conversation, Counter, Fact, How, Launch, Process, Telemetry, Usage, Way, base_name,
};

use super::container::Container;
use super::program::{Program, add_hit, tools};
use super::seen::print;
use super::{Beside, HostState, Oddity, Platform, Sample};
use crate::entity::name_hash;
use crate::observation::bucket_of;
use crate::ring::Pair;
use crate::settings::{Settings, matches_any_case};

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Admitted {
    /// Records that were taken in.
    pub taken: u64,
    /// Records whose bucket was judged before they came.
    pub late: u64,
    /// Records that say nothing of a program, a container or a counter with a time.
    pub unused: u64,
}

/// The host that a record speaks of: by its name, else its instance, else its address.
#[must_use]
pub fn host_of(telemetry: &Telemetry) -> Option<String> {
    let device = &telemetry.device;
    let name = device.hostname.as_ref().or(device.instance_uid.as_ref()).cloned();
    name.or_else(|| device.ip.map(|ip| ip.to_string())).filter(|name| !name.is_empty())
}

/// Whether a record is for a host's document: a program, a counter, or a connection of a known process.
///
/// What a network sensor saw is not: it becomes flows of the address inside.
#[must_use]
pub fn is_of_a_host(telemetry: &Telemetry) -> bool {
    match &telemetry.fact {
        Fact::Launch(_) => true,
        Fact::Usage(usage) => usage.time.is_some(),
        Fact::Conversation(conversation) => conversation.process.is_some(),
    }
}

/// Takes records of one host into its document.
///
/// Order and batching do not matter within the lateness, while the document is not full. `complete` vouches that every
/// record before it is here.
pub(super) fn admit<'t>(
    state: &mut HostState,
    batch: impl IntoIterator<Item = &'t Telemetry>,
    complete: Option<i64>,
    beside: &Beside<'_>,
) -> Admitted {
    let mut admitted = Admitted::default();
    for telemetry in batch {
        let Some(time) = telemetry.time().filter(|_| is_of_a_host(telemetry)) else {
            admitted.unused += 1;
            continue;
        };
        if state.first_seen == 0 || time < state.first_seen {
            state.first_seen = time;
        }
        state.latest = state.latest.max(time);
        if state.platform.is_none() {
            state.platform = Platform::of(telemetry);
        }
        identify(state, telemetry, time);
        let taken = match &telemetry.fact {
            Fact::Launch(launch) => launched(state, telemetry, launch, beside),
            Fact::Conversation(conversation) => talked(state, telemetry, conversation, beside),
            Fact::Usage(usage) => counted(state, telemetry, usage, time),
        };
        match taken {
            true => admitted.taken += 1,
            false => admitted.late += 1,
        }
    }
    state.complete = state.complete.max(complete.unwrap_or(0));
    admitted
}

/// What a record says of the host itself.
fn identify(state: &mut HostState, telemetry: &Telemetry, time: i64) {
    let device = &telemetry.device;
    if state.instance.is_none() {
        state.instance.clone_from(&device.instance_uid);
    }
    if state.interface.is_none() {
        state.interface.clone_from(&device.interface_uid);
    }
    if let Some(ip) = device.ip {
        state.has_address(ip, time);
    }
    // EC2 names a host after its address.
    if let Some(ip) = device.hostname.as_deref().and_then(named_address) {
        state.has_address(ip, time);
    }
    if let Fact::Conversation(conversation) = &telemetry.fact {
        let local = match conversation.way {
            Way::Outbound => conversation.src.ip,
            Way::Inbound => conversation.dst.ip,
            Way::Lateral | Way::Unknown => None,
        };
        if let Some(ip) = local {
            state.has_address(ip, time);
        }
    }
}

/// The address in `ip-10-0-1-5`, with or without a domain; an instance id in the same place is no address.
fn named_address(hostname: &str) -> Option<IpAddr> {
    let label = hostname.split('.').next()?.strip_prefix("ip-")?;
    label.replace('-', ".").parse().ok()
}

fn launched(state: &mut HostState, telemetry: &Telemetry, launch: &Launch, beside: &Beside<'_>) -> bool {
    let (process, time) = (&launch.process, launch.time);
    let container = contained(state, telemetry, time, beside);
    let found = tools(process, None, beside.intel);
    let platform = state.platform;
    let Some(key) = Program::key_of(process, container, &found) else {
        // The container itself: its command and environment are its own.
        if let Some(container) = container.and_then(|key| state.container(key)) {
            found.iter().for_each(|found| add_hit(&mut container.hits, found));
        }
        return true;
    };
    let odd = super::context::oddities(process, Some(launch.how), platform);
    let is_known = state.programs.iter().any(|have| have.key == key);
    // Most programs of a host are of no interest; on macOS who signed them is.
    let is_signed = process.signature.as_ref().is_some_and(|signature| !signature.platform);
    let is_odd = odd.iter().any(|odd| !matches!(odd, Oddity::Renamed | Oddity::Persistent));
    let is_named = || extra(platform, beside.settings).iter().any(|pattern| is_like(process, pattern));
    if found.is_empty() && !is_odd && !is_known && !is_signed && !is_named() {
        return true;
    }
    let is_counted = launch.how == How::Started
        && bucket_of(time) >= state.closed
        && state.seen.is_new(bucket_of(time), print(telemetry));
    let Some(program) = state.program(key) else { return true };
    program.container = container;
    program.see(process, Some(launch.how), time, platform);
    found.iter().for_each(|found| program.is_tool(found));
    if is_counted {
        program.count_start(bucket_of(time));
    }
    true
}

/// Names that the settings take for those of proxyware.
fn extra(platform: Option<Platform>, settings: &Settings) -> &[String] {
    match platform {
        Some(Platform::Windows) => &settings.an0080.process_name.extra,
        Some(Platform::MacOs) => &[],
        _ => &settings.an0081.tool_pattern.extra,
    }
}

fn is_like(process: &Process, pattern: &str) -> bool {
    let path = process.path.as_deref().unwrap_or_default();
    let names = [Some(base_name(path)), Some(path), process.name.as_deref()];
    names.into_iter().flatten().any(|name| matches_any_case(pattern, name))
}

fn talked(
    state: &mut HostState,
    telemetry: &Telemetry,
    conversation: &Conversation,
    beside: &Beside<'_>,
) -> bool {
    let Some(process) = &conversation.process else { return true };
    let is_late = bucket_of(conversation.end) < state.closed;
    let container = contained(state, telemetry, conversation.end, beside);
    let found = tools(process, None, beside.intel);
    let Some(key) = Program::key_of(process, container, &found) else { return true };
    let remote = match conversation.way {
        Way::Inbound => &conversation.src,
        _ => &conversation.dst,
    };
    let external = remote.ip.filter(|ip| beside.intel.is_external(*ip, None, &beside.settings.networks.own));
    let moved = conversation.out_and_in().filter(|_| conversation.is_summable());
    let is_known = state.programs.iter().any(|have| have.key == key);
    if external.is_none() && !is_known {
        return !is_late;
    }
    let platform = state.platform;
    // What is late is not counted, and what has no bytes adds nothing.
    let moved = moved.filter(|_| {
        external.is_some() && !is_late && state.seen.is_new(bucket_of(conversation.end), print(telemetry))
    });
    let Some(program) = state.program(key) else { return true };
    program.container = container;
    program.see(process, None, conversation.end, platform);
    found.iter().for_each(|found| program.is_tool(found));
    if is_late {
        return false;
    }
    if let (Some(ip), Way::Outbound | Way::Unknown) = (external, conversation.way) {
        program.destinations.note(ip, remote.port.unwrap_or(0), conversation.start, conversation.end);
    }
    if let Some((sent, received)) = moved {
        let bytes = Pair { out: sent.bytes.unwrap_or(0), into: received.bytes.unwrap_or(0) };
        program.trace.spread(conversation.start, conversation.end, bytes);
    }
    true
}

fn counted(state: &mut HostState, telemetry: &Telemetry, usage: &Usage, time: i64) -> bool {
    let bytes = Pair { out: usage.bytes_out.unwrap_or(0), into: usage.bytes_in.unwrap_or(0) };
    let interface = telemetry.device.interface_name.as_deref().unwrap_or_default();
    if interface == "lo" || interface == "lo0" {
        return true;
    }
    let is_late = bucket_of(time) < state.closed;
    let is_counted = usage.counter == Counter::Cumulative
        || !is_late && state.seen.is_new(bucket_of(time), print(telemetry));
    let mut name = name_hash(interface);
    let trace = if let Some(process) = &usage.process {
        let platform = state.platform;
        let Some(key) = Program::key_of(process, None, &[]) else { return true };
        let Some(program) = state.program(key) else { return true };
        program.see(process, None, time, platform);
        name ^= process.pid.unwrap_or(0).rotate_left(32);
        &mut program.trace
    } else if let Some(told) = &telemetry.container {
        let Some(key) = Container::key_of(told) else { return true };
        let is_new = time - state.first_seen > crate::state::DAY;
        let is_met = state.containers.iter().any(|have| have.key == key);
        let Some(container) = state.container(key) else { return true };
        container.see(told, time);
        container.of_host |= usage.of_host;
        if !is_met {
            container.is_new = is_new;
        }
        if usage.of_host {
            return true;
        }
        &mut container.trace
    } else {
        &mut state.total
    };
    if is_late {
        return false;
    }
    match usage.counter {
        Counter::Cumulative => trace.note(name as u32 ^ (name >> 32) as u32, Sample { time, total: bytes }),
        Counter::Delta if is_counted => trace.add(time, bytes),
        Counter::Delta => {}
    }
    true
}

/// The container of a record, made known, with the tools that its image is.
fn contained(state: &mut HostState, telemetry: &Telemetry, time: i64, beside: &Beside<'_>) -> Option<u64> {
    let told = telemetry.container.as_ref()?;
    let key = Container::key_of(told)?;
    let is_new = time - state.first_seen > crate::state::DAY;
    let is_met = state.containers.iter().any(|have| have.key == key);
    let container = state.container(key)?;
    container.see(told, time);
    if !is_met {
        container.is_new = is_new;
    }
    if let Some(found) = told.image.as_deref().and_then(|image| beside.intel.tools().image(image)) {
        add_hit(&mut container.hits, &found);
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_ec2_is_named_after_its_address() {
        assert_eq!(named_address("ip-10-0-1-5.eu-west-1.compute.internal"), "10.0.1.5".parse().ok());
        assert_eq!(named_address("ip-10-0-1-5"), "10.0.1.5".parse().ok());
        assert_eq!(named_address("ip-team-web"), None);
        assert_eq!(named_address("web-10-0-1-5"), None);
    }
}
