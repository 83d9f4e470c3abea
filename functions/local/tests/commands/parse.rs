//! `weir parse`.

use super::run::{events, folder, samples, text, weir};

const LINE: &str =
    "2 123456789010 eni-a 172.31.16.139 203.0.113.7 20641 443 6 20 4249 1418530010 1418530070 ACCEPT OK\n";

#[test]
fn a_record_is_printed_in_ocsf_names_and_what_the_log_lacks_is_absent() {
    let run = weir(&["parse", "-"], LINE);

    assert_eq!(run.status, 0);
    let [record] = &run.lines()[..] else { panic!("one record expected, found {}", run.out) };
    assert_eq!(record["class_uid"], 4001);
    assert_eq!(record["start_time"], 1_418_530_010_000_i64);
    assert_eq!(record["dst_endpoint"]["port"], 443);
    assert_eq!(record["traffic"]["bytes"], 4249);
    assert_eq!(record["action_id"], 1);
    assert!(record["connection_info"].get("tcp_flags").is_none());
    assert!(record["device"].get("instance_uid").is_none());
}

#[test]
fn a_call_is_printed_in_ocsf_names_beside_flows_of_the_same_file() {
    let call = r#"{"eventTime":"2026-06-01T08:00:00Z","eventName":"StartInstances","eventSource":"ec2.amazonaws.com",
        "errorCode":"Client.DryRunOperation","sourceIPAddress":"AWS Internal","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}}"#;
    let text = format!("{LINE}{}\n", call.replace('\n', ""));
    let run = weir(&["parse", "-"], &text);

    let [flow, call] = &run.lines()[..] else { panic!("two records expected, found {}", run.out) };
    assert_eq!((&flow["class_uid"], &call["class_uid"]), (&4001.into(), &6003.into()));
    assert_eq!(call["api"]["operation"], "StartInstances");
    assert_eq!((&call["status_id"], &call["status_code"]), (&2.into(), &"Client.DryRunOperation".into()));
    assert_eq!(call["resources"], serde_json::json!([{"uid":"i-1"}]));
    assert!(call["src_endpoint"].get("ip").is_none());
    let run = weir(&["parse", "--source", "cloudtrail", "--format", "table", "-"], &text);
    assert_eq!(
        (run.out.lines().count(), &run.summary()["rejects"]),
        (1, &serde_json::json!({"unknown-record": 1}))
    );
}

#[test]
fn a_bad_line_is_counted_and_named_and_does_not_stop_the_file() {
    let bad = LINE.replace("4249", "many");
    let folder = folder(&[("a.log", &format!("{LINE}{bad}too short\n{LINE}"))]);
    let (log, rejects) = (folder.path().join("a.log"), folder.path().join("rejects"));

    let run = weir(&["parse", "--rejects", text(&rejects), text(&log)], "");

    assert_eq!((run.status, run.lines().len()), (0, 2));
    assert_eq!(run.summary()["rejects"], serde_json::json!({"bad-field": 1, "too-few-fields": 1}));
    assert_eq!(run.summary()["records"], 2);
    let refused: Vec<serde_json::Value> = std::fs::read_to_string(&rejects)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(refused[0]["line"], 2);
    assert_eq!(refused[0]["file"], text(&log));
    assert_eq!(refused[0]["source"], "vpc-flow");
    assert_eq!(refused[0]["text"], bad.trim_end());
    assert_eq!((&refused[1]["line"], &refused[1]["reason"]), (&3.into(), &"too-few-fields".into()));
}

#[test]
fn losses_and_control_messages_are_counted_and_are_no_records() {
    let loss = "2 123456789010 eni-a - - - - - - - 1431280876 1431280934 - SKIPDATA\n";
    let control = std::fs::read_to_string(events().join("lambda/cloudwatch-logs-control.json")).unwrap();

    let run = weir(&["parse", "-"], &format!("{loss}{LINE}"));
    assert_eq!((run.lines().len(), &run.summary()["losses"]), (1, &1.into()));
    let run = weir(&["parse", "-"], &control);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    assert_eq!(run.summary()["rejects"], serde_json::json!({}));
}

#[test]
fn an_event_file_gives_the_records_that_its_payload_holds() {
    let scenario = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
        ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
    let event = events().join("lambda/cloudwatch-logs.json");

    let run = weir(&["parse", "--source", "envelope", text(&event)], "");
    let refused = run.summary()["rejects"]["too-many-fields"].as_u64().unwrap();
    assert!(refused > 0, "the events use a format of their own: {}", run.err);
    let bare = weir(&["parse", "--source", "envelope", "-"], LINE);
    assert_eq!(bare.summary()["rejects"]["unknown-record"], 1);
    let wrong = weir(&["parse", "--source", "netflow", "-"], LINE);
    assert_eq!(wrong.status, 2);
    assert_eq!(weir(&["parse", "--flow-format", scenario, "-"], LINE).lines().len(), 1);
}

#[test]
fn the_samples_as_parquet_gzip_and_events_are_read_like_text() {
    let Some(samples) = samples("a-vpcflow-derived") else { return };
    for (file, least) in
        [("v5-s3.parquet", 1), ("v3-iperf.log.gz", 8), ("cwl-lambda-event-default-v2.json", 1)]
    {
        let run = weir(&["parse", text(&samples.join(file))], "");

        assert_eq!(run.status, 0, "{file}");
        assert_eq!(run.lines().len() as u64, run.summary()["records"].as_u64().unwrap(), "{file}");
        assert!(run.lines().len() >= least, "{file}: {}", run.err);
        assert_eq!(run.summary()["rejects"], serde_json::json!({}), "{file}");
    }
}

#[test]
fn a_file_that_breaks_off_gives_what_it_held_and_says_so() {
    let mut bytes = std::fs::read(
        std::fs::read_dir(events().join("scenario/flow-logs")).unwrap().next().unwrap().unwrap().path(),
    )
    .unwrap();
    bytes.truncate(bytes.len() / 2);
    let folder = folder(&[]);
    let log = folder.path().join("cut.log.gz");
    std::fs::write(&log, bytes).unwrap();

    let run = weir(&["parse", text(&log)], "");

    assert_eq!(run.status, 0);
    assert!(run.lines().len() > 1_000);
    assert!(run.err.contains("breaks off after line"), "{}", run.err);
    assert_eq!(run.summary()["rejects"]["damaged-input"], 1);
}

#[test]
fn a_file_that_cannot_be_read_at_all_is_status_1_and_the_others_are_read() {
    let folder = folder(&[("good.log", LINE), ("broken.parquet", "PAR1 and then nothing")]);

    let run = weir(&["parse", text(folder.path())], "");

    assert_eq!((run.status, run.lines().len()), (1, 1));
    assert!(run.err.contains("broken.parquet"), "{}", run.err);
    assert_eq!(weir(&["parse", "no-such-file.log"], "").status, 1);
    assert_eq!(weir(&["parse"], "").status, 2);
}
