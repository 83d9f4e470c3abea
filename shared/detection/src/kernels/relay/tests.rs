use super::*;

const LIMITS: Limits = Limits {
    min_bytes: 1_000_000,
    origins: 16,
    tolerance: 0.25,
    correlation: 0.6,
    novel: false,
    long_records: false,
};
const LOADS: [f64; 12] = [3.0, 9.0, 2.0, 14.0, 6.0, 1.0, 8.0, 12.0, 4.0, 7.0, 11.0, 5.0];

#[test]
fn a_relay_that_keeps_both_laws_and_time_is_found() {
    let balance = judge(&relay(1.08, 1.05), &LIMITS);

    assert!(balance.score >= 0.9, "{balance:?}");
}

#[test]
fn a_fetch_and_load_twin_breaks_the_reverse_law() {
    assert_eq!(judge(&relay(1.0, 0.1), &LIMITS).score, 0.0);
}

#[test]
fn a_steady_push_beside_pulls_of_its_own_rhythm_is_no_relay() {
    let mut legs = relay(1.0, 1.0);
    legs.near = legs.near.iter().rev().copied().collect();
    legs.near.rotate_left(3);

    assert_eq!(judge(&legs, &LIMITS).score, 0.0);
}

#[test]
fn compression_is_tolerated_where_the_gateways_are_new() {
    let novel = Limits { novel: true, ..LIMITS };

    assert!(judge(&relay(0.4, 0.5), &novel).score >= 0.7);
    assert_eq!(judge(&relay(0.4, 0.5), &LIMITS).score, 0.0);
}

#[test]
fn a_tunnel_that_changes_one_direction_only_is_not_taken_for_compression() {
    let novel = Limits { novel: true, ..LIMITS };

    assert_eq!(judge(&relay(0.4, 1.4), &novel).score, 0.0);
}

#[test]
fn answers_alone_may_be_compressed_or_padded_where_each_request_came_through_as_it_was() {
    let found = |forward, reverse, sizes| {
        let legs = Legs { sizes, origins: 300, ..relay(forward, reverse) };
        judge(&legs, &LIMITS).score > 0.0
    };

    assert!(found(0.4, 1.05, 0.6) && found(2.4, 1.05, 0.6));
    assert!(!found(0.4, 1.05, 0.59), "a loader's requests have sizes of their own");
    assert!(!found(0.4, 1.4, 0.6), "more came in than framing adds");
    assert!(!found(0.19, 1.05, 0.6), "no answer is compressed to less");
}

#[test]
fn requests_that_shrink_do_so_in_one_ratio_with_the_answers_and_each_by_itself() {
    let found = |forward, reverse, sizes| {
        let legs = Legs { sizes, origins: 300, ..relay(forward, reverse) };
        judge(&legs, &LIMITS).score > 0.0
    };

    assert!(found(0.4, 0.4, 0.75));
    assert!(!found(0.4, 0.4, 0.74), "what a store says to each object shares their number, not their sizes");
    assert!(!found(0.9, 0.6, 0.8), "in another ratio");
}

#[test]
fn a_broker_that_acknowledges_results_is_no_gateway() {
    let novel = Limits { novel: true, ..LIMITS };

    assert_eq!(judge(&relay(0.24, 0.14), &novel).score, 0.0);
    assert!(judge(&relay(0.24, 0.21), &novel).score > 0.0, "compressed requests are at least a fifth");
}

#[test]
fn fires_at_the_origins_needed_and_is_silent_just_below_them() {
    let fifteen = Legs { origins: 15, ..relay(1.05, 1.05) };

    assert!(judge(&relay(1.05, 1.05), &LIMITS).score > 0.0);
    assert_eq!(judge(&fifteen, &LIMITS).score, 0.0);
}

#[test]
fn the_tolerance_is_the_largest_difference_of_the_two_sides() {
    let ratio = |forward| judge(&relay(forward, forward), &LIMITS).score;

    assert!(ratio(1.32) > 0.0);
    assert_eq!(ratio(1.35), 0.0);
    assert!(judge(&relay(1.35, 1.35), &Limits { tolerance: 0.3, ..LIMITS }).score > 0.0);
}

#[test]
fn a_relay_is_seen_beside_a_download_of_the_host_itself() {
    let mut legs = relay(1.08, 1.05);
    for (index, far) in legs.far.iter_mut().enumerate().filter(|(index, _)| index % 3 == 1) {
        far.into += 3_000_000;
        legs.largest[index] = 3_000_000;
    }
    let spread = Legs { largest: vec![0; 12], ..legs.clone() };

    assert!(judge(&legs, &LIMITS).score > 0.0);
    assert_eq!(judge(&spread, &LIMITS).score, 0.0, "a pull from many that is not handed on is no relay's");
}

#[test]
fn a_buffered_relay_is_found_by_requests_of_one_size_and_a_loader_of_other_sizes_is_not() {
    let mut legs = relay(1.05, 1.05);
    let total: u64 = legs.near.iter().map(|near| near.out).sum();
    legs.near.iter_mut().for_each(|near| near.out = total / 12);

    assert!(judge(&Legs { sizes: 0.6, ..legs.clone() }, &LIMITS).score > 0.0);
    assert_eq!(judge(&Legs { sizes: 0.59, ..legs }, &LIMITS).score, 0.0);
}

#[test]
fn one_hour_of_one_shape_is_chance_where_three_hours_are_not_of_one() {
    let chance = Legs { lasting_overlap: 0.93, ..relay(1.05, 1.05) };

    assert_eq!(judge(&chance, &LIMITS).score, 0.0);
    assert!(judge(&Legs { lasting_overlap: 0.94, ..relay(1.05, 1.05) }, &LIMITS).score > 0.0);
    assert!(judge(&Legs { sizes: 0.45, ..chance }, &LIMITS).score > 0.0);
}

#[test]
fn sizes_move_together_where_requests_are_handed_on_and_not_where_only_their_number_is_shared() {
    let origins: Vec<u16> = (0..24).map(|i| 10 + (i * 7) % 13).collect();
    let pair = |origins: u16, out: u64, into: u64| Pair {
        out: out * u64::from(origins),
        into: into * u64::from(origins),
    };
    let far: Vec<Pair> =
        origins.iter().zip(0..).map(|(&n, i)| pair(n, 1_000 + (i * 5) % 11 * 90, 50_000)).collect();
    let relayed: Vec<Pair> = far.iter().map(|far| Pair { out: far.into, into: far.out * 11 / 10 }).collect();
    let loaded: Vec<Pair> =
        origins.iter().zip(0..).map(|(&n, i)| pair(n, 50_000, 1_000 + (i * 3) % 7 * 90)).collect();

    assert!(sizes(&relayed, &far, &origins, 200, 1) > 0.9);
    assert!(sizes(&relayed[..13], &far[..13], &origins[..13], 200, 1) < 0.99, "few samples count for less");
    assert!(sizes(&loaded, &far, &origins, 200, 1) < 0.5);
    assert_eq!(sizes(&relayed, &far, &origins, 20, 1), 0.0, "the same twenty origins all the time");
}

fn relay(forward: f64, reverse: f64) -> Legs {
    let pair = |out: f64, into: f64| Pair { out: out as u64, into: into as u64 };
    Legs {
        near: LOADS.iter().map(|load| pair(load * 1e5 * forward, load * 4e3 * reverse)).collect(),
        far: LOADS.iter().map(|load| pair(load * 4e3, load * 1e5)).collect(),
        largest: vec![0; 12],
        origins: 16,
        sizes: 0.0,
        lasting_overlap: 1.0,
    }
}
