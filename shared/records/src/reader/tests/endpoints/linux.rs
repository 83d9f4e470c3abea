//! Linux audit.

use super::*;

const EXEC: &str = "type=SYSCALL msg=audit(1795486882.250:100): arch=c000003e syscall=59 success=yes exit=0 a0=55 a1=55 a2=55 a3=8 items=2 ppid=290 pid=1631 auid=1000 uid=1000 comm=\"pawns\" exe=\"/opt/pawns cli\" key=(null)\u{1d}ARCH=x86_64 SYSCALL=execve AUID=\"u\" UID=\"ubuntu\"\n\
    type=EXECVE msg=audit(1795486882.250:100): argc=3 a0=\"pawns\" a1_len=6 a1[0]=2D61 a1[1]=2063 a2=ABBA\n\
    type=CWD msg=audit(1795486882.250:100): cwd=\"/\"\n\
    type=PROCTITLE msg=audit(1795486882.250:100): proctitle=7061776E73002D61\n";

const CONNECT: &str = "type=SYSCALL msg=audit(1795486882.300:101): arch=c00000b7 syscall=203 success=no exit=-115 a0=6 ppid=1 pid=1172 uid=0 comm=\"curl\" exe=2F7573722F62696E2F6375726C2028612964\n\
    type=SOCKADDR msg=audit(1795486882.300:101): saddr=02000050A9FEA9FE0000000000000000SADDR={ saddr_fam=inet laddr=169.254.169.254 lport=80 }\n";

fn exec() -> Value {
    json!({
        "class_uid": 1007, "activity_id": 1, "time": 1_795_486_882_250_i64,
        "metadata": {"log_name": "auditd", "uid": "1795486882.250:100"},
        "process": {"pid": 1631, "name": "pawns", "file": {"path": "/opt/pawns cli"}, "user": {"name": "ubuntu"},
            "cmd_line": "pawns -a c \u{ab}\u{ba}".replace("\u{ab}\u{ba}", "\u{fffd}\u{fffd}"), "parent_process": {"pid": 290}},
    })
}

fn connect() -> Value {
    json!({
        "class_uid": 4001, "start_time": 1_795_486_882_300_i64, "end_time": 1_795_486_882_300_i64,
        "metadata": {"log_name": "auditd", "uid": "1795486882.300:101"},
        "dst_endpoint": {"ip": "169.254.169.254", "port": 80}, "connection_info": {"direction_id": 2},
        "actor": {"process": {"pid": 1172, "name": "curl", "user": {"name": "0"}, "file": {"path": "/usr/bin/curl (a)d"},
            "parent_process": {"pid": 1}}},
    })
}

#[test]
fn an_event_is_joined_from_its_lines_in_whatever_order_they_come_and_with_others_between() {
    assert_eq!(records(&format!("{EXEC}{CONNECT}")), [exec(), connect()]);
    let (mut execs, mut connects) = (EXEC.lines().rev(), CONNECT.lines());
    let mixed: Vec<&str> = (0..4).flat_map(|_| [execs.next(), connects.next()]).flatten().collect();
    let mut found = records(&mixed.join("\n"));
    found.sort_by_key(|record| record["class_uid"].as_u64());
    assert_eq!(found, [exec(), connect()]);
}

#[test]
fn an_event_whose_end_is_said_or_passed_does_not_wait_for_the_file_to_end() {
    let mut endpoint = crate::endpoint::Endpoint::new(Source::Auto);
    for line in EXEC.lines() {
        assert!(endpoint.offer(line, None) && endpoint.is_empty());
    }
    assert!(endpoint.offer("type=CWD msg=audit(1795486884.249:200): cwd=\"/\"", None) && endpoint.is_empty());
    assert!(
        endpoint.offer("type=CWD msg=audit(1795486884.251:201): cwd=\"/\"", None) && !endpoint.is_empty()
    );
    let mut endpoint = crate::endpoint::Endpoint::new(Source::Auto);
    for line in EXEC.lines().chain(["type=EOE msg=audit(1795486882.250:100): "]) {
        endpoint.offer(line, None);
    }
    assert!(!endpoint.is_empty());
}

#[test]
fn equal_serials_of_two_hosts_and_of_a_counter_that_began_anew_are_two_events() {
    let nodes = format!("{}{}", EXEC.replace("type=", "node=a type="), EXEC.replace("type=", "node=b type="));
    assert_eq!(each(&nodes, "/device/hostname"), ["a", "b"]);
    assert_eq!(records(&format!("{EXEC}{}", EXEC.replace("882.250", "882.251"))).len(), 2);
}

#[test]
fn what_failed_or_lost_its_lines_is_told_as_far_as_it_is_known() {
    let failed = EXEC.replace("success=yes exit=0", "success=no exit=-2");
    assert_eq!(records(&failed), [] as [Value; 0]);
    let title_only: String =
        EXEC.lines().filter(|line| !line.contains("EXECVE")).map(|line| format!("{line}\n")).collect();
    assert_eq!(record(&title_only)["process"]["cmd_line"], "pawns -a");
    let local = CONNECT.replace("02000050A9FEA9FE", "01002F7661722F72");
    assert_eq!(records(&local), [] as [Value; 0]);
    let six = CONNECT.replace(
        "02000050A9FEA9FE0000000000000000",
        "0A0001BB0000000020010DB800000000000000000000000100000000",
    );
    assert_eq!(record(&six)["dst_endpoint"], json!({"ip": "2001:db8::1", "port": 443}));
}

#[test]
fn audit_lines_come_through_syslog_and_azure() {
    let syslog =
        EXEC.lines().map(|line| format!("Nov 24 02:21:22 web1 audispd: {line}\n")).collect::<String>();
    assert_eq!(record(&syslog)["process"], exec()["process"]);
    let azure = json!({"Computer": "U5", "TimeGenerated": "2026-11-24T02:21:23Z", "SyslogMessage": "type=AUOMS_EXECVE audit(1795486882.250:100): \
        node=U5 arch=x86_64 syscall=execve syscall_r=59 success=yes exit=0 ppid=290 pid=1631 user=tomcat uid=1001 comm=\"sh\" \
        exe=\"/bin/sh\" proctitle=/bin/sh -c id redactors= containerid=c0ffee"});
    let record = record(&azure.to_string());
    assert_eq!(record["process"]["cmd_line"], "/bin/sh -c id");
    assert_eq!(
        (&record["device"]["hostname"], &record["container"]["uid"]),
        (&json!("U5"), &json!("c0ffee"))
    );
}

#[test]
fn events_that_were_joined_before_they_came_say_the_same() {
    let laurel = json!({"ID": "1795486882.250:100", "NODE": "web1", "SYSCALL": {"arch": "0xc000003e", "syscall": 59, "SYSCALL": "execve",
        "success": "yes", "pid": 1631, "ppid": 290, "uid": 1000, "UID": "ubuntu", "comm": "pawns", "exe": "/opt/pawns", "ARGV": ["0x55"]},
        "EXECVE": {"argc": 2, "ARGV": ["pawns", "-a"]}, "PARENT_INFO": {"exe": "/bin/bash", "ARGV": ["bash"]}});
    let beat = json!({"@timestamp": "2026-11-24T02:21:22.250Z", "event": {"module": "auditd", "action": "executed", "outcome": "success"},
        "auditd": {"sequence": 100, "result": "success", "data": {"syscall": "execve", "argc": "2"}}, "host": {"name": "web1"},
        "user": {"id": "1000", "name": "ubuntu"}, "process": {"pid": 1631, "name": "pawns", "executable": "/opt/pawns",
        "args": ["pawns", "-a"], "parent": {"pid": 290, "executable": "/bin/bash"}}});
    for text in [laurel.to_string(), beat.to_string()] {
        let record = record(&text);
        assert_eq!(record["time"], 1_795_486_882_250_i64);
        assert_eq!(record["process"]["cmd_line"], "pawns -a");
        assert_eq!(record["process"]["parent_process"]["name"], "bash");
        assert_eq!(
            (&record["device"]["hostname"], &record["process"]["user"]["name"]),
            (&json!("web1"), &json!("ubuntu"))
        );
    }
    let connect = json!({"ID": "1795486882.300:101", "SYSCALL": {"SYSCALL": "connect", "success": "no", "exit": "EINPROGRESS", "pid": 7},
        "SOCKADDR": [{"saddr_fam": "inet", "addr": "203.0.113.9", "port": 443}]});
    assert_eq!(record(&connect.to_string())["dst_endpoint"], json!({"ip": "203.0.113.9", "port": 443}));
}
