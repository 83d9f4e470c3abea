mod blinding;

use weir_intel::Intel;
use weir_records::api_call::{Trail, read};

use super::*;
use crate::finding::Finding;
use crate::settings::Settings;
use crate::state::HOUR;

const START: i64 = 20_000 * DAY;
const USER: &str = "arn:aws:iam::123456789012:user/lee";
const HOME: &str = "198.51.100.7";
const AWAY: &str = "203.0.113.99";

/// An account with its calls.
struct Account {
    calls: AccountCalls,
    settings: Settings,
    events: u32,
    latest: Vec<Update>,
    findings: Vec<Finding>,
}

impl Account {
    /// An account in which a user and a deployment have launched `m5` in `eu-west-1` every day for a week.
    fn settled() -> Self {
        let mut account = Self {
            calls: AccountCalls::default(),
            settings: Settings::default(),
            events: 0,
            latest: Vec::new(),
            findings: Vec::new(),
        };
        for day in 0..7 {
            account.call(START + day * DAY, USER, HOME, "DescribeInstances", "");
            account.launch(
                START + day * DAY + HOUR,
                USER,
                HOME,
                "eu-west-1",
                "m5.large",
                &format!("i-old{day}"),
            );
        }
        account
    }

    fn call(&mut self, time: i64, who: &str, from: &str, name: &str, more: &str) {
        self.events += 1;
        let time = jiff::Timestamp::from_millisecond(time).unwrap();
        let region = if more.contains("awsRegion") { "" } else { r#""awsRegion":"eu-west-1","# };
        let json = format!(
            r#"{{"eventTime":"{time}","eventName":"{name}","eventSource":"ec2.amazonaws.com",{region}"eventID":"e{}",
            "sourceIPAddress":"{from}","userIdentity":{{"type":"IAMUser","arn":"{who}","accessKeyId":"ASIAX"}}{more}}}"#,
            self.events
        );
        let Trail::Call(call) = read(&json, None) else { panic!("no call: {json}") };
        let noted = observe(&mut self.calls, &call, &self.settings, &Intel::default());
        (self.latest, self.findings) = (noted.updates, noted.findings);
    }

    fn launch(&mut self, time: i64, who: &str, from: &str, region: &str, kind: &str, id: &str) {
        let more = format!(
            r#","awsRegion":"{region}","responseElements":{{"instancesSet":{{"items":[{{"instanceId":"{id}","instanceType":"{kind}","networkInterfaceSet":{{"items":[{{"networkInterfaceId":"eni-{id}"}}]}}}}]}}}}"#
        );
        self.call(time, who, from, "RunInstances", &more);
    }

    /// Score of an instance as it was told last, and its reasons.
    fn told(&self, id: &str) -> (f32, Vec<Reason>) {
        let update = self.latest.iter().find(|update| update.ids[0] == id).unwrap();
        let mut reasons: Vec<Reason> =
            update.prelude.evidence.iter().map(|evidence| evidence.reason).collect();
        reasons.sort();
        (update.prelude.score, reasons)
    }
}

const NOW: i64 = START + 8 * DAY;

#[test]
fn a_launch_as_always_is_weak_context_and_one_by_a_stolen_key_is_strong() {
    let mut account = Account::settled();
    account.launch(NOW, USER, HOME, "eu-west-1", "m5.large", "i-usual");
    assert_eq!(account.told("i-usual"), (0.25, vec![Reason::Launch]));

    let mut account = Account::settled();
    account.call(NOW, USER, AWAY, "GetCallerIdentity", "");
    account.call(NOW + 1, USER, AWAY, "GetServiceQuota", "");
    account.launch(NOW + 2, USER, AWAY, "ap-south-1", "c5n.large", "i-new");
    let (score, reasons) = account.told("i-new");
    assert_eq!(
        reasons,
        [
            Reason::Launch,
            Reason::NewRegion,
            Reason::NewFamily,
            Reason::Quota,
            Reason::Enumeration,
            Reason::NewNetwork
        ]
    );
    assert!(score > 0.8, "{score}");
    let prelude = &account.latest[0].prelude;
    assert_eq!((prelude.source, prelude.region.as_str()), (AWAY.parse().ok(), "ap-south-1"));
    assert_eq!(prelude.news(), News { family: true, region: true });
    assert_eq!(account.latest[0].ids, ["i-new", "eni-i-new"]);
}

#[test]
fn three_dry_runs_within_ten_minutes_are_a_probe_and_two_are_not() {
    let dry = r#","errorCode":"Client.DryRunOperation""#;
    for (gaps, found) in [([0, 1, 2], true), ([0, 1, 11], false)] {
        let mut account = Account::settled();
        for minute in gaps {
            account.call(NOW + minute * 60_000, USER, HOME, "RunInstances", dry);
        }
        account.launch(NOW + HOUR, USER, HOME, "eu-west-1", "m5.large", "i-a");
        assert_eq!(account.told("i-a").1.contains(&Reason::DryRuns), found, "{gaps:?}");
    }
}

#[test]
fn a_refused_launch_is_a_probe_of_whoever_never_launched_before() {
    let refused = r#","errorCode":"Client.UnauthorizedOperation""#;
    for (who, found) in [("arn:aws:iam::123456789012:user/kim", true), (USER, false)] {
        let mut account = Account::settled();
        account.call(NOW, who, HOME, "RunInstances", refused);
        account.launch(NOW + HOUR, who, HOME, "eu-west-1", "m5.large", "i-a");
        assert_eq!(account.told("i-a").1.contains(&Reason::RefusedLaunch), found, "{who}");
    }
}

#[test]
fn what_comes_after_the_launch_changes_its_prelude_and_a_repeated_event_nothing() {
    let mut account = Account::settled();
    account.launch(NOW, USER, HOME, "eu-west-1", "m5.large", "i-a");
    let change = r#","requestParameters":{"instanceId":"i-a","userData":"<sensitiveDataRemoved>"}"#;
    account.call(NOW + HOUR, USER, HOME, "ModifyInstanceAttribute", change);
    assert_eq!(account.told("i-a").1, [Reason::Launch, Reason::StartScript]);
    assert_eq!(account.latest[0].ids, ["i-a", "eni-i-a"], "the interfaces stay known");
    let before = account.calls.clone();
    account.events -= 1;
    account.call(NOW + HOUR, USER, HOME, "ModifyInstanceAttribute", change);
    assert!(account.latest.is_empty());
    assert_eq!(account.calls, before);
}

#[test]
fn a_host_that_slept_a_week_and_one_that_slept_a_night_are_not_started_alike() {
    let ids = r#","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-a"}]}}"#;
    for (slept, found) in [(8, true), (1, false)] {
        let mut account = Account::settled();
        account.call(NOW, USER, HOME, "StopInstances", ids);
        account.call(NOW + slept * DAY, USER, HOME, "StartInstances", ids);
        let reasons = account.told("i-a").1;
        assert_eq!(reasons.contains(&Reason::DormantStart), found, "{slept} days");
    }
}

#[test]
fn automation_stays_weak_from_home_and_is_a_suspect_from_elsewhere() {
    let role = "arn:aws:iam::123456789012:role/deploy";
    for (declared, from, strong) in
        [(role, HOME, false), (role, AWAY, true), ("arn:aws:iam::1:role/x", HOME, true)]
    {
        let mut account = Account::settled();
        account.settings = Settings::from_values([("cloudtrail/automation", declared)]).unwrap();
        for day in 0..3 {
            account.call(START + day * DAY, role, HOME, "DescribeInstances", "");
        }
        account.launch(NOW, role, from, "ap-south-1", "c5n.large", "i-a");
        assert_eq!(account.told("i-a").0 >= 0.3, strong, "{declared} {from}");
    }
}

#[test]
fn a_key_that_was_given_out_carries_its_givers_story_along() {
    let mut account = Account::settled();
    let made = r#","responseElements":{"accessKey":{"accessKeyId":"AKIANEW","userName":"helper"}}"#;
    account.call(NOW, USER, AWAY, "CreateAccessKey", made);
    let helper = "arn:aws:iam::123456789012:user/helper";
    let more = r#","responseElements":{"instancesSet":{"items":[{"instanceId":"i-a"}]}},"userIdentity":{"type":"IAMUser","arn":"HELPER","accessKeyId":"AKIANEW"}"#;
    let json = format!(
        r#"{{"eventTime":"{}","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","awsRegion":"eu-west-1"{}}}"#,
        jiff::Timestamp::from_millisecond(NOW + HOUR).unwrap(),
        more.replace("HELPER", helper)
    );
    let Trail::Call(call) = read(&json, None) else { panic!("no call") };
    account.latest = observe(&mut account.calls, &call, &account.settings, &Intel::default()).updates;
    let reasons = account.told("i-a").1;
    assert!(reasons.contains(&Reason::AccessKey) && reasons.contains(&Reason::NewNetwork), "{reasons:?}");
    assert!(reasons.contains(&Reason::PermanentKey));
}

#[test]
fn a_quarantined_user_is_the_suspect_and_not_aws_who_says_so() {
    let mut account = Account::settled();
    let policy = r#","requestParameters":{"userName":"lee","policyArn":"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}"#;
    account.call(NOW, "arn:aws:iam::1:role/aws-service-role/x", "AWS Internal", "AttachUserPolicy", policy);
    account.launch(NOW + HOUR, USER, HOME, "eu-west-1", "m5.large", "i-a");
    assert!(account.told("i-a").1.contains(&Reason::Quarantined));
}

#[test]
fn three_launches_that_share_a_gateway_are_a_fleet_and_two_are_not() {
    let mut account = Account::settled();
    account.launch(NOW - 2 * HOUR, USER, HOME, "eu-west-1", "m5.large", "i-eve");
    assert!(account.calls.note_gateways("i-eve", &[2], NOW).is_empty());
    for (hours, id) in [(0, "i-a"), (23, "i-b"), (23, "i-c"), (1, "i-d")] {
        account.launch(NOW + hours * HOUR, USER, HOME, "eu-west-1", "m5.large", id);
    }
    assert!(account.calls.note_gateways("i-a", &[1, 2], NOW + HOUR).is_empty());
    assert!(account.calls.note_gateways("i-d", &[9], NOW + HOUR).is_empty());
    assert!(account.calls.note_gateways("i-b", &[2], NOW + HOUR).is_empty());
    let updates = account.calls.note_gateways("i-c", &[2, 3], NOW + HOUR);
    let mut ids: Vec<&str> = updates.iter().map(|update| update.ids[0].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["i-a", "i-b", "i-c"]);
    let strongest = updates[0].prelude.contexts().iter().map(|context| context.weight).fold(0.0, f64::max);
    assert!(strongest >= 0.3, "a fleet is strong context: {strongest}");
}

#[test]
fn the_document_stays_small_whatever_an_account_does() {
    let mut account = Account::settled();
    for i in 0..3_000 {
        let who = format!("{USER}{i}");
        let region = format!("r-{}", i % 50);
        account.launch(NOW + i, &who, HOME, &region, &format!("f{}.large", i % 90), &format!("i-{i}"));
    }
    let size = postcard::to_extend(&account.calls, Vec::new()).unwrap().len();
    assert!(size < 200_000, "{size} bytes, of at most 400,000 that an item may have");
}

#[test]
fn a_prelude_is_forgotten_after_a_week() {
    let prelude = Prelude { touched: NOW, ..Prelude::default() };
    assert!(prelude.counts(NOW + REMEMBERED));
    assert!(!prelude.counts(NOW + REMEMBERED + 1));
    assert!(!Prelude::default().counts(NOW));
}

#[test]
fn what_was_used_before_the_first_day_is_not_new_and_what_was_not_is() {
    let history = Account::settled();
    let reasons = |taught: bool| {
        let mut live = Account::settled();
        live.calls = AccountCalls::default();
        live.call(NOW, "arn:aws:iam::123456789012:user/kim", HOME, "DescribeInstances", "");
        if taught {
            assert!(live.calls.learn_earlier(&history.calls));
            assert!(!live.calls.learn_earlier(&history.calls), "twice is once");
        }
        live.launch(NOW + 2 * DAY, USER, HOME, "eu-west-1", "m5.large", "i-usual");
        live.launch(NOW + 2 * DAY, USER, HOME, "ap-south-1", "c5n.large", "i-new");
        let reasons = live.told("i-new").1;
        (live.latest.len(), reasons.contains(&Reason::NewPrincipal), reasons.contains(&Reason::NewRegion))
    };
    assert_eq!(reasons(true), (2, false, true));
    assert_eq!(reasons(false), (2, true, true));
}
