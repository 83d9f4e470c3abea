//! Days of flow logs of three interfaces, and what a bucket holds of them.

use std::fmt::Write as _;

use weir_lambda::{Cloud, gzip, wall};

pub(crate) const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Seen for sixteen days, four days and half a day.
pub(crate) const OLD: &str = "eni-00000000000000001";
pub(crate) const YOUNG: &str = "eni-00000000000000002";
pub(crate) const NEW: &str = "eni-00000000000000003";

/// The last full hour.
pub(crate) fn end() -> i64 {
    wall() / HOUR * HOUR
}

/// Both directions of a conversation of five minutes.
fn minutes(interface: &str, own: u8, time: i64, into: &mut String) {
    let (start, end) = (time / 1_000, time / 1_000 + 299);
    let out = format!("10.0.0.{own} 192.0.9.{own} 40000 443 6 30 9000");
    let back = format!("192.0.9.{own} 10.0.0.{own} 443 40000 6 30 40000");
    for way in [out, back] {
        writeln!(into, "2 000000000000 {interface} {way} {start} {end} ACCEPT OK").unwrap();
    }
}

/// The records of an hour, one conversation every half hour.
pub(crate) fn hour(time: i64) -> String {
    let mut text = String::new();
    let age = end() - time;
    for (own, (interface, days)) in [(OLD, 32), (YOUNG, 8), (NEW, 1)].into_iter().enumerate() {
        for half in [0, HOUR / 2].into_iter().filter(|_| age <= days * DAY / 2) {
            minutes(interface, own as u8 + 5, time + half, &mut text);
        }
    }
    text
}

/// A scan of one minute: hosts that do not answer.
pub(crate) fn scan(interface: &str, time: i64) -> String {
    let mut text = String::new();
    for host in 0..250 {
        let (start, end) = (time / 1_000, time / 1_000 + 59);
        let way = format!("10.0.0.5 198.51.100.{host} 4{host:04} 23 6 1 44");
        writeln!(text, "2 000000000000 {interface} {way} {start} {end} ACCEPT OK").unwrap();
    }
    text
}

/// Objects of six hours each, named as AWS names them; how many.
pub(crate) async fn store(cloud: &Cloud) -> usize {
    let mut count = 0;
    for first in (0..16 * 4).map(|quarter| end() - 16 * DAY + quarter * 6 * HOUR) {
        let mut text: String = (0..6).map(|n| hour(first + n * HOUR)).collect();
        if count == 40 {
            text.push_str(&scan(OLD, first + 5 * HOUR));
        }
        cloud.put(&format!("AWSLogs/flow_{}_{count}.log.gz", named(first)), gzip(text.as_bytes())).await;
        count += 1;
    }
    count
}

fn named(time: i64) -> String {
    jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y%m%dT%H%MZ").to_string()
}
