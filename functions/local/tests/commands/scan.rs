//! A small log with a scan in it, for the commands that detect.

use std::fmt::Write;

/// 2026-06-01 00:00 UTC, seconds.
const START: u64 = 1_780_272_000;

/// Hosts that `i-0000000000000000a` tries on port 22 without an answer, five hours after the log begins.
pub(super) const HOSTS: u64 = 60;

/// Six hours of two instances that fetch a little; one of them scans for five minutes.
pub(super) fn log() -> String {
    let mut text = String::from(
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
         log-status instance-id tcp-flags flow-direction region\n",
    );
    for minute in 0..360 {
        let start = START + minute * 60;
        for (name, own) in [("a", "10.0.0.10"), ("b", "10.0.0.11")] {
            let mut row = |from: &str, to: &str, ports: &str, sums: &str, flags: u8, direction: &str| {
                writeln!(
                    text,
                    "5 123456789012 eni-0000000000000000{name} {from} {to} {ports} 6 {sums} {start} {} ACCEPT OK \
                     i-0000000000000000{name} {flags} {direction} eu-west-1",
                    start + 59
                )
                .unwrap();
            };
            row(own, "198.51.100.7", "40000 443", "10 2000", 3, "egress");
            row("198.51.100.7", own, "443 40000", "12 9000", 18, "ingress");
            if name == "a" && minute == 300 {
                for host in 1..=HOSTS {
                    row(own, &format!("203.0.113.{host}"), "50000 22", "1 60", 2, "egress");
                }
            }
        }
    }
    text
}
