//! Who lives in a fleet, who is hijacked, and the truth about both.

use std::net::Ipv4Addr;

use super::hijack::{KINDS, Plan};
use super::host::{Host, Platform};
use super::life::roles;
use crate::labels::{Entity, Hijack, Labels};
use crate::scenario::calendar::{DAY, HOUR, WORLD_START};
use crate::scenario::dice::Dice;

/// The size of a fleet.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Seed.
    pub seed: u64,
    /// Days of logs.
    pub days: i64,
    /// Hosts of Windows and of Linux each; two thirds as many Macs, and one third of them nodes.
    pub hosts: usize,
    /// Hijacks of each kind.
    pub hijacks: usize,
}

/// A host with what is done to it.
pub struct Member {
    /// The host.
    pub host: Host,
    /// The hijack.
    pub plan: Option<Plan>,
}

/// Casts a fleet.
pub fn cast(size: &Size) -> (Vec<Member>, Labels) {
    let mut members: Vec<Member> = Vec::new();
    for (platform, count) in [
        (Platform::Windows, size.hosts),
        (Platform::Linux, size.hosts),
        (Platform::MacOs, size.hosts * 2 / 3),
        (Platform::Node, size.hosts / 3),
    ] {
        for n in 0..count {
            let roles = roles(platform);
            members.push(Member {
                host: host(size, members.len(), platform, roles[n % roles.len()]),
                plan: None,
            });
        }
    }
    let mut dice = Dice::new(size.seed, &[0xf1ee7]);
    let end = WORLD_START + size.days * DAY;
    for kind in KINDS {
        for _ in 0..size.hijacks {
            let role = victim(kind.name, kind.platform, &mut dice);
            let mut host = host(size, members.len(), kind.platform, role);
            host.name = format!("{}-{:04}", kind.platform.prefix(), members.len());
            let from = WORLD_START + (2 * DAY) + dice.below(((size.days - 3) * DAY) as u64) as i64;
            let until = (from + dice.range(6, 30) as i64 * HOUR).min(end - HOUR);
            members.push(Member { host, plan: Some(Plan { kind, lives: (from, until) }) });
        }
    }
    let labels = labels(size, &members, end);
    (members, labels)
}

/// A host whose life does not rest on a setting.
fn victim(kind: &str, platform: Platform, dice: &mut Dice) -> &'static str {
    let roles: &[&'static str] = match (kind, platform) {
        ("win-sql-traffmonetizer", _) => &["sql"],
        ("win-iis-scanner", _) => &["iis"],
        ("lin-web-traffmonetizer" | "lin-cron-earnfm" | "lin-unknown-relay" | "lin-microsocks", _) => {
            &["web"]
        }
        ("lin-masscan-shm", _) => &["database"],
        ("con-exec-in-app", _) => &["compose"],
        (_, Platform::Windows) => &["office", "developer", "designer"],
        (_, Platform::Linux) => &["web", "node-app", "ci-runner", "workstation", "mail"],
        (_, Platform::MacOs) => &["office", "designer", "developer"],
        (_, Platform::Node) => &["kubernetes", "compose", "batch"],
    };
    let role: &&'static str = dice.pick(roles);
    role
}

fn host(size: &Size, index: usize, platform: Platform, role: &'static str) -> Host {
    let mut host = Host::new(size.seed, index, platform, role);
    match role {
        "scanner" => host.name = format!("srv-scan-{index:04}"),
        "seeder" => host.name = format!("mac-seed-{index:04}"),
        "research" => host.person = "kim",
        _ => {}
    }
    host
}

fn labels(size: &Size, members: &[Member], end: i64) -> Labels {
    let address = |ip: Ipv4Addr| vec![ip.to_string()];
    let entity = |member: &Member| {
        let safe = member.plan.map_or(end, |plan| plan.lives.0);
        Entity {
            entity: member.host.name.clone(),
            interface: member.host.name.clone(),
            addresses: address(member.host.ip),
            kind: member.host.role.to_owned(),
            analytic: Some(member.host.platform.analytic().to_owned()),
            hijacked: member.plan.is_some(),
            alive_from_ms: WORLD_START * 1000,
            alive_to_ms: end * 1000,
            benign_days: (safe - WORLD_START) as f64 / DAY as f64,
        }
    };
    let hijack = |member: &Member| {
        let plan = member.plan?;
        Some(Hijack {
            kind: plan.kind.name.to_owned(),
            entity: member.host.name.clone(),
            interface: member.host.name.clone(),
            addresses: address(member.host.ip),
            host_kind: member.host.role.to_owned(),
            start_ms: plan.lives.0 * 1000,
            end_ms: plan.lives.1 * 1000,
            expected_severity: plan.kind.wanted.to_owned(),
            kernel: plan.kind.kernel.to_owned(),
            gateways: Vec::new(),
        })
    };
    Labels {
        world: "fleet".to_owned(),
        seed: size.seed,
        start_ms: WORLD_START * 1000,
        end_ms: end * 1000,
        hijacks: members.iter().filter_map(hijack).collect(),
        entities: members.iter().map(entity).collect(),
    }
}
