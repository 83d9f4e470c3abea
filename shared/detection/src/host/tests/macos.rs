//! AN0082 over eslogger, Santa, nettop and the kernel's words on closed connections.

use serde_json::json;

use super::*;
use Severity::{High, Low, Medium};

/// eslogger's exec.
pub(super) fn started(path: &str, arguments: &[&str], team: Option<&str>, platform: bool) -> String {
    started_with(path, arguments, team, platform, Some("id"))
}

fn started_with(
    path: &str,
    arguments: &[&str],
    team: Option<&str>,
    platform: bool,
    signing: Option<&str>,
) -> String {
    // Signed and valid, or not signed at all.
    let flags: u64 = if signing.is_some() { 570_425_345 } else { 0 };
    json!({"schema_version": 1, "version": 11, "mach_time": 1, "event_type": 9, "time": "2026-11-24T02:21:22.250000000Z", "global_seq_num": 5,
        "process": {"audit_token": [4_294_967_295_u64, 0, 0, 0, 0, 77, 1, 2], "executable": {"path": "/bin/zsh"}},
        "event": {"exec": {"args": arguments, "env": [], "target": {"audit_token": {"pid": 500, "euid": 501}, "ppid": 1,
            "executable": {"path": path}, "signing_id": signing, "team_id": team, "is_platform_binary": platform,
            "codesigning_flags": flags}}}})
    .to_string()
        + "\n"
}

/// nettop's frames, a minute apart, of a process that sends and receives so much a minute.
pub(super) fn nettop(name: &str, minutes: i64, out: u64, into: u64) -> String {
    let frame = |n: i64| {
        let (into, out) = (n as u64 * into, n as u64 * out);
        json!({"timestamp": START + n * 60, "message": format!("14:27:35.295869,{name}.500,{into},{out},")})
            .to_string()
            + "\n"
    };
    (0..=minutes).map(frame).collect()
}

/// The kernel on a connection of `process` that closed after an hour and a half.
fn closed(process: &str, into: u64, out: u64) -> String {
    let message = format!(
        "tcp_connection_summary (tcp_close:1797)[10.0.0.5:50000<->203.0.113.9:443] interface: en0 (skipped: 0)\n\
         so_gencnt: 1 so_state: 0x00a2 process: {process}:500 Duration: 5400.0 sec Conn_Time: 0.01 sec bytes in/out: {into}/{out} pkts in/out: 3/4 pkt rxmit: 0"
    );
    json!({"timestamp": "2026-11-24 03:51:22.713745+0100", "eventType": "logEvent", "messageType": "Default",
        "processImagePath": "/kernel", "machTimestamp": 1, "eventMessage": message})
    .to_string()
        + "\n"
}

/// Jobs of 12 origins in each five minutes that leave over a session of 20 minutes each, as the kernel tells it when
/// they close, in the object that a forwarder added the host to.
pub(super) fn unified(process: &str) -> String {
    let line = |end: i64, lasts: i64, remote: &str, into: u64, out: u64| {
        let message = format!(
            "tcp_connection_summary (tcp_close:1797)[10.0.0.5:50000<->{remote}:443] interface: en0 (skipped: 0)\n\
             so_gencnt: 1 process: {process}:500 Duration: {lasts}.0 sec Conn_Time: 0.01 sec bytes in/out: {into}/{out} pkts in/out: 3/4"
        );
        let time = unified_time(START + end);
        let line = json!({"timestamp": time, "eventType": "logEvent", "messageType": "Default", "processImagePath": "/kernel",
            "machTimestamp": 1, "eventMessage": message});
        (end, line.to_string() + "\n")
    };
    let origins = (0..36).flat_map(|n| (0..12).map(move |at| (n * 300 + at * 20, n, at)));
    let mut lines: Vec<(i64, String)> = origins
        .map(|(at, n, host)| line(at + 8, 8, &format!("203.0.{n}.{host}"), 2_000_000, 2_000))
        .collect();
    lines.extend((1..=9).map(|n| line(n * 1_200, 1_200, "198.51.100.7", 100_000, 97_000_000)));
    lines.sort_by_key(|(end, _)| *end);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A time as the unified log writes it.
fn unified_time(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    format!("2026-11-24 {:02}:{:02}:{:02}.250000+0000", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// osquery's row of an exec; a team, or nobody.
fn row(path: &str, team: &str) -> String {
    let signing = if team.is_empty() { "" } else { "com.example.it" };
    json!({"name": "x", "action": "added", "unixTime": START, "columns": {"path": path, "cmdline": path, "pid": "500",
        "time": START.to_string(), "event_type": "exec", "signing_id": signing, "team_id": team, "platform_binary": "0"}})
    .to_string()
        + "\n"
}

/// Santa's line of an exec, with what it says of a certificate.
fn santa(path: &str, certificate: &str) -> String {
    format!(
        "[2026-11-24T02:21:22.250Z] I santad: action=EXEC|decision=ALLOW|reason=UNKNOWN|sha256=ab{certificate}|pid=500|\
         ppid=1|uid=501|user=u|path={path}|args={path}\n"
    )
}

const MB: u64 = 1_000_000;

/// A program without a signature.
pub(super) fn unsigned(path: &str) -> String {
    started_with(path, &[path], None, false, None)
}

/// A program of the system.
pub(super) fn platform(path: &str, arguments: &[&str]) -> String {
    started(path, arguments, None, true)
}

/// A program of a developer with a team.
pub(super) fn signed(path: &str, team: &str) -> String {
    started(path, &[path], Some(team), false)
}

#[test]
fn what_runs_or_moves_much_is_told() {
    let bitping = "[2026-11-24T02:21:22.250Z] I santad: action=EXEC|decision=ALLOW|reason=UNKNOWN|sha256=ab|pid=7|ppid=1|uid=501|user=u|path=/opt/bitpingd|args=bitpingd\n";
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        (
            "a name, signed",
            started("/usr/local/bin/honeygain", &["honeygain"], Some("TEAM123456"), false),
            Some(Medium),
        ),
        (
            "in its bundle, by its path",
            started(
                "/Applications/Honeygain.app/Contents/MacOS/Honeygain",
                &["Honeygain"],
                Some("TEAM123456"),
                false,
            ),
            Some(Medium),
        ),
        (
            "from a folder that everybody shares",
            started("/Users/Shared/.x/pawns-cli", &["pawns-cli", "-accept-tos"], None, false),
            Some(High),
        ),
        ("Santa's word", bitping.to_owned(), Some(Medium)),
        (
            "a name that moves bytes",
            started("/opt/traffmonetizer", &["traffmonetizer"], None, false)
                + &nettop("traffmonetizer", 20, 200_000, 200_000),
            Some(High),
        ),
        (
            "inside a shell",
            started("/bin/bash", &["bash", "-c", "nohup /tmp/earnapp run &"], None, true),
            Some(High),
        ),
        (
            "an unsigned program that sends much",
            unsigned("/opt/syncd") + &nettop("syncd", 40, 61 * MB, MB),
            Some(Low),
        ),
        (
            "one that nobody in particular signed",
            started("/opt/syncd", &["syncd"], None, false) + &nettop("syncd", 40, 61 * MB, MB),
            Some(Low),
        ),
        (
            "the same by a row of osquery",
            row("/private/tmp/syncd", "") + &nettop("syncd", 40, 61 * MB, MB),
            Some(Low),
        ),
        (
            "the same by a line of Santa",
            santa("/private/tmp/syncd", "") + &nettop("syncd", 40, 61 * MB, MB),
            Some(Low),
        ),
        (
            "an unsigned program that relays over connections that close",
            unsigned("/opt/relayd") + &unified("relayd"),
            Some(Medium),
        ),
        (
            "an unsigned program that relays",
            unsigned("/opt/relayd") + &nettop("relayd", 120, 200_000, 205_000),
            Some(Medium),
        ),
        (
            "a program without a word of its signer that relays",
            nettop("relayd", 120, 200_000, 205_000),
            Some(Low),
        ),
        (
            "a connection of an hour and a half that relays",
            unsigned("/opt/relayd") + &closed("relayd", 30 * MB, 31 * MB),
            Some(Medium),
        ),
    ];
    hold("AN0082", &cases);
}

#[test]
fn what_is_signed_or_meant_is_silent() {
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("a search", platform("/usr/bin/grep", &["grep", "-r", "honeygain", "/var/log"]), None),
        ("a kill", platform("/usr/bin/killall", &["killall", "Honeygain"]), None),
        ("a removal", platform("/bin/rm", &["rm", "-rf", "/Applications/Honeygain.app"]), None),
        ("a search in a shell", platform("/bin/zsh", &["zsh", "-c", "ps aux | grep pawns-cli"]), None),
        (
            "a package manager",
            started("/opt/homebrew/bin/brew", &["brew", "install", "tor"], None, false),
            None,
        ),
        (
            "Time Machine",
            platform("/System/Library/CoreServices/backupd.bundle/Contents/Resources/backupd", &["backupd"])
                + &nettop("backupd", 60, 300 * MB, MB),
            None,
        ),
        ("Time Machine, of which nettop alone speaks", nettop("backupd", 60, 300 * MB, MB), None),
        ("the cloud's own client", nettop("cloudd", 60, 100 * MB, 100 * MB), None),
        ("an update of the system", nettop("nsurlsessiond", 60, MB, 400 * MB), None),
        (
            "a signed client that syncs",
            started(
                "/Applications/Dropbox.app/Contents/MacOS/Dropbox",
                &["Dropbox"],
                Some("G7HH3F8CAK"),
                false,
            ) + &nettop("Dropbox", 60, 200 * MB, MB),
            None,
        ),
        (
            "a signed call",
            started(
                "/Applications/zoom.us.app/Contents/MacOS/zoom.us",
                &["zoom.us"],
                Some("BJ4HAAB9B3"),
                false,
            ) + &nettop("zoom.us", 90, 8 * MB, 8 * MB),
            None,
        ),
        (
            "a browser",
            started(
                "/Applications/Firefox.app/Contents/MacOS/firefox",
                &["firefox"],
                Some("43AQ936H96"),
                false,
            ) + &nettop("firefox", 90, MB, 40 * MB),
            None,
        ),
        (
            "a row of osquery with a team",
            row("/opt/syncd", "TEAM123456") + &nettop("syncd", 40, 61 * MB, MB),
            None,
        ),
        (
            "a line of Santa with a certificate",
            santa("/opt/syncd", "|cert_cn=Developer ID Application: E (TEAM123456)|teamid=TEAM123456")
                + &nettop("syncd", 40, 61 * MB, MB),
            None,
        ),
        (
            "a signed program that relays over connections that close",
            row("/opt/relayd", "TEAM123456") + &unified("relayd"),
            None,
        ),
        (
            "an unsigned program that sends just too little",
            unsigned("/opt/syncd") + &nettop("syncd", 40, 59 * MB, MB),
            None,
        ),
        (
            "an unsigned program that sends for five minutes",
            unsigned("/opt/syncd") + &nettop("syncd", 5, 100 * MB, MB),
            None,
        ),
        (
            "an unsigned program that receives much",
            unsigned("/opt/fetch") + &nettop("fetch", 60, MB, 300 * MB),
            None,
        ),
        ("a program without a word of its signer that sends much", nettop("rsync", 60, 100 * MB, MB), None),
        (
            "a developer's own server",
            unsigned("/Users/lee/code/server") + &nettop("server", 60, 3 * MB, 100_000),
            None,
        ),
        (
            "a tunnel of an administrator",
            platform("/usr/bin/ssh", &["ssh", "-D", "1080", "bastion"]) + &nettop("ssh", 90, MB, MB),
            None,
        ),
    ];
    hold("AN0082", &cases);
}

#[test]
fn each_setting_changes_what_is_told() {
    let team = started("/opt/relayd", &["relayd"], Some("TEAM123456"), false)
        + &nettop("relayd", 120, 200_000, 205_000);
    let much = unsigned("/opt/syncd") + &nettop("syncd", 40, 61 * MB, MB);
    let adhoc = started("/opt/syncd", &["syncd"], None, false) + &nettop("syncd", 40, 61 * MB, MB);
    let unknown = nettop("relayd", 120, 200_000, 205_000);
    let honeygain = started("/opt/honeygain", &["honeygain"], Some("TEAM123456"), false);
    let some = |severity| Some((severity, "AN0082".to_owned()));
    for (log, values, before, after) in [
        (&team, [("an0082/process-signed-status/developer-id", "1")], None, some(Medium)),
        (&honeygain, [("an0082/process-signed-status/allow-team", "team123456")], some(Medium), None),
        (&adhoc, [("an0082/process-signed-status/adhoc", "0.2")], some(Low), None),
        (&much, [("an0082/process-signed-status/unsigned", "0.2")], some(Low), None),
        (&unknown, [("an0082/process-signed-status/unknown", "0.5")], some(Low), None),
        (&unknown, [("an0082/process-signed-status/unknown", "1")], some(Low), some(Medium)),
        (&much, [("an0082/data-rate-threshold", "2MB/s")], some(Low), None),
        (&much, [("an0082/mode", "off")], some(Low), None),
    ] {
        assert_eq!(told(log, &[]), before, "{values:?}");
        assert_eq!(told(log, &values), after, "{values:?}");
    }
}

#[test]
fn two_macs_whose_forwarder_names_them_are_two_hosts() {
    let of =
        |host: &str, log: String| log.replace("\"timestamp\"", &format!("\"host\":\"{host}\",\"timestamp\""));
    let log = of("mac1", unified("relayd")) + &of("mac2", unified("Safari"));
    let named: std::collections::BTreeSet<String> =
        findings_with(&log, &[], &Intel::default()).into_iter().filter_map(|finding| finding.host).collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["mac1", "mac2"]);
}
