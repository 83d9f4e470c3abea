//! Servers, Windows and Linux: sites, databases, backups, mail, watching, tunnels of the company's own.

use crate::fleet::act::What;
use crate::fleet::day::{Day, made, program};
use crate::scenario::calendar::{DAY, HOUR, Rhythm};

const SYSTEM: &str = "NT AUTHORITY\\SYSTEM";
const MICROSOFT: &str = "Microsoft Corporation";
const SERVICES: &str = "C:\\Windows\\System32\\services.exe";
const SVCHOST: &str = "C:\\Windows\\System32\\svchost.exe";

/// A day of a Windows server.
pub fn windows(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let agent = made(
        "C:\\Program Files\\Datadog\\Datadog Agent\\bin\\agent.exe",
        "NT AUTHORITY\\LOCAL SERVICE",
        SERVICES,
        "Datadog, Inc.",
    );
    let intake = (day.server("datadog", false), 443);
    day.hold(&agent, intake, 600, start, end);
    let w3wp = made("C:\\Windows\\System32\\inetsrv\\w3wp.exe", "IIS APPPOOL\\shop", SVCHOST, MICROSOFT);
    let restic = made("C:\\Tools\\restic.exe", SYSTEM, "C:\\Windows\\System32\\taskeng.exe", "restic");
    match day.host.role {
        "iis" => {
            let pool = "IIS APPPOOL\\shop";
            let csc = made(
                "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe",
                pool,
                &w3wp.path,
                MICROSOFT,
            );
            let node = made("C:\\Program Files\\nodejs\\node.exe", pool, &w3wp.path, "Node.js");
            let php = made("C:\\PHP\\php-cgi.exe", pool, &w3wp.path, "The PHP Group");
            let pdf = made("C:\\inetpub\\shop\\bin\\wkhtmltopdf.exe", pool, &w3wp.path, "wkhtmltopdf.org");
            let acme = made("C:\\Tools\\win-acme\\wacs.exe", SYSTEM, SVCHOST, "ZeroSSL");
            for at in day.times(20.0, Rhythm::Public) {
                day.start(at, &csc, "csc.exe /noconfig @C:\\Windows\\Temp\\x.cmdline");
                day.start(at + 5, &node, "node.exe server.js");
                day.start(at + 9, &php, "php-cgi.exe");
                day.start(at + 12, &pdf, "wkhtmltopdf.exe https://shop.example.com/invoice/7 C:\\out.pdf");
                day.browse(&node, 12.0, at, at + HOUR);
                day.browse(&php, 4.0, at, at + HOUR);
                day.browse(&pdf, 2.0, at + 12, at + 20);
            }
            let payments = (day.server("payments", false), 443);
            for at in day.times(300.0, Rhythm::Public) {
                day.talk(at, 2, &w3wp, payments, 3_000, 5_000);
            }
            day.start(start + 3 * HOUR, &acme, "wacs.exe --renew");
            day.browse(&acme, 3.0, start + 3 * HOUR, start + 3 * HOUR + 60);
        }
        "sql" => {
            let user = "NT SERVICE\\MSSQLSERVER";
            let sql = "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\MSSQL\\Binn\\sqlservr.exe";
            let cmd = made("C:\\Windows\\System32\\cmd.exe", user, sql, MICROSOFT);
            let copy = made("C:\\Windows\\System32\\robocopy.exe", user, &cmd.path, MICROSOFT);
            let azcopy = made("C:\\Tools\\azcopy.exe", user, &cmd.path, "Microsoft");
            let agent = made(
                "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
                user,
                "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\MSSQL\\Binn\\SQLAGENT.EXE",
                MICROSOFT,
            );
            for at in day.times(6.0, Rhythm::Flat) {
                day.start(at, &cmd, "cmd.exe /c robocopy D:\\dump \\\\nas\\sql /mir");
                day.start(at + 1, &copy, "robocopy.exe D:\\dump \\\\nas\\sql /mir");
                day.start(at + 90, &agent, "powershell.exe -NoProfile -File C:\\jobs\\index.ps1");
            }
            let at = start + 2 * HOUR;
            let blob = (day.server("blob", true), 443);
            day.start(at, &azcopy, "azcopy.exe copy D:\\dump https://example.blob.core.windows.net/sql");
            for at in day.every(300, at, at + 3 * HOUR) {
                day.talk(at, 290, &azcopy, blob, 900_000_000, 9_000_000);
            }
        }
        _ => {
            let veeam = made(
                "C:\\Program Files\\Veeam\\Endpoint Backup\\Veeam.EndPoint.Service.exe",
                SYSTEM,
                SERVICES,
                "Veeam Software",
            );
            let rclone = made("C:\\Tools\\rclone.exe", SYSTEM, SERVICES, "https://rclone.org");
            let at = start + HOUR;
            day.act(at, &restic, What::Task);
            day.start(at + 60, &restic, "restic.exe backup D:\\ --repo s3:s3.amazonaws.com/backups");
            let repository = (day.server("backups", true), 443);
            for at in day.every(240, at, at + 5 * HOUR) {
                day.talk(at, 230, &restic, repository, 2_000_000_000, 20_000_000);
                day.talk(at + 20, 200, &veeam, repository, 1_000_000_000, 10_000_000);
            }
            day.start(at + 6 * HOUR, &rclone, "rclone.exe sync E:\\archive remote:archive --transfers 16");
            for at in day.every(300, at + 6 * HOUR, at + 9 * HOUR) {
                day.talk(at, 290, &rclone, repository, 900_000_000, 9_000_000);
            }
        }
    }
}

/// What every Linux machine does: packages, time, logs, monitoring, instructions from afar.
pub fn machine(day: &mut Day<'_>) {
    let (start, end) = (day.start, day.start + DAY);
    let root = |path: &str| program(path, "root", "/usr/lib/systemd/systemd");
    let (apt, upgrade) = (root("/usr/lib/apt/methods/https"), root("/usr/bin/unattended-upgrade"));
    let (ssm, snapd) = (root("/usr/bin/amazon-ssm-agent"), root("/usr/lib/snapd/snapd"));
    let (curl, sh) = (
        program("/usr/bin/curl", "root", "/usr/sbin/cron"),
        program("/usr/bin/dash", "root", "/usr/sbin/cron"),
    );
    let agent = program("/opt/datadog-agent/bin/agent/agent", "dd-agent", "/usr/lib/systemd/systemd");
    for at in day.every(6 * HOUR, start, end) {
        day.start(at, &upgrade, "/usr/bin/python3 /usr/bin/unattended-upgrade");
        day.start(at + 3, &apt, "/usr/lib/apt/methods/https");
        let mirror = (day.server("mirror", false), 443);
        day.talk(at + 4, 60, &apt, mirror, 400_000, 80_000_000);
        day.browse(&snapd, 2.0, at, at + HOUR);
    }
    for at in day.every(HOUR, start, end) {
        day.shell(at, &sh, "sh", "cd / && run-parts --report /etc/cron.hourly");
        day.shell(
            at + 60,
            &sh,
            "sh",
            "/usr/local/bin/check | curl -fsS -m 10 --data-binary @- https://hc.example.com/ping",
        );
        day.start(at + 60, &curl, "curl -fsS -m 10 https://hc.example.com/ping");
        day.browse(&curl, 1.0, at + 60, at + 65);
    }
    let (control, intake) = ((day.server("ssm", false), 443), (day.server("datadog", false), 443));
    day.hold(&ssm, control, 3 * HOUR, start, end);
    day.hold(&agent, intake, HOUR, start, end);
}

/// A day of a Linux server.
pub fn linux(day: &mut Day<'_>) {
    machine(day);
    let (start, end) = (day.start, day.start + DAY);
    match day.host.role {
        "web" => {
            let nginx = program("/usr/sbin/nginx", "www-data", "/usr/lib/systemd/systemd");
            let php = "/usr/sbin/php-fpm8.3";
            let of_site = |path: &str| program(path, "www-data", php);
            let (sh, convert, curl) =
                (of_site("/usr/bin/dash"), of_site("/usr/bin/convert"), of_site("/usr/bin/curl"));
            let (mail, wp) = (of_site("/usr/sbin/sendmail"), of_site("/usr/bin/php8.3"));
            let fpm = program(php, "www-data", "/usr/lib/systemd/systemd");
            for at in day.times(30.0, Rhythm::Public) {
                day.shell(at, &sh, "sh", "convert '/tmp/phpQ8' -resize 800x '/var/www/shop/i.jpg'");
                day.start(at, &convert, "convert /tmp/phpQ8 -resize 800x /var/www/shop/i.jpg");
                day.start(at + 5, &mail, "/usr/sbin/sendmail -t -i");
                day.start(at + 9, &curl, "curl -s -X POST https://hooks.example.com/order");
                day.browse(&curl, 1.0, at + 9, at + 12);
                day.start(at + 20, &wp, "php /var/www/shop/wp-cron.php");
                day.browse(&wp, 3.0, at + 20, at + 60);
                day.browse(&fpm, 4.0, at, at + 600);
            }
            for at in day.times(800.0, Rhythm::Public) {
                let size = day.dice.lognormal(6e5, 1.0) as u64;
                day.serve(at, 20, &nginx, size, size / 40);
            }
        }
        "database" => {
            let wal = program("/usr/local/bin/wal-g", "postgres", "/usr/lib/postgresql/16/bin/postgres");
            let dump = program("/usr/bin/pg_dump", "postgres", "/usr/sbin/cron");
            let aws = program("/usr/local/aws-cli/v2/dist/aws", "postgres", "/usr/bin/dash");
            let store = (day.server("wal-store", true), 443);
            for at in day.every(300, start, end) {
                day.start(at, &wal, "wal-g wal-push pg_wal/000000010000000000000042");
                day.talk(at + 1, 30, &wal, store, 16_000_000, 60_000);
            }
            day.start(start + 2 * HOUR, &dump, "pg_dump -Fc shop -f /var/backups/shop.dump");
            day.start(start + 3 * HOUR, &aws, "aws s3 cp /var/backups/shop.dump s3://backups/");
            day.talk(start + 3 * HOUR + 2, 3600, &aws, store, 9_000_000_000, 40_000_000);
        }
        "backup" => backup(day),
        "mail" => {
            let smtp = program("/usr/lib/postfix/sbin/smtp", "postfix", "/usr/lib/postfix/sbin/master");
            for at in day.times(700.0, Rhythm::Office) {
                let far = (day.net.hosting(&mut day.dice, false), 25);
                day.talk(at, 5, &smtp, far, 60_000, 2_000);
            }
        }
        "monitoring" => {
            let prometheus = program("/usr/local/bin/prometheus", "daemon", "/usr/lib/systemd/systemd");
            let blackbox = program("/usr/local/bin/blackbox_exporter", "daemon", "/usr/lib/systemd/systemd");
            let store = (day.server("remote-write", false), 443);
            day.hold(&prometheus, store, 300, start, end);
            day.browse(&blackbox, 900.0, start, end);
        }
        "node-app" => {
            let node = program("/usr/bin/node", "www-data", "/usr/lib/systemd/systemd");
            let child = program("/usr/bin/git", "www-data", "/usr/bin/node");
            day.browse(&node, 700.0, start, end);
            for at in day.times(12.0, Rhythm::Office) {
                day.start(at, &child, "git pull --ff-only");
                day.browse(&child, 1.0, at, at + 9);
            }
            // What the site fetches from its store it hands to its visitors.
            for at in day.times(400.0, Rhythm::Public) {
                let size = day.dice.lognormal(1e6, 0.8) as u64;
                let store = (day.server("media-store", true), 443);
                day.talk(at, 10, &node, store, size / 50, size);
                day.serve(at, 12, &node, size, size / 40);
            }
        }
        _ => {
            // The company's own gateway: what comes in leaves again, by design.
            let wireguard = program("/usr/bin/wireguard-go", "root", "/usr/lib/systemd/systemd");
            let openvpn = program("/usr/sbin/openvpn", "root", "/usr/lib/systemd/systemd");
            day.start(start + 60, &openvpn, "openvpn --config /etc/openvpn/server.conf");
            for at in day.every(300, start, end) {
                day.serve(at, 290, &wireguard, 40_000_000, 39_000_000);
                day.serve(at, 290, &openvpn, 60_000_000, 61_000_000);
            }
        }
    }
}

/// Backups to a store outside, every night, for hours.
fn backup(day: &mut Day<'_>) {
    let at = day.start + HOUR;
    let store = (day.server("backup-store", true), 443);
    let tools = [
        ("/usr/bin/restic", "restic -r s3:s3.amazonaws.com/backups backup /srv"),
        ("/usr/bin/borg", "borg create ssh://u1@store.example.com/./repo::night /srv"),
        ("/usr/bin/rclone", "rclone sync /srv remote:archive --transfers 16"),
        ("/usr/bin/duplicity", "duplicity /srv s3:///backups"),
        ("/usr/bin/rsync", "rsync -a --delete /srv/ store.example.com:/srv/"),
    ];
    for (n, (path, line)) in (0_i64..).zip(tools) {
        let (tool, from) = (program(path, "root", "/usr/sbin/cron"), at + n * 2 * HOUR);
        day.start(from, &tool, line);
        for at in day.every(300, from, from + 100 * 60) {
            day.talk(at, 295, &tool, store, 1_500_000_000, 15_000_000);
        }
    }
}
