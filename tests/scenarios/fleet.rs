//! Hosts behind a NAT gateway and fleets of one launch, over worlds of their own: what led to them is found.

use weir_detection::finding::{Kernel, Severity};
use weir_tests::scenario::trail::{administration, preludes};
use weir_tests::scenario::world::{Kind, World};

use crate::judged::Judged;
use crate::prelude::{SEEDS, in_order};
use crate::small;

fn world(kind: Kind, seed: u64) -> World {
    World { seed, longest: 8.0, lean: kind != Kind::RelayFleet, ..small(&[kind], 10) }
}

/// Account that the flow logs of a world are of.
fn account(world: &Judged) -> String {
    let windows = world.observed(&[]);
    windows.iter().flat_map(|(_, window)| window).map(|one| one.key.account.clone()).next().unwrap()
}

#[test]
fn what_led_to_a_host_behind_a_nat_gateway_raises_it_and_administration_does_not() {
    let mut found = 0;
    for seed in 1..=SEEDS {
        let world = Judged::made(&world(Kind::RelayNat, seed));
        let (flows, account) = (world.observed(&[]), account(&world));
        let calm = administration(&world.labels, &account, seed);
        let led = in_order([calm.clone(), preludes(&world.labels, &account, seed)]);
        let plain = world.told(&flows, &[]);
        assert_eq!(world.told(&flows, &calm), plain, "seed {seed}: administration changes nothing");
        let raised = world.told(&flows, &led);
        let victim = &world.labels.hijacks[0].entity;
        eprintln!(
            "seed {seed}: {:?} behind the gateway, {:?} with its prelude",
            plain.get(victim),
            raised.get(victim)
        );
        if plain.get(victim) == Some(&Severity::Medium) {
            found += 1;
            assert_eq!(raised.get(victim), Some(&Severity::High), "seed {seed}");
        }
        for (entity, severity) in raised.iter().filter(|(entity, _)| *entity != victim) {
            assert_eq!(Some(severity), plain.get(entity), "seed {seed}: {entity} is innocent");
        }
    }
    assert!(found >= 3, "{found} of {SEEDS} relays behind a gateway are medium by their traffic");
}

#[test]
fn three_of_one_launch_that_share_gateways_are_told_as_a_fleet() {
    let mut fleets = 0;
    for seed in 1..=SEEDS {
        let world = Judged::made(&world(Kind::RelayFleet, seed));
        let (flows, account) = (world.observed(&[]), account(&world));
        let twins = |calls: &[_]| {
            let findings = world.findings(&flows, calls);
            let relays = findings.into_iter().filter(|finding| finding.kernel == Kernel::Relay);
            relays
                .filter(|finding| {
                    let facts = finding.contributions.iter().flat_map(|part| &part.facts);
                    facts.into_iter().any(|fact| fact.starts_with("3 instances that one principal launched"))
                })
                .map(|finding| (finding.subject.instance.unwrap(), finding.severity))
                .collect::<Vec<_>>()
        };
        let calm = administration(&world.labels, &account, seed);
        assert_eq!(twins(&calm), [], "seed {seed}: who launched them is not known");
        let told = twins(&in_order([calm, preludes(&world.labels, &account, seed)]));
        eprintln!("seed {seed}: {} of 3 are told as twins", told.len());
        fleets += usize::from(!told.is_empty());
        for (entity, severity) in told {
            assert!(
                world.is_guilty(&entity) && severity == Severity::High,
                "seed {seed}: {entity} {severity:?}"
            );
        }
    }
    assert!(fleets >= 4, "{fleets} of {SEEDS} fleets are told as such");
}
