use super::*;
use crate::baseline::{Pending, Slot};
use crate::entity::mix;
use crate::observation::BUCKET;
use crate::state::HOUR;

/// Monday 2026-11-02.
const MONDAY: i64 = 1_793_577_600_000;

/// An entity's histories after some days of `egress` by hour of the day.
struct World {
    settings: Settings,
    slots: Vec<Baseline>,
    entity: Baseline,
    days: i64,
}

impl World {
    fn new(days: i64, settings: Settings, egress: impl Fn(i64) -> u64) -> Self {
        let mut world =
            Self { settings, slots: vec![Baseline::default(); 48], entity: Baseline::default(), days };
        for i in 0..days * 24 {
            let start = MONDAY + i * HOUR;
            let mut pending = Pending::of(start);
            for b in 0..12 {
                pending.note(start + b * BUCKET, egress(i % 24), None);
            }
            let slot = usize::from(Slot::of(start, &world.settings).index());
            world.slots[slot].merge_hour(&pending, world.settings.baseline.half_life);
            world.entity.merge_hour(&pending, world.settings.baseline.half_life);
        }
        world
    }

    /// What is usual at an hour of the day after the last.
    fn at(&self, hour: i64, peers: Option<&Peers>) -> Usual {
        let now = MONDAY + self.days * DAY + hour * HOUR;
        let slot = self.slots.get(usize::from(Slot::of(now, &self.settings).index()));
        usual(&Histories { slot, entity: Some(&self.entity), peers }, MONDAY, now, &self.settings)
    }
}

/// Backups from two to three in the night, chatter otherwise.
fn backups(hour: i64) -> u64 {
    if hour == 2 { 400_000_000 } else { 1_000_000 }
}

fn peers() -> Peers {
    let mut peers = Peers::default();
    for entity in 1..=5_u64 {
        for i in 0..6 {
            let mut pending = Pending::of(MONDAY + i * HOUR);
            for b in 0..12 {
                pending.note(MONDAY + i * HOUR + b * BUCKET, 7_000_000, None);
            }
            peers.merge_hour(mix(entity), &pending, 14 * DAY);
        }
    }
    peers
}

#[test]
fn the_ladder_goes_from_the_slot_to_the_entity_to_its_peers_to_nothing() {
    let level = |days, peers: Option<&Peers>| {
        World::new(days, Settings::default(), backups).at(12, peers).facts.level
    };

    assert_eq!(level(8, None), BaselineLevel::Slot);
    assert_eq!(level(3, None), BaselineLevel::Entity);
    assert_eq!(level(2, Some(&peers())), BaselineLevel::Group);
    assert_eq!(level(2, None), BaselineLevel::Absolute);
}

#[test]
fn learning_ends_with_the_warm_up_and_maturity_comes_with_age() {
    let state = |days| World::new(days, Settings::default(), backups).at(0, None).facts.state;

    assert_eq!(state(2), Learning::Learning);
    assert_eq!(state(3), Learning::Provisional);
    assert_eq!(state(13), Learning::Provisional);
    assert_eq!(state(14), Learning::Mature);
}

#[test]
fn warm_up_and_mature_are_settings() {
    let settings = Settings::from_values([("baseline/warm-up", "1d"), ("baseline/mature", "2d")]).unwrap();
    let state = |days| World::new(days, settings.clone(), backups).at(0, None).facts.state;

    assert_eq!(state(1), Learning::Provisional);
    assert_eq!(state(2), Learning::Mature);
}

#[test]
fn an_old_entity_with_few_samples_is_still_learning() {
    let mut entity = Baseline::default();
    let mut pending = Pending::of(MONDAY);
    for b in 0..12 {
        pending.note(MONDAY + b * BUCKET, 9, None);
    }
    entity.merge_hour(&pending, 14 * DAY);
    let histories = Histories { entity: Some(&entity), ..Histories::default() };
    let usual = usual(&histories, MONDAY, MONDAY + 30 * DAY, &Settings::default());

    assert_eq!(usual.facts.state, Learning::Learning);
    assert_eq!(usual.facts.level, BaselineLevel::Absolute);
    assert_eq!(usual.facts.age_days, 30.0);
}

#[test]
fn nightly_backups_are_usual_at_night_from_the_first_days_on_and_not_at_noon() {
    for days in [3, 8, 30] {
        let world = World::new(days, Settings::default(), backups);

        assert!(world.at(2, None).facts.p95 >= 375_000_000, "{days} days: {:?}", world.at(2, None));
        assert!(world.at(12, None).facts.p95 <= 1_062_500, "{days} days: {:?}", world.at(12, None));
        assert!(world.at(12, None).peak >= 375_000_000, "what it does at night is remembered as its peak");
    }
}

#[test]
fn the_99th_percentile_asks_a_slot_for_three_hundred_samples() {
    let settings = Settings::from_values([("an0084/traffic-egress-threshold/percentile", "99")]).unwrap();

    assert_eq!(World::new(15, settings.clone(), backups).at(12, None).facts.level, BaselineLevel::Entity);
    assert_eq!(World::new(42, settings, backups).at(12, None).facts.level, BaselineLevel::Slot);
}

#[test]
fn nothing_is_clipped_while_learning_and_then_no_lower_than_the_floor() {
    assert_eq!(World::new(2, Settings::default(), backups).at(12, None).ceiling, None);

    let ceiling = |min: &str| {
        let settings = Settings::from_values([
            ("an0084/traffic-egress-threshold/min-bytes", min),
            ("an0084/traffic-egress-threshold/dormant-min-bytes", "0B"),
        ]);
        World::new(30, settings.unwrap(), backups).at(12, None).ceiling.unwrap()
    };
    assert_eq!(ceiling("120MB"), 10_000_000);
    assert!((1_100_000..=1_270_000).contains(&ceiling("0B")), "{}", ceiling("0B"));
}
