//! syslog-ng: lines of a file in batches, as docs/forwarders/syslog-ng.md configures it.

use serde_json::json;
use weir_lambda::wall;

use crate::lane::{Lane, TOKEN, installed, run};

const BUCKET: i64 = 300;

/// Flow log lines of a scan that is over; syslog-ng sends them in order.
fn scan() -> Vec<String> {
    let window = (wall() / 1_000 - 7_200).div_euclid(BUCKET) * BUCKET;
    let line = |remote: String, port: u16, start: i64| {
        let end = start + 59;
        format!("2 111122223333 eni-0a 10.0.0.5 {remote} 41000 {port} 6 1 60 {start} {end} ACCEPT OK")
    };
    let mut lines: Vec<_> =
        (0..300).map(|n| line(format!("93.184.{}.{}", n / 200, n % 200 + 1), 22, window)).collect();
    lines.push(line("93.184.250.1".to_owned(), 443, window + 3_600));
    lines
}

/// A program that auditd saw start, as its log has it.
fn execve(serial: u32) -> [String; 3] {
    let at = wall() / 1_000 - 7_200;
    [
        format!(
            "type=SYSCALL msg=audit({at}.100:{serial}): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 \
             auid=1000 uid=1000 comm=\"nc\" exe=\"/usr/bin/nc\" key=\"exec\""
        ),
        format!("type=EXECVE msg=audit({at}.100:{serial}): argc=2 a0=\"nc\" a1=\"-l\""),
        format!("type=EOE msg=audit({at}.100:{serial}): "),
    ]
}

fn config(lane: &Lane, log: &str, body: &str, media: &str) -> String {
    format!(
        r#"@version: 3.38
options {{ stats-freq(0); }};
source s {{ file("{log}" flags(no-parse) follow-freq(0.2)); }};
destination d {{
  http(url("{}/") method("POST")
    headers("Content-Type: {media}" "Authorization: Bearer {TOKEN}")
    body("{body}") batch-lines(50) batch-timeout(1000) workers(1) retries(100) time-reopen(1));
}};
log {{ source(s); destination(d); flags(flow-control); }};
"#,
        lane.url.address,
    )
}

fn start(lane: &Lane, log: &[String], body: &str, media: &str) -> Option<tokio::process::Child> {
    let program = installed("bin/syslog-ng")?;
    let log = lane.write("in.log", &(log.join("\n") + "\n"));
    let config = lane.write("syslog-ng.conf", &config(lane, log.to_str().unwrap(), body, media));
    let file = |name: &str| lane.folder.path().join(name).to_str().unwrap().to_owned();
    let arguments = ["-f", config.to_str().unwrap(), "--persist-file", &file("persist")];
    let more = ["--control", &file("control"), "--pidfile", &file("pid")];
    Some(run(&program, &[&arguments[..], &more[..]].concat()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs forwarders: tests/forwarders/run.sh"]
async fn a_scan_that_syslog_ng_sends_through_refusals_is_told_once() {
    let lane = Lane::start("syslog-ng").await;
    let Some(_forwarder) = start(&lane, &scan(), "$MSG", "text/plain") else { return };
    lane.mend_after_a_refusal().await;
    lane.until("every line", |url| Lane::taken(url, "records") >= 301).await;
    assert_eq!((Lane::taken(&lane.url, "records"), Lane::taken(&lane.url, "rejected")), (301, 0));
    let alerts = lane.cloud.messages(&lane.cloud.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0]["MessageAttributes"]["finding_type"]["Value"], "bandwidth-hijacking/scan");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs forwarders: tests/forwarders/run.sh"]
async fn audit_lines_that_syslog_ng_wraps_as_json_are_programs_and_strangers_are_counted() {
    let lane = Lane::start("syslog-ng-json").await;
    // As many as one batch holds: the lines of one event have to arrive together.
    let mut lines: Vec<_> = (1..=16).flat_map(execve).collect();
    lines.push(json!({"docker": "stats", "n": 1}).to_string());
    let body = "$(format-json --scope rfc5424)";
    let Some(_forwarder) = start(&lane, &lines, body, "application/x-ndjson") else { return };
    lane.mend_after_a_refusal().await;
    lane.until("every line", |url| Lane::taken(url, "rejected") >= 1).await;
    assert_eq!((Lane::taken(&lane.url, "records"), Lane::taken(&lane.url, "rejected")), (16, 1));
    let documents = lane.cloud.documents().await;
    assert!(documents.iter().any(|(key, _)| key.contains("/host/")), "{documents:?}");
}
