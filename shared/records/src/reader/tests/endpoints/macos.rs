//! macOS: the unified log, nettop, eslogger, Santa.

use super::*;

#[test]
fn the_kernel_tells_the_bytes_of_a_connection_when_it_closes_and_the_rest_of_the_log_is_passed_over() {
    let entry = |message: &str| {
        json!({"timestamp": "2026-11-24 03:21:22.713745+0100", "eventType": "logEvent", "messageType": "Default",
            "processImagePath": "/kernel", "machTimestamp": 18446744073709551615u64, "eventMessage": message}).to_string()
    };
    let summary = "tcp_connection_summary (tcp_close:1797)[10.0.0.5:50000<->2001:db8::1:443] interface: en0 (skipped: 0)\n\
        so_gencnt: 1 so_state: 0x00a2 process: Slack Helper:5034 Duration: 5.002 sec Conn_Time: 0.01 sec bytes in/out: 100/2000 pkts in/out: 3/4 pkt rxmit: 0";
    let text = format!(
        "Filtering the log data using \"process == 0\"\n{}\n{}\n",
        entry(summary),
        entry("com.apple.networkd: hello")
    );
    let record = record(&text);
    assert_eq!(
        record["traffic"],
        json!({"bytes_in": 100, "bytes_out": 2000, "packets_in": 3, "packets_out": 4})
    );
    assert_eq!(record["dst_endpoint"], json!({"ip": "2001:db8::1", "port": 443}));
    assert_eq!(record["actor"]["process"], json!({"pid": 5034, "name": "Slack Helper"}));
    assert_eq!(record["end_time"].as_i64().unwrap() - record["start_time"].as_i64().unwrap(), 5_002);
    assert_eq!(record["end_time"], 1_795_486_882_713_i64);
    let hidden = entry(
        &summary.replace("10.0.0.5:50000<->2001:db8::1:443", "<IPv4-redacted>:1<-><IPv4-redacted>:443"),
    );
    let hidden = records(&hidden).remove(0);
    assert_eq!(
        (&hidden["traffic"]["bytes_out"], &hidden["unmapped"]["counter"]),
        (&json!(2000), &json!("delta"))
    );
    let plain =
        format!("2026-11-24 03:21:22.713745+0100 mac kernel[0]: (kernel) {}", summary.replace('\n', " "));
    assert_eq!(each(&plain, "/traffic/bytes_out"), [json!(2000)]);
}

#[test]
fn nettop_counts_processes_and_the_connections_under_one_are_not_added_to_it() {
    let header = "time,,interface,state,bytes_in,bytes_out,rx_dupe,arch,\n";
    let text = format!(
        "\u{4}\u{8}\u{8}{header}14:27:35.295869,com.apple.WebKit.Networking.1398,en0,,221648,11012845,0,arm64,\n\
        14:27:35.295869,tcp4 192.168.1.1:50001<->1.2.3.4:443,en0,Established,1000,2000,0,,\n{header}\
        14:27:36.295869,Slack Helper.5034,,,5,7,0,arm64,\n"
    );
    let records = records(&text);
    assert_eq!(records.len(), 2, "a connection without a date has no time: {records:?}");
    assert_eq!(records[0]["actor"]["process"], json!({"pid": 1398, "name": "com.apple.WebKit.Networking"}));
    assert_eq!(records[0]["traffic"], json!({"bytes_in": 221648, "bytes_out": 11012845}));
    assert_eq!(records[0]["unmapped"]["counter"], "cumulative");
    assert!(records[0].get("time").is_none(), "the hour alone is no time");
    let logged = json!({"timestamp": 1795486882, "message": "14:27:35.295869,codex.35911,221648,11012845,"});
    assert_eq!(record(&logged.to_string())["time"], 1_795_486_882_000_i64);
    let received: Vec<Value> =
        text.lines().map(|line| json!({"timestamp": 1795486882, "message": line})).collect();
    let kinds = each(&Value::from(received).to_string(), "/unmapped/counter");
    assert_eq!(kinds, ["cumulative", "running", "cumulative"]);
}

#[test]
fn eslogger_names_the_program_that_runs_and_its_parent_from_what_ran_before() {
    let exec = |token: Value, ppid: u64, path: &str| {
        json!({"schema_version": 1, "version": 11, "mach_time": 1, "event_type": 9, "time": "2026-11-24T02:21:22.250000000Z", "global_seq_num": 5,
            "process": {"audit_token": [4294967295u64, 0, 0, 0, 0, 77, 1, 2], "executable": {"path": "/bin/zsh"}},
            "event": {"exec": {"args": ["honeygain", "-tou-accept"], "env": ["HONEYGAIN_PASSWORD=secret", "PATH=/bin"],
                "target": {"audit_token": token, "ppid": ppid, "executable": {"path": path}, "signing_id": "hg", "team_id": null,
                    "is_platform_binary": false, "codesigning_flags": 570425345u64}}}}).to_string()
    };
    let text = exec(json!([501, 501, 20, 501, 20, 99, 1, 2]), 1, "/usr/bin/login")
        + "\n"
        + &exec(json!({"pid": 100, "euid": 501}), 99, "/opt/honeygain");
    let records = records(&text);
    assert_eq!(records[1]["process"]["pid"], 100);
    assert_eq!(records[1]["process"]["cmd_line"], "honeygain -tou-accept");
    assert_eq!(records[1]["process"]["parent_process"]["name"], "login");
    assert_eq!(
        records[1]["process"]["file"]["signature"],
        json!({"state_id": 1, "certificate": {"subject": "hg"}})
    );
    assert_eq!(
        records[1]["process"]["environment_variables"],
        json!([{"name": "HONEYGAIN_PASSWORD"}, {"name": "PATH"}])
    );
    assert!(!records[1].to_string().contains("secret"));
}

#[test]
fn santa_is_read_as_text_whose_arguments_hold_separators_and_as_json() {
    let head = "[2022-05-12T11:38:03.923Z] I santad: action=";
    let line = format!(
        "{head}EXEC|decision=ALLOW|reason=CERT|sha256=ab|cert_cn=Software Signing|pid=7|ppid=1|uid=501|user=u|path=/usr/bin/curl|args=curl -d a=b|c http://x"
    );
    let text = format!("{line}\n{head}DISKAPPEAR|mount=/x\n{}\n", line.replace("ALLOW", "DENY"));
    let process = record(&text)["process"].clone();
    assert_eq!(process["cmd_line"], "curl -d a=b|c http://x");
    assert_eq!((&process["pid"], &process["user"]["name"]), (&json!(7), &json!("u")));
    assert_eq!(process["file"]["signature"]["is_platform"], true);
    let json = json!({"machine_id": "m", "event_time": "2022-05-12T11:38:03.923Z", "processed_time": "2022-05-12T11:38:04Z", "execution": {
        "instigator": {"id": {"pid": 1}, "executable": {"path": "/sbin/launchd"}},
        "target": {"id": {"pid": 7}, "executable": {"path": "/usr/bin/curl"}, "effective_user": {"uid": -2, "name": "nobody"}},
        "args": ["Y3VybA==", "LWQ="], "envs": ["S0VZPXNlY3JldA=="]}});
    let record = record(&json.to_string());
    assert_eq!(record["time"], 1_652_355_483_923_i64);
    assert_eq!(record["process"]["cmd_line"], "curl -d");
    assert_eq!(record["process"]["environment_variables"], json!([{"name": "KEY"}]));
}
