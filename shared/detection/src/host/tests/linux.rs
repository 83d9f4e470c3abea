//! AN0081 over raw audit lines, with counters of collectd.

use weir_intel::RangeSet;

use super::*;
use Severity::{High, Low, Medium};

/// A program that was started, `seconds` after the start.
pub(super) fn exec(seconds: i64, exe: &str, uid: u32, arguments: &[&str]) -> String {
    let serial = 1_000 + seconds;
    let head = format!("msg=audit({}.000:{serial}):", START + seconds);
    let words: Vec<String> =
        arguments.iter().enumerate().map(|(n, word)| format!("a{n}={}", encoded(word))).collect();
    format!(
        "node=web1 type=SYSCALL {head} arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid={serial} uid={uid} exe=\"{exe}\"\n\
         node=web1 type=EXECVE {head} argc={} {}\n",
        arguments.len(),
        words.join(" ")
    )
}

/// What the audit system writes of an argument: hex where it has blanks.
fn encoded(word: &str) -> String {
    if word.contains([' ', '"']) {
        word.bytes().map(|byte| format!("{byte:02X}")).collect()
    } else {
        format!("\"{word}\"")
    }
}

pub(super) fn connect(seconds: i64, exe: &str, address: [u8; 4]) -> String {
    let head = format!("msg=audit({}.000:{}):", START + seconds, 900_000 + seconds);
    let [a, b, c, d] = address;
    format!(
        "node=web1 type=SYSCALL {head} arch=c000003e syscall=42 success=yes exit=0 ppid=1 pid=9 uid=0 exe=\"{exe}\"\n\
         node=web1 type=SOCKADDR {head} saddr=020001BB{a:02X}{b:02X}{c:02X}{d:02X}0000000000000000\n"
    )
}

/// Counters of the host's interface for two hours, sending at a rate in Mbit/s.
pub(super) fn busy(mbit: u64) -> String {
    busy_for(120, mbit)
}

/// The same, that sends for so many minutes of the two hours.
fn busy_for(minutes: u64, mbit: u64) -> String {
    let sample = |minute: u64| {
        let sent = minute.min(minutes) * 60 * mbit * 125_000;
        format!(
            "[{{\"values\":[1,{sent}],\"dstypes\":[\"derive\",\"derive\"],\"dsnames\":[\"rx\",\"tx\"],\"time\":{},\
             \"interval\":60.0,\"host\":\"web1\",\"plugin\":\"interface\",\"plugin_instance\":\"eth0\",\
             \"type\":\"if_octets\",\"type_instance\":\"\"}}]\n",
            START + minute as i64 * 60
        )
    };
    (0..120).map(sample).collect()
}

pub(super) fn sessions(exe: &str, address: [u8; 4], minutes: i64) -> String {
    (0..minutes / 5).map(|n| connect(n * 300 + 2, exe, address)).collect()
}

pub(super) fn fan(exe: &str, hosts: u8) -> String {
    (0..hosts).map(|host| connect(60 + i64::from(host), exe, [203, 0, 113, host])).collect()
}

const LISTED: [u8; 4] = [203, 0, 113, 9];

#[test]
fn what_runs_is_told() {
    let pawns = ["./pawns-cli", "-email=a@b.c", "-password=x", "-accept-tos"];
    let hidden = "/tmp/.x/kworker";
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("a name", exec(0, "/opt/hg/honeygain", 0, &["honeygain"]), Some(Medium)),
        ("a name and arguments", exec(0, "/opt/pawns-cli", 0, &pawns), Some(High)),
        (
            "renamed, by arguments, from a hidden folder",
            exec(0, hidden, 33, &["x", "-email", "-password", "-accept-tos"]),
            Some(Medium),
        ),
        (
            "inside a shell",
            exec(0, "/usr/bin/bash", 0, &["bash", "-c", "cd /opt && nohup ./earnapp start &"]),
            Some(Medium),
        ),
        ("behind sudo", exec(0, "/usr/bin/sudo", 0, &["sudo", "-u", "nobody", "bitpingd"]), Some(Medium)),
        (
            "an image of docker run",
            exec(0, "/usr/bin/docker", 0, &["docker", "run", "-d", "traffmonetizer/cli_v2", "start"]),
            Some(Medium),
        ),
        (
            "a name that talks outside",
            exec(0, "/opt/p2pclient", 0, &["p2pclient"]) + &connect(5, "/opt/p2pclient", LISTED),
            Some(High),
        ),
        ("as the web server's user", exec(0, "/var/www/packetstream", 33, &["packetstream"]), Some(High)),
        ("a flooder of medium trust", exec(0, "/opt/db1000n", 0, &["db1000n"]), Some(Low)),
        (
            "the same that talks",
            exec(0, "/opt/db1000n", 0, &["db1000n"]) + &connect(5, "/opt/db1000n", LISTED),
            Some(Medium),
        ),
        (
            "a scanner from shared memory on a busy host",
            busy(9) + &exec(600, "/dev/shm/.m/masscan", 0, &["masscan", "0.0.0.0/0", "-p443"]),
            Some(Medium),
        ),
        (
            "the same in no hidden folder",
            busy(9) + &exec(600, "/dev/shm/masscan", 0, &["masscan", "0.0.0.0/0", "-p443"]),
            Some(Medium),
        ),
        (
            "a registration of addresses",
            exec(
                0,
                "/usr/bin/curl",
                0,
                &["curl", "--interface", "10.0.0.9", "--data-urlencode", "ip=9", "http://203.0.113.9"],
            ),
            Some(Medium),
        ),
        (
            "a proxy on a busy host",
            busy(9) + &exec(600, "/usr/bin/microsocks", 0, &["microsocks", "-p", "1080"]),
            Some(Low),
        ),
        (
            "a scanner that dials many",
            exec(0, "/usr/bin/zgrab2", 0, &["zgrab2", "http"]) + &fan("/usr/bin/zgrab2", 30),
            Some(Low),
        ),
        (
            "an unknown program that holds on from /tmp",
            exec(0, "/tmp/kdevtmp", 0, &["kdevtmp"]) + &sessions("/tmp/kdevtmp", LISTED, 200),
            Some(Low),
        ),
    ];
    hold("AN0081", &cases);
}

#[test]
fn what_is_only_mentioned_or_meant_is_silent() {
    let benign: [(&str, &str, &[&str]); 22] = [
        ("a search", "/usr/bin/grep", &["grep", "-r", "honeygain", "/var/log"]),
        ("a list of processes", "/usr/bin/ps", &["ps", "aux"]),
        ("a removal", "/usr/bin/docker", &["docker", "rm", "-f", "honeygain"]),
        ("logs of a container", "/usr/bin/docker", &["docker", "logs", "honeygain"]),
        ("a kill", "/usr/bin/pkill", &["pkill", "-9", "pawns-cli"]),
        ("a search for files", "/usr/bin/find", &["find", "/", "-name", "earnapp*"]),
        ("a search in a shell", "/usr/bin/bash", &["bash", "-c", "ps aux | grep honeygain"]),
        ("an editor", "/usr/bin/vim", &["vim", "/opt/honeygain"]),
        ("a download", "/usr/bin/wget", &["wget", "https://example.net/pawns-cli"]),
        ("a mode", "/usr/bin/chmod", &["chmod", "+x", "pawns-cli"]),
        ("a unit's state", "/usr/bin/systemctl", &["systemctl", "status", "honeygain"]),
        ("a package", "/usr/bin/apt-get", &["apt-get", "install", "-y", "transmission-daemon", "tor"]),
        ("a check of a file", "/usr/bin/sha256sum", &["sha256sum", "/opt/bitpingd"]),
        ("a tunnel of an administrator", "/usr/bin/ssh", &["ssh", "-D", "1080", "-N", "bastion.example.com"]),
        ("a remote forward", "/usr/bin/ssh", &["ssh", "-R", "8080:localhost:80", "dev.example.com"]),
        ("a proxy of one's own", "/usr/sbin/squid", &["squid", "-N", "-f", "/etc/squid/squid.conf"]),
        (
            "a client of Tor",
            "/usr/bin/tor",
            &["tor", "--defaults-torrc", "/usr/share/tor/tor-service-defaults-torrc"],
        ),
        ("a torrent client", "/usr/bin/transmission-daemon", &["transmission-daemon", "-f"]),
        ("a scan of oneself", "/usr/bin/nmap", &["nmap", "-sT", "127.0.0.1"]),
        ("a scan by an auditor", "/usr/bin/masscan", &["masscan", "10.0.0.0/8", "-p22"]),
        ("an envoy", "/usr/local/bin/envoy", &["envoy", "-c", "/etc/envoy/envoy.yaml"]),
        ("a web application", "/usr/bin/node", &["node", "/srv/app/server.js"]),
    ];
    let mut cases: Vec<(&str, String, Option<Severity>)> =
        benign.iter().map(|(name, exe, arguments)| (*name, exec(0, exe, 0, arguments), None)).collect();
    cases.extend([
        (
            "a web hook by the web server",
            exec(0, "/usr/bin/curl", 33, &["curl", "-d", "@x", "https://hooks.example.com"]),
            None,
        ),
        (
            "a backup on a busy host",
            busy(50) + &exec(600, "/usr/bin/restic", 0, &["restic", "backup", "/srv"]),
            None,
        ),
        (
            "a copy on a busy host",
            busy(50) + &exec(600, "/usr/bin/rclone", 0, &["rclone", "sync", "/srv", "s3:bucket"]),
            None,
        ),
        ("a load test on a busy host", busy(50) + &exec(600, "/usr/bin/k6", 0, &["k6", "run", "t.js"]), None),
        (
            "a loop of health checks",
            (0..200)
                .map(|n| exec(n, "/usr/bin/curl", 0, &["curl", "-fsS", "https://example.com/health"]))
                .collect(),
            None,
        ),
        (
            "an agent from its own folder that holds on",
            sessions("/opt/datadog-agent/bin/agent", LISTED, 300),
            None,
        ),
        (
            "a browser that is an image of its own",
            exec(0, "/tmp/.mount_Browse/usr/bin/browser", 1000, &["browser"])
                + &(0..14)
                    .flat_map(|n| {
                        (0..6).map(move |at| (n * 300 + at, [203, 0, (n % 2) as u8, (n * 8 + at) as u8]))
                    })
                    .map(|(at, address)| connect(at, "/tmp/.mount_Browse/usr/bin/browser", address))
                    .collect::<String>()
                + &sessions("/tmp/.mount_Browse/usr/bin/browser", LISTED, 100),
            None,
        ),
        (
            "a search with alternatives",
            exec(0, "/usr/bin/bash", 0, &["bash", "-c", "ps aux | grep -E 'earnapp|honeygain'"]),
            None,
        ),
        (
            "a build in /tmp that fetches once",
            exec(0, "/tmp/go-build1/b001/exe/main", 0, &["main"])
                + &connect(2, "/tmp/go-build1/b001/exe/main", LISTED),
            None,
        ),
        ("a busy host alone", busy(200), None),
        (
            "a proxy on a host just below the rate",
            busy(7) + &exec(600, "/usr/bin/microsocks", 0, &["microsocks"]),
            None,
        ),
        (
            "a scanner that dials just too few",
            exec(0, "/usr/bin/zgrab2", 0, &["zgrab2", "http"]) + &fan("/usr/bin/zgrab2", 20),
            None,
        ),
        (
            "an unknown program from /tmp for less than three hours",
            exec(0, "/tmp/kdevtmp", 0, &["kdevtmp"]) + &sessions("/tmp/kdevtmp", LISTED, 170),
            None,
        ),
        (
            "a shell after one that ran proxyware is no proxyware",
            exec(0, "/usr/bin/bash", 0, &["bash", "-c", "ls"]),
            None,
        ),
    ]);
    hold("AN0081", &cases);
}

#[test]
fn an_address_list_makes_an_odd_session_medium() {
    let log = exec(0, "/tmp/kdevtmp", 0, &["kdevtmp"]) + &sessions("/tmp/kdevtmp", LISTED, 200);
    let intel = Intel { tor: RangeSet::parse("203.0.113.9").0, ..Intel::default() };
    let loudest = findings_with(&log, &[], &intel).into_iter().map(|finding| finding.severity).max();
    assert_eq!(loudest, Some(Medium));
}

#[test]
fn each_setting_changes_what_is_told() {
    let relayd = exec(0, "/opt/relayd", 0, &["relayd"]);
    let honeygain = exec(0, "/opt/honeygain", 0, &["honeygain"]);
    let proxy = busy(4) + &exec(600, "/usr/bin/microsocks", 0, &["microsocks"]);
    // Half an hour at a rate that is over the threshold.
    let brief = busy_for(30, 40) + &exec(600, "/usr/bin/microsocks", 0, &["microsocks"]);
    let some = |severity| Some((severity, "AN0081".to_owned()));
    for (log, values, before, after) in [
        (&relayd, vec![("an0081/tool-pattern/extra", "relayd")], None, some(Medium)),
        (&relayd, vec![("an0081/tool-pattern/extra", "/opt/*")], None, some(Medium)),
        (&honeygain, vec![("an0081/tool-pattern/disabled", "honeygain")], some(Medium), None),
        (&honeygain, vec![("an0081/mode", "off")], some(Medium), None),
        (&proxy, vec![("an0081/traffic-rate-threshold/rate", "3Mbit/s")], None, some(Low)),
        (&brief, vec![("an0081/traffic-rate-threshold/k-of-m", "4/12")], None, some(Low)),
        (
            &proxy,
            vec![
                ("an0081/traffic-rate-threshold/rate", "3Mbit/s"),
                ("an0081/traffic-rate-threshold/min-bytes", "10GB"),
            ],
            None,
            None,
        ),
    ] {
        assert_eq!(told(log, &[]), before, "{values:?}");
        assert_eq!(told(log, &values), after, "{values:?}");
    }
    let own = [(
        "overrides/lab",
        r#"{"scope":{"entity":"web1"},"settings":{"an0081/tool-pattern/disabled":"honeygain"},"reason":"lab","owner":"o"}"#,
    )];
    assert_eq!(told(&honeygain, &own), None, "an override that names the host");
    let other = [("overrides/lab", own[0].1.replace("web1", "web2"))].map(|(path, text)| (path, text));
    assert_eq!(told(&honeygain, &[(other[0].0, &other[0].1)]), some(Medium), "an override of another host");
    let dry = findings_with(&honeygain, &[("an0081/mode", "dry-run")], &Intel::default());
    assert_eq!(dry[0].mode, crate::finding::Mode::DryRun);
}

#[test]
fn a_suppression_by_the_hosts_name_holds_back_what_is_recorded_all_the_same() {
    let honeygain = exec(0, "/opt/honeygain", 0, &["honeygain"]);
    let suppression = |host: &str| {
        format!(
            r#"{{"scope":{{"entity":"{host}"}},"reason":"lab","owner":"o","expiry":"2027-01-01T00:00:00Z"}}"#
        )
    };
    let alerts = |host: &str| {
        let values = [("suppressions/lab", suppression(host))];
        let values: Vec<(&str, &str)> = values.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let findings = findings_with(&honeygain, &values, &Intel::default());
        findings.iter().map(Finding::is_alert).collect::<Vec<_>>()
    };
    assert_eq!(alerts("web1"), [false]);
    assert_eq!(alerts("web2"), [true]);
}
