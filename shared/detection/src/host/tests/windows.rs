//! AN0080 over Sysmon 1 and 3, and services and tasks, as forwarders write them in JSON.

use serde_json::{Value, json};

use super::*;
use Severity::{High, Low, Medium};

fn time(seconds: i64) -> String {
    let minutes = 21 + (22 + seconds) / 60;
    format!("2026-11-24 {:02}:{:02}:{:02}.250", 2 + minutes / 60, minutes % 60, (22 + seconds) % 60)
}

/// Sysmon 1, with more members laid over it.
pub(super) fn started(seconds: i64, image: &str, command: &str, more: Value) -> String {
    let mut event = json!({"EventID": 1, "SourceName": "Microsoft-Windows-Sysmon", "Hostname": "pc1", "RecordNumber": seconds + 1,
        "UtcTime": time(seconds), "ProcessGuid": format!("{{D14E8C55-47AF-5DE8-0000-{seconds:012}}}"), "ProcessId": "3548",
        "Image": image, "CommandLine": command, "User": "PC1\\lee", "ParentImage": "C:\\Windows\\explorer.exe",
        "Company": "Example", "Hashes": "SHA256=00"});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event.to_string() + "\n"
}

/// Sysmon 3.
pub(super) fn connects(seconds: i64, image: &str, address: &str) -> String {
    json!({"EventID": 3, "SourceName": "Microsoft-Windows-Sysmon", "Hostname": "pc1", "RecordNumber": 90_000 + seconds,
        "UtcTime": time(seconds), "ProcessGuid": "{D14E8C55-47AF-5DE8-0000-0010EB030000}", "ProcessId": "3548",
        "Image": image, "User": "PC1\\lee", "Protocol": "tcp", "Initiated": "true", "SourceIp": "10.0.0.5",
        "SourcePort": "50000", "DestinationIp": address, "DestinationPort": "443"})
    .to_string()
        + "\n"
}

fn plain(image: &str) -> String {
    started(0, image, image, json!({}))
}

pub(super) fn sessions(image: &str, minutes: i64) -> String {
    (0..minutes / 5).map(|n| connects(n * 300, image, "203.0.113.9")).collect()
}

/// Jobs: `width` distinct outside ends in each of `buckets`, and every second bucket the same gateway.
fn jobs(image: &str, buckets: i64, width: i64) -> String {
    let job = |n: i64| {
        (0..width).map(move |at| (n * 300 + at, format!("203.0.{}.{}", 113 + n % 2, n / 2 * 10 + at)))
    };
    let jobs =
        (0..buckets).flat_map(job).map(|(at, address)| connects(at, image, &address)).collect::<String>();
    jobs + &(0..buckets).step_by(2).map(|n| connects(n * 300 + 60, image, "198.51.100.7")).collect::<String>()
}

/// Service control manager 7045.
pub(super) fn service(image: &str) -> String {
    json!({"EventID": 7045, "SourceName": "Service Control Manager", "Hostname": "pc1", "EventTime": "2026-11-24T02:21:22Z",
        "ServiceName": "updater", "ImagePath": image, "ServiceType": "user mode service", "StartType": "auto start",
        "AccountName": "LocalSystem"})
    .to_string()
        + "\n"
}

const HONEYGAIN: &str = "C:\\Program Files (x86)\\Honeygain\\Honeygain.exe";
const HONEST: &str = "C:\\Program Files\\Vendor\\agent.exe";
pub(super) const TEMP: &str = "C:\\Users\\lee\\AppData\\Local\\Temp\\svc.exe";

#[test]
fn what_runs_is_told() {
    let masscan = "C:\\Users\\Public\\masscan.exe";
    let renamed = json!({"OriginalFileName": "traffmonetizer.exe"});
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("a name", plain("C:\\Tools\\pawns-cli.exe"), Some(Medium)),
        (
            "renamed, by what its maker compiled in",
            started(0, "C:\\Tools\\svchost.exe", "svchost.exe", renamed),
            Some(High),
        ),
        ("from a public folder", plain("C:\\Users\\Public\\bitping.exe"), Some(Medium)),
        (
            "a name that connects",
            plain("C:\\Tools\\earnapp.exe") + &connects(5, "C:\\Tools\\earnapp.exe", "203.0.113.9"),
            Some(High),
        ),
        ("a service", service("C:\\Tools\\myst.exe"), Some(High)),
        (
            "from a document",
            started(
                0,
                "C:\\Tools\\packetshare.exe",
                "packetshare",
                json!({"ParentImage": "C:\\Program Files\\Office\\WINWORD.EXE"}),
            ),
            Some(High),
        ),
        (
            "of a web server's pool",
            started(0, "C:\\Tools\\repocket.exe", "repocket", json!({"User": "IIS APPPOOL\\web"})),
            Some(High),
        ),
        ("proxyware of medium trust", plain("C:\\Tools\\tuxlervpn.exe"), Some(Low)),
        (
            "inside a shell",
            started(0, "C:\\Windows\\System32\\cmd.exe", "cmd.exe /c start /b proxylite.exe", json!({})),
            Some(Medium),
        ),
        (
            "a scanner from a web server's process that dials many",
            started(
                0,
                masscan,
                "masscan",
                json!({"ParentImage": "C:\\Windows\\System32\\inetsrv\\w3wp.exe"}),
            ) + &(0..30).map(|n| connects(n, masscan, &format!("203.0.113.{n}"))).collect::<String>(),
            Some(High),
        ),
        (
            "an unknown service from a temporary folder that serves jobs",
            service(TEMP) + &jobs(TEMP, 14, 3),
            Some(Low),
        ),
        (
            "an unknown program from a temporary folder that holds on",
            plain(TEMP) + &sessions(TEMP, 200),
            Some(Low),
        ),
    ];
    hold("AN0080", &cases);
}

#[test]
fn what_is_only_mentioned_or_meant_is_silent() {
    let browser = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe";
    let teams = "C:\\Users\\lee\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe";
    let run = |image: &str, command: &str| started(0, image, command, json!({}));
    let system = |name: &str| format!("C:\\Windows\\System32\\{name}");
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("a search", run(&system("findstr.exe"), "findstr /s honeygain *.log"), None),
        ("a kill", run(&system("taskkill.exe"), "taskkill /f /im honeygain.exe"), None),
        ("a list", run(&system("tasklist.exe"), "tasklist /fi \"imagename eq pawns.exe\""), None),
        ("an editor", run(&system("notepad.exe"), "notepad C:\\honeygain.txt"), None),
        ("a query of a service", run(&system("sc.exe"), "sc query honeygain"), None),
        (
            "a query of processes",
            run(&system("wbem\\WMIC.exe"), "wmic process where name='earnapp.exe' get path"),
            None,
        ),
        ("a search in a shell", run(&system("cmd.exe"), "cmd /c tasklist | findstr honeygain"), None),
        (
            "a browser that reads about it",
            run(browser, "chrome.exe https://www.honeygain.com") + &sessions(browser, 300),
            None,
        ),
        ("a chat client from a home", plain(teams) + &sessions(teams, 300), None),
        ("an updater", run("C:\\Program Files\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe", "/c"), None),
        ("a tunnel", run("C:\\Windows\\System32\\OpenSSH\\ssh.exe", "ssh -D 1080 bastion"), None),
        ("plink", run("C:\\Tools\\plink.exe", "plink -R 8080:localhost:80 host"), None),
        ("a torrent client", run("C:\\Program Files\\qBittorrent\\qbittorrent.exe", "qbittorrent"), None),
        ("a scan", run("C:\\Program Files (x86)\\Nmap\\nmap.exe", "nmap -sT 10.0.0.1"), None),
        ("a backup", run("C:\\Tools\\restic.exe", "restic backup C:\\Users"), None),
        ("a copy to the cloud", run("C:\\Tools\\rclone.exe", "rclone sync C:\\x s3:x"), None),
        ("curl from a script", run(&system("curl.exe"), "curl -T x https://example.com"), None),
        ("a service of a vendor", service("C:\\Program Files\\Vendor\\agent.exe"), None),
        ("the same that serves just too few", service(TEMP) + &jobs(TEMP, 14, 2), None),
        ("the same for less than an hour", service(TEMP) + &jobs(TEMP, 9, 3), None),
        ("a portable browser from a temporary folder", plain(TEMP) + &jobs(TEMP, 14, 5), None),
        ("an updater of a vendor that dials many", service(HONEST) + &jobs(HONEST, 14, 5), None),
        (
            "an installer from a temporary folder that connects once",
            plain(TEMP) + &connects(9, TEMP, "203.0.113.9"),
            None,
        ),
        (
            "an unknown program from a temporary folder for less than three hours",
            plain(TEMP) + &sessions(TEMP, 170),
            None,
        ),
    ];
    hold("AN0080", &cases);
}

#[test]
fn without_bytes_the_score_is_capped_and_the_finding_says_so() {
    let log = started(
        0,
        "C:\\Users\\Public\\pawns-cli.exe",
        "pawns-cli.exe -email -password -accept-tos",
        json!({"User": "IIS APPPOOL\\web", "ParentImage": "C:\\Windows\\System32\\inetsrv\\w3wp.exe"}),
    );
    let findings = findings_with(&log, &[], &Intel::default());
    let last = findings.last().unwrap();
    assert!(last.confidence <= 75, "{}", last.confidence);
    assert_eq!(last.missing, [crate::finding::Missing::Bytes]);
    assert_eq!(last.actors[0].user.as_deref(), Some("IIS APPPOOL\\web"));
}

#[test]
fn each_setting_changes_what_is_told() {
    let relayd = plain("C:\\Tools\\relayd.exe");
    let allowed = [("an0080/process-name/allow", "c:\\program files (x86)\\honeygain\\*")];
    let burst: String = (0..12)
        .map(|n| {
            started(n * 30, "C:\\Tools\\plink.exe", "plink -R 1:2:3 x", json!({"User": "IIS APPPOOL\\web"}))
        })
        .collect();
    let some = |severity| Some((severity, "AN0080".to_owned()));
    for (log, values, before, after) in [
        (&relayd, vec![("an0080/process-name/extra", "relayd.exe")], None, some(Medium)),
        (&plain(HONEYGAIN), allowed.to_vec(), some(Medium), None),
        (&plain(HONEYGAIN), vec![("an0080/mode", "off")], some(Medium), None),
        (&burst, vec![("an0080/process-name/child-burst", "8")], some(Low), some(Medium)),
        (
            &burst,
            vec![("an0080/process-name/child-burst", "12"), ("an0080/time-window", "10m")],
            some(Low),
            some(Medium),
        ),
        (
            &burst,
            vec![("an0080/process-name/child-burst", "12"), ("an0080/time-window", "5m")],
            some(Low),
            some(Low),
        ),
    ] {
        assert_eq!(told(log, &[]), before, "{values:?}");
        assert_eq!(told(log, &values), after, "{values:?}");
    }
}
