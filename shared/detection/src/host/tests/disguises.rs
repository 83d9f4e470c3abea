//! Tools under other names, and programs that nobody has named yet.

use serde_json::json;

use super::containers::{A, counts, execs, runs, then};
use super::linux::{connect, exec, fan, sessions};
use super::macos::{nettop, unified, unsigned};
use super::windows::{self, connects, service, started};
use super::*;
use Severity::{High, Low, Medium};

/// Jobs of three outside ends in each of `buckets`, and every second bucket the same gateway.
fn jobs(exe: &str, buckets: i64) -> String {
    (0..buckets)
        .flat_map(|n| (0..3).map(move |at| (n * 300 + at, [203, 0, (n / 80) as u8, (n % 80 * 3 + at) as u8])))
        .chain((0..buckets).step_by(2).map(|n| (n * 300 + 60, [198, 51, 100, 7])))
        .map(|(at, address)| connect(at, exe, address))
        .collect()
}

const GATEWAY: [u8; 4] = [198, 51, 100, 7];

#[test]
fn on_linux_a_name_hides_nothing() {
    let docker =
        |arguments: &[&str]| exec(0, "/usr/bin/docker", 0, &[&["docker", "run", "-d"], arguments].concat());
    let cases = [
        (
            "proxyware as a daemon of the network",
            exec(
                0,
                "/usr/sbin/netd",
                0,
                &["netd", "-email=a@b.c", "-password=x", "-device-id=s", "-accept-tos"],
            ),
            Some(Medium),
        ),
        (
            "proxyware as a kernel's thread",
            exec(
                0,
                "/usr/local/bin/kworkerd",
                0,
                &["[kworker/0:1]", "-tou-accept", "-email", "a@b.c", "-pass", "x"],
            ),
            Some(Medium),
        ),
        (
            "an image under another registry, by the keys of its environment",
            docker(&["-e", "EARNFM_TOKEN=x", "registry.example.com/ops/agent:1"]),
            Some(Low),
        ),
        (
            "the same by two keys",
            docker(&["-e", "RP_EMAIL=a@b.c", "-e", "RP_API_KEY=x", "registry.example.com/ops/metrics"]),
            Some(Medium),
        ),
        (
            "an image under another registry, by its arguments",
            docker(&[
                "registry.example.com/ops/agent",
                "-tou-accept",
                "-email",
                "a",
                "-pass",
                "b",
                "-device",
                "c",
            ]),
            Some(Medium),
        ),
        (
            "a tunnel that the web server's user runs from /tmp",
            exec(0, "/tmp/chisel", 33, &["chisel", "client", "198.51.100.7:443", "R:socks"]),
            Some(Medium),
        ),
        (
            "a scanner that the database's user runs from memory",
            exec(0, "/dev/shm/masscan", 33, &["masscan", "-p2375", "0.0.0.0/0", "--rate", "1000"]),
            Some(Medium),
        ),
        (
            "what is in memory and relays jobs",
            exec(0, "/dev/shm/a", 0, &["a"]) + &jobs("/dev/shm/a", 20),
            Some(Low),
        ),
        (
            "what is in memory and holds on to its gateway",
            exec(0, "/dev/shm/a", 0, &["a"]) + &sessions("/dev/shm/a", GATEWAY, 200),
            Some(Low),
        ),
        (
            "what has no file",
            exec(0, "/memfd:x (deleted)", 0, &["x"]) + &sessions("/memfd:x (deleted)", GATEWAY, 200),
            Some(Low),
        ),
        (
            "what a package installed as it came, in a hidden folder of /tmp",
            exec(0, "/tmp/.npm-9f2/sync", 1000, &["sync"]) + &jobs("/tmp/.npm-9f2/sync", 20),
            Some(Low),
        ),
        (
            "what the superuser's home hides",
            exec(0, "/root/.cfg/httpd", 0, &["httpd"]) + &sessions("/root/.cfg/httpd", GATEWAY, 200),
            Some(Low),
        ),
        (
            "a torrent client of the web server's user, from a hidden folder",
            exec(0, "/var/www/.t/transmission-daemon", 33, &["transmission-daemon", "-f"]),
            Some(Medium),
        ),
    ]
    .map(|(name, log, expected)| (name, log, expected));
    hold("AN0081", &cases);
}

#[test]
fn an_honest_tool_that_is_told_of_every_day_hides_no_other() {
    let backup = exec(0, "/tmp/.b/proxychains4", 0, &["proxychains4", "curl", "https://example.com"]);
    let scan = exec(9_000, "/tmp/.c/zmap", 0, &["zmap", "-p", "2375", "0.0.0.0/0"]);
    let uids = |log: &str| -> Vec<String> {
        let mut uids: Vec<String> =
            findings_with(log, &[], &Intel::default()).into_iter().map(|finding| finding.uid).collect();
        uids.dedup();
        uids
    };
    assert_eq!((uids(&backup).len(), uids(&scan).len()), (1, 1));
    assert_eq!(uids(&(backup + &scan)).len(), 2);
}

#[test]
fn on_windows_a_name_hides_nothing() {
    let data = "C:\\ProgramData\\Intel\\igfx.exe";
    let named =
        |original: &str, command: &str| started(0, data, command, json!({"OriginalFileName": original}));
    let cases = [
        ("a proxy under the name of a driver", named("3proxy.exe", "igfx.exe cfg"), Some(Low)),
        ("the same as a service", service(data) + &named("3proxy.exe", "igfx.exe cfg"), Some(Low)),
        ("proxyware under the name of a driver", named("Honeygain.exe", "igfx.exe"), Some(High)),
        (
            "proxyware by its arguments",
            started(0, data, "igfx.exe -email=a@b.c -password=x -device-id=s -accept-tos", json!({})),
            Some(Medium),
        ),
        (
            "a proxy of a document's script",
            started(
                0,
                "C:\\Users\\Public\\gost.exe",
                "gost.exe -L=socks5://:1080",
                json!({"ParentImage": "C:\\Windows\\System32\\wscript.exe"}),
            ),
            Some(High),
        ),
        (
            "a tunnel of the database",
            started(
                0,
                "C:\\Windows\\Temp\\chisel.exe",
                "chisel.exe client 198.51.100.7:443 R:socks",
                json!({"ParentImage": "C:\\Program Files\\Microsoft SQL Server\\sqlservr.exe"}),
            ),
            Some(High),
        ),
        (
            "an unknown program of the bin of a disk that holds on",
            started(0, "C:\\$Recycle.Bin\\x.exe", "x.exe", json!({}))
                + &windows::sessions("C:\\$Recycle.Bin\\x.exe", 200),
            Some(Low),
        ),
        (
            "a proxy that came by another name and dials many",
            named("3proxy.exe", "igfx.exe cfg")
                + &(0..30).map(|n| connects(n, data, &format!("203.0.113.{n}"))).collect::<String>(),
            Some(High),
        ),
    ];
    hold("AN0080", &cases);
}

#[test]
fn on_macos_who_signed_a_daemon_counts_and_not_what_it_is_called() {
    let daemon = "/Library/Application Support/Updater/mdworkerd";
    let cases = [
        (
            "an unsigned daemon that relays little",
            unsigned(daemon) + &nettop("mdworkerd", 120, 60_000, 62_000),
            Some(Medium),
        ),
        ("the same over connections that close", unsigned(daemon) + &unified("mdworkerd"), Some(Medium)),
        (
            "what is called as a backup and relays",
            unsigned("/opt/rclone") + &nettop("rclone", 120, 200_000, 205_000),
            Some(Medium),
        ),
    ];
    hold("AN0082", &cases);
}

#[test]
fn in_containers_an_image_hides_nothing() {
    let own = "registry.example.com/ops/metrics:1";
    let cases = [
        (
            "arguments of proxyware under an image of one's own",
            runs(A, "metrics", own, "/app/run start accept --token abc="),
            Some(High),
        ),
        (
            "proxyware by name and arguments, copied in",
            runs(A, "metrics", own, "/app/run")
                + &execs(
                    60,
                    A,
                    "registry.example.com/ops/metrics",
                    "/app/run",
                    "run -email=a -password=b -device-id=c -accept-tos",
                ),
            Some(Medium),
        ),
        (
            "what was dormant relays after a tunnel was started in it",
            runs(A, "metrics", own, "/app/run")
                + &counts(A, "metrics", &then((10_000, 10_000), (3_000_000, 3_000_000)))
                + &execs(60, A, "registry.example.com/ops/metrics", "/tmp/gost", "gost -L=socks5://:1080"),
            Some(Medium),
        ),
    ];
    hold("AN0083", &cases);
}

#[test]
fn many_that_an_unknown_program_from_memory_dials_once_are_no_jobs() {
    let once = exec(0, "/dev/shm/a", 0, &["a"]) + &fan("/dev/shm/a", 90);
    assert_eq!(told(&once, &[]), None);
}
