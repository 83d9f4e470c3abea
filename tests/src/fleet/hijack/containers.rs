//! Containers: images that sell, programs started in others, workloads that change what they do.

use std::rc::Rc;

use super::relay::{Shape, USUAL, relay};
use crate::fleet::act::{Pod, Program};
use crate::fleet::day::{Day, inside};
use crate::fleet::life::nodes::{aged, pod};

fn runs(day: &mut Day<'_>, lives: (i64, i64), name: &str, image: &str, line: &str) -> Rc<Program> {
    let path = format!("/app/{}", line.split(' ').next().unwrap_or("run"));
    let client = inside(&aged(day, name, image, line, lives), &path, "root");
    if lives.0 >= day.start {
        day.start(lives.0 + 1, &client, line);
    }
    client
}

/// The image that everybody uses.
pub(super) fn image(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = runs(
        day,
        lives,
        "hg-1",
        "honeygain/honeygain:latest",
        "honeygain -tou-accept -email a -pass b -device 1",
    );
    relay(day, &client, lives, USUAL);
}

/// The same from a mirror, under a harmless name.
pub(super) fn mirrored(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = runs(
        day,
        lives,
        "metrics-agent",
        "registry.example.net/mirror/traffmonetizer/cli_v2:arm64v8",
        "Cli start accept --token Zm9v",
    );
    relay(day, &client, lives, USUAL);
}

/// A known client's image, as a service of the host.
pub(super) fn psclient(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = runs(day, lives, "nginx-cache", "packetstream/psclient:latest", "psclient");
    relay(day, &client, lives, USUAL);
}

/// Somebody broke into an application and starts a client there.
pub(super) fn exec(day: &mut Day<'_>, lives: (i64, i64)) {
    let app = pod(day, "crm-web", "registry.example.com/crm/web:12", "gunicorn");
    let client = inside(&app, "/tmp/pawns-cli", "1000");
    day.start(
        lives.0.max(day.start),
        &client,
        "/tmp/pawns-cli -email=a@example.com -password=x -device-name=1 -accept-tos",
    );
    relay(day, &client, lives, USUAL);
}

/// A quiet container of the victim's own.
fn sleeper(day: &mut Day<'_>, lives: (i64, i64)) -> Rc<Program> {
    let program = inside(
        &pod(day, "cache-warmer", "registry.example.com/shop/warmer:2", "./warmer"),
        "/app/warmer",
        "1000",
    );
    let far = (day.server("warmer", true), 443);
    for at in day.every(300, day.start, day.start + 86_400) {
        if at < lives.0 || at > lives.1 {
            day.talk(at, 20, &program, far, 3_000, 9_000);
        }
    }
    program
}

/// A workload that slept begins to relay.
pub(super) fn dormant_relay(day: &mut Day<'_>, lives: (i64, i64)) {
    let program = sleeper(day, lives);
    relay(day, &program, lives, Shape { bits: 9e5, ..USUAL });
}

/// A workload that slept sends.
pub(super) fn dormant_upload(day: &mut Day<'_>, lives: (i64, i64)) {
    let program = sleeper(day, lives);
    let far = (day.server("drop", true), 443);
    for at in day.every(300, lives.0, lives.1.min(lives.0 + 3 * 3600)) {
        day.talk(at, 290, &program, far, 30_000_000, 200_000);
    }
}

/// Many clients, each at home somewhere else by a tunnel.
pub(super) fn stack(day: &mut Day<'_>, lives: (i64, i64)) {
    let tunnel = aged(day, "tun-1", "xjasonlyu/tun2socks:latest", "/entrypoint.sh", lives);
    let door = inside(&tunnel, "/usr/bin/tun2socks", "root");
    day.start(lives.0.max(day.start) + 1, &door, "tun2socks -device tun0 -proxy socks5://203.0.113.7:1080");
    for n in 0..4 {
        let member = Pod {
            within: Some(tunnel.id.clone()),
            ..Pod::clone(&aged(day, &format!("m{n}"), "example/base:3", "run", lives))
        };
        let client = inside(&Rc::new(member), "/app/run", "root");
        relay(day, &client, lives, Shape { bits: 1e5, ..USUAL });
    }
}

/// An image that nobody knows, which relays from its first minute.
pub(super) fn unknown_image(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = runs(day, lives, "sys-helper", "qx81/worker:latest", "worker -k 1");
    relay(day, &client, lives, Shape { bits: 9e5, ..USUAL });
}

/// One of several replicas relays beside its work.
pub(super) fn replica(day: &mut Day<'_>, lives: (i64, i64)) {
    let mut last = None;
    for suffix in ["a2b4c", "d5f6g", "h7j8k", "m9n2p"] {
        let web = inside(
            &pod(day, &format!("news-web-6b7c8d9f5-{suffix}"), "registry.example.com/news/web:8", "./web"),
            "/app/web",
            "1000",
        );
        for at in day.every(300, day.start, day.start + 86_400) {
            let busy = day.dice.lognormal(1e6, 0.3) as u64;
            day.serve(at, 290, &web, busy, busy / 9);
        }
        last = Some(web);
    }
    if let Some(web) = last {
        relay(day, &web, lives, Shape { bits: 3e6, ..USUAL });
    }
}
