//! AN0083: containers, by their images, what runs in them, and what their network namespaces move.
//!
//! # Source
//!
//! <https://attack.mitre.org/detectionstrategies/DET0028/>; rules from threats.md 6.4.

mod traffic;

use crate::finding::{Actor, ActorContainer, Kernel, Severity};
use crate::host::{Container, Hit, Judged, Program, View};
use crate::kernels::Verdict;
use crate::kernels::instance::Context;
use crate::kernels::program::{Running, judge};
use crate::settings::matches_any_case;
use crate::state::DAY;
use traffic::traffic;

/// Containers that share one network namespace with a tunnel, from which the structure is that of an income stack.
const SIDECAR: usize = 3;

/// Images that forward by design, by the last part of their repository.
const FORWARDERS: [&str; 22] = [
    "envoy",
    "proxyv2",
    "pilot",
    "proxy",
    "linkerd-proxy",
    "controller",
    "nginx-ingress",
    "nginx",
    "haproxy",
    "traefik",
    "kong",
    "squid",
    "coredns",
    "kube-proxy",
    "caddy",
    "apisix",
    "coturn",
    "livekit-server",
    "contour",
    "ambassador",
    "cilium",
    "proxyd",
];

/// What is said of each container, and of each program in one; one that only runs is there without a word.
#[must_use]
pub fn judged(view: &View<'_>) -> Vec<Judged> {
    if view.settings.an0083.mode.of_findings().is_none() {
        return Vec::new();
    }
    let containers = view.state.containers.iter().filter(|container| !is_allowed(view, container));
    containers.map(|container| one(view, container)).collect()
}

fn one(view: &View<'_>, container: &Container) -> Judged {
    let programs: Vec<&Program> =
        view.state.programs.iter().filter(|program| program.container == Some(container.key)).collect();
    let mut verdicts = Vec::new();
    verdicts.extend(catalogue(view, container));
    verdicts.extend(programs.iter().filter_map(|program| runs(container, program)));
    verdicts.extend(traffic(view, container, &programs));
    verdicts.extend(sidecar(view, container));
    verdicts.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.score.total_cmp(&a.score)));
    let lead = programs.iter().find(|program| program.hits.iter().any(|hit| !hit.dual_use));
    let time = programs.iter().map(|program| program.last).fold(container.last, i64::max);
    let hour = (!container.trace.is_empty()).then(|| container.hour(view.bucket));
    let hit = container.hits.first().or_else(|| lead.and_then(|program| program.hit()));
    let dials = programs.iter().flat_map(|program| program.destinations.iter()).take(8);
    Judged {
        about: container.workload(),
        label: Some(container.label().to_owned()),
        analytic: "AN0083",
        context: context(view, container),
        dials: dials.map(|to| (to.ip, to.port)).collect(),
        category: hit.map(|hit| (hit.category.clone(), hit.dual_use)),
        time,
        cap: 1.0,
        actor: actor(container, lead.copied(), hit, hour),
        verdicts,
        hour,
    }
}

/// The image, its environment or its command is that of a tool.
fn catalogue(view: &View<'_>, container: &Container) -> Option<Verdict> {
    let image = &view.settings.an0083.image_name;
    let repository = container.repository().unwrap_or_default();
    if image.extra.iter().any(|pattern| matches_any_case(pattern, &repository)) {
        return Some(Verdict {
            kernel: Kernel::Container,
            severity: Severity::High,
            score: 0.95,
            facts: vec![format!("{repository} is an image that the settings name")],
        });
    }
    let hit = container.hits.iter().find(|hit| !hit.dual_use)?;
    let is_image = hit.signs.iter().any(|sign| sign.starts_with("image "));
    let variables = hit.signs.iter().filter(|sign| sign.starts_with("environment ")).count();
    let severity = match (is_image || hit.weight >= 0.8, variables) {
        (true, _) | (_, 2..) => Severity::High,
        _ if hit.weight >= 0.5 => Severity::Low,
        _ => return None,
    };
    Some(Verdict { kernel: Kernel::Container, severity, score: hit.weight, facts: vec![words(hit)] })
}

/// A tool was started inside a container of something else.
fn runs(container: &Container, program: &Program) -> Option<Verdict> {
    let hit = program
        .hits
        .iter()
        .find(|hit| !hit.dual_use && container.hits.iter().all(|have| have.tool != hit.tool))?;
    let running = Running {
        hit,
        oddness: program.oddness(),
        persistent: false,
        misplaced: program.is_misplaced(),
        planted: program.is_planted(),
        talks: !program.destinations.is_empty(),
        busy: None,
    };
    let said = judge(&running)?;
    Some(Verdict { kernel: Kernel::Program, ..said })
}

/// A tunnel whose network namespace several others share: each pretends to be at home somewhere else.
fn sidecar(view: &View<'_>, container: &Container) -> Option<Verdict> {
    let is_tunnel = |hit: &&Hit| hit.category == "proxy-server" || hit.category == "proxyware-orchestrator";
    container.hits.iter().find(is_tunnel).filter(|_| !is_forwarder(container))?;
    let shared = view
        .state
        .containers
        .iter()
        .filter(|other| other.key != container.key && other.trace.repeats(&container.trace));
    let count = shared.count();
    (count >= SIDECAR).then(|| Verdict {
        kernel: Kernel::Container,
        severity: Severity::Medium,
        score: 0.6,
        facts: vec![format!("{count} containers send through the tunnel in {}", container.label())],
    })
}

fn context(view: &View<'_>, container: &Container) -> Vec<Context> {
    let strange = is_strange(view, container).then(|| Context {
        weight: 0.25,
        fact: format!("the image of {} is from a registry that is not usual", container.label()),
    });
    let young = (container.is_new && view.bucket - container.first < DAY).then(|| Context {
        weight: 0.1,
        fact: format!("{} is new since less than a day", container.label()),
    });
    strange.into_iter().chain(young).collect()
}

fn is_strange(view: &View<'_>, container: &Container) -> bool {
    let registries = &view.settings.an0083.image_name.registries;
    let Some(repository) = container.repository().filter(|_| !registries.is_empty()) else { return false };
    let registry = match repository.split_once('/') {
        Some((registry, _)) if registry.contains(['.', ':']) || registry == "localhost" => registry,
        _ => "docker.io",
    };
    !registries
        .iter()
        .any(|pattern| matches_any_case(pattern, registry) || matches_any_case(pattern, &repository))
}

fn is_allowed(view: &View<'_>, container: &Container) -> bool {
    let Some(repository) = container.repository() else { return false };
    view.settings.an0083.image_name.allow.iter().any(|pattern| matches_any_case(pattern, &repository))
}

fn is_forwarder(container: &Container) -> bool {
    match container.repository() {
        Some(repository) => repository.rsplit('/').next().is_some_and(|last| FORWARDERS.contains(&last)),
        // Anybody can call a container what he likes: its name stands in only where no image is known.
        None => container.name.as_deref().is_some_and(|name| FORWARDERS.contains(&name)),
    }
}

fn words(hit: &Hit) -> String {
    format!("{} ({}), {:.2} by {}", hit.name, hit.category, hit.weight, hit.signs.join(", "))
}

fn actor(
    container: &Container,
    program: Option<&Program>,
    hit: Option<&Hit>,
    hour: Option<crate::ring::Pair>,
) -> Actor {
    Actor {
        name: program.map(|program| program.name.clone()),
        path: program.and_then(|program| program.path.clone()),
        pid: program.and_then(|program| program.pid),
        user: program.and_then(|program| program.user.clone()),
        parent: program.and_then(|program| program.parent.clone()),
        signer: None,
        tool: hit.map(|hit| hit.tool.clone()),
        container: Some(ActorContainer {
            uid: container.id.clone(),
            name: container.name.clone(),
            image: container.image.clone(),
            namespace: container.namespace.clone(),
        }),
        first: container.first,
        last: container.last,
        bytes_out: hour.map(|hour| hour.out),
        bytes_in: hour.map(|hour| hour.into),
        facts: hit.map(words).into_iter().collect(),
    }
}
