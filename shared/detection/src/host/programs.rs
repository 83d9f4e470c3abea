//! Programs of a host through what every platform's analytic asks alike.

use super::case::{Judged, View};
use super::destination::Destination;
use super::program::{Hit, Program, Signed};
use super::{Oddity, Platform, Trace};
use crate::entity::name_hash;
use crate::finding::{Actor, Kernel, Severity};
use crate::kernels::Verdict;
use crate::kernels::instance::Context;
use crate::kernels::program::{ODD, Running, judge};
use crate::observation::BUCKET;
use crate::settings::matches_any_case;
use crate::state::HOUR;

/// Categories whose tools dial many by nature.
const FANNING: [&str; 4] = ["scanner", "flood", "torrent", "proxy-server"];

/// Distinct outside ends in five minutes from which an odd program serves somebody's jobs.
const FAN: u32 = 3;

/// Buckets of the hour that must be so.
const WIDE: usize = 8;

/// Buckets in which a gateway is dialled at least.
const AGAIN: u32 = 3;

/// What an analytic decides of its own.
pub(crate) struct Rules<'a> {
    /// Its programs.
    pub platform: Platform,
    /// Names or paths that count like proxyware of the catalogue.
    pub extra: &'a [String],
    /// Ids of tools that do not count.
    pub disabled: &'a [String],
    /// Whether a program is none to look at.
    pub allowed: &'a dyn Fn(&Program) -> bool,
    /// What it says beside of a program: traffic.
    pub beside: &'a dyn Fn(&Program) -> Vec<Verdict>,
    /// Starts of one network tool within a time, in ms, that are a burst.
    pub burst: (u32, i64),
    /// Most that a score may be without bytes.
    pub cap: f64,
}

/// What is said of each program of the host that runs outside containers; one that only talks is there without a word.
pub(crate) fn judged(view: &View<'_>, rules: &Rules<'_>) -> Vec<Judged> {
    let here = view.state.platform.unwrap_or(Platform::Linux) == rules.platform;
    let programs = view.state.programs.iter().filter(|program| here && program.container.is_none());
    programs.filter(|program| !(rules.allowed)(program)).map(|program| one(view, rules, program)).collect()
}

fn one(view: &View<'_>, rules: &Rules<'_>, program: &Program) -> Judged {
    let declared = rules.extra.iter().any(|pattern| is_like(program, pattern)).then(|| declared(program));
    let known = program.hits.iter().find(|hit| !rules.disabled.contains(&hit.tool));
    let hit = declared.as_ref().or(known);
    let (oddness, mut context) = context(view, program);
    let busy = hit.and_then(|hit| busy(view, rules, program, hit));
    let trace = trace(view, program);
    let talks = !program.destinations.is_empty() || trace.hour(view.bucket).total() > 0;
    let mut verdicts: Vec<Verdict> = hit
        .and_then(|hit| {
            judge(&Running {
                hit,
                oddness,
                persistent: program.odd.contains(&Oddity::Persistent),
                misplaced: program.is_misplaced(),
                planted: program.is_planted(),
                talks,
                busy: busy.as_deref(),
            })
        })
        .into_iter()
        .collect();
    if verdicts.is_empty() {
        verdicts.extend(odd_session(view, program).or_else(|| odd_fan(program)));
    }
    verdicts.extend((rules.beside)(program));
    verdicts.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
    if !verdicts.is_empty() {
        // The hour is no reason, only a shade.
        context.extend(crate::kernels::instance::off_hours(program.last, view.settings));
    }
    let traced = !trace.is_empty();
    // What honest users have too, and what is known by its behaviour alone, is an incident of its own: an honest program
    // that is told of every day would hide the next one.
    let own = match hit {
        Some(hit) if hit.dual_use => Some(hit.tool.clone()),
        None if !verdicts.is_empty() => Some(program.name.to_ascii_lowercase()),
        _ => None,
    };
    Judged {
        about: own.as_deref().map_or(0, name_hash),
        label: own.map(|own| if hit.is_some() { own } else { program.name.clone() }),
        analytic: rules.platform.analytic(),
        actor: actor(view, program, hit),
        verdicts,
        context,
        dials: program.destinations.iter().take(8).map(|to| (to.ip, to.port)).collect(),
        category: hit.map(|hit| (hit.category.clone(), hit.dual_use)),
        time: program.last,
        hour: traced.then(|| trace.hour(view.bucket)),
        cap: if traced { 1.0 } else { rules.cap },
    }
}

/// What a program moves: a log that counts by name alone knows no path.
fn trace<'a>(view: &View<'a>, program: &'a Program) -> &'a Trace {
    if !program.trace.is_empty() {
        return &program.trace;
    }
    let is_namesake = |have: &&Program| have.path.is_none() && have.name == program.name;
    view.state.programs.iter().find(is_namesake).map_or(&program.trace, |have| &have.trace)
}

/// What is odd about a program, together and one by one.
fn context(view: &View<'_>, program: &Program) -> (f64, Vec<Context>) {
    let odd = program.odd.iter();
    let mut context: Vec<Context> = odd
        .map(|odd| Context { weight: odd.weight(), fact: format!("{} {}", program.name, odd.words()) })
        .collect();
    let places = program.destinations.iter().filter_map(|to| view.place(to.ip));
    context.extend(places.max_by(|a, b| a.weight.total_cmp(&b.weight)));
    let oddness = 1.0 - context.iter().map(|context| 1.0 - context.weight).product::<f64>();
    (oddness, context)
}

/// What makes a tool of honest users matter.
fn busy(view: &View<'_>, rules: &Rules<'_>, program: &Program, hit: &Hit) -> Option<String> {
    let threshold = &view.settings.an0081.traffic_rate_threshold;
    let own = super::case::sustained(
        &program.trace,
        view.bucket,
        threshold.rate,
        threshold.k_of_m,
        threshold.min_bytes,
    );
    if let Some(fact) = own {
        return Some(format!("it {fact}"));
    }
    let hosts = view.settings.an0084.scan.hosts;
    if FANNING.contains(&hit.category.as_str())
        && let Some((count, _)) = program.destinations.widest().filter(|(count, _)| *count >= hosts)
    {
        return Some(format!("it dialled {count} outside addresses in five minutes"));
    }
    let (least, window) = rules.burst;
    let buckets = (window.max(BUCKET) + BUCKET - 1) / BUCKET;
    let burst = program.starts.iter().map(|(bucket, _)| {
        let from = bucket - (buckets - 1) * BUCKET;
        program
            .starts
            .iter()
            .filter(|(have, _)| (from..=*bucket).contains(have))
            .map(|(_, count)| *count)
            .sum::<u32>()
    });
    if let Some(count) = burst.max().filter(|count| *count >= least) {
        return Some(format!("it was started {count} times in {} minutes", buckets * 5));
    }
    view.host_busy(program.last)
}

/// An unknown program from a folder that anybody may write to, which holds on to one outside address for hours.
fn odd_session(view: &View<'_>, program: &Program) -> Option<Verdict> {
    let held = |to: &&Destination| to.span() >= 3 * HOUR && to.presence(36) >= 0.8;
    let to = program.destinations.iter().find(held).filter(|_| program.is_misplaced())?;
    let place = view.place(to.ip);
    let severity = if place.is_some() { Severity::Medium } else { Severity::Low };
    let mut facts = vec![format!(
        "{} holds on to {} port {} for {:.1} h, in {:.0} % of the last three hours",
        program.name,
        to.ip,
        to.port,
        to.span() as f64 / HOUR as f64,
        to.presence(36) * 100.0
    )];
    facts.extend(place.map(|place| place.fact));
    let score = if program.oddness() >= ODD { 0.6 } else { 0.5 };
    Some(Verdict { kernel: Kernel::Program, severity, score, facts })
}

/// An unknown program that runs oddly, dials many outside addresses all the time, and one of them again and again: jobs
/// and the gateway that hands them out. Bytes are not needed.
fn odd_fan(program: &Program) -> Option<Verdict> {
    let wide = program.destinations.wide(FAN);
    let gateway = program.destinations.iter().find(|to| to.span() >= HOUR && to.buckets() >= AGAIN)?;
    (program.is_misplaced() && program.oddness() >= ODD && wide >= WIDE).then(|| Verdict {
        kernel: Kernel::Program,
        severity: Severity::Low,
        score: 0.5,
        facts: vec![format!(
            "{} dialled {FAN} or more outside addresses in {wide} of 12 buckets, and {} port {} again and again for {:.1} h",
            program.name,
            gateway.ip,
            gateway.port,
            gateway.span() as f64 / HOUR as f64
        )],
    })
}

fn is_like(program: &Program, pattern: &str) -> bool {
    let path = program.path.as_deref().unwrap_or_default();
    matches_any_case(pattern, &program.name) || matches_any_case(pattern, path)
}

fn declared(program: &Program) -> Hit {
    Hit {
        tool: "declared".to_owned(),
        name: program.name.clone(),
        category: "declared".to_owned(),
        dual_use: false,
        weight: 0.85,
        signs: vec!["setting name".to_owned()],
    }
}

fn actor(view: &View<'_>, program: &Program, hit: Option<&Hit>) -> Actor {
    let trace = trace(view, program);
    let (traced, hour) = (!trace.is_empty(), trace.hour(view.bucket));
    let signer = match (&program.signed, &program.company) {
        (Some(Signed::Platform), _) => Some("the operating system".to_owned()),
        (Some(Signed::Team(team)), _) => Some(format!("team {team}")),
        (Some(Signed::AdHoc), _) => Some("nobody in particular (ad hoc)".to_owned()),
        (Some(Signed::Unsigned), _) => Some("nobody".to_owned()),
        (None, company) => company.as_ref().map(|company| format!("{company}, by its own word")),
    };
    let mut facts: Vec<String> = hit
        .map(|hit| format!("{} ({}) by {}", hit.name, hit.category, hit.signs.join(", ")))
        .into_iter()
        .collect();
    facts.extend(program.odd.iter().map(|odd| odd.words().to_owned()));
    Actor {
        name: Some(program.name.clone()),
        path: program.path.clone(),
        pid: program.pid,
        user: program.user.clone(),
        parent: program.parent.clone(),
        signer,
        tool: hit.map(|hit| hit.tool.clone()),
        container: None,
        first: program.first,
        last: program.last,
        bytes_out: traced.then_some(hour.out),
        bytes_in: traced.then_some(hour.into),
        facts,
    }
}
