//! AN0084: which kernels speak, and how loudly, about one entity's last hours.

use std::net::IpAddr;

use crate::entity::address_hash;
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::bucket::Summary;
use crate::kernels::relay::{Balance, Legs, Limits, judge};
use crate::observation::BUCKET;
use crate::ring::{Cell, Pair};
use crate::settings::Settings;
use crate::state::{DAY, EntityState, HOUR};

/// Own traffic with listed addresses within a bucket that is worth a word, bytes.
const LISTED_BYTES: u64 = 2_000_000;

/// Buckets of an hour.
const AN_HOUR: usize = 12;

/// Everything that a verdict may look at.
pub struct View<'a> {
    /// The entity, this bucket included.
    pub state: &'a EntityState,
    /// This bucket by roles.
    pub summary: &'a Summary,
    /// Start of this bucket.
    pub bucket: i64,
    /// Labels of dialled remotes in the last hour: label, address, wire bytes.
    pub listed: &'a [(&'static str, IpAddr, Pair)],
    /// Tells whether other established entities push to an address too.
    pub shared: &'a dyn Fn(IpAddr) -> bool,
    /// The settings in force.
    pub settings: &'a Settings,
}

/// What the kernels say of this bucket, strongest first.
pub fn verdicts(view: &View<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    verdicts.extend(flood(view));
    verdicts.extend(scan(view));
    verdicts.extend(relay(view));
    verdicts.extend(served(view));
    verdicts.extend(torrent(view));
    verdicts.extend(listed(view));
    verdicts.extend(dormant(view));
    verdicts.extend(upload(view));
    verdicts.extend(growth(view));
    verdicts.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
    verdicts
}

fn legs(cells: &[Cell], near: impl Fn(&Cell) -> Pair, origins: u32) -> Legs {
    Legs {
        near: cells.iter().map(near).collect(),
        far: cells.iter().map(|cell| cell.pull).collect(),
        origins,
    }
}

/// K2: the last hour, and one of the two before it, or one near-perfect hour.
fn relay(view: &View<'_>) -> Option<Verdict> {
    let old = view.bucket - view.state.first_seen >= DAY;
    let all = persistent(view, |cell| cell.push, false);
    let novel = if old { persistent(view, |cell| cell.novel, true) } else { None };
    let (balance, new) = match (all, novel) {
        (Some(all), Some(novel)) if novel.score > all.score => (novel, true),
        (Some(all), _) => (all, false),
        (None, Some(novel)) => (novel, true),
        (None, None) => return None,
    };
    let mut facts = told(&balance, "pushed to the gateways");
    if new {
        facts.push("the gateways are new here and nobody else uses them".to_owned());
    }
    Some(Verdict { kernel: Kernel::Relay, severity: Severity::Medium, score: balance.score as f32, facts })
}

/// K3: clients of a port that carries payload since recently; clients of any port where the laws are tight.
fn served(view: &View<'_>) -> Option<Verdict> {
    let old = view.bucket - view.state.first_seen >= DAY;
    let new = if old { persistent(view, |cell| cell.served_new, true) } else { None };
    let balance = match new {
        Some(balance) => balance,
        None => persistent(view, |cell| cell.served, false).or_else(|| mesh(view))?,
    };
    let facts = told(&balance, "sent to the clients");
    Some(Verdict {
        kernel: Kernel::ServedRelay,
        severity: Severity::Medium,
        score: balance.score as f32,
        facts,
    })
}

/// A node of a mesh: a new served port and dialled peers, as much in as out, all along.
fn mesh(view: &View<'_>) -> Option<Balance> {
    let cells = view.state.ring.last(view.bucket, AN_HOUR);
    let sum = |pick: fn(&Cell) -> Pair| {
        cells.iter().fold(Pair::default(), |mut sum, cell| {
            sum.add(pick(cell));
            sum
        })
    };
    let (served, push, pull) = (sum(|cell| cell.served_new), sum(|cell| cell.push), sum(|cell| cell.pull));
    let mut dialled = push;
    dialled.add(pull);
    let mut total = served;
    total.add(dialled);
    let min = view.settings.an0084.relay.min_bytes * 2;
    if view.bucket - view.state.first_seen < DAY
        || served.total() < min
        || dialled.total() < min
        || total.pcr().abs() > 0.08
    {
        return None;
    }
    let out: Vec<f64> =
        cells.iter().map(|cell| (cell.served_new.out + cell.push.out + cell.pull.out) as f64).collect();
    let into: Vec<f64> =
        cells.iter().map(|cell| (cell.served_new.into + cell.push.into + cell.pull.into) as f64).collect();
    let coupling = crate::kernels::statistics::coupling(&out, &into);
    let peers = view.state.origins.count();
    let active = out.iter().filter(|out| **out > 0.0).count();
    (coupling >= 0.8 && peers >= 8 && active >= 10).then(|| Balance {
        forward: total.out as f64 / total.into.max(1) as f64,
        reverse: 1.0,
        coupling,
        overlap: crate::kernels::statistics::overlap(&out, &into),
        requests: coupling,
        request_overlap: 1.0,
        moved: total.out.min(total.into),
        origins: peers,
        active,
        score: 0.8,
    })
}

/// The trailing hour's balance, where it holds for 2 of 3 hours or is near-perfect.
fn persistent(view: &View<'_>, near: fn(&Cell) -> Pair, novel: bool) -> Option<Balance> {
    let settings = &view.settings.an0084;
    let limits = Limits {
        min_bytes: settings.relay.min_bytes,
        origins: settings.relay.origins,
        correlation: settings.relay.correlation,
        novel,
    };
    let origins = view.state.origins.count();
    let hour = |back: usize| {
        let last = view.bucket - (back * AN_HOUR) as i64 * BUCKET;
        judge(&legs(&view.state.ring.last(last, AN_HOUR), near, origins), &limits)
    };
    let mut now = hour(0);
    if novel && now.score < 0.6 {
        now = judge(&legs(&view.state.ring.last(view.bucket, 3 * AN_HOUR), near, origins), &limits);
        return (now.score >= 0.6 && now.active >= 24).then_some(now);
    }
    if now.score < 0.6 {
        return None;
    }
    let perfect = now.score >= 0.99 && now.active >= 12;
    (perfect || hour(1).score >= 0.6 || hour(2).score >= 0.6).then_some(now)
}

fn told(balance: &Balance, what: &str) -> Vec<String> {
    vec![
        format!(
            "{:.1} MB {what}, {:.2} bytes for each byte pulled from {} origins",
            balance.moved as f64 / 1e6,
            balance.forward,
            balance.origins
        ),
        format!(
            "{:.2} bytes of requests came in for each byte of requests that left, shared shape {:.0} %",
            balance.reverse,
            balance.request_overlap * 100.0
        ),
        format!(
            "push and pull move together: rank correlation {:.2}, shared shape {:.0} %",
            balance.coupling,
            balance.overlap * 100.0
        ),
    ]
}

/// K6: distinct hosts on one port, or ports of one host, that do not answer.
fn scan(view: &View<'_>) -> Option<Verdict> {
    let settings = &view.settings.an0084;
    let verdict = |score: f64, facts| Verdict {
        kernel: Kernel::Scan,
        severity: Severity::Medium,
        score: score as f32,
        facts,
    };
    if let Some(worst) = view.summary.tries.first()
        && worst.failed >= settings.scan.hosts
    {
        let ratio = f64::from(worst.failed) / f64::from(worst.tried.max(1));
        // A client whose server is down tries again and again; a scanner asks once or twice.
        let packets = worst.packets as f64 / f64::from(worst.failed);
        if (ratio >= settings.scan.fail_ratio || worst.failed >= 1_000 && ratio >= 0.3) && packets <= 2.5 {
            let fact = format!(
                "{} of {} hosts tried on port {} within five minutes did not answer",
                worst.failed, worst.tried, worst.port
            );
            return Some(verdict(0.6 + (f64::from(worst.failed) / 25.0).log2() / 20.0, vec![fact]));
        }
    }
    if let Some((host, ports)) = view.summary.host_ports
        && ports >= settings.scan.ports
    {
        return Some(verdict(
            0.7,
            vec![format!("{ports} ports of {host} tried within five minutes did not answer")],
        ));
    }
    let cells = view.state.ring.last(view.bucket, AN_HOUR);
    let failed: u32 = cells.iter().map(|cell| u32::from(cell.failed)).sum();
    let tried: u32 = cells.iter().map(|cell| u32::from(cell.tried)).sum();
    let active = cells.iter().filter(|cell| cell.failed > 0).count();
    let packets: u64 = view.summary.tries.iter().map(|tries| tries.packets).sum();
    let now: u32 = view.summary.tries.iter().map(|tries| tries.failed).sum();
    (failed >= 2 * settings.scan.hosts
        && active >= 6
        && now > 0
        && packets <= u64::from(now) * 5 / 2
        && f64::from(failed) >= 0.7 * f64::from(tried))
    .then(|| {
        verdict(0.65, vec![format!("{failed} of {tried} destinations tried within the hour did not answer")])
    })
}

/// K7: header-sized or connectionless packets at a rate, hardly answered, for two windows.
fn flood(view: &View<'_>) -> Option<Verdict> {
    let settings = &view.settings.an0084;
    let rush = view.summary.rush?;
    let replies = rush.wire.into as f64 / rush.wire.out.max(1) as f64;
    let fast = rush.packets >= settings.flood.packets || rush.bits >= settings.flood.rate;
    (fast
        && rush.span + 30 >= 60 * u64::from(settings.flood.windows)
        && rush.answered <= 0.05
        && replies <= settings.flood.reply_ratio)
        .then(|| Verdict {
            kernel: Kernel::Flood,
            severity: Severity::Medium,
            score: 0.9,
            facts: vec![format!(
                "{} packets/s ({:.0} Mbit/s) to {}:{} for {} s, {:.1} % answered",
                rush.packets,
                rush.bits as f64 / 1e6,
                rush.ip,
                rush.port,
                rush.span,
                rush.answered * 100.0
            )],
        })
}

/// K10: many peers that exchange both ways on unprivileged ports at both ends, partly over UDP.
fn torrent(view: &View<'_>) -> Option<Verdict> {
    let peers = view.state.peers.count();
    let cells = view.state.ring.last(view.bucket, AN_HOUR);
    let busy = cells.iter().filter(|cell| cell.peers >= 8).count();
    let share = view.summary.peer.total() as f64 / view.summary.external.total().max(1) as f64;
    let udp = view.summary.peer_udp as f64 / view.summary.peer.total().max(1) as f64;
    (peers >= view.settings.an0084.torrent.peers && busy >= 6 && share >= 0.1 && udp >= 0.2).then(|| Verdict {
        kernel: Kernel::Torrent,
        severity: Severity::Medium,
        score: 0.8,
        facts: vec![format!("{peers} peers within the hour exchange both ways on unprivileged ports, {:.0} % of it over UDP", udp * 100.0)],
    })
}

/// K8: what the entity itself dialled on an anonymity, proxy or VPN list.
fn listed(view: &View<'_>) -> Option<Verdict> {
    let mut sums: std::collections::BTreeMap<&str, (Pair, usize)> = std::collections::BTreeMap::new();
    for (label, _, pair) in view.listed {
        let sum = sums.entry(label).or_default();
        sum.0.add(*pair);
        sum.1 += 1;
    }
    let (label, (pair, count)) = sums.into_iter().max_by_key(|(_, (pair, _))| pair.total())?;
    (pair.total() >= LISTED_BYTES).then(|| Verdict {
        kernel: Kernel::Intel,
        severity: if label == "tor" { Severity::Medium } else { Severity::Low },
        score: 0.75,
        facts: vec![format!(
            "{:.1} MB within five minutes with {count} addresses of the {label} list, dialled by the entity",
            pair.total() as f64 / 1e6
        )],
    })
}

/// A host that was silent for days uploads for hours to somebody new.
fn dormant(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    let past: Vec<u64> =
        view.state.days.iter().filter(|(day, _)| *day < today).map(|(_, bytes)| *bytes).collect();
    let silent = past.len() >= 2 && past.iter().rev().skip(1).all(|bytes| *bytes < 30_000_000);
    let cells = view.state.ring.last(view.bucket, 3 * AN_HOUR);
    let busy = cells.iter().filter(|cell| cell.novel.out >= 500_000).count();
    let sent: u64 = cells.iter().map(|cell| cell.novel.out).sum();
    // What a job pulls and passes on is its work; what leaves a host that pulled nothing was there before.
    let pulled: u64 = cells.iter().map(|cell| cell.pull.into).sum();
    let floor = view.settings.an0084.traffic_egress_threshold.dormant_min_bytes;
    (silent && busy >= 24 && sent >= floor && sent >= pulled.saturating_mul(2)).then(|| Verdict {
        kernel: Kernel::Dormant,
        severity: Severity::Medium,
        score: 0.75,
        facts: vec![format!(
            "{:.0} MB in three hours to destinations that are new here, after days under 30 MB",
            sent as f64 / 1e6
        )],
    })
}

/// Hours of upload to a destination that is new here and that nobody else uses.
fn upload(view: &View<'_>) -> Option<Verdict> {
    if view.bucket - view.state.first_seen < 2 * DAY {
        return None;
    }
    let hours = i64::from(view.settings.an0084.upload.hours);
    let needed = u32::try_from(hours * 10).unwrap_or(u32::MAX);
    let found = view.state.destinations.iter().find(|entry| {
        let age = entry.last - entry.first + BUCKET;
        let rate = entry.wire.out.saturating_mul(HOUR.unsigned_abs()) / age.unsigned_abs().max(1);
        entry.last == view.bucket
            && age >= hours * HOUR
            && age <= 2 * DAY
            && entry.first - view.state.first_seen >= DAY
            && entry.buckets >= needed
            && rate >= view.settings.an0084.upload.min_bytes
            && !view.state.known.contains(address_hash(entry.ip))
            && !(view.shared)(entry.ip)
    })?;
    Some(Verdict {
        kernel: Kernel::Upload,
        severity: Severity::Low,
        score: 0.6,
        facts: vec![format!(
            "{:.0} MB pushed to {} since it was first seen, in {} buckets of five minutes",
            found.wire.out as f64 / 1e6,
            found.ip,
            found.buckets
        )],
    })
}

/// The same unshared destination gets more day by day, and the host pulls nothing that explains it.
fn growth(view: &View<'_>) -> Option<Verdict> {
    let today = view.bucket.div_euclid(DAY);
    let elapsed = (view.bucket + BUCKET - today * DAY).unsigned_abs();
    if elapsed < (6 * HOUR).unsigned_abs() {
        return None;
    }
    let found = view.state.destinations.iter().find(|entry| {
        let mut rates: Vec<f64> =
            entry.days.iter().map(|(day, bytes)| rate(*day, *bytes, entry.first, today, elapsed)).collect();
        let last = rates.split_off(rates.len().saturating_sub(3));
        let grows = last.len() == 3 && last.windows(2).all(|pair| pair[1] >= pair[0] * 1.2);
        let days: Vec<i64> = entry.days.iter().map(|(day, _)| *day).collect();
        let in_a_row = days.windows(2).all(|pair| pair[1] == pair[0] + 1) && days.last() == Some(&today);
        grows
            && in_a_row
            && last.last().is_some_and(|rate| *rate >= 500_000.0)
            && entry.last == view.bucket
            && entry.first - view.state.first_seen >= DAY
            && entry.buckets >= 72
            && !(view.shared)(entry.ip)
    })?;
    Some(Verdict {
        kernel: Kernel::SlowGrowth,
        severity: Severity::Low,
        score: 0.55,
        facts: vec![format!(
            "{} got more each day: {:?} MB",
            found.ip,
            found.days.iter().map(|(_, bytes)| bytes / 1_000_000).collect::<Vec<_>>()
        )],
    })
}

/// Bytes an hour that a destination got on a day, over the part of the day in which it was known.
fn rate(day: i64, bytes: u64, first: i64, today: i64, elapsed: u64) -> f64 {
    let from = (first - day * DAY).clamp(0, DAY - HOUR);
    let until = if day == today { elapsed as f64 } else { DAY as f64 };
    bytes as f64 * HOUR as f64 / (until - from as f64).max(HOUR as f64)
}
