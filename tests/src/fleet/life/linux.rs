//! Linux machines that people work on: workstations, bastions, runners of continuous integration, scanners.

use crate::fleet::day::{Day, program};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

/// A day of such a machine.
pub fn live(day: &mut Day<'_>) {
    super::servers::machine(day);
    match day.host.role {
        "bastion" => bastion(day),
        "scanner" => scanner(day),
        "ci-runner" => runner(day),
        _ => workstation(day),
    }
}

/// An administrator who looks for proxyware and removes it, and carries tunnels of the company's own.
fn bastion(day: &mut Day<'_>) {
    let sh = program("/usr/bin/bash", "ana", "/usr/sbin/sshd");
    let user = |path: &str| program(path, "ana", "/usr/bin/bash");
    let lines = [
        ("/usr/bin/grep", "grep -ri honeygain /var/log /etc"),
        ("/usr/bin/docker", "docker rm -f honeygain traffmonetizer"),
        ("/usr/bin/docker", "docker ps --filter ancestor=honeygain/honeygain"),
        ("/usr/bin/docker", "docker rmi traffmonetizer/cli_v2"),
        ("/usr/bin/pkill", "pkill -9 -f earnapp"),
        ("/usr/bin/pgrep", "pgrep -af pawns-cli"),
        ("/usr/bin/find", "find / -xdev -name *peer2profit* -o -name psclient"),
        ("/usr/bin/systemctl", "systemctl disable --now earnapp.service"),
        ("/usr/bin/journalctl", "journalctl -u earnapp --since yesterday"),
        ("/usr/bin/less", "less /root/honeygain-incident.md"),
        ("/usr/bin/vim", "vim /etc/hosts.deny.honeygain"),
        ("/usr/bin/dig", "dig +short api.honeygain.com"),
        ("/usr/bin/whois", "whois packetstream.io"),
        ("/usr/bin/rm", "rm -rf /opt/earnapp /etc/earnapp"),
        ("/usr/bin/apt-get", "apt-get purge -y proxychains4 tor"),
        ("/usr/bin/sha256sum", "sha256sum /root/quarantine/honeygain"),
        ("/usr/bin/scp", "scp ana@srv-0003:/tmp/.x/honeygain /root/quarantine/"),
        ("/usr/bin/iptables", "iptables -A OUTPUT -d proxy.packetstream.io -j DROP"),
        ("/usr/bin/ansible", "ansible all -m shell -a pgrep -a repocket"),
    ];
    for at in day.times(10.0, Rhythm::Office) {
        let (path, line) = *day.dice.pick(&lines);
        day.start(at, &user(path), line);
    }
    let texts = [
        "ps aux | grep -i honeygain | grep -v grep",
        "for h in $(cat hosts); do ssh $h 'pgrep -a traffmonetizer'; done",
        "docker images | grep -E 'earnfm|repocket|proxyrack'",
        "zgrep -h masscan /var/log/auth.log.*.gz | sort | uniq -c",
        "which tor microsocks 3proxy gost || true",
    ];
    for at in day.times(4.0, Rhythm::Office) {
        let text = *day.dice.pick(&texts);
        day.shell(at, &sh, "bash", text);
    }
    let ssh = user("/usr/bin/ssh");
    let nmap = user("/usr/bin/nmap");
    let ansible =
        program("/home/ana/.ansible/tmp/ansible-tmp-1780/AnsiballZ_command.py", "ana", "/usr/bin/python3.12");
    for at in day.times(5.0, Rhythm::Office) {
        day.start(at, &ssh, "ssh -N -L 5432:db.internal:5432 srv-0002");
        day.start(at + 60, &ansible, "/usr/bin/python3.12 AnsiballZ_command.py");
        day.browse(&ansible, 1.0, at + 60, at + 70);
        let far = (day.server("other-site", false), 22);
        day.talk(at + 1, 3600, &ssh, far, 3_000_000, 30_000_000);
    }
    if day.dice.chance(0.3) {
        let at = day.start + 10 * HOUR + day.dice.below(6 * HOUR as u64) as i64;
        day.start(at, &nmap, "nmap -sT -p 22,443 10.20.0.0/24");
        day.start(at + 900, &ssh, "ssh -D 1080 -N office.example.com");
        let far = (day.server("office", false), 22);
        day.hold(&ssh, far, 2 * HOUR, at + 901, at + 5 * HOUR);
    }
}

/// The security team's nightly scan of the company's own outside addresses, which the settings declare.
fn scanner(day: &mut Day<'_>) {
    let masscan = program("/usr/bin/masscan", "root", "/usr/sbin/cron");
    let at = day.start + HOUR + day.dice.below(HOUR as u64) as i64;
    day.start(
        at,
        &masscan,
        "masscan -p22,80,443,3389 198.51.100.0/22 --rate 500 -oJ /var/lib/scan/night.json",
    );
    for n in 0..300 {
        let own = std::net::IpAddr::from(std::net::Ipv4Addr::from(0xc633_6400_u32 + n));
        let port = *day.dice.pick(&[22, 80, 443, 3389]);
        day.talk(at + 1 + i64::from(n) / 4, 1, &masscan, (own, port), 120, 60);
    }
    let nuclei = program("/opt/scan/nuclei", "root", "/usr/bin/masscan");
    day.start(at + 600, &nuclei, "nuclei -l open.txt -severity high");
    day.browse(&nuclei, 200.0, at + 600, at + HOUR);
}

/// Builds: packages, images, test binaries in temporary folders, load tests, artifacts.
fn runner(day: &mut Day<'_>) {
    let run = |path: &str| program(path, "runner", "/home/runner/runners/bin/Runner.Worker");
    let worker = program("/home/runner/runners/bin/Runner.Listener", "runner", "/usr/bin/bash");
    let service = (day.server("ci-service", false), 443);
    let (start, end) = (day.start, day.start + DAY);
    day.hold(&worker, service, HOUR, start, end);
    for at in day.times(24.0, Rhythm::Office) {
        let (node, pip, cargo) =
            (run("/usr/bin/node"), run("/usr/bin/python3.12"), run("/home/runner/.cargo/bin/cargo"));
        let (curl, sh, git) = (run("/usr/bin/curl"), run("/usr/bin/bash"), run("/usr/bin/git"));
        // Test binaries and unpacked tools run from where they were built or unpacked.
        let test = run("/tmp/go-build2813/b001/server.test");
        let action = run("/home/runner/work/_temp/0a7c/setup-tool");
        let built = run("/home/runner/work/shop/shop/.build/release/shop");
        let docker = run("/usr/bin/docker");
        let k6 = run("/usr/bin/k6");
        day.start(at, &git, "git clone --depth 1 https://github.com/example/shop.git");
        day.browse(&git, 2.0, at, at + 10);
        day.start(at + 10, &node, "node /usr/bin/npm ci");
        day.browse(&node, 90.0, at + 10, at + 100);
        day.start(at + 100, &pip, "python3.12 -m pip install -r requirements.txt");
        day.browse(&pip, 40.0, at + 100, at + 160);
        day.start(at + 160, &cargo, "cargo fetch --locked");
        day.browse(&cargo, 60.0, at + 160, at + 220);
        day.start(at + 230, &curl, "curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs");
        day.browse(&curl, 1.0, at + 230, at + 235);
        day.shell(
            at + 230,
            &sh,
            "bash",
            "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y",
        );
        day.shell(at + 240, &sh, "bash", "curl -fsSL https://get.docker.com | bash");
        day.start(at + 300, &test, "/tmp/go-build2813/b001/server.test -test.timeout=10m0s");
        day.browse(&test, 5.0, at + 300, at + 400);
        day.start(at + 310, &action, "setup-tool install 1.2.3");
        day.browse(&action, 3.0, at + 310, at + 330);
        day.start(at + 400, &built, "shop --smoke-test");
        for n in 0..day.dice.range(5, 40) as i64 {
            day.start(at + 420 + n, &curl, "curl -sf http://127.0.0.1:8080/health");
        }
        day.start(at + 500, &docker, "docker buildx build --push -t registry.example.com/shop:ci .");
        let registry = (day.server("registry", false), 443);
        let size = day.dice.lognormal(2.5e8, 0.7) as u64;
        day.talk(at + 510, 120, &docker, registry, size, size / 2);
        if day.dice.chance(0.1) {
            let staging = (day.server("staging", false), 443);
            day.start(at + 700, &k6, "k6 run --vus 200 --duration 15m load.js");
            day.talk(at + 701, 900, &k6, staging, 400_000_000, 2_000_000_000);
        }
    }
}

/// A developer's machine: editors, toolchains and apps that live in hidden folders, AppImages under `/tmp`.
fn workstation(day: &mut Day<'_>) {
    let Some((from, until)) = day.office() else { return };
    let home = format!("/home/{}", day.host.person);
    let me = day.host.person;
    let run = |path: String| program(&path, me, "/usr/bin/bash");
    let app = |path: String| program(&path, me, "/usr/lib/systemd/systemd");
    let firefox = app("/usr/lib/firefox/firefox".to_owned());
    let dropbox = app(format!("{home}/.dropbox-dist/dropbox-lnx.x86_64-211.4/dropbox"));
    let slack = app("/tmp/.mount_SlackQ8vT2x/usr/lib/slack/slack".to_owned());
    let joplin = app("/tmp/.mount_JoplinKa91/@joplinapp-desktop".to_owned());
    let steam = app(format!("{home}/.steam/debian-installation/ubuntu12_64/steamwebhelper"));
    let idea = app(format!("{home}/.cache/JetBrains/RemoteDev/dist/ideaIU-261/bin/remote-dev-server"));
    let server = app(format!("{home}/.vscode-server/cli/servers/Stable-1/server/node"));
    let copilot = app(format!("{home}/.config/Code/User/globalStorage/agent/agent-server"));
    let bazel = run(format!("{home}/.cache/bazel/_bazel_{me}/install/abc/A-server"));
    let gopls = run(format!("{home}/go/bin/gopls"));
    let node = run(format!("{home}/.nvm/versions/node/v24.1.0/bin/node"));
    let rust = run(format!("{home}/.rustup/toolchains/stable/bin/cargo"));
    let own = run("/tmp/go-build991/b001/exe/api".to_owned());
    let tail = program("/usr/sbin/tailscaled", "root", "/usr/lib/systemd/systemd");
    let vpn = program("/usr/sbin/openvpn", "root", "/usr/lib/systemd/systemd");
    let ngrok = run("/usr/local/bin/ngrok".to_owned());
    let sync = app("/usr/bin/syncthing".to_owned());
    for (place, held) in [&dropbox, &slack, &joplin, &steam, &idea, &server, &copilot].into_iter().enumerate()
    {
        if !(day.host.index + place).is_multiple_of(3) {
            continue;
        }
        let name = held.path.rsplit('/').next().unwrap_or("app").to_owned();
        let cloud = (day.server(&name, place > 2), 443);
        let at = day.moment(from, from + 900);
        day.start(at, held, &format!("{name} --no-sandbox"));
        // Some of these dial again every few minutes, all day.
        let again = day.dice.range(3, 40) as i64 * 60;
        day.hold(held, cloud, again, at + 5, until);
        day.browse(held, 10.0, at, until);
    }
    day.start(from, &firefox, "firefox");
    day.browse(&firefox, 250.0, from, until);
    for tool in [&bazel, &gopls, &node, &rust] {
        for at in day.times(6.0, Rhythm::Office) {
            day.start(at, tool, "tool build --all");
            day.browse(tool, 8.0, at, at + 120);
        }
    }
    if day.dice.chance(0.4) {
        let at = day.moment(from, from + 2 * HOUR);
        let queue = (day.server("dev-queue", true), 5672);
        day.start(at, &own, "/tmp/go-build991/b001/exe/api -listen :8080");
        day.hold(&own, queue, 200, at + 5, until);
    }
    let derp = (day.server("derp", false), 443);
    match day.host.index % 4 {
        0 => day.hold(&tail, derp, 2 * HOUR, day.start, day.start + DAY),
        1 => day.hold(&vpn, (derp.0, 1194), HOUR, from, until),
        2 => {
            day.start(from + 600, &ngrok, "ngrok version");
            let peer = (day.server("syncthing-relay", true), 22_067);
            day.hold(&sync, peer, HOUR, from, until);
        }
        _ => {}
    }
}
