//! Deliveries of flow logs that end in an alert, or do not.

use serde_json::{Value, json};
use weir_lambda::{subscription, wall};

pub(crate) const INTERFACE: &str = "eni-0123456789abcdef0";
const BUCKET: i64 = 300;

/// The start of a five-minute window two hours ago, seconds.
pub(crate) fn window() -> i64 {
    (wall() / 1_000 - 7_200).div_euclid(BUCKET) * BUCKET
}

/// Syn packets to `hosts` hosts within one window that nobody answers.
pub(crate) fn scan(interface: &str, window: i64, hosts: usize) -> Vec<String> {
    (0..hosts)
        .map(|host| {
            let start = window + i64::try_from(host % 4).unwrap() * 60;
            line(interface, &format!("93.184.{}.{}", host / 200, host % 200 + 1), 22, 60, start)
        })
        .collect()
}

/// A record of an hour later: the window before it is over.
pub(crate) fn later(interface: &str, window: i64) -> String {
    line(interface, "93.184.250.1", 443, 4_000, window + 3_600)
}

/// A scan that is over, in one payload.
pub(crate) fn closed_scan(interface: &str, window: i64, hosts: usize) -> String {
    let mut lines = scan(interface, window, hosts);
    lines.push(later(interface, window));
    subscription(&logs(interface, &lines))
}

/// Two hours from the window on in which a few megabytes a minute go to one address, which answers.
pub(crate) fn pushed(interface: &str, remote: &str, window: i64) -> String {
    let minute = |minute: i64| {
        let start = window + minute * 60;
        let sent = line(interface, remote, 443, 4_000_000, start);
        let ends = format!("10.0.0.5 {remote} 41000 443 6 1 4000000 ");
        let answer = sent.replace(&ends, &format!("{remote} 10.0.0.5 443 41000 6 1 40000 "));
        [sent, answer]
    };
    let mut lines: Vec<String> = (0..100).flat_map(minute).collect();
    lines.push(later(interface, window + 3_000));
    subscription(&logs(interface, &lines))
}

fn line(interface: &str, remote: &str, port: u16, bytes: u32, start: i64) -> String {
    format!(
        "2 111122223333 {interface} 10.0.0.5 {remote} 41000 {port} 6 1 {bytes} {start} {} ACCEPT OK",
        start + 59
    )
}

/// A CloudWatch Logs payload.
pub(crate) fn logs(interface: &str, lines: &[String]) -> Value {
    let event = |(n, line): (usize, &String)| json!({"id": format!("{n}{}", line.replace(' ', "")), "timestamp": wall(), "message": line});
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "flow-logs",
        "logStream": format!("{interface}-all"),
        "subscriptionFilters": ["weir"],
        "logEvents": lines.iter().enumerate().map(event).collect::<Vec<_>>(),
    })
}
