use super::*;

const HOUR: i64 = 3_600_000;

fn labels() -> Labels {
    let entity = |id: &str, hijacked| Entity {
        entity: format!("i-{id}"),
        interface: format!("eni-{id}"),
        addresses: vec![format!("10.0.0.{}", id.len())],
        kind: "web".to_owned(),
        analytic: (id == "good-host").then(|| "AN0081".to_owned()),
        hijacked,
        alive_from_ms: 0,
        alive_to_ms: 240 * HOUR,
        benign_days: if hijacked { 5.0 } else { 10.0 },
    };
    let hijack = |id: &str, severity: &str| Hijack {
        kind: "relay-50k".to_owned(),
        entity: format!("i-{id}"),
        interface: format!("eni-{id}"),
        addresses: vec!["10.0.0.9".to_owned()],
        host_kind: "web".to_owned(),
        start_ms: 120 * HOUR,
        end_ms: 130 * HOUR,
        expected_severity: severity.to_owned(),
        kernel: "relay".to_owned(),
        gateways: Vec::new(),
    };
    Labels {
        end_ms: 240 * HOUR,
        hijacks: vec![hijack("victim-one", "medium"), hijack("victim-two", "medium")],
        entities: vec![entity("victim-one", true), entity("victim-two", true), entity("good-host", false)],
        ..Labels::default()
    }
}

fn finding(resource: &str, uid: &str, hour: i64, severity: u8) -> String {
    format!(
        r#"{{"severity_id":{severity},"time":{},"finding_info":{{"uid":"{uid}","title":"t","analytic":{{"name":"AN0084"}}}},"resources":[{{"uid":"{resource}"}}],"unmapped":{{"weir":{{"kernels":["relay"]}}}}}}"#,
        hour * HOUR
    )
}

fn scored(lines: &[String]) -> Score {
    score(&labels(), &read(&lines.join("\n")).unwrap())
}

#[test]
fn a_hijack_is_found_once_at_its_first_medium_finding() {
    let lines = [
        finding("i-victim-one", "a", 121, 2),
        finding("arn:aws:ec2:eu-west-1:1:instance/i-victim-one", "a", 123, 3),
        finding("i-victim-one", "a", 125, 4),
        finding("eni-victim-two", "b", 121, 2),
    ];
    let score = scored(&lines);
    let relay = &score.kinds["relay-50k"];
    assert_eq!((relay.total, relay.found, relay.as_wanted, relay.right_kernel), (2, 2, 1, 2));
    assert_eq!(relay.median_delay_hours, Some(3.0));
    assert_eq!((score.misses.len(), score.misses[0].best_severity_id), (1, 2));
    assert_eq!(score.low.count, 0);
}

#[test]
fn pooled_worlds_are_scored_as_one() {
    let late = scored(&[finding("i-victim-one", "a", 123, 3), finding("i-good-host", "x", 5, 3)]);
    let soon = scored(&[finding("i-victim-one", "a", 121, 3), finding("i-victim-two", "b", 122, 3)]);

    let both = pool([&late, &soon]).unwrap();

    let relay = &both.kinds["relay-50k"];
    assert_eq!((relay.total, relay.as_wanted, relay.right_kernel), (4, 3, 3));
    assert_eq!((relay.median_delay_hours, relay.p90_delay_hours), (Some(2.0), Some(3.0)));
    assert_eq!(relay.interval, wilson(3, 4));
    assert_eq!((both.medium.count, both.benign_days, both.misses.len()), (1, 40.0, 1));
    assert!((both.medium.per_thousand - 25.0).abs() < 1e-9, "1 in 40 entity-days");
    assert_eq!(both.medium.interval.1, poisson(1).1 * 25.0);
    assert_eq!((both.analytics["AN0081"].medium.count, both.analytics["AN0081"].benign_days), (1, 20.0));
    assert!(pool([]).is_none());
}

#[test]
fn repeats_of_an_incident_are_one_false_alert_at_its_highest_severity() {
    let lines = [
        finding("i-good-host", "x", 5, 2),
        finding("i-good-host", "x", 6, 3),
        finding("i-good-host", "y", 7, 2),
    ];
    let score = scored(&lines);
    assert_eq!((score.medium.count, score.low.count), (1, 2));
    assert!((score.medium.per_thousand - 50.0).abs() < 1e-9, "1 in 20 entity-days");
    assert_eq!(score.false_alerts[0].kernel, "relay");
    let of = |analytic: &str| (score.analytics[analytic].medium.count, score.analytics[analytic].benign_days);
    assert_eq!((of("AN0081"), of("AN0084")), ((1, 10.0), (0, 10.0)));
}

#[test]
fn before_the_hijack_is_false_after_the_grace_time_is_neither() {
    let score = scored(&[finding("i-victim-one", "a", 119, 3), finding("i-victim-one", "b", 137, 3)]);
    assert_eq!((score.medium.count, score.aftermath), (1, 1));
    assert!(score.false_alerts[0].before_hijack);
    assert_eq!(score.misses.len(), 2);
}

#[test]
fn a_host_behind_a_nat_is_known_by_its_address_and_a_stranger_is_a_false_alert() {
    let score = scored(&[finding("10.0.0.9", "a", 121, 3), finding("i-stranger", "s", 1, 3)]);
    assert_eq!(score.kinds["all"].found, 2);
    assert_eq!((score.unknown, score.medium.count), (1, 1));
}

#[test]
fn that_an_incident_is_over_is_neither_found_nor_false() {
    let over =
        |resource: &str, hour| finding(resource, "a", hour, 3).replacen("{", r#"{"activity_id":3,"#, 1);
    let score = scored(&[over("i-victim-one", 123), over("i-good-host", 5)]);
    assert_eq!((score.kinds["all"].found, score.medium.count, score.aftermath), (0, 0, 0));
}

#[test]
fn info_findings_count_neither_way() {
    let score = scored(&[finding("i-good-host", "x", 5, 1), finding("i-victim-one", "a", 121, 1)]);
    assert_eq!((score.low.count, score.kinds["all"].found), (0, 0));
}

#[test]
fn a_line_that_is_no_finding_is_named() {
    assert_eq!(
        read("\n{}").unwrap_err().to_string(),
        "line 2 of the findings has no severity_id; expected an ocsf detection finding"
    );
    assert!(read("nonsense").unwrap_err().to_string().starts_with("line 1 of the findings is not json"));
}
