//! Laptops, nodes and runners as they are used, in what looks like hijacking.

use serde_json::json;

use super::containers::{A, B, C, counts, execs, later, runs, then};
use super::linux::{busy, connect, exec, sessions};
use super::macos::{nettop, platform, signed, started, unsigned};
use super::windows::{self, started as windows_started};
use super::*;
use Severity::Low;

const MB: u64 = 1_000_000;

/// Five outside ends in each five minutes of two hours, another five each time, and one again and again.
fn heavy(exe: &str) -> String {
    (0..24)
        .flat_map(|n| (0..5).map(move |at| (n * 300 + at, [203, (n / 40) as u8, n as u8, at as u8])))
        .map(|(at, address)| connect(at, exe, address))
        .chain((0..48).map(|n| connect(n * 300 + 90, exe, [198, 51, 100, 7])))
        .collect()
}

#[test]
fn work_on_linux_is_silent() {
    let lives: [(&str, &str, u32, &[&str]); 17] = [
        (
            "a browser of tests in a home",
            "/home/ci/.cache/ms-playwright/chromium-1/chrome-linux/chrome",
            1001,
            &["chrome"],
        ),
        ("games from a home", "/home/lee/.steam/debian-installation/ubuntu12_32/steam", 1000, &["steam"]),
        (
            "a client that syncs from a home",
            "/home/lee/.dropbox-dist/dropbox-lnx/dropbox",
            1000,
            &["dropbox"],
        ),
        ("a chat that is an image of its own", "/tmp/.mount_SlackQ8/usr/lib/slack/slack", 1000, &["slack"]),
        ("music", "/usr/share/spotify/spotify", 1000, &["spotify"]),
        ("a runtime of a home", "/home/lee/.asdf/installs/nodejs/22/bin/node", 1000, &["node", "server.js"]),
        (
            "an editor's server of the superuser",
            "/root/.vscode-server/bin/x/node",
            0,
            &["node", "server-main.js"],
        ),
        (
            "a log shipper",
            "/opt/fluent-bit/bin/fluent-bit",
            0,
            &["fluent-bit", "-c", "/etc/fluent-bit/fluent-bit.conf"],
        ),
        ("another", "/opt/vector/bin/vector", 0, &["vector", "--config", "/etc/vector/vector.yaml"]),
        ("a node's agent", "/usr/bin/kubelet", 0, &["kubelet", "--config=/var/lib/kubelet/config.yaml"]),
        ("what pulls images", "/usr/bin/containerd", 0, &["containerd"]),
        (
            "a sidecar on the host",
            "/usr/local/bin/envoy",
            1337,
            &["envoy", "-c", "/etc/istio/proxy/envoy-rev.json"],
        ),
        ("a runner", "/actions-runner/bin/Runner.Listener", 1001, &["Runner.Listener", "run"]),
        ("packages of Node.js", "/usr/bin/node", 1001, &["npm", "ci"]),
        ("packages of Rust", "/home/ci/.cargo/bin/cargo", 1001, &["cargo", "fetch"]),
        (
            "a mesh of one's own",
            "/usr/sbin/tailscaled",
            0,
            &["tailscaled", "--state=/var/lib/tailscale/tailscaled.state"],
        ),
        ("a VPN", "/usr/sbin/openvpn", 0, &["openvpn", "--config", "/etc/openvpn/client.conf"]),
    ];
    let mut cases: Vec<(&str, String, Option<Severity>)> = lives
        .iter()
        .map(|(name, exe, uid, arguments)| (*name, exec(0, exe, *uid, arguments) + &heavy(exe), None))
        .collect();
    let docker = |arguments: &[&str]| exec(0, "/usr/bin/docker", 0, &[&["docker"], arguments].concat());
    cases.extend([
        (
            "a container of a build",
            docker(&["run", "--rm", "-e", "NPM_TOKEN=x", "-e", "CI=true", "node:22", "npm", "ci"]),
            None,
        ),
        ("Docker in Docker", docker(&["run", "--privileged", "-d", "docker:dind", "--mtu=1400"]), None),
        (
            "variables that others have too",
            docker(&["run", "-e", "EMAIL=a@b.c", "-e", "PASSWORD=x", "-e", "API_KEY=x", "example/app"]),
            None,
        ),
        ("a tunnel of a developer", exec(0, "/usr/local/bin/ngrok", 1000, &["ngrok", "http", "8080"]), None),
        ("a tunnel of a shell", exec(0, "/usr/bin/ssh", 1000, &["ssh", "-D", "1080", "-N", "bastion"]), None),
        (
            "a tunnel of a cloud",
            exec(0, "/usr/bin/cloudflared", 0, &["cloudflared", "tunnel", "run", "--token", "x"]),
            None,
        ),
        (
            "a backup of a database by its own user",
            busy(80)
                + &exec(
                    600,
                    "/usr/local/bin/aws",
                    33,
                    &["aws", "s3", "cp", "/backup", "s3://b/", "--recursive"],
                ),
            None,
        ),
        (
            "a backup that fills the line",
            busy(80) + &exec(600, "/usr/bin/borg", 0, &["borg", "create", "ssh://b/./r::{now}", "/srv"]),
            None,
        ),
        (
            "an agent that was updated while it runs",
            sessions("/usr/sbin/agentd (deleted)", [203, 0, 113, 9], 300),
            None,
        ),
        (
            "what starts a container, from memory",
            exec(0, "/memfd:runc_cloned:/proc/self/exe (deleted)", 0, &["runc", "init"]),
            None,
        ),
        (
            "a program that is built and run, for less than three hours",
            exec(0, "/tmp/go-build991/b001/exe/api", 1000, &["api"])
                + &sessions("/tmp/go-build991/b001/exe/api", [203, 0, 113, 9], 170),
            None,
        ),
    ]);
    hold("AN0081", &cases);
}

#[test]
fn a_tunnel_of_a_developer_is_low_at_most_where_the_line_is_busy() {
    let cases = [(
        "a SOCKS proxy over a shell",
        busy(9) + &exec(600, "/usr/bin/ssh", 1000, &["ssh", "-D", "1080", "-N", "bastion"]),
        Some(Low),
    )];
    hold("AN0081", &cases);
}

#[test]
fn work_on_windows_is_silent() {
    let lives = [
        ("meetings", "C:\\Users\\lee\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe"),
        ("meetings of today", "C:\\Program Files\\WindowsApps\\MSTeams_25_x64\\ms-teams.exe"),
        ("calls", "C:\\Users\\lee\\AppData\\Roaming\\Zoom\\bin\\Zoom.exe"),
        ("music", "C:\\Users\\lee\\AppData\\Roaming\\Spotify\\Spotify.exe"),
        ("games", "C:\\Program Files (x86)\\Steam\\steam.exe"),
        ("a client that syncs", "C:\\Users\\lee\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe"),
        ("updates from peers", "C:\\Windows\\System32\\svchost.exe"),
        ("a VPN", "C:\\Program Files\\OpenVPN\\bin\\openvpn.exe"),
        ("another VPN", "C:\\Program Files (x86)\\Cisco\\Cisco Secure Client\\vpnagent.exe"),
        ("a mesh", "C:\\Program Files\\Tailscale\\tailscaled.exe"),
        ("a browser", "C:\\Users\\lee\\AppData\\Local\\Vivaldi\\Application\\vivaldi.exe"),
        ("a chat", "C:\\Users\\lee\\AppData\\Local\\Discord\\app-1\\Discord.exe"),
        ("a runtime of an editor", "C:\\Users\\lee\\.vscode\\extensions\\x\\node.exe"),
        ("a backup", "C:\\Program Files\\Veeam\\Endpoint Backup\\Veeam.EndPoint.Service.exe"),
        ("a tunnel of a developer", "C:\\Tools\\ngrok.exe"),
    ];
    let heavy = |image: &str| -> String {
        let jobs = (0..24).flat_map(|n| (0..5).map(move |at| (n * 300 + at, format!("203.0.{n}.{at}"))));
        let jobs = jobs.map(|(at, address)| windows::connects(at, image, &address)).collect::<String>();
        jobs + &windows::sessions(image, 240)
    };
    let cases =
        lives.map(|(name, image)| (name, windows_started(0, image, image, json!({})) + &heavy(image), None));
    hold("AN0080", &cases);
}

#[test]
fn work_on_macos_is_silent() {
    let app =
        |name: &str, team: &str| signed(&format!("/Applications/{name}.app/Contents/MacOS/{name}"), team);
    let cases = [
        ("a VPN", app("Tailscale", "W5364U7YZB") + &nettop("Tailscale", 90, 40 * MB, 41 * MB), None),
        ("meetings", app("MSTeams", "UBF8T346G9") + &nettop("MSTeams", 90, 15 * MB, 18 * MB), None),
        (
            "a backup of a vendor",
            app("Backblaze", "T8K87HAK8H") + &nettop("Backblaze", 90, 200 * MB, MB),
            None,
        ),
        ("music", app("Spotify", "2FNC3A47ZF") + &nettop("Spotify", 90, MB, 20 * MB), None),
        (
            "a copy to the cloud by a package of one's own",
            started("/opt/homebrew/bin/rclone", &["rclone", "sync", "/Users/lee", "s3:b"], None, false)
                + &nettop("rclone", 60, 200 * MB, MB),
            None,
        ),
        (
            "photographs to the cloud",
            platform("/System/Library/PrivateFrameworks/CloudPhoto.framework/cloudphotod", &["cloudphotod"])
                + &nettop("cloudphotod", 60, 200 * MB, 2 * MB),
            None,
        ),
        (
            "a download by an unsigned tool",
            unsigned("/opt/homebrew/bin/aria2c") + &nettop("aria2c", 60, 2 * MB, 300 * MB),
            None,
        ),
    ];
    hold("AN0082", &cases);
}

#[test]
fn work_in_containers_is_silent() {
    let relay = then((10_000, 10_000), (3 * MB, 3 * MB));
    let with = |image: &str, moved: &[(u64, u64)]| runs(A, "app", image, "x") + &counts(A, "app", moved);
    let idle = counts(A, "idle", &[(1_000, 1_000); 330]);
    let cases = [
        ("a mesh's sidecar", with("docker.io/istio/proxyv2:1.27", &relay), None),
        ("a mesh's sidecar of another", with("cr.l5d.io/linkerd/proxy:v2", &relay), None),
        ("a log shipper", with("cr.fluentbit.io/fluent/fluent-bit:3", &vec![(4 * MB, 100_000); 324]), None),
        ("another", with("timberio/vector:0.50-debian", &vec![(4 * MB, 3 * MB); 324]), None),
        (
            "builds that come and go",
            idle.clone()
                + &later(B, "runner-1", &[(30 * MB, 300 * MB); 20])
                + &later(C, "runner-2", &[(MB, 90 * MB); 9]),
            None,
        ),
        (
            "a build that fetches tools",
            runs(A, "runner", "ghcr.io/actions/runner:2", "run.sh")
                + &execs(60, A, "ghcr.io/actions/runner", "/usr/bin/npm", "npm ci")
                + &execs(
                    61,
                    A,
                    "ghcr.io/actions/runner",
                    "/usr/bin/ssh",
                    "ssh git@example.com git-upload-pack",
                ),
            None,
        ),
        (
            "an agent of backups",
            with(
                "velero/velero:v1",
                &[
                    vec![(1_000, 1_000); 276],
                    vec![(40 * MB, MB); 12],
                    vec![(1_000, 1_000); 276],
                    vec![(41 * MB, MB); 12],
                ]
                .concat(),
            ),
            None,
        ),
        (
            "a tunnel of a cloud",
            runs(A, "tunnel", "cloudflare/cloudflared:2026", "tunnel run")
                + &counts(A, "tunnel", &vec![(MB, MB); 324]),
            None,
        ),
    ];
    hold("AN0083", &cases);
}
