//! Endpoint security events by eslogger, osquery or Santa, and bytes by nettop or the unified log.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::json;

use super::{Line, counters, ephemeral, stamp};
use crate::fleet::act::{Act, Program, Signed, Talk, What};
use crate::fleet::host::Host;

pub(super) fn write(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    let day = start / 86_400;
    for act in acts {
        if let What::Start(words) = &act.what {
            lines.push(match host.index % 3 {
                0 => eslogger(host, day, act, words),
                1 => osquery(host, day, act, words),
                _ => santa(host, day, act, words),
            })
        }
    }
    if host.index.is_multiple_of(2) {
        nettop(host, start, acts, lines);
    } else {
        summaries(host, day, acts, lines);
    }
}

/// A line as Vector's `exec` source hands it on: these tools know no host.
fn wrapped(host: &Host, at: i64, file: &'static str, line: &str) -> Line {
    let text = json!({"host": host.name, "timestamp": stamp(at, "T") + ".201000Z", "source_type": "exec", "message": line});
    Line { at, file, text: text.to_string() }
}

fn uid(user: &str) -> u32 {
    if user == "root" { 0 } else { 501 }
}

fn eslogger(host: &mut Host, day: i64, act: &Act, words: &[String]) -> Line {
    let program = &act.program;
    let name = program.path.rsplit('/').next().unwrap_or_default();
    let (signing_id, team, flags) = match program.signed {
        Signed::Apple => (Some(format!("com.apple.{name}")), None, 0x2600_0001_u64),
        Signed::Team(team) => (Some(format!("com.example.{name}")), Some(team), 0x2201_0001),
        Signed::AdHoc => (Some(format!("{name}-5555")), None, 0x2000_0003),
        Signed::Nobody => (None, None, 0),
    };
    let token = |path: &str| {
        json!({"auid": 501, "euid": uid(&program.user), "egid": 20, "ruid": uid(&program.user), "rgid": 20,
            "pid": host.pid(path, day), "asid": 100_015, "pidversion": 7})
    };
    let event = json!({"schema_version": 1, "version": 9, "event_type": 9, "mach_time": act.at as u64 * 24_000_000,
        "time": stamp(act.at, "T") + ".114000000Z", "global_seq_num": host.serial, "action_type": 1,
        "process": {"executable": {"path": program.parent}, "audit_token": token(&program.parent)},
        "event": {"exec": {"args": words, "cwd": {"path": "/"}, "env": [],
            "target": {"executable": {"path": program.path}, "signing_id": signing_id, "team_id": team,
                "is_platform_binary": program.signed == Signed::Apple, "codesigning_flags": flags,
                "ppid": host.pid(&program.parent, day), "original_ppid": 1, "audit_token": token(&program.path)}}}});
    host.next_serial();
    wrapped(host, act.at, "eslogger.json", &event.to_string())
}

fn osquery(host: &mut Host, day: i64, act: &Act, words: &[String]) -> Line {
    let program = &act.program;
    let name = program.path.rsplit('/').next().unwrap_or_default();
    let (signing_id, team) = match program.signed {
        Signed::Apple => (format!("com.apple.{name}"), ""),
        Signed::Team(team) => (format!("com.example.{name}"), team),
        Signed::AdHoc => (format!("{name}-5555"), ""),
        Signed::Nobody => (String::new(), ""),
    };
    let text = json!({"name": "pack_weir_exec", "hostIdentifier": host.name, "unixTime": act.at + 9, "action": "added",
        "columns": {"version": "7", "seq_num": host.serial.to_string(), "pid": host.pid(&program.path, day).to_string(),
            "path": program.path, "parent": host.pid(&program.parent, day).to_string(), "cmdline": words.join(" "),
            "cwd": "/", "uid": uid(&program.user).to_string(), "username": program.user, "signing_id": signing_id,
            "team_id": team, "platform_binary": if program.signed == Signed::Apple { "1" } else { "0" },
            "time": act.at.to_string(), "event_type": "exec", "env": ""}});
    host.next_serial();
    Line { at: act.at, file: "osquery-macos.json", text: text.to_string() }
}

fn santa(host: &mut Host, day: i64, act: &Act, words: &[String]) -> Line {
    let program = &act.program;
    let signer = match program.signed {
        Signed::Apple => "|cert_sha256=d84d|cert_cn=Software Signing".to_owned(),
        Signed::Team(team) => {
            format!("|cert_sha256=a1b2|cert_cn=Developer ID Application: Example ({team})|teamid={team}")
        }
        Signed::AdHoc | Signed::Nobody => String::new(),
    };
    let line = format!(
        "[{}.114Z] I santad: action=EXEC|decision=ALLOW|reason=UNKNOWN|sha256={:064x}{signer}|pid={}|ppid={}|uid={}|user={}|\
         gid=20|group=staff|mode=M|path={}|args={}",
        stamp(act.at, "T"),
        program.path.len(),
        host.pid(&program.path, day),
        host.pid(&program.parent, day),
        uid(&program.user),
        program.user,
        program.path,
        words.join(" ")
    );
    wrapped(host, act.at, "santa.json", &line)
}

/// The kernel's word on each connection when it is closed: what went on over it meanwhile is in its sums.
fn summaries(host: &mut Host, day: i64, acts: &[Act], lines: &mut Vec<Line>) {
    let mut open: BTreeMap<(&str, IpAddr, u16), (&Act, Talk)> = BTreeMap::new();
    for act in acts {
        let What::Talk(talk) = &act.what else { continue };
        let key = (act.program.path.as_str(), talk.remote, talk.port);
        match open.get_mut(&key) {
            Some((first, sum)) if talk.unseen => {
                sum.lasts = act.at + talk.lasts - first.at;
                sum.sent += talk.sent;
                sum.received += talk.received;
            }
            _ => {
                if let Some((first, sum)) = open.insert(key, (act, *talk)) {
                    lines.push(summary(host, day, first, &sum));
                }
            }
        }
    }
    for (first, sum) in open.into_values() {
        lines.push(summary(host, day, first, &sum));
    }
}

/// One connection that was closed; addresses are shown on managed Macs.
fn summary(host: &mut Host, day: i64, act: &Act, talk: &Talk) -> Line {
    let name = short_name(&act.program);
    let end = act.at + talk.lasts;
    let (local, serial) = (ephemeral(host.serial), host.next_serial());
    let packets = |bytes: u64| bytes / 1_300 + 2;
    let message = format!(
        "tcp_connection_summary (tcp_close:1797)[{}:{local}<->{}:{}] interface: en0 (skipped: 0)\nso_gencnt: {serial} \
         so_log_seqn: 1 flowhash: 0x1 process: {name}:{} Duration: {}.002 sec Conn_Time: 0.020 sec bytes in/out: {}/{} \
         pkts in/out: {}/{}",
        host.ip,
        talk.remote,
        talk.port,
        host.pid(&act.program.path, day),
        talk.lasts,
        talk.received,
        talk.sent,
        packets(talk.received),
        packets(talk.sent),
    );
    let text = json!({"host": host.name, "timestamp": stamp(end, " ") + ".201745+0000", "messageType": "Default",
        "eventType": "logEvent", "subsystem": "com.apple.kernel", "processImagePath": "/kernel", "processID": 0,
        "machTimestamp": end as u64 * 24_000_000, "eventMessage": message});
    Line { at: end, file: "unified.json", text: text.to_string() }
}

/// What nettop and the kernel call a process: the first 32 or so characters of its file's name.
fn short_name(program: &Program) -> String {
    program.path.rsplit('/').next().unwrap_or_default().chars().take(32).collect()
}

fn nettop(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    let day = start / 86_400;
    let names =
        |act: &Act| Some(format!("{}.{}", short_name(&act.program), host.pid(&act.program.path, day)));
    let all = counters::moved(start, acts, names);
    for (name, cells) in all {
        // A process that was idle is left out of a frame.
        for (slot, bytes) in cells {
            let key = format!("nettop {day} {name}");
            let (sent, received) = counters::count(host, &key, bytes);
            let at = slot + counters::SAMPLE - 1;
            let line = format!("{}.295869,{name},{received},{sent},", &stamp(at, " ")[11..]);
            lines.push(wrapped(host, at, "nettop.json", &line));
        }
    }
    host.counters.retain(|key, _| !key.starts_with("nettop ") || key.starts_with(&format!("nettop {day} ")));
}
