//! Any finding that the type allows, as a proptest strategy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use weir_detection::finding::{
    BaselineFacts, BaselineLevel, Contribution, Finding, Group, Kernel, Learning, Missing, Mode, Remote,
    Role, Severity, Subject, Window,
};

use super::ACTIVITIES;

/// Any finding that the type allows.
pub(crate) fn any_finding() -> impl Strategy<Value = Finding> {
    let head = (
        (
            words(),
            select(&ACTIVITIES[..]),
            words(),
            any::<bool>(),
            severity(),
            any::<u8>(),
            select(&Kernel::ALL[..]),
        ),
        (words(), words(), any::<[i64; 4]>(), any::<u32>(), any::<[f32; 2]>()),
    );
    let body = (subject(), vec(contribution(), 0..4), baseline(), vec(remote(), 0..6), vec(window(), 0..5));
    let tail = (vec(missing(), 0..4), vec(words(), 0..3), vec(words(), 0..3), vec((words(), words()), 0..3));
    (head, body, tail).prop_map(|(head, body, (missing, why, would_raise, settings))| {
        let ((uid, activity, analytic, live, severity, confidence, kernel), rest) = head;
        let (title, description, [time, start, end, created], count, [usd_so_far, usd_month]) = rest;
        let (subject, contributions, baseline, remotes, series) = body;
        Finding {
            uid,
            activity,
            analytic,
            mode: if live { Mode::Live } else { Mode::DryRun },
            suppressed: (!live).then(|| title.clone()),
            severity,
            confidence,
            kernel,
            title,
            description,
            time,
            start,
            end,
            created,
            count,
            subject,
            contributions,
            baseline,
            remotes,
            series,
            usd_so_far,
            usd_month,
            missing,
            why,
            would_raise,
            settings,
            host: None,
            actors: Vec::new(),
        }
    })
}

/// Text as an attacker would write it: controls, bidirectional marks, shell and JSON syntax, emoji, very long.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[a-z0-9:;$()`'\"\\\\\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{1f680}]{0,40}",
        1 => (any::<char>(), 0..4_000_usize).prop_map(|(character, times)| character.to_string().repeat(times)),
        1 => Just(String::new()),
    ]
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
        any::<u32>().prop_map(|bits| IpAddr::V6(Ipv4Addr::from_bits(bits).to_ipv6_mapped())),
        any::<[u16; 2]>().prop_map(|[high, low]| IpAddr::V6(Ipv6Addr::new(high, 0, 0, 0, 0, 0, 0, low))),
    ]
}

fn severity() -> impl Strategy<Value = Severity> {
    select(&[Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical][..])
}

fn missing() -> impl Strategy<Value = Missing> {
    use Missing::*;
    let all = [
        TcpFlags,
        FlowDirection,
        TenMinuteRecords,
        SkippedRecords,
        Lists,
        FreshLists,
        History,
        Inventory,
        Lookups,
    ];
    proptest::sample::select(all.to_vec())
}

fn subject() -> impl Strategy<Value = Subject> {
    let places = (option::of(words()), option::of(words()), option::of(words()), option::of(words()));
    let names = (option::of(words()), option::of(words()), vec(words(), 0..4), vec(words(), 0..4));
    (places, names, vec(address(), 0..4)).prop_map(|(places, names, addresses)| {
        let (account, region, vpc, subnet) = places;
        let (instance, instance_type, interfaces, tags) = names;
        Subject { account, region, instance, interfaces, vpc, subnet, addresses, instance_type, tags }
    })
}

fn contribution() -> impl Strategy<Value = Contribution> {
    use Group::{Context, Intel, Name, Reachability, Session, Structure, Volume};
    let group = select(&[Volume, Structure, Session, Reachability, Intel, Context, Name][..]);
    (group, select(&Kernel::ALL[..]), any::<[f32; 2]>(), vec(words(), 0..4)).prop_map(
        |(group, kernel, [score, weight], facts)| Contribution { group, kernel, score, weight, facts },
    )
}

fn baseline() -> impl Strategy<Value = BaselineFacts> {
    let state = select(&[Learning::Learning, Learning::Provisional, Learning::Mature][..]);
    use BaselineLevel::{Absolute, Entity, Group, Slot};
    let level = select(&[Slot, Entity, Group, Absolute][..]);
    (state, level, any::<u32>(), any::<f32>(), any::<[u64; 5]>()).prop_map(
        |(state, level, samples, age_days, [p50, p90, p95, p99, observed])| BaselineFacts {
            state,
            level,
            samples,
            age_days,
            p50,
            p90,
            p95,
            p99,
            observed,
        },
    )
}

fn remote() -> impl Strategy<Value = Remote> {
    let role = select(&[Role::Gateway, Role::Origin, Role::Client, Role::Target, Role::Peer][..]);
    let place = (option::of(words()), option::of(any::<u32>()), option::of(words()), option::of(words()));
    (address(), any::<u16>(), any::<u8>(), role, any::<[u64; 2]>(), option::of(any::<i64>()), place).prop_map(
        |(
            ip,
            port,
            protocol,
            role,
            [bytes_out, bytes_in],
            first_seen,
            (country, asn, organisation, label),
        )| Remote {
            ip,
            port,
            protocol,
            role,
            bytes_out,
            bytes_in,
            first_seen,
            country,
            asn,
            organisation,
            label,
        },
    )
}

fn window() -> impl Strategy<Value = Window> {
    (any::<i64>(), any::<[u64; 2]>()).prop_map(|(start, [bytes_out, bytes_in])| Window {
        start,
        bytes_out,
        bytes_in,
    })
}
