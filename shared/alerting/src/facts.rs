//! The facts of a finding in words and human units, one line each, safe to show: what both the e-mail and the table
//! say, in the same words.

use std::net::IpAddr;

use weir_detection::finding::{Activity, Actor, Finding, Learning, Mode, Remote};

use crate::names;
use crate::names::given;
use crate::plain;
use crate::units;

/// Severity, and what else changes how the finding is to be read: `HIGH`, `HIGH, dry-run`, `HIGH, ended`.
pub(crate) fn headline(finding: &Finding) -> String {
    let mut headline = finding.severity.name().to_uppercase();
    match finding.activity {
        Activity::Create => {}
        Activity::Update => headline.push_str(&format!(", report {}", finding.count)),
        Activity::Close => headline.push_str(", ended"),
    }
    if finding.mode == Mode::DryRun {
        headline.push_str(", dry-run");
    }
    if finding.suppressed.is_some() {
        headline.push_str(", suppressed");
    }
    headline
}

/// Severity without the count of reports: what a list of findings has room for.
pub(crate) fn state(finding: &Finding) -> String {
    let mode = if finding.mode == Mode::DryRun { ", dry-run" } else { "" };
    let ended = if finding.activity == Activity::Close { ", ended" } else { "" };
    let suppressed = if finding.suppressed.is_some() { ", suppressed" } else { "" };
    format!("{}{ended}{mode}{suppressed}", finding.severity.name().to_uppercase())
}

/// Title, or what happened to whom where the finding has none.
pub(crate) fn title(finding: &Finding) -> String {
    match finding.title.trim() {
        "" => format!("{} on {}", finding.kernel.name(), entity(finding)),
        title => plain::line(title, 200),
    }
}

/// Instance, interface or address.
pub(crate) fn entity(finding: &Finding) -> String {
    plain::line(&names::entity(finding), NAME)
}

/// Instance with its type.
pub(crate) fn instance(finding: &Finding) -> Option<String> {
    let instance = plain::line(given(&finding.subject.instance)?, NAME);
    Some(match given(&finding.subject.instance_type) {
        Some(kind) => format!("{instance} ({})", plain::line(kind, NAME)),
        None => instance,
    })
}

/// Interfaces, the first few by name.
pub(crate) fn interfaces(finding: &Finding) -> Option<String> {
    few(finding.subject.interfaces.iter().map(String::as_str), 4)
}

/// Tags, the first ten.
pub(crate) fn tags(finding: &Finding) -> Option<String> {
    few(finding.subject.tags.iter().map(String::as_str), 10)
}

/// Account and region: `123456789012, eu-central-1`.
pub(crate) fn place(finding: &Finding) -> Option<String> {
    let parts = [&finding.subject.account, &finding.subject.region];
    few(parts.into_iter().filter_map(given), 2)
}

/// VPC, subnet and own addresses.
pub(crate) fn network(finding: &Finding) -> Option<String> {
    let subject = &finding.subject;
    let names = [&subject.vpc, &subject.subnet].into_iter().filter_map(given).map(str::to_owned);
    let parts: Vec<String> = names.chain(subject.addresses.iter().map(ToString::to_string)).collect();
    few(parts.iter().map(String::as_str), 6)
}

/// From when and how long: `2026-11-24 01:05 UTC, for 3 h 10 min`.
pub(crate) fn since(finding: &Finding) -> String {
    match finding.end.saturating_sub(finding.start) {
        ..1_000 => units::utc(finding.start),
        _ => format!("{}, for {}", units::utc(finding.start), duration(finding)),
    }
}

/// How long the evidence spans.
pub(crate) fn duration(finding: &Finding) -> String {
    units::span(finding.end.saturating_sub(finding.start))
}

/// Egress now, and how far that is from what is usual.
pub(crate) fn egress(finding: &Finding) -> String {
    let facts = &finding.baseline;
    let now = format!(
        "{} per 5 min ({}), mean of the last hour",
        units::bytes(facts.observed),
        units::bit_rate(facts.observed, BUCKET_SECONDS)
    );
    match against(finding, "p99") {
        Some(against) => format!("{now}: {against}"),
        None => now,
    }
}

/// The same in few words: `7.22 Mbit/s leave, 122 times its usual peak (p99)`.
pub(crate) fn rate(finding: &Finding) -> String {
    let rate = format!("{} leave", units::bit_rate(finding.baseline.observed, BUCKET_SECONDS));
    match against(finding, "usual peak (p99)") {
        Some(against) => format!("{rate}, {against}"),
        None => rate,
    }
}

/// How far the egress is from the 99th percentile, which is called `peak`, where that is known.
fn against(finding: &Finding, peak: &str) -> Option<String> {
    let facts = &finding.baseline;
    if facts.samples == 0 {
        return None;
    }
    if facts.observed < facts.p99 {
        return Some(format!("less than its {peak}"));
    }
    units::ratio(facts.observed, facts.p99).map(|ratio| format!("{ratio} its {peak}"))
}

/// What is usual, by whose history; says so where there is none.
pub(crate) fn usual(finding: &Finding) -> String {
    let facts = &finding.baseline;
    if facts.samples == 0 {
        return format!("not known ({})", names::history(facts.level));
    }
    format!(
        "p50 {}, p90 {}, p95 {}, p99 {} per 5 min ({})",
        units::bytes(facts.p50),
        units::bytes(facts.p90),
        units::bytes(facts.p95),
        units::bytes(facts.p99),
        names::history(facts.level)
    )
}

/// How much history stands behind it.
pub(crate) fn history(finding: &Finding) -> String {
    let facts = &finding.baseline;
    let state = match facts.state {
        Learning::Learning => "learning: too short to judge by",
        Learning::Provisional => "provisional: to be used with care",
        Learning::Mature => "mature",
    };
    if facts.samples == 0 {
        return format!("none yet, {state}");
    }
    let samples = units::thousands(facts.samples.into());
    if facts.age_days.is_finite() && facts.age_days >= 0.0 {
        format!("{samples} buckets with egress, {:.1} days old, {state}", facts.age_days)
    } else {
        format!("{samples} buckets with egress, {state}")
    }
}

/// What it costs: so far, and per month at this rate.
pub(crate) fn cost(finding: &Finding) -> Option<String> {
    if finding.activity == Activity::Close {
        return total(finding);
    }
    let so_far = units::usd(finding.usd_so_far).map(|usd| format!("{usd} so far"));
    if finding.usd_so_far.max(finding.usd_month) < CENT {
        return month(finding);
    }
    let parts: Vec<String> = so_far.into_iter().chain(month(finding)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What it costs a month.
pub(crate) fn month(finding: &Finding) -> Option<String> {
    let usd = units::usd(finding.usd_month)?;
    let usd = if finding.usd_month < CENT { "less than a cent".to_owned() } else { usd };
    Some(format!("{usd} a month at this rate"))
}

/// Less than this would be printed as nothing.
const CENT: f32 = 0.005;

/// What an incident that is over cost, where its bytes are counted.
pub(crate) fn total(finding: &Finding) -> Option<String> {
    units::usd(finding.usd_so_far).map(|usd| format!("{usd} of egress"))
}

/// Name of the host, where its own logs are read.
pub(crate) fn host(finding: &Finding) -> Option<String> {
    given(&finding.host).map(|host| plain::line(host, NAME))
}

/// Programs and containers that are likely behind it, a line each.
pub(crate) fn actors(finding: &Finding) -> Vec<String> {
    finding.actors.iter().take(4).map(actor).collect()
}

fn actor(actor: &Actor) -> String {
    let mut parts = Vec::new();
    let pid = actor.pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
    if let Some(program) = given(&actor.path).or_else(|| given(&actor.name)) {
        parts.push(format!("{program}{pid}"));
    }
    if let Some(container) = &actor.container {
        let name = given(&container.name).or_else(|| given(&container.uid)).unwrap_or("of unknown name");
        let image = given(&container.image).map(|image| format!(" of {image}")).unwrap_or_default();
        parts.push(format!("container {name}{image}"));
    }
    let said = [("run by", &actor.user), ("started by", &actor.parent), ("signed by", &actor.signer)];
    parts.extend(said.into_iter().filter_map(|(what, who)| Some(format!("{what} {}", given(who)?))));
    if let Some(bytes) = actor.bytes_out {
        parts.push(format!("sent {}", units::bytes(bytes)));
    }
    parts.extend(actor.facts.iter().take(5).cloned());
    plain::line(&parts.join("; "), 500)
}

/// What was measured, strongest group first: `structure (relay, 0.91 x 0.70): …`.
pub(crate) fn evidence(finding: &Finding) -> Vec<String> {
    let shares = finding.contributions.iter().take(7).map(|share| {
        let facts = lines(&share.facts).join("; ");
        format!(
            "{} ({}, strength {:.2}, weight {:.2}): {}",
            names::group(share.group),
            share.kernel.name(),
            share.score,
            share.weight,
            if facts.is_empty() { "no fact given" } else { &facts }
        )
    });
    shares.collect()
}

/// Lines of text from a list, safe and cut, the first eight.
pub(crate) fn lines(texts: &[String]) -> Vec<String> {
    let shown = texts.iter().filter(|text| !text.trim().is_empty());
    shown.take(8).map(|text| plain::line(text, 300)).collect()
}

/// Address and served port of a remote: `203.0.113.7:443/tcp`, `[2001:db8::1]:443/udp`.
pub(crate) fn endpoint(remote: &Remote) -> String {
    let protocol = names::protocol(remote.protocol);
    match (remote.ip, remote.port) {
        (ip, 0) => format!("{ip}/{protocol}"),
        (IpAddr::V4(ip), port) => format!("{ip}:{port}/{protocol}"),
        (IpAddr::V6(ip), port) => format!("[{ip}]:{port}/{protocol}"),
    }
}

/// What a remote is, who dialled whom, and since when it is known: `gateway, dialled, since 2026-11-24 01:10 UTC`.
pub(crate) fn relation(remote: &Remote) -> String {
    let relation = format!("{}, {}", names::role(remote.role), names::dialled(remote.role));
    match remote.first_seen {
        Some(first) => format!("{relation}, known since {}", units::utc(first)),
        None => relation,
    }
}

/// What would have raised it; says so where nothing would.
pub(crate) fn would_raise(finding: &Finding) -> Vec<String> {
    match lines(&finding.would_raise) {
        ways if ways.is_empty() => vec!["nothing that is measured asks for more than this".to_owned()],
        ways => ways,
    }
}

/// Settings that took part: `an0084/scan/hosts=25`.
pub(crate) fn settings(finding: &Finding) -> Vec<String> {
    let shown = finding.settings.iter().take(24);
    shown.map(|(path, value)| plain::line(&format!("{path}={value}"), 200)).collect()
}

/// Network and operator of a remote: `AS64500 Example Hosting B.V.`.
pub(crate) fn operator(remote: &Remote) -> Option<String> {
    let number = remote.asn.map(|number| format!("AS{number}"));
    let name = given(&remote.organisation).map(|name| plain::line(name, 48));
    let parts: Vec<String> = number.into_iter().chain(name).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Country of a remote.
pub(crate) fn country(remote: &Remote) -> Option<String> {
    given(&remote.country).map(|country| plain::line(country, 12))
}

/// List that holds a remote.
pub(crate) fn label(remote: &Remote) -> Option<String> {
    given(&remote.label).map(|label| plain::line(label, 16))
}

/// Columns that an identifier may take: an ARN-like name is cut, a resource id never.
const NAME: usize = 64;

/// Seconds in a bucket.
const BUCKET_SECONDS: u64 = 300;

/// The first few of a list, with a count of the rest.
fn few<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> Option<String> {
    let texts: Vec<&str> = texts.filter(|text| !text.trim().is_empty()).collect();
    let mut shown: Vec<String> = texts.iter().take(most).map(|text| plain::line(text, NAME)).collect();
    if texts.len() > most {
        shown.push(format!("and {} more", texts.len() - most));
    }
    (!shown.is_empty()).then(|| shown.join(", "))
}
