//! AN0083 over osquery, Falco, Docker's statistics and the kubelet's.

use serde_json::json;

use super::*;
use Severity::{High, Low, Medium};

/// osquery's row of a container that runs.
pub(super) fn runs(id: &str, name: &str, image: &str, command: &str) -> String {
    runs_at(START, id, name, image, command)
}

fn runs_at(time: i64, id: &str, name: &str, image: &str, command: &str) -> String {
    json!({"action": "added", "name": "x", "hostIdentifier": "node1", "unixTime": time, "columns":
        {"id": id, "name": format!("/{name}"), "image": image, "command": command, "pid": "7", "status": "Up", "state": "running"}})
    .to_string()
        + "\n"
}

/// Falco's word on a program in a container.
pub(super) fn execs(seconds: i64, id: &str, image: &str, path: &str, command: &str) -> String {
    json!({"output": "x", "priority": "Notice", "rule": "x", "time": format!("2026-11-24T02:{:02}:22.250000000Z", 21 + seconds / 60),
        "hostname": "node1", "output_fields": {"container.id": id, "container.image.repository": image, "container.name": "c",
        "evt.type": "execve", "proc.exepath": path, "proc.name": path.rsplit('/').next(), "proc.cmdline": command, "user.name": "root"}})
    .to_string()
        + "\n"
}

/// osquery's counters of a container every five minutes: bytes sent and received in each.
pub(super) fn counts(id: &str, name: &str, moved: &[(u64, u64)]) -> String {
    let (mut out, mut into) = (0, 0);
    let sample = |n: i64, out: u64, into: u64| {
        json!({"action": "added", "name": "x", "hostIdentifier": "node1", "unixTime": START + n * 300, "columns":
            {"id": id, "name": format!("/{name}"), "network_rx_bytes": into.to_string(), "network_tx_bytes": out.to_string(), "read": "1"}})
        .to_string()
            + "\n"
    };
    let mut log = sample(0, 0, 0);
    for (n, (sent, received)) in moved.iter().enumerate() {
        (out, into) = (out + sent, into + received);
        log += &sample(n as i64 + 1, out, into);
    }
    log
}

/// Counters of a container that begins when 300 buckets have passed.
pub(super) fn later(id: &str, name: &str, moved: &[(u64, u64)]) -> String {
    let shifted = |line: &str| {
        let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["unixTime"] = json!(row["unixTime"].as_i64().unwrap() + 300 * 300);
        row.to_string() + "\n"
    };
    counts(id, name, moved).lines().map(shifted).collect()
}

/// A day and an hour of one behaviour, then two hours of another.
pub(super) fn then(before: (u64, u64), after: (u64, u64)) -> Vec<(u64, u64)> {
    [vec![before; 300], vec![after; 24]].concat()
}

pub(super) const A: &str = "aaaaaaaaaaaa";
pub(super) const B: &str = "bbbbbbbbbbbb";
pub(super) const C: &str = "cccccccccccc";
const D: &str = "dddddddddddd";
const KB: u64 = 1_000;
const MB: u64 = 1_000_000;

#[test]
fn what_a_container_is_or_begins_to_do_is_told() {
    let app = runs(A, "app", "registry.example.com/team/app:1", "./app");
    let jump = then((10 * KB, 10 * KB), (3 * MB, 100 * KB));
    let relay = then((10 * KB, 10 * KB), (3 * MB, 3 * MB));
    let replicas = |last: (u64, u64)| {
        [(A, "web-1"), (B, "web-2"), (C, "web-3")]
            .map(|(id, name)| counts(id, name, &[(2 * MB, 8 * MB); 324]))
            .concat()
            + &counts(D, "web-4", &then((2 * MB, 8 * MB), last))
    };
    let tunnel = runs(A, "vpn", "xjasonlyu/tun2socks:latest", "/entrypoint.sh")
        + &counts(A, "vpn", &[(KB, 3 * KB); 6])
        + &[B, C, D].map(|id| counts(id, &format!("m{id}"), &[(KB, 3 * KB); 6])).concat();
    let old = counts(A, "idle", &[(KB, KB); 330]);
    let newcomer = |moved: &[(u64, u64)]| later(B, "helper", moved);
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("an image", runs(A, "hg", "honeygain/honeygain:latest", "./honeygain"), Some(High)),
        (
            "an image of a mirror, by digest",
            runs(A, "x", "registry.example.com/mirror/traffmonetizer/cli_v2@sha256:ab", "x"),
            Some(High),
        ),
        ("an image under a harmless name", runs(A, "nginx", "packetstream/psclient", "x"), Some(High)),
        (
            "arguments under a harmless image",
            runs(A, "x", "example/base:1", "./x -tou-accept -email a -pass b"),
            Some(High),
        ),
        (
            "proxyware started in a container of something else",
            app.clone()
                + &execs(60, A, "registry.example.com/team/app", "/tmp/honeygain", "honeygain -tou-accept"),
            Some(High),
        ),
        (
            "the same by its name alone",
            app.clone()
                + &execs(60, A, "registry.example.com/team/app", "/usr/local/bin/pawns-cli", "pawns-cli"),
            Some(Medium),
        ),
        ("a dormant image that sends", app.clone() + &counts(A, "app", &jump), Some(Low)),
        ("a dormant image that relays", app.clone() + &counts(A, "app", &relay), Some(Medium)),
        ("a dormant image without a name that relays", counts(A, "app", &relay), Some(Medium)),
        (
            "a dormant image that sends after a tool was started",
            app + &counts(A, "app", &jump)
                + &execs(60, A, "registry.example.com/team/app", "/tmp/microsocks", "microsocks -p 1080"),
            Some(Medium),
        ),
        ("a replica that sends more than the others", replicas((20 * MB, 2 * MB)), Some(Low)),
        ("a replica that relays", replicas((20 * MB, 20 * MB)), Some(Medium)),
        ("containers behind a tunnel", tunnel, Some(Medium)),
        (
            "an image that is new to the host and relays",
            old.clone() + &newcomer(&[(3 * MB, 3 * MB); 24]),
            Some(Low),
        ),
    ];
    hold("AN0083", &cases);
}

#[test]
fn what_a_container_is_for_is_silent() {
    let steady = |sent, received| counts(A, "app", &[(sent, received); 324]);
    let with = |image: &str, moved: &[(u64, u64)]| runs(A, "app", image, "x") + &counts(A, "app", moved);
    let relay = then((10 * KB, 10 * KB), (3 * MB, 3 * MB));
    let old = counts(A, "idle", &[(KB, KB); 330]);
    let newcomer = |moved: &[(u64, u64)]| later(B, "helper", moved);
    // What serves as broker does so from its first replica on.
    let replica =
        counts(A, "broker-1", &[(3 * MB, 3 * MB); 330]) + &later(B, "broker-2", &[(3 * MB, 3 * MB); 24]);
    let night = [vec![(KB, KB); 276], vec![(40 * MB, MB); 12]].concat();
    let nights = [night.clone(), night.clone(), night].concat();
    let release = [(A, "web-1"), (B, "web-2"), (C, "web-3")]
        .map(|(id, name)| later(id, name, &[(9 * MB, MB); 3]))
        .concat()
        + &counts(D, "web-4", &[(9 * MB, MB); 303]);
    let restart = counts(A, "app", &[(MB, MB); 60]) + &counts(A, "app", &[(MB, MB); 90]);
    let cases: Vec<(&str, String, Option<Severity>)> = vec![
        ("an image that only sounds like it", runs(A, "x", "example/honeygain-exporter:1", "x"), None),
        ("a container that is called like it", runs(A, "honeygain", "nginx:1", "nginx"), None),
        ("a proxy of one's own", runs(A, "squid", "ubuntu/squid:latest", "x"), None),
        ("a client of Tor", runs(A, "tor", "osminogin/tor-simple", "tor"), None),
        ("a browser in a container", runs(A, "firefox", "jlesage/firefox", "x"), None),
        ("an updater of containers", runs(A, "watchtower", "nickfedor/watchtower", "x"), None),
        (
            "a search in a container",
            execs(0, A, "example/app", "/bin/grep", "grep honeygain /etc/hosts"),
            None,
        ),
        (
            "a fetch in a container",
            execs(0, A, "example/app", "/usr/bin/curl", "curl -fsS https://example.com"),
            None,
        ),
        ("an envoy that begins to forward", with("envoyproxy/envoy:v1", &relay), None),
        ("a mesh's proxy", with("istio/proxyv2:1", &relay), None),
        ("an ingress", with("registry.k8s.io/ingress-nginx/controller:v1", &relay), None),
        ("a broker that always forwards", steady(3 * MB, 3 * MB), None),
        ("a service that always sends", steady(30 * MB, MB), None),
        (
            "a dormant image that sends just too little",
            with("example/app", &then((10 * KB, 10 * KB), (2 * MB, KB))),
            None,
        ),
        (
            "one whose usual is not known yet",
            with("example/app", &[vec![(10 * KB, KB); 250], vec![(3 * MB, KB); 24]].concat()),
            None,
        ),
        (
            "a burst of half an hour",
            with(
                "example/app",
                &[vec![(10 * KB, KB); 300], vec![(9 * MB, KB); 6], vec![(10 * KB, KB); 18]].concat(),
            ),
            None,
        ),
        ("a container that began anew", restart, None),
        (
            "an image that is new to the host and relays for an hour",
            old.clone() + &newcomer(&[(3 * MB, 3 * MB); 13]),
            None,
        ),
        ("an image that is new to the host and serves", old.clone() + &newcomer(&[(9 * MB, MB); 24]), None),
        ("a replica of what is known that is new and relays", replica, None),
        ("a backup of every night", counts(A, "backup", &nights), None),
        ("a new release whose first replicas have moved nothing yet", release, None),
        (
            "an image that receives much",
            with("example/app", &then((10 * KB, 10 * KB), (100 * KB, 90 * MB))),
            None,
        ),
        (
            "replicas that all send more",
            [A, B, C, D]
                .map(|id| counts(id, &format!("web-{}", &id[..1]), &then((2 * MB, MB), (9 * MB, MB))))
                .concat(),
            None,
        ),
        (
            "three containers in one namespace without a tunnel",
            [A, B, C].map(|id| counts(id, &format!("m{id}"), &[(KB, 3 * KB); 6])).concat(),
            None,
        ),
    ];
    hold("AN0083", &cases);
}

#[test]
fn each_setting_changes_what_is_told() {
    let honeygain = runs(A, "hg", "honeygain/honeygain:latest", "x");
    let own = runs(A, "x", "registry.example.com/lab/sharer:2", "x");
    let jump =
        runs(A, "app", "example/app", "x") + &counts(A, "app", &then((10 * KB, 10 * KB), (3 * MB, 100 * KB)));
    let relay = counts(A, "app", &then((10 * KB, 10 * KB), (3 * MB, 2 * MB)));
    let rise = runs(A, "app", "example/app", "x") + &counts(A, "app", &then((MB, 9 * MB), (5 * MB, 9 * MB)));
    let replica = [(A, "web-1"), (B, "web-2"), (C, "web-3")]
        .map(|(id, name)| counts(id, name, &[(2 * MB, 8 * MB); 324]))
        .concat()
        + &counts(D, "web-4", &then((2 * MB, 8 * MB), (20 * MB, 2 * MB)));
    let some = |severity| Some((severity, "AN0083".to_owned()));
    let usage = |name: &str| format!("an0083/container-baseline-network-usage/{name}");
    let strange = ("an0083/image-name/registries".to_owned(), "registry.example.com");
    for (log, values, before, after) in [
        (&own, vec![("an0083/image-name/extra".to_owned(), "registry.example.com/lab/*")], None, some(High)),
        (&honeygain, vec![("an0083/image-name/allow".to_owned(), "honeygain/*")], some(High), None),
        (&honeygain, vec![("an0083/mode".to_owned(), "off")], some(High), None),
        (&rise, vec![strange.clone()], None, some(Low)),
        (&rise, vec![strange.clone(), (usage("percentile"), "99")], None, some(Low)),
        (&rise, vec![strange, (usage("min-bytes"), "90MB")], None, None),
        (&jump, vec![(usage("k-of-m"), "12/12"), (usage("min-bytes"), "40MB")], some(Low), None),
        (&jump, vec![(usage("dormant"), "10kB")], some(Low), None),
        (&jump, vec![(usage("jump-ratio"), "100")], some(Low), None),
        (&relay, vec![(usage("symmetry"), "0.5")], some(Low), some(Medium)),
        (&replica, vec![(usage("replica-ratio"), "20")], some(Low), None),
    ] {
        let values: Vec<(&str, &str)> = values.iter().map(|(path, value)| (path.as_str(), *value)).collect();
        assert_eq!(told(log, &[]), before, "{values:?}");
        assert_eq!(told(log, &values), after, "{values:?}");
    }
}
