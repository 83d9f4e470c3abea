//! Requests of forwarders, and the answers to them.

use serde_json::{Value, json};
use weir_lambda::{Function, url_event, wall};

const BUCKET: i64 = 300;

/// A batch of lines that is posted.
pub(crate) fn post(headers: &Value, body: &[u8]) -> String {
    url_event("POST", "/", headers, body)
}

/// A batch of text.
pub(crate) fn lines(lines: &[String]) -> String {
    post(&json!({"content-type": "text/plain"}), lines.join("\n").as_bytes())
}

/// Connections that Zeek saw a host push `count` times, ended two hours ago; each has 1,000 bytes out.
pub(crate) fn zeek(host: &str, count: usize) -> Vec<String> {
    let ts = (wall() / 1_000 - 7_200).div_euclid(BUCKET) * BUCKET;
    let record = |n: usize| {
        json!({"_path": "conn", "ts": ts, "uid": format!("C{n}"), "id.orig_h": host, "id.orig_p": 40_000 + n,
            "id.resp_h": "93.184.216.34", "id.resp_p": 443, "proto": "tcp", "duration": 2.0,
            "orig_bytes": 900, "resp_bytes": 700, "orig_pkts": 5, "orig_ip_bytes": 1_000, "resp_pkts": 4,
            "resp_ip_bytes": 800, "local_orig": true, "local_resp": false, "conn_state": "SF"})
        .to_string()
    };
    (0..count).map(record).collect()
}

/// A scan of 300 hosts by an interface that is over, as flow log lines.
pub(crate) fn scan(interface: &str) -> Vec<String> {
    let window = (wall() / 1_000 - 7_200).div_euclid(BUCKET) * BUCKET;
    let line = |remote: String, port: u16, bytes: u32, start: i64| {
        format!(
            "2 111122223333 {interface} 10.0.0.5 {remote} 41000 {port} 6 1 {bytes} {start} {} ACCEPT OK",
            start + 59
        )
    };
    let mut lines: Vec<_> =
        (0..300).map(|n| line(format!("93.184.{}.{}", n / 200, n % 200 + 1), 22, 60, window)).collect();
    lines.push(line("93.184.250.1".to_owned(), 443, 4_000, window + 3_600));
    lines
}

/// What a function answers a request: the status, and the body as JSON if it is that.
pub(crate) async fn answer(function: &mut Function, request: &str) -> (u64, Value) {
    let answer = function.succeed(request).await;
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap_or_default();
    (answer["statusCode"].as_u64().unwrap(), body)
}
