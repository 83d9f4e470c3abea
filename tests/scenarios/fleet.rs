//! Hosts behind a NAT gateway and fleets of one launch, over worlds of their own: what led to them is found.

use weir_detection::finding::{Finding, Severity};
use weir_tests::scenario::trail::{administration, launches, preludes};
use weir_tests::scenario::world::{Kind, World};

use crate::judged::Judged;
use crate::prelude::{SEEDS, in_order};
use crate::small;

fn world(kind: Kind, seed: u64) -> World {
    World { seed, longest: 8.0, lean: kind != Kind::RelayFleet, ..small(&[kind], 10) }
}

/// Account that the flow logs of a world are of.
fn account(world: &Judged) -> String {
    let windows = world.observed();
    windows.iter().flat_map(|(_, window)| window).map(|one| one.key.account.clone()).next().unwrap()
}

#[test]
fn what_led_to_a_host_behind_a_nat_gateway_raises_it_and_administration_does_not() {
    let mut found = 0;
    for seed in 1..=SEEDS {
        let world = Judged::made(&world(Kind::RelayNat, seed));
        let (flows, account) = (world.observed(), account(&world));
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
fn three_of_one_launch_that_share_gateways_are_a_fleet_and_of_three_callers_are_not() {
    let mut fleets = 0;
    for seed in 1..=SEEDS {
        let world = Judged::made(&world(Kind::RelayFleet, seed));
        let (flows, account) = (world.observed(), account(&world));
        let told = |is_one| world.findings(&flows, &launches(&world.labels, &account, is_one, seed));
        let twins = told(true).into_iter().filter(is_fleet).collect::<Vec<_>>();
        eprintln!("seed {seed}: {} of 3 are told as twins", twins.len());
        fleets += usize::from(!twins.is_empty());
        for finding in twins {
            let entity = finding.subject.instance.unwrap_or_default();
            assert!(world.is_guilty(&entity) && finding.severity == Severity::High, "seed {seed}: {entity}");
        }
        let apart = told(false);
        let high: Vec<_> = apart.iter().filter(|it| it.severity > Severity::Medium || is_fleet(it)).collect();
        assert!(high.is_empty(), "seed {seed}: launched by three: {high:?}");
        assert!(
            apart.iter().any(|finding| finding.severity == Severity::Medium),
            "seed {seed}: their traffic is told"
        );
    }
    assert!(fleets >= 4, "{fleets} of {SEEDS} fleets are told as such");
}

fn is_fleet(finding: &Finding) -> bool {
    let facts = finding.contributions.iter().flat_map(|part| &part.facts);
    facts.into_iter().any(|fact| fact.starts_with("3 instances that one principal launched"))
}
