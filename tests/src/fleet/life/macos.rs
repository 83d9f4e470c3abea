//! Macs: office, design, development, administration, and one that seeds by declaration.

use crate::fleet::act::Signed::{AdHoc, Apple, Nobody, Team};
use crate::fleet::day::{Day, signed};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

/// A day of a Mac.
pub fn live(day: &mut Day<'_>) {
    system(day);
    let Some((from, until)) = day.office() else { return };
    office(day, from, until);
    match day.host.role {
        "developer" => developer(day, from, until),
        "designer" => designer(day, from, until),
        "admin" => admin(day),
        "seeder" => seeder(day),
        _ => {}
    }
}

fn app(name: &str) -> String {
    format!("/Applications/{name}.app/Contents/MacOS/{name}")
}

/// Time Machine, iCloud, photos, updates, and backups that people buy.
fn system(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let of_system = |path: &str| signed(path, "root", "/sbin/launchd", Apple);
    let backupd = of_system("/System/Library/CoreServices/backupd.bundle/Contents/Resources/backupd");
    let cloudd = of_system("/System/Library/PrivateFrameworks/CloudKitDaemon.framework/Support/cloudd");
    let bird =
        of_system("/System/Library/PrivateFrameworks/CloudDocsDaemon.framework/Versions/A/Support/bird");
    let photos = of_system(
        "/System/Library/PrivateFrameworks/PhotoLibraryServices.framework/Versions/A/Support/photolibraryd",
    );
    let fetcher = of_system("/usr/libexec/nsurlsessiond");
    let update =
        of_system("/System/Library/CoreServices/Software Update.app/Contents/Resources/softwareupdated");
    let backblaze = signed(
        "/Library/Backblaze.bzpkg/bztransmit",
        "root",
        "/Library/Backblaze.bzpkg/bzserv",
        Team("627YAYTMJB"),
    );
    let icloud = (day.server("icloud", false), 443);
    for at in day.every(HOUR, start, end) {
        day.start(at, &backupd, "backupd --auto");
        let nas = (day.server("time-capsule", true), 445);
        day.talk(at, 900, &backupd, nas, 700_000_000, 9_000_000);
        day.talk(at + 60, 30, &bird, icloud, 300_000, 400_000);
    }
    day.hold(&cloudd, icloud, HOUR, start, end);
    for at in day.times(3.0, Rhythm::Public) {
        day.talk(at, 2400, &cloudd, icloud, 900_000_000, 40_000_000);
        day.talk(at, 1200, &photos, icloud, 20_000_000, 600_000_000);
    }
    if day.dice.chance(0.2) {
        let at = day.moment(start, end - HOUR);
        let cdn = (day.server("apple-cdn", false), 443);
        day.start(at, &update, "softwareupdated");
        day.talk(at, 1800, &fetcher, cdn, 60_000_000, 6_000_000_000);
    }
    if day.host.index.is_multiple_of(3) {
        let store = (day.server("backblaze", true), 443);
        for at in day.every(600, start, end) {
            day.start(at, &backblaze, "bztransmit -completesync");
            day.talk(at, 580, &backblaze, store, 150_000_000, 1_000_000);
        }
    }
}

fn office(day: &mut Day<'_>, from: i64, until: i64) {
    let me = day.host.person;
    let run = |path: &str, who| signed(path, me, "/sbin/launchd", who);
    let safari = run(
        "/System/Volumes/Preboot/Cryptexes/App/System/Applications/Safari.app/Contents/MacOS/Safari",
        Apple,
    );
    let web = run(
        "/System/Library/Frameworks/WebKit.framework/Versions/A/XPCServices/com.apple.WebKit.Networking.xpc/Contents/MacOS/com.apple.WebKit.Networking",
        Apple,
    );
    let chrome = run(
        "/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper",
        Team("EQHXZ8M8AV"),
    );
    let slack = run(
        "/Applications/Slack.app/Contents/Frameworks/Slack Helper.app/Contents/MacOS/Slack Helper",
        Team("BQR82RBBHL"),
    );
    let zoom = run(&app("zoom.us"), Team("BJ4HAAB9B3"));
    let teams = run(&app("Microsoft Teams"), Team("UBF8T346G9"));
    let dropbox = run(&app("Dropbox"), Team("G7HH3F8CAK"));
    let spotify = run(&app("Spotify"), Team("2FNC3A47ZF"));
    let vpn = run("/Applications/Cisco/Cisco Secure Client.app/Contents/MacOS/vpnagentd", Team("DE8Y96K9QP"));
    let wireguard = run(
        "/Applications/WireGuard.app/Contents/PlugIns/WireGuardNetworkExtension.appex/Contents/MacOS/WireGuardNetworkExtension",
        Team("L82V4Y2P3C"),
    );
    for app in [&safari, &web, &chrome, &slack, &zoom, &teams, &dropbox, &spotify] {
        let (at, name) =
            (day.moment(from, from + 900), app.path.rsplit('/').next().unwrap_or_default().to_owned());
        day.start(at, app, &name);
    }
    day.browse(&web, 150.0, from, until);
    day.browse(&chrome, 250.0, from, until);
    let (chat, music) = ((day.server("slack", true), 443), (day.server("spotify", true), 4070));
    day.hold(&slack, chat, 1800, from, until);
    day.hold(&spotify, music, 1800, from, until);
    day.browse(&teams, 30.0, from, until);
    for _ in 0..day.dice.range(0, 4) {
        let at = day.moment(from, until - HOUR);
        let call = (day.server("zoom-mmr", true), 8801);
        day.talk(at, 3000, &zoom, call, 420_000_000, 450_000_000);
    }
    for at in day.times(12.0, Rhythm::Office) {
        let store = (day.server("dropbox", true), 443);
        let size = day.dice.lognormal(3e7, 1.4) as u64;
        day.talk(at, 300, &dropbox, store, size, size / 50);
    }
    let gate = (day.server("corporate-vpn", false), 443);
    let (tunnel, bytes) = (if day.host.index.is_multiple_of(2) { &vpn } else { &wireguard }, 9_000_000);
    for at in day.every(300, from, until) {
        day.talk(at, 295, tunnel, gate, bytes / 2, bytes);
    }
}

/// Homebrew's and self-built programs are signed by the linker only, and some of them move much.
fn developer(day: &mut Day<'_>, from: i64, until: i64) {
    let me = day.host.person;
    let brew = |path: &str| signed(path, me, "/bin/zsh", AdHoc);
    let (node, python) = (
        brew("/opt/homebrew/Cellar/node/24.1.0/bin/node"),
        brew("/opt/homebrew/Cellar/python@3.13/3.13.4/bin/python3.13"),
    );
    let (git, go) = (brew("/opt/homebrew/bin/git"), brew("/opt/homebrew/Cellar/go/1.26.0/libexec/bin/go"));
    let own = brew("/private/var/folders/x1/T/go-build771/b001/exe/api");
    let server = brew(&format!("/Users/{me}/src/shop/target/debug/shop"));
    let rclone = brew("/opt/homebrew/Cellar/rclone/1.70.0/bin/rclone");
    let syncthing = brew("/opt/homebrew/opt/syncthing/bin/syncthing");
    let script = signed("/opt/tools/deploy", me, "/bin/zsh", Nobody);
    let docker = signed(
        "/Applications/Docker.app/Contents/MacOS/com.docker.backend",
        me,
        "/sbin/launchd",
        Team("9BNSXJN65R"),
    );
    let code = signed(
        "/Applications/Visual Studio Code.app/Contents/Frameworks/Code Helper (Plugin).app/Contents/MacOS/Code Helper (Plugin)",
        me,
        "/sbin/launchd",
        Team("UBF8T346G9"),
    );
    let ssh = signed("/usr/bin/ssh", me, "/bin/zsh", Apple);
    let curl = signed("/usr/bin/curl", me, "/bin/zsh", Apple);
    let zsh =
        signed("/bin/zsh", me, "/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal", Apple);
    day.browse(&code, 40.0, from, until);
    for at in day.times(6.0, Rhythm::Office) {
        day.start(at, &git, "git push origin main");
        day.browse(&git, 1.0, at, at + 9);
        day.start(at + 20, &node, "node /opt/homebrew/bin/npm ci");
        day.browse(&node, 80.0, at + 20, at + 120);
        day.start(at + 130, &python, "python3.13 -m pip install -r requirements.txt");
        day.browse(&python, 25.0, at + 130, at + 190);
        day.start(at + 200, &go, "go run ./cmd/api");
        day.start(at + 230, &own, "api -listen :8080");
        day.browse(&own, 8.0, at + 230, at + HOUR);
        day.start(at + 240, &server, "shop --dev");
        let queue = (day.server("dev-queue", true), 5671);
        day.hold(&server, queue, 600, at + 241, at + 3 * HOUR);
        day.shell(at + 300, &zsh, "zsh", "brew install wget curl ffmpeg && brew upgrade");
        day.start(
            at + 310,
            &curl,
            "curl -fsSL https://raw.githubusercontent.com/Homebrew/install/HEAD/install.sh",
        );
        day.browse(&curl, 1.0, at + 310, at + 315);
    }
    // Images to the registry, through Docker and through a tool of one's own.
    let registry = (day.server("registry", false), 443);
    for at in day.times(3.0, Rhythm::Office) {
        day.talk(at, 400, &docker, registry, 900_000_000, 20_000_000);
        day.start(at + 600, &script, "deploy --environment staging");
        day.talk(at + 601, 240, &script, registry, 250_000_000, 2_000_000);
    }
    if day.dice.chance(0.25) {
        let at = day.moment(from, until - 2 * HOUR);
        let store = (day.server("s3", true), 443);
        day.start(at, &rclone, "rclone sync dataset s3:team/dataset");
        day.talk(at + 1, 4000, &rclone, store, 9_000_000_000, 40_000_000);
    }
    if day.host.index.is_multiple_of(4) {
        let peer = (day.server("syncthing-peer", true), 22_000);
        for at in day.times(6.0, Rhythm::Office) {
            day.talk(at, 600, &syncthing, peer, 60_000_000, 55_000_000);
        }
        day.hold(&syncthing, peer, 1800, from, until);
    }
    let bastion = (day.server("bastion", false), 22);
    day.start(from + 600, &ssh, "ssh -D 1080 -N bastion");
    day.hold(&ssh, bastion, 2 * HOUR, from + 601, until);
}

/// Video to an agency, streams to an audience.
fn designer(day: &mut Day<'_>, from: i64, until: i64) {
    let me = day.host.person;
    let obs = signed("/Applications/OBS.app/Contents/MacOS/OBS", me, "/sbin/launchd", Team("2MMRE5MTB8"));
    let transmit =
        signed("/Applications/Transmit.app/Contents/MacOS/Transmit", me, "/sbin/launchd", Team("VE8FC488U5"));
    let ffmpeg = signed("/opt/homebrew/bin/ffmpeg", me, "/bin/zsh", AdHoc);
    let frame = signed(
        "/Users/Shared/FrameSync/FrameSync.app/Contents/MacOS/FrameSync",
        me,
        "/sbin/launchd",
        Team("6K9F2X3Q7A"),
    );
    let at = day.moment(from, until - 2 * HOUR);
    let (live, agency) = ((day.server("rtmp", true), 443), (day.server("agency", true), 22));
    day.talk(at, 5400, &obs, live, 4_000_000_000, 60_000_000);
    day.talk(at + 300, 2400, &transmit, agency, 8_000_000_000, 60_000_000);
    day.talk(at + 900, 3000, &frame, agency, 3_000_000_000, 90_000_000);
    if day.dice.chance(0.2) {
        day.start(at, &ffmpeg, "ffmpeg -re -i talk.mov -f flv rtmp://live.example.com/app");
        day.talk(at, 2700, &ffmpeg, (live.0, 1935), 1_500_000_000, 20_000_000);
    }
}

fn admin(day: &mut Day<'_>) {
    let run = |path: &str| signed(path, "mia", "/bin/zsh", Apple);
    let lines = [
        ("/usr/bin/grep", "grep -ri honeygain /Library/LaunchAgents /var/log"),
        ("/usr/bin/killall", "killall Honeygain"),
        ("/bin/rm", "rm -rf /Applications/Honeygain.app"),
        ("/usr/bin/mdfind", "mdfind -name EarnApp"),
        ("/bin/launchctl", "launchctl bootout gui/501/com.earnapp.agent"),
        ("/usr/bin/log", "log show --predicate process == \"pawns-cli\" --last 1h"),
        ("/usr/bin/xattr", "xattr -dr com.apple.quarantine /Applications/InternalTool.app"),
        ("/usr/bin/dig", "dig api.traffmonetizer.com"),
        ("/usr/bin/open", "open https://www.honeygain.com"),
        ("/usr/bin/hdiutil", "hdiutil attach honeygain-sample.dmg -nomount"),
        ("/usr/bin/shasum", "shasum -a 256 honeygain-sample.dmg"),
        ("/usr/bin/vim", "vim pawns-cli-incident.md"),
    ];
    for at in day.times(8.0, Rhythm::Office) {
        let (path, line) = *day.dice.pick(&lines);
        day.start(at, &run(path), line);
    }
    let zsh = run("/bin/zsh");
    for at in day.times(3.0, Rhythm::Office) {
        day.shell(at, &zsh, "zsh", "ps aux | grep -E 'earnapp|traffmonetizer|repocket' | grep -v grep");
    }
}

/// A machine that seeds installation images, which its team is declared for.
fn seeder(day: &mut Day<'_>) {
    let transmission = signed(
        "/Applications/Transmission.app/Contents/MacOS/Transmission",
        day.host.person,
        "/sbin/launchd",
        Team("5DPYRBHEAR"),
    );
    day.start(day.start + 60, &transmission, "Transmission");
    for at in day.every(120, day.start + 100, day.start + DAY) {
        let port = day.dice.range(6881, 60_000) as u16;
        let peer = (day.net.resident(&mut day.dice), port);
        day.talk(at, 600, &transmission, peer, 30_000_000, 300_000);
    }
}
