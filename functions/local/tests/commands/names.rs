//! Resolver query logs, seen through `weir`.

use super::run::{Run, folder, text, weir};

/// 2026-06-01 00:00 UTC.
const START: u64 = 1_780_272_000;

fn lookup(minute: u64, name: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!(
        r#"{{"version":"1.100000","account_id":"1","region":"us-east-1","vpc_id":"vpc-1","query_timestamp":"2026-06-01T{hour:02}:{minute:02}:00Z","query_name":"{name}.","query_type":"A","query_class":"IN","rcode":"NOERROR","answers":[{{"Rdata":"203.0.113.7","Type":"A","Class":"IN"}}],"srcaddr":"10.0.0.5","srcport":"44321","transport":"UDP","srcids":{{"instance":"i-1"}}}}"#
    ) + "\n"
}

/// A minute of a conversation with 203.0.113.7 that pushes a little.
fn push(minute: u64) -> String {
    let start = START + minute * 60;
    let end = start + 59;
    format!(
        "2 1 eni-a 10.0.0.5 203.0.113.7 50000 443 6 40 30000 {start} {end} ACCEPT OK\n\
         2 1 eni-a 203.0.113.7 10.0.0.5 443 50000 6 30 5000 {start} {end} ACCEPT OK\n"
    )
}

fn found(run: &Run) -> Vec<(String, String)> {
    assert_eq!(run.status, 0, "{}", run.err);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    run.lines()
        .iter()
        .map(|finding| (text(&finding["severity"]), text(&finding["finding_info"]["uid"])))
        .collect()
}

#[test]
fn a_name_in_use_is_low_and_a_responders_try_is_nothing() {
    let used: String = [0, 30, 60].map(|minute| lookup(minute, "proxy.packetstream.io")).concat();
    let run = weir(&["replay", "--format", "json", "-"], &used);
    assert_eq!(found(&run), [("Low".to_owned(), "weir-an0084-1-us-east-1-i-1-name".to_owned())]);
    assert!(
        run.out.contains("looked up proxy.packetstream.io, a name of packetstream (verified), for 1.0 h")
    );

    let tried: String = [0, 1, 2].map(|minute| lookup(minute, "proxy.packetstream.io")).concat();
    assert_eq!(found(&weir(&["replay", "--format", "json", "-"], &tried)), []);
    let site: String = [0, 30, 60].map(|minute| lookup(minute, "packetstream.io")).concat();
    assert_eq!(found(&weir(&["replay", "--format", "json", "-"], &site)), []);
}

#[test]
fn a_conversation_with_the_names_address_is_high_at_the_interface_that_holds_it() {
    let flows: String = (2..120).map(push).collect();
    for (name, expected) in [
        ("proxy.packetstream.io", vec![("High".to_owned(), "weir-an0084-1---eni-a-name".to_owned())]),
        ("example.org", vec![]),
    ] {
        let logs = folder(&[("flows.log", flows.as_str()), ("resolver.log", lookup(5, name).as_str())]);
        let run = weir(&["replay", "--format", "json", text(logs.path())], "");
        assert_eq!(found(&run), expected, "{name}: {}", run.out);
    }
}

#[test]
fn a_list_under_another_name_is_named_and_not_passed_over_in_silence() {
    let lists = folder(&[("tor-relays.txt", "203.0.113.7\n"), ("vpn.txt", "203.0.113.8\n")]);

    let run = weir(&["replay", "--format", "json", "--intel", text(lists.path()), "-"], &push(0));

    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("tor-relays.txt: not read; expected tor.txt,"), "{}", run.err);
    assert!(!run.err.contains("vpn.txt: not read"), "{}", run.err);
}

#[test]
fn the_end_of_an_incident_is_in_the_table_and_as_json_with_all() {
    let used: String = [0, 30, 60].map(|minute| lookup(minute, "proxy.packetstream.io")).concat();
    let later: String = [300, 305, 600].map(push).concat();
    let logs = folder(&[("names.log", &used), ("flows.log", &later)]);
    let run = |all: &[&str]| {
        let arguments = ["replay", "--format", "json", "--set", "incident/quiet=1h", text(logs.path())];
        weir(&[&arguments[..], all].concat(), "")
    };
    let activities = |run: &Run| -> Vec<String> {
        let named = |finding: &serde_json::Value| finding["activity_name"].as_str().unwrap().to_owned();
        run.lines().iter().filter(|finding| finding["severity"] == "Low").map(named).collect()
    };

    let (alerts, all) = (run(&[]), run(&["--all"]));

    assert_eq!(activities(&alerts), ["Create"], "{}", alerts.err);
    assert_eq!(activities(&all), ["Create", "Close"], "{}", all.err);
    assert_eq!(alerts.summary()["closed"], 1);
    let table = weir(&["replay", "--set", "incident/quiet=1h", text(logs.path())], "");
    assert!(table.out.contains("LOW, ended"), "{}", table.out);
}
