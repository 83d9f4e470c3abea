mod life;

use weir_intel::Intel;

use super::{Told, close, report};
use crate::entity::EntityKey;
use crate::finding::{Activity, Finding, Kernel, Learning, Missing, Remote, Severity};
use crate::kernels::Verdict;
use crate::kernels::combine::combine;
use crate::observation::BUCKET;
use crate::settings::Settings;
use crate::state::{DAY, EntityState};

#[test]
fn what_goes_on_is_told_once_and_again_when_it_rises() {
    let mut host = Host::default();

    assert_eq!(host.says(0, Kernel::Upload, Severity::Low).unwrap().activity, Activity::Create);
    assert!(host.says(BUCKET, Kernel::Upload, Severity::Low).is_none());
    let risen = host.says(2 * BUCKET, Kernel::Dormant, Severity::Medium).unwrap();
    assert_eq!((risen.activity, risen.count), (Activity::Update, 2));
    assert!(host.says(3 * BUCKET, Kernel::Upload, Severity::Low).is_none());
}

#[test]
fn one_incident_has_one_id_whatever_is_told_of_it() {
    let mut host = Host::default();
    let first = host.says(0, Kernel::Upload, Severity::Low).unwrap();
    let risen = host.says(BUCKET, Kernel::Dormant, Severity::Medium).unwrap();
    let other = host.says(BUCKET, Kernel::Scan, Severity::Medium).unwrap();

    assert_eq!(first.uid, risen.uid);
    assert_ne!(first.uid, other.uid);
}

#[test]
fn what_comes_back_after_the_quiet_is_told_from_medium_upwards_and_not_just_before() {
    let quiet = Settings::default().incident.quiet;
    let (mut medium, mut low) = (Host::default(), Host::default());
    let start = medium.says(0, Kernel::Relay, Severity::Medium).unwrap().created;
    low.says(0, Kernel::Upload, Severity::Low);

    assert!(medium.says(quiet - BUCKET, Kernel::Relay, Severity::Medium).is_none());
    assert!(low.says(quiet, Kernel::Upload, Severity::Low).is_none());
    let back = medium.says(2 * quiet - BUCKET, Kernel::Relay, Severity::Medium).unwrap();

    assert_eq!(back.activity, Activity::Update);
    assert_eq!(back.created, start + 2 * quiet - BUCKET);
}

#[test]
fn a_reminder_comes_when_the_suppression_is_over_and_not_just_before() {
    let mut host =
        Host { settings: Settings::from_values([("incident/suppress", "3d")]).unwrap(), ..Host::default() };
    let told: Vec<i64> = (0..4 * DAY / BUCKET)
        .filter(|n| host.says(n * BUCKET, Kernel::Relay, Severity::Medium).is_some())
        .collect();

    assert_eq!(told, [0, 3 * DAY / BUCKET]);
}

#[test]
fn a_lesser_kind_of_evidence_adds_nothing_but_a_scan_is_told_beside_all_else() {
    let mut host = Host::default();
    host.says(0, Kernel::Relay, Severity::Medium).unwrap();

    assert!(host.says(BUCKET, Kernel::Upload, Severity::Low).is_none());
    assert!(host.says(BUCKET, Kernel::Scan, Severity::Medium).is_some());
}

#[test]
fn what_is_suppressed_is_recorded_and_told_once_nothing_holds_it_back() {
    let suppression = |severity: &str| {
        format!(
            r#"{{"scope":{{"entity":"eni-1"}},"severity":"{severity}","reason":"r","owner":"o","expiry":"2024-10-04T01:00:00Z"}}"#
        )
    };
    let settings = |severity| Settings::from_values([("suppressions/a", suppression(severity))]).unwrap();
    // Day 20,000 is 2024-10-04.
    let mut host = Host { settings: settings("low"), ..Host::default() };
    assert_eq!(host.says(0, Kernel::Upload, Severity::Low).unwrap().suppressed.unwrap(), "a: r (o)");
    assert!(host.says(BUCKET, Kernel::Upload, Severity::Low).is_none());
    let risen = host.says(2 * BUCKET, Kernel::Dormant, Severity::Medium).unwrap();
    assert_eq!((risen.suppressed, risen.activity, risen.count), (None, Activity::Create, 1));

    let mut host = Host { settings: settings("medium"), ..Host::default() };
    let told: Vec<(i64, bool)> = (0..24)
        .filter_map(|n| {
            Some((n, host.says(n * BUCKET, Kernel::Relay, Severity::Medium)?.suppressed.is_none()))
        })
        .collect();
    assert_eq!(told, [(0, false), (12, true)], "held back until its hour is over, then told at once");
}

#[derive(Default)]
struct Host {
    state: EntityState,
    settings: Settings,
}

impl Host {
    fn says(&mut self, after: i64, kernel: Kernel, severity: Severity) -> Option<Finding> {
        self.shows(after, &[(kernel, severity)], 1, Vec::new())
    }

    /// The same of several kernels, with bytes and remotes of the bucket.
    fn shows(
        &mut self,
        after: i64,
        said: &[(Kernel, Severity)],
        egress: u64,
        remotes: Vec<Remote>,
    ) -> Option<Finding> {
        let bucket = 20_000 * DAY + after;
        let verdict =
            |&(kernel, severity)| Verdict { kernel, severity, score: 0.8, facts: vec!["seen".to_owned()] };
        let verdicts: Vec<Verdict> = said.iter().map(verdict).collect();
        let key = EntityKey { account: "1".to_owned(), id: "eni-1".to_owned() };
        let told = Told {
            context: &[],
            verdicts: &verdicts,
            judgement: combine(&verdicts, &[]),
            remotes,
            egress,
            bucket,
            time: bucket,
            host: None,
            by_host: false,
        };
        report(&mut self.state, &key, told, &self.settings, &Intel::default())
    }

    /// What is over by then.
    fn ends(&mut self, after: i64) -> Vec<Finding> {
        let key = EntityKey { account: "1".to_owned(), id: "eni-1".to_owned() };
        close(&mut self.state, &key, 20_000 * DAY + after, None, &self.settings, &Intel::default())
    }
}

#[test]
fn an_inventory_is_said_to_be_old_past_six_hours_and_not_before() {
    let mut intel = Intel::default();
    intel.inventory.merge(br#"{"Updated":"1970-01-11T00:00:00Z","Reservations":[]}"#).unwrap();
    let old = |time: i64| {
        let settings = Settings::default();
        super::missing(&EntityState::default(), Learning::Mature, time, &settings, &intel)
            .contains(&Missing::FreshInventory)
    };
    assert!(!old(10 * DAY + DAY / 4) && !old(DAY), "also where the flows are older than it");
    assert!(old(10 * DAY + DAY / 4 + 1));
}
