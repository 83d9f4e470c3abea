//! The audit log, raw or as laurel writes it, and collectd's counters of the interfaces.

use std::net::IpAddr;

use serde_json::json;

use super::{Line, counters, ephemeral};
use crate::fleet::act::{Act, Program, Talk, What};
use crate::fleet::host::Host;

pub(super) fn write(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    // Half of the fleet audits connections too: the rule is costly.
    let (laurel, connects) = (host.index % 4 == 3, host.index.is_multiple_of(2));
    for act in acts {
        let day = start / 86_400;
        match &act.what {
            What::Start(words) if laurel => lines.push(laurel_exec(host, day, act, words)),
            What::Start(words) => raw_exec(host, day, act, words, lines),
            What::Talk(talk) if connects && !talk.unseen => raw_connect(host, day, act, talk, lines),
            _ => {}
        }
    }
    if host.index % 5 != 4 {
        counters::interfaces(host, start, acts, lines);
    }
}

/// Numbers of the users that Debian and Red Hat name.
fn uid(user: &str) -> u32 {
    match user {
        "root" => 0,
        "www-data" => 33,
        "postgres" => 999,
        "daemon" => 1,
        "postfix" => 105,
        "dd-agent" => 998,
        "runner" => 1001,
        _ => 1000,
    }
}

/// What the audit system writes of an argument: hex where it has blanks, quotes or worse.
fn encoded(word: &str) -> String {
    if word.bytes().any(|byte| byte <= b' ' || byte == b'"' || byte > 126) {
        word.bytes().map(|byte| format!("{byte:02X}")).collect()
    } else {
        format!("\"{word}\"")
    }
}

fn syscall(host: &Host, day: i64, program: &Program, number: u32, head: &str) -> String {
    let comm: String = program.path.rsplit('/').next().unwrap_or_default().chars().take(15).collect();
    let uid = uid(&program.user);
    format!(
        "node={} type=SYSCALL {head} arch=c000003e syscall={number} success=yes exit=0 a0=55d0 a1=55d1 a2=55d2 a3=8 \
         items=2 ppid={} pid={} auid={} uid={uid} gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} \
         fsgid={uid} tty=(none) ses=3 comm={} exe={} key=\"weir\"",
        host.name,
        host.pid(&program.parent, day),
        host.pid(&program.path, day),
        if uid == 1000 { "1000" } else { "4294967295" },
        encoded(&comm),
        encoded(&program.path),
    )
}

fn raw_exec(host: &mut Host, day: i64, act: &Act, words: &[String], lines: &mut Vec<Line>) {
    let head = format!("msg=audit({}.114:{}):", act.at, host.next_serial());
    let words: Vec<String> =
        words.iter().enumerate().map(|(n, word)| format!("a{n}={}", encoded(word))).collect();
    let exec = format!("node={} type=EXECVE {head} argc={} {}", host.name, words.len(), words.join(" "));
    let cwd = format!("node={} type=CWD {head} cwd=\"/\"", host.name);
    for text in [syscall(host, day, &act.program, 59, &head), exec, cwd] {
        lines.push(Line { at: act.at, file: "audit.log", text });
    }
}

fn raw_connect(host: &mut Host, day: i64, act: &Act, talk: &Talk, lines: &mut Vec<Line>) {
    let head = format!("msg=audit({}.201:{}):", act.at, host.next_serial());
    let saddr: String = match talk.remote {
        IpAddr::V4(ip) => {
            let ip: String = ip.octets().iter().map(|byte| format!("{byte:02X}")).collect();
            format!("0200{:04X}{ip}0000000000000000", talk.port)
        }
        IpAddr::V6(ip) => {
            let ip: String = ip.octets().iter().map(|byte| format!("{byte:02X}")).collect();
            format!("0A00{:04X}00000000{ip}00000000", talk.port)
        }
    };
    let saddr = format!("node={} type=SOCKADDR {head} saddr={saddr}", host.name);
    for text in [syscall(host, day, &act.program, 42, &head), saddr] {
        lines.push(Line { at: act.at, file: "audit.log", text });
    }
}

fn laurel_exec(host: &mut Host, day: i64, act: &Act, words: &[String]) -> Line {
    let program = &act.program;
    let serial = host.next_serial();
    let uid = uid(&program.user);
    let text = json!({"ID": format!("{}.114:{serial}", act.at), "NODE": host.name,
        "SYSCALL": {"arch": "0xc000003e", "syscall": 59, "success": "yes", "exit": 0, "items": 2,
            "ppid": host.pid(&program.parent, day), "pid": host.pid(&program.path, day), "auid": 4_294_967_295_u32,
            "uid": uid, "gid": uid, "euid": uid, "tty": "(none)", "ses": 3, "exe": program.path, "key": "weir",
            "SYSCALL": "execve", "UID": program.user},
        "EXECVE": {"argc": words.len(), "ARGV": words}, "CWD": {"cwd": "/"},
        "PARENT_INFO": {"exe": program.parent, "pid": host.pid(&program.parent, day)},
        "port": ephemeral(serial)})
    .to_string();
    Line { at: act.at, file: "laurel.json", text }
}
