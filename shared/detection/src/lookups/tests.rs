use super::*;
use crate::entity::name_hash;

const START: i64 = 20_000 * DAY;

fn note(time: i64, name: &str, answers: &[&str]) -> Note {
    let answers = answers.iter().map(|text| text.parse().unwrap()).collect();
    Note { time, name: name_hash(name), listed: names::find(name), answers }
}

/// Whether the address is bare, when it was first pushed to at `began` and is traced at `now`.
fn bare(notes: &[Note], address: &str, began: i64, now: i64) -> bool {
    let address = address.parse().unwrap();
    let mut lookups = Lookups::default();
    lookups.admit(notes);
    lookups.trace([(address, began)].into_iter(), now);
    lookups.is_bare(address)
}

#[test]
fn a_destination_is_bare_only_where_the_log_would_have_shown_its_name() {
    let ordinary = |time| note(time, "example.org", &["203.0.113.1"]);
    let began = START + 2 * HOUR;
    let now = began + HOUR;
    let whole = [ordinary(START), ordinary(began)];
    for (said, notes, expected) in [
        ("logged before and after", whole.to_vec(), true),
        ("the log began with it", vec![ordinary(began - HOUR + 1), ordinary(began)], false),
        ("the log ended before it", vec![ordinary(START), ordinary(began - 1)], false),
        (
            "asks elsewhere",
            vec![ordinary(START), note(START, "dns.google", &["8.8.8.8"]), ordinary(began)],
            false,
        ),
        ("answered", vec![ordinary(START), note(began, "a.example", &["203.0.113.9"])], false),
    ] {
        assert_eq!(bare(&notes, "203.0.113.9", began, now), expected, "{said}");
    }
    assert!(!bare(&whole, "203.0.113.9", began, now - 1), "its lookup may still be on the way");
    assert!(!bare(&whole, "203.0.113.9", began, began + DAY / 2), "too long ago to remember");
}

#[test]
fn an_answer_is_remembered_for_a_day_and_a_host_that_asks_for_everything_is_not_judged() {
    let answered = [note(START, "a.example", &["203.0.113.9"]), note(START + DAY, "b.example", &[])];
    assert!(!bare(&answered, "203.0.113.9", START + DAY, START + DAY + HOUR));
    assert!(bare(&answered, "203.0.113.8", START + DAY, START + DAY + HOUR));

    let many: Vec<Note> = (0..4_000_u32)
        .map(|n| Note {
            answers: vec![IpAddr::V4(n.wrapping_mul(2_654_435_761).into())],
            ..note(START, "c", &[])
        })
        .chain([note(START + 3 * HOUR, "d", &[])])
        .collect();
    for n in 0..50 {
        assert!(!bare(&many, &format!("203.0.113.{n}"), START + 2 * HOUR, START + 3 * HOUR));
    }
    let mut lookups = Lookups::default();
    lookups.admit(&many);
    let bytes = postcard::to_stdvec(&lookups).unwrap().len();
    assert!(bytes < 700, "{bytes}");
}

#[test]
fn what_is_known_to_be_bare_stays_so_while_it_is_dialled() {
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    let mut lookups = Lookups::default();
    lookups.admit(&[note(START, "a", &[]), note(START + 2 * HOUR, "b", &[])]);
    let began = [(address, START + 2 * HOUR)];
    for (now, expected) in [(START + 3 * HOUR, true), (START + 3 * DAY, true)] {
        lookups.trace(began.into_iter(), now);
        assert_eq!(lookups.is_bare(address), expected);
    }
    lookups.trace([].into_iter(), START + 3 * DAY);
    assert!(!lookups.is_bare(address));
}

#[test]
fn proxyware_is_remembered_for_a_day_in_bounded_room_whatever_the_order() {
    let mut lookups = Lookups::default();
    lookups.admit(&[
        note(START + HOUR, "x.proxyjs.brdtnet.com", &["203.0.113.9"]),
        note(START, "proxyjs.brdtnet.com", &[]),
    ]);
    let named: Vec<_> = lookups.named(START + HOUR).cloned().collect();
    assert_eq!((named.len(), named[0].name.as_str()), (1, "proxyjs.brdtnet.com"));
    assert_eq!((named[0].first, named[0].last), (START, START + HOUR));
    assert_eq!(lookups.take_news(), Some(START + HOUR));
    assert_eq!(lookups.take_news(), None);
    assert_eq!(lookups.named(START + HOUR + DAY - 1).count(), 1);
    assert_eq!(lookups.named(START + HOUR + DAY).count(), 0);
}
