//! Machines that run containers: Kubernetes nodes, compose hosts, batch, a home lab, builders, brokers.

use std::rc::Rc;

use crate::fleet::act::Pod;
use crate::fleet::day::{Day, inside, program};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};
use crate::scenario::dice::mix;

/// A container that has been there for long.
pub fn pod(day: &Day<'_>, name: &str, image: &str, command: &str) -> Rc<Pod> {
    aged(day, name, image, command, (0, i64::MAX))
}

/// A container that lives for a while; its name ends as a controller makes it.
pub fn aged(day: &Day<'_>, name: &str, image: &str, command: &str, lives: (i64, i64)) -> Rc<Pod> {
    let word = |n: u64| {
        let text = name.bytes().fold(n, |a, b| mix(&[a, u64::from(b)]));
        mix(&[text, day.host.index as u64, lives.0 as u64])
    };
    Rc::new(Pod {
        id: format!("{:016x}{:016x}{:016x}{:016x}", word(1), word(2), word(3), word(4)),
        name: name.to_owned(),
        image: image.to_owned(),
        command: command.to_owned(),
        within: None,
        lives,
    })
}

/// A day of a node.
pub fn live(day: &mut Day<'_>) {
    agents(day);
    match day.host.role {
        "kubernetes" => kubernetes(day),
        "batch" => batch(day),
        "homelab" => home_lab(day),
        "ci" => builders(day),
        "broker" => brokers(day),
        _ => compose(day),
    }
}

/// Log shippers and metrics: small, steady, outward.
fn agents(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let logs = inside(
        &pod(day, "fluent-bit-x2k4z", "fluent/fluent-bit:4.0", "/fluent-bit/bin/fluent-bit"),
        "/fluent-bit/bin/fluent-bit",
        "root",
    );
    let metrics = inside(
        &pod(day, "otel-agent-qwrtz", "otel/opentelemetry-collector-contrib:0.140.0", "/otelcol"),
        "/otelcol",
        "10001",
    );
    let intake = (day.server("logs", false), 443);
    for at in day.every(300, start, end) {
        let busy = (Rhythm::Office.load(at) * 400_000.0) as u64;
        day.talk(at, 290, &logs, intake, busy, busy / 30);
        day.talk(at, 290, &metrics, intake, 250_000, 9_000);
    }
}

/// Services behind a mesh's proxies; deployments, jobs, an ingress, name lookup, and people who look inside.
fn kubernetes(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let number = start / DAY;
    let ingress = inside(
        &pod(
            day,
            "ingress-nginx-controller-7d9c5b8f6d-x2k4z",
            "registry.k8s.io/ingress-nginx/controller:v1.14",
            "/nginx-ingress-controller",
        ),
        "/nginx",
        "www-data",
    );
    let dns = inside(
        &pod(day, "coredns-5d78c9869d-qwrtz", "registry.k8s.io/coredns/coredns:v1.12", "/coredns"),
        "/coredns",
        "root",
    );
    let mesh = inside(
        &pod(day, "shop-istio-proxy", "istio/proxyv2:1.27", "pilot-agent proxy sidecar"),
        "/usr/local/bin/envoy",
        "1337",
    );
    let envoy = inside(
        &pod(day, "edge-envoy-6c9d7f5b8-zx4k2", "envoyproxy/envoy:v1.36", "envoy -c /etc/envoy.yaml"),
        "/usr/local/bin/envoy",
        "root",
    );
    let cron = |day: &Day<'_>, at: i64| {
        aged(
            day,
            &format!("report-2978{number}-k7x2b"),
            "registry.example.com/shop/report:4",
            "python report.py",
            (at, at + 2 * HOUR),
        )
    };
    // A new release every day: the pods are new, the workload is not.
    let release = (number + day.host.index as i64) % 3;
    let born = start + 9 * HOUR;
    let image = format!("registry.example.com/shop/web:{}", number - i64::from(release == 0));
    for n in 0..3 {
        let suffix = ["x7k2b", "m4n8c", "p9v3d"][n];
        let web = inside(
            &aged(
                day,
                &format!("shop-web-5f6d8b9c7-{suffix}"),
                &image,
                "./web",
                (if release == 0 { born } else { 0 }, i64::MAX),
            ),
            "/app/web",
            "1000",
        );
        for at in day.every(300, start, end) {
            let busy = (Rhythm::Public.load(at) * day.dice.lognormal(3e6, 0.4)) as u64;
            day.serve(at, 290, &web, busy, busy / 9);
        }
    }
    for at in day.every(300, start, end) {
        let busy = (Rhythm::Public.load(at) * day.dice.lognormal(9e6, 0.3)) as u64;
        for proxy in [&ingress, &mesh, &envoy] {
            day.serve(at, 290, proxy, busy, busy);
        }
        day.serve(at, 290, &dns, 400_000, 300_000);
    }
    let at = start + 4 * HOUR;
    let report = inside(&cron(day, at), "/usr/bin/python3", "1000");
    let store = (day.server("reports", true), 443);
    day.start(at, &report, "python report.py --upload");
    day.talk(at + 300, 3600, &report, store, 600_000_000, 20_000_000);
    looks(day, &mesh.pod.clone().unwrap_or_default());
}

/// Somebody looks into a container.
fn looks(day: &mut Day<'_>, pod: &Rc<Pod>) {
    let lines = [
        ("/usr/bin/curl", "curl -sv http://127.0.0.1:15000/clusters"),
        ("/bin/sh", "sh -c ps aux | grep -i honeygain"),
        ("/bin/ls", "ls -la /tmp"),
        ("/usr/bin/apt-get", "apt-get install -y tcpdump"),
        ("/usr/bin/env", "env"),
        ("/usr/bin/wget", "wget -qO- https://ifconfig.example.com"),
        ("/usr/bin/ssh", "ssh -T git@github.com"),
        ("/usr/bin/socat", "socat -V"),
    ];
    for at in day.times(2.0, Rhythm::Office) {
        let (path, line) = *day.dice.pick(&lines);
        let tool = inside(pod, path, "root");
        day.start(at, &tool, line);
    }
    let docker = program("/usr/bin/docker", "root", "/usr/bin/bash");
    for at in day.times(1.0, Rhythm::Office) {
        let line = *day.dice.pick(&[
            "docker rm -f honeygain",
            "docker image ls",
            "docker run --rm -it alpine sh",
            "docker inspect tun2socks",
        ]);
        day.start(at, &docker, line);
    }
}

/// Jobs that sleep for hours, then pull, transcode and push: in and out alike.
fn batch(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let store = (day.server("media-store", true), 443);
    for name in ["transcoder-1", "transcoder-2", "transcoder-3", "transcoder-4"] {
        let worker =
            inside(&pod(day, name, "registry.example.com/media/transcoder:9", "./work"), "/app/work", "1000");
        for at in day.every(300, start, end) {
            day.talk(at, 20, &worker, store, 2_000, 3_000);
        }
        for at in day.times(2.5, Rhythm::Office) {
            let (lasts, size) = (day.dice.range(1200, 6000), day.dice.lognormal(3e8, 0.7));
            let made = size * day.dice.between(0.7, 1.2);
            day.talk(at, lasts as i64, &worker, store, made as u64, size as u64);
        }
    }
    let export = inside(
        &pod(day, "export", "registry.example.com/data/export:3", "python export.py"),
        "/usr/bin/python3",
        "1000",
    );
    let partner = (day.server("partner", true), 22);
    if day.start / DAY % 7 == 3 {
        let at = start + 2 * HOUR;
        day.start(at, &export, "python export.py --week");
        day.talk(at, 3 * HOUR, &export, partner, 3_000_000_000, 20_000_000);
    }
    let migrate = inside(
        &aged(
            day,
            &format!("migrate-{}", start / DAY),
            "migrate/migrate:v4",
            "migrate up",
            (start + 6 * HOUR, start + 7 * HOUR),
        ),
        "/usr/bin/migrate",
        "root",
    );
    day.start(start + 6 * HOUR + 60, &migrate, "migrate -path /m -database postgres://db up");
}

fn compose(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let tunnel = inside(
        &pod(day, "cloudflared", "cloudflare/cloudflared:2026.5.0", "cloudflared tunnel run"),
        "/usr/local/bin/cloudflared",
        "nonroot",
    );
    let traefik = inside(&pod(day, "traefik", "traefik:v3.5", "traefik"), "/usr/local/bin/traefik", "root");
    let app =
        inside(&pod(day, "app", "registry.example.com/crm/app:12", "gunicorn"), "/usr/bin/gunicorn", "1000");
    let database = inside(
        &pod(day, "postgres", "postgres:17", "postgres"),
        "/usr/lib/postgresql/17/bin/postgres",
        "postgres",
    );
    let backup =
        inside(&pod(day, "backup", "offen/docker-volume-backup:v2", "backup"), "/usr/bin/backup", "root");
    let updater =
        inside(&pod(day, "watchtower", "nickfedor/watchtower:1.12", "/watchtower"), "/watchtower", "root");
    let edge = (day.server("cloudflare", false), 7844);
    for at in day.every(300, start, end) {
        let busy = (Rhythm::Office.load(at) * day.dice.lognormal(2e6, 0.5)) as u64;
        day.talk(at, 290, &tunnel, edge, busy, busy);
        day.serve(at, 290, &traefik, busy, busy);
        day.serve(at, 290, &app, busy, busy / 5);
        day.serve(at, 290, &database, busy / 2, busy / 10);
    }
    let store = (day.server("volume-backups", true), 443);
    day.start(start + 2 * HOUR, &backup, "backup");
    day.talk(start + 2 * HOUR + 30, 4200, &backup, store, 2_500_000_000, 20_000_000);
    day.browse(&updater, 3.0, start + 5 * HOUR, start + 6 * HOUR);
    looks(day, &app.pod.clone().unwrap_or_default());
}

/// A tunnel of one's own with a torrent client behind it, which the settings declare; media to the family.
fn home_lab(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let gluetun = pod(day, "gluetun", "qmcgaw/gluetun:v3.40", "/gluetun-entrypoint");
    let behind = |day: &Day<'_>, name: &str, image: &str| {
        Rc::new(Pod { within: Some(gluetun.id.clone()), ..Pod::clone(&pod(day, name, image, name)) })
    };
    let torrent = inside(
        &behind(day, "qbittorrent", "lscr.io/linuxserver/qbittorrent:5.1"),
        "/usr/bin/qbittorrent-nox",
        "abc",
    );
    let indexer =
        inside(&behind(day, "prowlarr", "lscr.io/linuxserver/prowlarr:2.0"), "/app/prowlarr", "abc");
    let mover = inside(&behind(day, "sonarr", "lscr.io/linuxserver/sonarr:4.0"), "/app/sonarr", "abc");
    let tunnel = inside(&gluetun, "/usr/sbin/openvpn", "root");
    let media = inside(
        &pod(day, "jellyfin", "jellyfin/jellyfin:10.11", "/jellyfin/jellyfin"),
        "/jellyfin/jellyfin",
        "1000",
    );
    let far = (day.server("commercial-vpn", true), 1194);
    day.start(start + 60, &tunnel, "openvpn --config /etc/openvpn/target.ovpn");
    for at in day.every(300, start, end) {
        day.talk(at, 290, &torrent, far, 30_000_000, 8_000_000);
        day.talk(at, 290, &indexer, far, 40_000, 300_000);
        day.talk(at, 290, &mover, far, 20_000, 200_000);
    }
    for at in day.times(3.0, Rhythm::Public) {
        day.serve(at, 5400, &media, 4_000_000_000, 30_000_000);
    }
}

/// Builds in containers that live for minutes: packages in, images out.
fn builders(day: &mut Day<'_>) {
    let registry = (day.server("registry", false), 443);
    for at in day.times(14.0, Rhythm::Office) {
        let number = at % 9973;
        let lives = (at, at + 1500);
        let runner = inside(
            &aged(
                day,
                &format!("runner-{number}-project-7-concurrent-0"),
                "docker:28-dind",
                "dockerd",
                lives,
            ),
            "/usr/bin/docker",
            "root",
        );
        let step = inside(
            &aged(day, &format!("build-{number}"), "node:24", "npm ci", lives),
            "/usr/local/bin/node",
            "node",
        );
        let curl = inside(&step.pod.clone().unwrap_or_default(), "/usr/bin/curl", "root");
        day.start(at + 5, &step, "node /usr/local/bin/npm ci");
        day.start(at + 20, &curl, "curl -fsSL https://deb.nodesource.com/setup_24.x");
        day.start(at + 60, &runner, "docker build --push -t registry.example.com/app .");
        day.talk(at + 10, 300, &step, registry, 2_000_000, 180_000_000);
        day.talk(at + 600, 500, &runner, registry, 400_000_000, 90_000_000);
    }
}

/// Brokers forward all that they take; one of three leads and sends to the others.
fn brokers(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let leader = (start / DAY % 3) as usize;
    let nodes: Vec<_> = (0..4)
        .map(|n| {
            inside(
                &pod(day, &format!("kafka-{n}"), "apache/kafka:4.1", "/opt/kafka/bin/kafka-server-start.sh"),
                "/usr/bin/java",
                "appuser",
            )
        })
        .collect();
    let relay = inside(&pod(day, "nats", "nats:2.12", "nats-server"), "/nats-server", "root");
    let turn =
        inside(&pod(day, "coturn", "coturn/coturn:4.7", "turnserver"), "/usr/bin/turnserver", "nobody");
    let meet = inside(&pod(day, "jvb", "jitsi/jvb:stable", "/init"), "/usr/bin/java", "root");
    for at in day.every(300, start, end) {
        for (n, node) in nodes.iter().enumerate() {
            let busy = day.dice.lognormal(4e6, 0.3) * if n == leader { 8.0 } else { 1.0 };
            day.serve(at, 290, node, busy as u64, (busy * 0.9) as u64);
        }
        let busy = (Rhythm::Office.load(at) * 6e6) as u64;
        day.serve(at, 290, &relay, busy, busy);
    }
    for at in day.times(8.0, Rhythm::Office) {
        // Calls are relayed for their whole length, and nothing between them.
        day.serve(at, 3600, &turn, 500_000_000, 510_000_000);
        day.serve(at, 3600, &meet, 900_000_000, 450_000_000);
    }
}
