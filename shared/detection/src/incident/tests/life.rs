//! An incident from its first report to its last.

use super::Host;
use crate::finding::{Activity, Finding, Kernel, Remote, Role, Severity};
use crate::observation::BUCKET;
use crate::settings::Settings;
use crate::state::{DAY, HOUR};

const RELAY: &[(Kernel, Severity)] = &[(Kernel::Relay, Severity::Medium)];
const MINUTE: i64 = 60_000;
const GB: u64 = 1_000_000_000;

fn remote(ip: &str, role: Role, bytes_out: u64) -> Remote {
    Remote {
        ip: ip.parse().unwrap(),
        port: 443,
        protocol: 6,
        role,
        bytes_out,
        bytes_in: 1,
        first_seen: None,
        country: None,
        asn: None,
        organisation: None,
        label: None,
    }
}

/// Buckets in which something was told, in minutes after the first.
fn told(host: &mut Host, until: i64, bytes: impl Fn(i64) -> u64) -> Vec<i64> {
    let told = |n: &i64| host.shows(n * BUCKET, RELAY, bytes(*n), Vec::new()).is_some();
    (0..until / BUCKET).filter(told).map(|n| n * BUCKET / MINUTE).collect()
}

#[test]
fn twice_the_bytes_are_told_after_a_back_off_that_grows_and_less_is_not() {
    // Twice what was told before, each quarter of an hour: told after 15 min, 1 h, 6 h and a day.
    let doubling = |n: i64| GB << (n / 3).min(30);
    assert_eq!(told(&mut Host::default(), 2 * DAY, doubling), [0, 15, 75, 435, 1_875]);
    // The first bucket alone is a GB; as much again, and a GB at least, has left by the second.
    assert_eq!(told(&mut Host::default(), HOUR, |n| if n <= 1 { GB } else { 0 }), [0, 15]);
    assert_eq!(told(&mut Host::default(), HOUR, |n| if n == 0 { GB } else { GB / 11 - 1 }), [0]);
    // Of little, twice is little: a GB more it must be.
    assert_eq!(told(&mut Host::default(), HOUR, |_| GB / 10), [0, 50]);
    assert_eq!(told(&mut Host::default(), HOUR, |_| GB / 10 - 1), [0, 55]);
}

#[test]
fn a_new_group_of_evidence_is_told_at_once_and_a_kernel_of_the_same_after_the_back_off() {
    let (mut host, low) = (Host::default(), Severity::Low);
    let with = |kernel, severity| [RELAY[0], (kernel, severity)];
    assert!(host.shows(0, RELAY, 1, Vec::new()).is_some());
    assert!(host.shows(BUCKET, &with(Kernel::Volume, Severity::Info), 1, Vec::new()).is_none());

    let volume = host.shows(2 * BUCKET, &with(Kernel::Volume, low), 1, Vec::new()).unwrap();
    assert_eq!((volume.activity, volume.severity), (Activity::Update, Severity::Medium));
    assert_eq!(volume.why[0], "told again: evidence of volume shows it too");
    // The second report was two buckets after the first: the next back-off is an hour.
    let upload = with(Kernel::Upload, low);
    assert!(host.shows(13 * BUCKET, &upload, 1, Vec::new()).is_none());
    let upload = host.shows(14 * BUCKET, &upload, 1, Vec::new()).unwrap();
    assert_eq!(upload.why[0], "told again: the upload test shows it too");
    assert!(host.shows(DAY / 2, &with(Kernel::Upload, low), 1, Vec::new()).is_none(), "both were told");
}

#[test]
fn a_gateway_that_takes_half_is_told_once_and_origins_and_clients_are_not() {
    let mut host = Host::default();
    let first = vec![remote("203.0.113.1", Role::Gateway, 9_000_000)];
    assert!(host.shows(0, RELAY, 1, first.clone()).is_some());
    for role in [Role::Origin, Role::Client, Role::Peer] {
        let mut remotes = vec![remote("203.0.113.2", role, 99_000_000)];
        remotes.extend(first.clone());
        assert!(host.shows(HOUR, RELAY, 1, remotes).is_none(), "{role:?}");
    }
    let half = |bytes| vec![remote("203.0.113.3", Role::Gateway, bytes), first[0].clone()];
    assert!(host.shows(2 * HOUR, RELAY, 1, half(8_900_000)).is_none());
    let found = host.shows(2 * HOUR, RELAY, 1, half(9_100_000)).unwrap();
    assert_eq!(found.why[0], "told again: most now goes to 203.0.113.3");
    assert!(host.shows(9 * HOUR, RELAY, 1, half(9_100_000)).is_none(), "it was told");
}

#[test]
fn what_is_only_to_be_looked_at_some_day_is_not_told_again_for_its_growth() {
    let mut host = Host::default();
    let upload = [(Kernel::Upload, Severity::Low)];
    assert!(host.shows(0, &upload, GB, Vec::new()).is_some());
    assert!(host.shows(HOUR, &upload, 99 * GB, Vec::new()).is_none());
}

#[test]
fn an_incident_is_over_after_the_quiet_and_not_just_before_with_what_it_came_to() {
    let quiet = Settings::default().incident.quiet;
    let mut host = Host::default();
    let first = host.shows(0, RELAY, GB, Vec::new()).unwrap();
    host.shows(HOUR, RELAY, 2 * GB, Vec::new());
    // What leaves afterwards is not the incident's.
    host.shows(2 * HOUR, &[], 7 * GB, Vec::new());

    assert_eq!(host.ends(HOUR + quiet - BUCKET), []);
    let over: Finding = host.ends(HOUR + quiet).pop().unwrap();

    assert_eq!(
        (over.activity, over.uid, over.severity),
        (Activity::Close, first.uid.clone(), first.severity)
    );
    assert_eq!((over.title, over.kernel, over.count), (first.title, first.kernel, 3));
    assert_eq!(over.start, first.start, "the evidence began before it was told");
    let opened = first.created;
    assert_eq!((over.end - opened, over.time - opened), (HOUR + BUCKET, HOUR + quiet));
    assert!((over.usd_so_far - 0.27).abs() < 0.001, "{}", over.usd_so_far);
    assert!(
        over.description.contains("went on for 2 h 0 min, in which 3.00 GB left"),
        "{}",
        over.description
    );
    assert_eq!(host.ends(9 * DAY), [], "said once");

    let back = host.shows(HOUR + quiet, RELAY, GB, Vec::new()).unwrap();
    assert_eq!((back.activity, back.uid, back.count), (Activity::Update, first.uid, 4));
    assert_eq!(host.ends(9 * DAY).len(), 1);
}

#[test]
fn of_what_nobody_was_told_nobody_hears_that_it_is_over() {
    let suppression = r#"{"scope":{"entity":"eni-1"},"severity":"high","reason":"r","owner":"o","expiry":"2024-10-04T03:00:00Z"}"#;
    for (path, value, severity) in [
        ("an0084/mode", "dry-run", Severity::Medium),
        ("suppressions/a", suppression, Severity::Medium),
        ("an0084/mode", "live", Severity::Info),
    ] {
        let mut host = Host { settings: Settings::from_values([(path, value)]).unwrap(), ..Host::default() };
        assert!(host.shows(0, &[(Kernel::Relay, severity)], GB, Vec::new()).is_some());
        assert_eq!(host.ends(9 * DAY), [], "{value}");
    }
    // What was told, and is then held back, ends on the record.
    let mut host = Host::default();
    host.shows(0, RELAY, GB, Vec::new());
    host.settings =
        Settings::from_values([("suppressions/a", suppression.replace("04T03", "09T03"))]).unwrap();
    let over = host.ends(2 * DAY).pop().unwrap();
    assert_eq!(over.suppressed.as_deref(), Some("a: r (o)"));
    assert!(!over.is_alert());
}
