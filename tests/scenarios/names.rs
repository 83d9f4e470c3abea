//! Resolver query logs beside flows: names of proxyware and addresses out of nowhere say more of a relay, and nothing of
//! a responder, a checker, a visitor, and hosts whose questions are not heard.

use weir_detection::finding::{Finding, Kernel, Severity};
use weir_tests::scenario::resolver::{Finds, finds, lookups};

use crate::judged::Judged;
use crate::prelude::{ACCOUNT, SEEDS};

#[test]
fn names_raise_relays_by_how_they_find_their_gateways_and_accuse_nobody_else() {
    let world = Judged::shipped();
    let flows = world.observed();
    let plain = world.told(&flows, &[]);
    let dials = world.dials();
    let mut out_of_nowhere = 0;
    for seed in 1..=SEEDS {
        let log = lookups(&world.labels, &dials, ACCOUNT, seed);
        let findings = world.findings(&world.heard(&flows, &log), &[]);
        let of = |entity: &str| {
            let entity = entity.to_owned();
            findings.iter().filter(move |finding| finding.subject.instance.as_ref() == Some(&entity))
        };
        let highest = |entity: &str| of(entity).map(|finding| finding.severity).max();
        let mut counts = [[0, 0]; 3];
        let relays = world.labels.hijacks.iter().filter(|hijack| !hijack.gateways.is_empty());
        for (n, hijack) in relays.enumerate() {
            let shows = match finds(n, seed) {
                Finds::Tunnel => {
                    of(&hijack.entity).any(|it| tells(it, "looked up") && it.severity >= Severity::High)
                }
                Finds::Control => of(&hijack.entity).any(|it| it.kernel == Kernel::Name),
                Finds::Bare => {
                    of(&hijack.entity).any(|it| tells(it, "were in no answer to what it looked up"))
                }
            };
            let [shown, all] = &mut counts[finds(n, seed) as usize];
            *shown += usize::from(shows);
            *all += 1;
            assert!(
                highest(&hijack.entity) >= plain.get(&hijack.entity).copied(),
                "seed {seed}: {}",
                hijack.kind
            );
        }
        let accused: Vec<_> = findings
            .iter()
            .filter_map(|finding| Some((finding.subject.instance.as_deref()?, finding)))
            .filter(|(entity, _)| !world.is_guilty(entity))
            .filter(|(entity, finding)| {
                plain.get(*entity).is_none_or(|severity| finding.severity > *severity)
            })
            .map(|(entity, finding)| (entity, &finding.title))
            .collect();
        eprintln!(
            "seed {seed}: {} lookups; of relays that find their gateways by a tunnel's name, by a control name, and by \
             themselves {counts:?} [shown, all] say so",
            log.len()
        );
        assert_eq!(accused, [], "seed {seed}");
        let [tunnel, control, bare] = counts;
        // A relay whose sessions are older than the data asks for nothing.
        assert!(
            tunnel[0] + 1 >= tunnel[1],
            "seed {seed}: {tunnel:?} tunnels' names that are held on to are high"
        );
        // Of a host that is told of as a relay already, a name that is low by itself is no news.
        assert!(control[0] * 2 >= control[1], "seed {seed}: {control:?} control names in use are told");
        out_of_nowhere += bare[0];
    }
    // Said where an hour passed between the first push and the report.
    assert!(out_of_nowhere >= 3, "{out_of_nowhere} gateways out of nowhere are told as such");
}

fn tells(finding: &Finding, part: &str) -> bool {
    finding.contributions.iter().flat_map(|one| &one.facts).any(|fact| fact.contains(part))
}
