//! Endpoint, container and sensor logs through the commands.

use serde_json::{Value, json};

use super::run::{folder, text, weir};

/// A connection that Zeek saw, of one second.
fn zeek(time: u64, bytes: u64) -> String {
    json!({"ts": time, "uid": format!("C{time}"), "id.orig_h": "10.0.1.4", "id.orig_p": 50_000, "id.resp_h": "203.0.113.9",
        "id.resp_p": 443, "proto": "tcp", "conn_state": "SF", "duration": 1.0, "orig_ip_bytes": bytes, "resp_ip_bytes": 7})
    .to_string()
        + "\n"
}

const AUDIT: &str = "type=SYSCALL msg=audit(1780041700.250:100): arch=c000003e syscall=59 success=yes pid=7 exe=\"/bin/a\"\n\
    type=EXECVE msg=audit(1780041700.250:100): argc=1 a0=\"a\"\n";
const STATS: &str = "{\"ID\":\"c0ffee\",\"Name\":\"web\",\"NetIO\":\"1kB / 2kB\"}\n";

#[test]
fn a_file_that_mixes_logs_is_told_line_by_line() {
    let flow = "2 1 eni-a 10.0.0.5 203.0.113.7 50000 443 6 1 100 1780041840 1780041959 ACCEPT OK\n";
    let mixed = format!("{flow}{}{AUDIT}{STATS}no log\n", zeek(1_780_041_600, 100));

    let run = weir(&["parse", "-"], &mixed);

    let logs: Vec<Value> = run.lines().iter().map(|record| record["metadata"]["log_name"].clone()).collect();
    // What waits for more of its lines comes last.
    assert_eq!(logs, ["vpc-flow", "zeek", "docker-stats", "auditd"]);
    assert_eq!(run.summary()["rejects"], json!({"too-few-fields": 1}));
    let table = weir(&["parse", "--format", "table", "-"], &mixed);
    assert_eq!(table.out.lines().count(), 4);
    assert!(table.out.contains("10.0.1.4:50000 > 203.0.113.9:443"), "{}", table.out);
    let alone = weir(&["parse", "--source", "auditd", "-"], &mixed);
    assert_eq!((alone.lines().len(), &alone.summary()["rejects"]["unknown-record"]), (1, &json!(4)));
}

#[test]
fn bytes_that_a_sensor_saw_count_for_the_address_inside_and_the_rest_is_named_as_not_judged() {
    let folder = folder(&[
        ("conn.log", &(zeek(1_780_041_600, 100) + &zeek(1_780_041_700, 40))),
        ("audit.log", AUDIT),
        ("stats.json", STATS),
    ]);

    let run = weir(&["baselines", "--format", "json", text(folder.path())], "");
    let [baseline] = &run.lines()[..] else { panic!("{}", run.out) };
    assert_eq!((&baseline["entity"], &baseline["total_bytes"]), (&json!("10.0.1.4"), &json!(140)));
    assert_eq!(run.summary()["not_judged"], json!({"process": 1, "usage": 1}));
    let run = weir(&["replay", text(folder.path())], "");
    // A program is judged as a host's; a counter without a time cannot be.
    assert_eq!(run.summary()["not_judged"], json!({"usage": 1}));
    assert_eq!(
        (run.status, &run.summary()["entities"], &run.summary()["records"]),
        (0, &json!(2), &json!(4))
    );
}

#[test]
fn a_tool_of_the_catalogue_is_named_where_it_runs_and_a_catalogue_of_ones_own_takes_it_out() {
    let exec = |arguments: &str| AUDIT.replace("argc=1 a0=\"a\"", arguments);
    let runs = exec("argc=3 a0=\"/tmp/.x\" a1=\"-tou-accept\" a2=\"-email\" a3=\"-pass\"");
    let mentions = exec("argc=2 a0=\"grep\" a1=\"honeygain\"").replace("/bin/a", "/bin/grep");

    let [record] = &weir(&["parse", "-"], &runs).lines()[..] else { panic!("one record expected") };
    let found = &record["unmapped"]["catalogue"][0];
    assert_eq!(
        (&found["tool"], &found["weight"], &found["signs"]),
        (&json!("honeygain"), &json!(0.9), &json!(["arguments"]))
    );
    assert!(weir(&["parse", "-"], &mentions).lines()[0].get("unmapped").is_none());
    let own = folder(&[("catalogue.toml", "disabled = [\"honeygain\"]")]);
    let run = weir(&["parse", "--intel", text(own.path()), "-"], &runs);
    assert!(run.lines()[0].get("unmapped").is_none(), "{}", run.out);
}

#[test]
fn an_event_log_that_is_damaged_is_named_and_the_others_are_read() {
    let folder = folder(&[("a.evtx", "ElfFile\0and then nothing"), ("b.log", AUDIT)]);

    let run = weir(&["parse", text(folder.path())], "");

    assert_eq!((run.status, run.lines().len()), (1, 1));
    assert!(run.err.contains("a.evtx"), "{}", run.err);
}
