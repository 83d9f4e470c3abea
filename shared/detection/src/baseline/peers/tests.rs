use super::*;
use crate::observation::BUCKET;
use crate::state::{DAY, HOUR};

const HALF_LIFE: i64 = 14 * DAY;

/// The epoch's twenty-thousandth day.
const START: i64 = 20_000 * DAY;

fn hour(start: i64, bytes: u64) -> Pending {
    let mut pending = Pending::of(start);
    for i in 0..12 {
        pending.note(start + i * BUCKET, bytes, None);
    }
    pending
}

/// A group in which `members` teach for so many days, as they are wanted.
fn group(members: u64, days: i64) -> Peers {
    let mut peers = Peers::default();
    for i in 0..days * 24 {
        for entity in (1..=members).map(mix) {
            let pending = hour(START + i * HOUR, 1_000);
            if Peers::wants(entity, &pending, Learning::Mature) {
                peers.merge_hour(entity, &pending, HALF_LIFE);
            }
        }
    }
    peers
}

#[test]
fn each_member_teaches_one_hour_a_day() {
    for entity in (0..50).map(mix) {
        for day in 0..5 {
            let wanted = (0..24)
                .filter(|i| {
                    Peers::wants(entity, &Pending::of(START + day * DAY + i * HOUR), Learning::Provisional)
                })
                .count();
            assert_eq!(wanted, 1);
        }
    }
}

#[test]
fn an_entity_that_still_learns_teaches_nobody() {
    assert!((0..24).all(|i| !Peers::wants(7, &Pending::of(START + i * HOUR), Learning::Learning)));
}

#[test]
fn a_group_speaks_from_three_members_on_and_not_for_two() {
    assert!(group(3, 7).history().is_some());
    assert!(group(2, 30).history().is_none());
}

#[test]
fn an_hour_that_was_taught_is_not_taught_again() {
    let mut peers = group(3, 7);
    let pending = hour(START + 7 * DAY, 5);
    assert_eq!(peers.merge_hour(1, &pending, HALF_LIFE), Merged::Now);
    let before = peers.clone();

    assert_eq!(peers.merge_hour(1, &pending, HALF_LIFE), Merged::Before);
    assert_eq!(peers, before);
    assert_eq!(peers.merge_hour(2, &pending, HALF_LIFE), Merged::Now);
    assert_eq!(peers.merge_hour(1, &hour(START + 5 * DAY, 5), HALF_LIFE), Merged::TooLate);
}

#[test]
fn the_order_in_which_members_teach_does_not_matter() {
    let (mut a, mut b) = (Peers::default(), Peers::default());
    for entity in 0..40_u64 {
        a.merge_hour(mix(entity), &hour(START, entity), HALF_LIFE);
        b.merge_hour(mix(39 - entity), &hour(START, 39 - entity), HALF_LIFE);
    }

    assert_eq!(a, b);
}

#[test]
fn a_large_group_loses_few_hours_to_its_small_memory() {
    let members = 300;
    let learned = group(members, 10).history().unwrap().learned();
    let taught = u32::try_from(members * 10 * 12).unwrap();

    assert!(learned >= taught / 10 * 9, "{learned} of {taught} samples");
    assert!(postcard::to_allocvec(&group(members, 10)).unwrap().len() <= 1_024);
}

#[test]
fn the_closest_kinship_that_is_known_names_the_group() {
    let key = EntityKey { account: "111122223333".into(), id: "i-1".into() };
    let info =
        EntityInfo { region: Some("eu-west-1".into()), vpc: Some("vpc-1".into()), ..EntityInfo::default() };
    let mut instance = Instance { instance_type: Some("c5n.large".into()), ..Instance::default() };
    let group = |instance: Option<&Instance>| peer_group(&key, &info, instance);

    assert_eq!(group(None), "111122223333/eu-west-1/vpc/vpc-1/unknown");
    assert_eq!(group(Some(&instance)), "111122223333/eu-west-1/vpc/vpc-1/c5n");
    instance.launch_template = Some("lt-1".into());
    assert_eq!(group(Some(&instance)), "111122223333/eu-west-1/template/lt-1");
    instance.scaling_group = Some("web".into());
    assert_eq!(group(Some(&instance)), "111122223333/eu-west-1/scaling/web");
}
