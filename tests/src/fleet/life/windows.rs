//! Windows desktops: office, development, administration, research, play.

use std::rc::Rc;

use crate::fleet::act::{Program, What};
use crate::fleet::day::{Day, made, program, renamed};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

const EXPLORER: &str = "C:\\Windows\\explorer.exe";
const SERVICES: &str = "C:\\Windows\\System32\\services.exe";
const SVCHOST: &str = "C:\\Windows\\System32\\svchost.exe";
const SYSTEM: &str = "NT AUTHORITY\\SYSTEM";
const MICROSOFT: &str = "Microsoft Corporation";

/// A day of a desktop.
pub fn live(day: &mut Day<'_>) {
    machine(day);
    let user = format!("CORP\\{}", day.host.person);
    let Some((from, until)) = day.office() else { return };
    office(day, &user, from, until);
    match day.host.role {
        "developer" => developer(day, &user, from, until),
        "admin" => admin(day, &user, from, until),
        "research" => research(day, from, until),
        "gamer" => gamer(day, &user, until),
        "designer" => designer(day, &user, from, until),
        _ => {}
    }
}

/// What runs without anybody: updates, agents, telemetry.
fn machine(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let defender = made(
        "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24090.11-0\\MsMpEng.exe",
        SYSTEM,
        SERVICES,
        MICROSOFT,
    );
    let update = made(SVCHOST, SYSTEM, SERVICES, MICROSOFT);
    let edge = made(
        "C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe",
        SYSTEM,
        SVCHOST,
        MICROSOFT,
    );
    let google =
        made("C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe", SYSTEM, SVCHOST, "Google LLC");
    let agent =
        made("C:\\Program Files\\CrowdStrike\\CSFalconService.exe", SYSTEM, SERVICES, "CrowdStrike, Inc.");
    let remote = made("C:\\ProgramData\\AnyDesk\\AnyDesk.exe", SYSTEM, SERVICES, "AnyDesk Software GmbH");
    let task = made(
        "C:\\Windows\\System32\\taskhostw.exe",
        &format!("CORP\\{}", day.host.person),
        SVCHOST,
        MICROSOFT,
    );
    for at in day.every(3 * HOUR, start, end) {
        day.start(at, &task, "taskhostw.exe Install $(Arg0)");
        day.start(at + 20, &edge, "MicrosoftEdgeUpdate.exe /ua /installsource scheduler");
        day.start(at + 50, &google, "GoogleUpdate.exe /ua /installsource scheduler");
        day.browse(&edge, 2.0, at + 20, at + 100);
        day.browse(&google, 2.0, at + 50, at + 120);
        day.browse(&defender, 3.0, at, at + HOUR);
        day.browse(&update, 8.0, at, at + HOUR);
    }
    let cloud = (day.server("edr-cloud", false), 443);
    day.hold(&agent, cloud, 2 * HOUR, start, end);
    if day.host.index.is_multiple_of(5) {
        let relay = (day.server("anydesk-relay", true), 443);
        day.hold(&remote, relay, 4 * HOUR, start, end);
    }
}

/// Mail, chat, calls, files, browsing, and the company's VPN from home.
fn office(day: &mut Day<'_>, user: &str, from: i64, until: i64) {
    let home = format!("C:\\Users\\{}", day.host.person);
    let outlook =
        made("C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", user, EXPLORER, MICROSOFT);
    let chrome =
        made("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", user, EXPLORER, "Google LLC");
    // A link in a mail is opened by the mail program.
    let linked = made(&chrome.path, user, &outlook.path, "Google LLC");
    let teams = made(
        &format!("{home}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe"),
        user,
        EXPLORER,
        MICROSOFT,
    );
    let onedrive = made(
        &format!("{home}\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe"),
        user,
        EXPLORER,
        MICROSOFT,
    );
    let zoom = made(
        &format!("{home}\\AppData\\Roaming\\Zoom\\bin\\Zoom.exe"),
        user,
        EXPLORER,
        "Zoom Video Communications, Inc.",
    );
    let squirrel = renamed(
        &format!("{home}\\AppData\\Local\\slack\\Update.exe"),
        user,
        EXPLORER,
        "Slack Technologies",
        "Squirrel.exe",
    );
    let slack = made(
        &format!("{home}\\AppData\\Local\\slack\\app-4.39\\slack.exe"),
        user,
        &squirrel.path,
        "Slack Technologies",
    );
    let vpn = made(
        "C:\\Program Files (x86)\\Cisco\\Cisco Secure Client\\vpnagent.exe",
        SYSTEM,
        SERVICES,
        "Cisco Systems, Inc.",
    );
    let openvpn = made(
        "C:\\Program Files\\OpenVPN\\bin\\openvpn.exe",
        SYSTEM,
        "C:\\Program Files\\OpenVPN\\bin\\openvpnserv.exe",
        "The OpenVPN Project",
    );
    for app in [&outlook, &chrome, &teams, &onedrive, &squirrel, &slack] {
        let at = day.moment(from, from + 600);
        day.start(at, app, app.path.rsplit('\\').next().unwrap_or("app.exe"));
    }
    day.browse(&chrome, 180.0, from, until);
    day.browse(&linked, 6.0, from, until);
    day.browse(&outlook, 40.0, from, until);
    let chat = (day.server("chat", false), 443);
    let push = (day.server("push", true), 443);
    day.hold(&teams, chat, HOUR, from, until);
    day.hold(&slack, push, 2 * HOUR, from, until);
    for at in day.times(20.0, Rhythm::Office) {
        let store = (day.server("onedrive", true), 443);
        let sent = day.dice.lognormal(2e6, 1.2) as u64;
        day.talk(at, 60, &onedrive, store, sent, sent / 20);
    }
    for _ in 0..day.dice.range(0, 3) {
        let at = day.moment(from, until - HOUR);
        let call = (day.server("zoom-mmr", true), 8801);
        day.start(at, &zoom, "Zoom.exe --action=join");
        day.talk(at + 5, 2700, &zoom, call, 300_000_000, 420_000_000);
    }
    let tunnel = (day.server("corporate-vpn", false), 443);
    match day.host.index % 3 {
        0 => day.hold(&vpn, tunnel, HOUR, from, until),
        1 => {
            day.start(from, &openvpn, "openvpn.exe --config corp.ovpn --service");
            day.hold(&openvpn, (tunnel.0, 1194), HOUR, from, until);
        }
        _ => {}
    }
    installer(day, user, &home, &chrome, from, until);
}

/// An installer unpacks itself to a temporary folder, asks home and sets up what it brought.
fn installer(day: &mut Day<'_>, user: &str, home: &str, browser: &Rc<Program>, from: i64, until: i64) {
    if !day.dice.chance(0.15) {
        return;
    }
    let at = day.moment(from, until - HOUR);
    let downloaded =
        made(&format!("{home}\\Downloads\\PdfTool-setup.exe"), user, &browser.path, "Example Software GmbH");
    let unpacked = renamed(
        &format!("{home}\\AppData\\Local\\Temp\\is-8K2QD.tmp\\PdfTool-setup.tmp"),
        user,
        &downloaded.path,
        "",
        "-",
    );
    let helper =
        program(&format!("{home}\\AppData\\Local\\Temp\\nsk91A2.tmp\\ns9B.exe"), user, &unpacked.path);
    let webex = made(
        &format!("{home}\\AppData\\Local\\Temp\\webex\\atmgr.exe"),
        user,
        &browser.path,
        "Cisco Webex LLC",
    );
    let service =
        made("C:\\Program Files\\PdfTool\\PdfToolUpdate.exe", SYSTEM, SERVICES, "Example Software GmbH");
    day.start(at, &downloaded, "PdfTool-setup.exe");
    day.start(at + 3, &unpacked, "PdfTool-setup.tmp /SL5=$50332,1812");
    day.start(at + 9, &helper, "ns9B.exe icacls");
    day.browse(&unpacked, 4.0, at + 4, at + 90);
    day.act(at + 60, &service, What::Service);
    day.browse(&service, 2.0, at + 90, at + HOUR);
    if day.dice.chance(0.5) {
        // A meeting that is joined without installing anything.
        let bridge = (day.server("webex", true), 443);
        day.start(at + 1800, &webex, "atmgr.exe /join");
        day.talk(at + 1805, 3000, &webex, bridge, 200_000_000, 300_000_000);
        day.hold(&webex, bridge, 600, at + 1810, at + 2 * HOUR);
    }
}

fn developer(day: &mut Day<'_>, user: &str, from: i64, until: i64) {
    let home = format!("C:\\Users\\{}", day.host.person);
    let code = renamed(
        &format!("{home}\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe"),
        user,
        EXPLORER,
        MICROSOFT,
        "electron.exe",
    );
    let git = made("C:\\Program Files\\Git\\cmd\\git.exe", user, &code.path, "The Git Development Community");
    let node = made("C:\\Program Files\\nodejs\\node.exe", user, "C:\\Windows\\System32\\cmd.exe", "Node.js");
    let cmd = made("C:\\Windows\\System32\\cmd.exe", user, &code.path, MICROSOFT);
    let python = made(
        &format!("{home}\\src\\shop\\.venv\\Scripts\\python.exe"),
        user,
        &cmd.path,
        "Python Software Foundation",
    );
    // What `go run` builds lies in a temporary folder, and serves and polls as long as somebody works on it.
    let own = program(
        &format!("{home}\\AppData\\Local\\Temp\\go-build3182\\b001\\exe\\api.exe"),
        user,
        "C:\\Program Files\\Go\\bin\\go.exe",
    );
    let ssh = made("C:\\Windows\\System32\\OpenSSH\\ssh.exe", user, &cmd.path, MICROSOFT);
    let docker = made(
        "C:\\Program Files\\Docker\\Docker\\resources\\com.docker.backend.exe",
        user,
        EXPLORER,
        "Docker Inc.",
    );
    let curl = made("C:\\Windows\\System32\\curl.exe", user, &cmd.path, "curl, https://curl.se/");
    day.start(from + 60, &code, "Code.exe .");
    day.browse(&code, 30.0, from, until);
    for at in day.times(25.0, Rhythm::Office) {
        day.start(at, &git, "git.exe fetch --all --prune");
        day.browse(&git, 1.0, at, at + 20);
    }
    for at in day.times(4.0, Rhythm::Office) {
        day.start(at, &cmd, "cmd.exe /c npm ci");
        day.start(at + 1, &node, "node.exe npm-cli.js ci");
        day.browse(&node, 60.0, at + 2, at + 90);
        day.start(at + 200, &python, "python.exe -m pip install -r requirements.txt");
        day.browse(&python, 20.0, at + 201, at + 260);
        day.start(at + 300, &curl, "curl.exe -sS -X POST https://api.example.com/hooks -d @body.json");
        day.browse(&curl, 1.0, at + 300, at + 310);
        day.browse(&docker, 6.0, at, at + HOUR);
    }
    if day.dice.chance(0.5) {
        let at = day.moment(from, from + 2 * HOUR);
        let queue = (day.server("dev-queue", true), 5671);
        day.start(at, &own, "api.exe -listen :8080");
        day.hold(&own, queue, 240, at + 5, until);
    }
    if day.dice.chance(0.3) {
        let at = day.moment(from, from + 2 * HOUR);
        let bastion = (day.server("bastion", false), 22);
        day.start(at, &ssh, "ssh.exe -N -D 1080 bastion.example.com");
        day.hold(&ssh, bastion, 2 * HOUR, at + 2, until);
    }
}

/// An administrator who looks for proxyware, removes it, and watches the network.
fn admin(day: &mut Day<'_>, user: &str, from: i64, until: i64) {
    let system = |name: &str| {
        made(
            &format!("C:\\Windows\\System32\\{name}"),
            user,
            "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
            MICROSOFT,
        )
    };
    let shell =
        made("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", user, EXPLORER, MICROSOFT);
    let nmap = made("C:\\Program Files (x86)\\Nmap\\nmap.exe", user, &shell.path, "Insecure.Org");
    let plink = made("C:\\Program Files\\PuTTY\\plink.exe", user, &shell.path, "Simon Tatham");
    let psexec = made("C:\\Windows\\PSEXESVC.exe", SYSTEM, SERVICES, "Sysinternals - www.sysinternals.com");
    let rclone = made("C:\\Tools\\rclone.exe", user, &shell.path, "https://rclone.org");
    let lines = [
        ("findstr.exe", "findstr.exe /s /i \"honeygain earnapp traffmonetizer\" C:\\logs\\*.log"),
        ("taskkill.exe", "taskkill.exe /f /im honeygain.exe"),
        ("tasklist.exe", "tasklist.exe /fi \"imagename eq pawns-cli.exe\""),
        ("sc.exe", "sc.exe query honeygain"),
        ("sc.exe", "sc.exe delete traffmonetizer"),
        ("schtasks.exe", "schtasks.exe /query /tn Honeygain"),
        ("reg.exe", "reg.exe query HKLM\\Software\\Honeygain"),
        ("where.exe", "where.exe /r C:\\ earnapp.exe peer2profit.exe"),
        ("nslookup.exe", "nslookup.exe api.honeygain.com"),
        (
            "netsh.exe",
            "netsh.exe advfirewall firewall add rule name=block-honeygain dir=out action=block program=C:\\Honeygain\\Honeygain.exe",
        ),
        ("notepad.exe", "notepad.exe C:\\reports\\honeygain-pawns-earnapp.txt"),
        ("msiexec.exe", "msiexec.exe /x \"Honeygain.msi\" /qn"),
    ];
    for at in day.times(6.0, Rhythm::Office) {
        let (name, line) = *day.dice.pick(&lines);
        day.start(at, &system(name), line);
    }
    let scripts = [
        "powershell.exe -Command Get-Process honeygain,pawns*,earnapp",
        "powershell.exe -Command Get-ChildItem C:\\ -Recurse -Filter *traffmonetizer*",
        "powershell.exe -Command Remove-Item -Recurse 'C:\\Program Files (x86)\\Honeygain'",
        "powershell.exe -Command Stop-Service -Name PacketStream -Force",
        "powershell.exe -Command Invoke-WebRequest https://www.honeygain.com -UseBasicParsing",
        "powershell.exe -Command \"Get-WinEvent -LogName Security | Select-String peer2profit\"",
    ];
    for at in day.times(4.0, Rhythm::Office) {
        let line = *day.dice.pick(&scripts);
        day.start(at, &shell, line);
        day.browse(&shell, 1.0, at, at + 30);
    }
    if day.dice.chance(0.4) {
        let at = day.moment(from, until - HOUR);
        day.start(at, &nmap, "nmap.exe -sT -p 22,80,443 10.20.0.0/24");
        day.act(at + 300, &psexec, What::Service);
        day.start(at + 600, &plink, "plink.exe -batch -L 8443:10.20.0.9:443 admin@bastion.example.com");
        let bastion = (day.server("bastion", false), 22);
        day.hold(&plink, bastion, HOUR, at + 601, until);
        day.start(at + 900, &rclone, "rclone.exe copy C:\\evidence s3:case-7");
        let store = (day.server("evidence", false), 443);
        day.talk(at + 905, 900, &rclone, store, 4_000_000_000, 30_000_000);
    }
}

/// A researcher who uses the Tor Browser, which the settings of the fleet declare.
fn research(day: &mut Day<'_>, from: i64, until: i64) {
    let browser = made(
        "C:\\Users\\kim\\Desktop\\Tor Browser\\Browser\\firefox.exe",
        "CORP\\kim",
        EXPLORER,
        "Mozilla Corporation",
    );
    let tor = program(
        "C:\\Users\\kim\\Desktop\\Tor Browser\\Browser\\TorBrowser\\Tor\\tor.exe",
        "CORP\\kim",
        &browser.path,
    );
    let at = day.moment(from, from + HOUR);
    day.start(at, &browser, "firefox.exe");
    day.start(at + 2, &tor, "tor.exe --defaults-torrc torrc-defaults -f torrc --SocksPort 9150");
    let guard = day.net.tor(day.host.index as u64 * 7);
    day.hold(&tor, (guard, 443), HOUR, at + 5, until - HOUR);
}

/// Game updates, a launcher that shares downloads with its neighbours, and a declared torrent client.
fn gamer(day: &mut Day<'_>, user: &str, from: i64) {
    let until = (from + 5 * HOUR).min(day.start + DAY);
    let steam = made("C:\\Program Files (x86)\\Steam\\steam.exe", user, EXPLORER, "Valve Corporation");
    let game = made(
        "C:\\Program Files (x86)\\Steam\\steamapps\\common\\Arena\\arena.exe",
        user,
        &steam.path,
        "Arena Studio",
    );
    let launcher = made(
        "C:\\ProgramData\\Battle.net\\Agent\\Agent.8500\\Agent.exe",
        SYSTEM,
        SERVICES,
        "Blizzard Entertainment",
    );
    let torrent =
        made("C:\\Program Files\\qBittorrent\\qbittorrent.exe", user, EXPLORER, "The qBittorrent Project");
    day.start(from, &steam, "steam.exe -silent");
    for _ in 0..40 {
        let at = day.moment(from, from + HOUR);
        let cache = (day.net.hosting(&mut day.dice, false), 443);
        day.talk(at, 60, &steam, cache, 300_000, 90_000_000);
        let peer = (day.net.resident(&mut day.dice), 6881);
        day.talk(at, 120, &launcher, peer, 2_000_000, 9_000_000);
    }
    let server = (day.server("arena", true), 27_015);
    day.start(from + HOUR, &game, "arena.exe -steam");
    day.hold(&game, server, 1800, from + HOUR, until);
    day.start(from + 60, &torrent, "qbittorrent.exe --no-splash");
    for _ in 0..150 {
        let at = day.moment(from + 100, until);
        let port = day.dice.range(6881, 60_000) as u16;
        let peer = (day.net.resident(&mut day.dice), port);
        day.talk(at, 600, &torrent, peer, 8_000_000, 2_000_000);
    }
}

/// Large files to agencies, by a signed client and by a script host that an agency sends along.
fn designer(day: &mut Day<'_>, user: &str, from: i64, until: i64) {
    let cloud = made(
        "C:\\Program Files\\Adobe\\Adobe Creative Cloud\\ACC\\Creative Cloud.exe",
        user,
        EXPLORER,
        "Adobe Inc.",
    );
    let dropbox =
        made("C:\\Program Files (x86)\\Dropbox\\Client\\Dropbox.exe", user, EXPLORER, "Dropbox, Inc.");
    let script = made("C:\\Windows\\System32\\wscript.exe", user, EXPLORER, MICROSOFT);
    let copied = made("C:\\Windows\\System32\\robocopy.exe", user, &script.path, MICROSOFT);
    let spotify = made(
        &format!("C:\\Users\\{}\\AppData\\Roaming\\Spotify\\Spotify.exe", day.host.person),
        user,
        EXPLORER,
        "Spotify AB",
    );
    day.browse(&cloud, 30.0, from, until);
    for at in day.times(30.0, Rhythm::Office) {
        let store = (day.server("dropbox", true), 443);
        day.talk(at, 240, &dropbox, store, 60_000_000, 1_000_000);
    }
    let music = (day.server("spotify", true), 4070);
    day.hold(&spotify, music, 1800, from, until);
    for at in day.times(2.0, Rhythm::Office) {
        day.start(at, &script, "wscript.exe \\\\agency\\share\\export.vbs");
        day.start(at + 2, &copied, "robocopy.exe C:\\work \\\\nas\\work /mir");
    }
}
