//! Recorded files, where they are present: what each holds, and why what is refused is refused.

use std::path::Path;

use super::super::samples::samples;
use super::*;

/// Conversations `V`, processes `P`, usages `U`, records of no use `-`, and rejects by reason.
fn tally(text: &str) -> String {
    // Zeek's own tests mask the times.
    let text = text.replace("XXXXXXXXXX.XXXXXX", "1700000000.000000");
    let (entries, counts, error) = read_with(text.as_bytes(), &ReadOptions::default());
    assert!(error.is_none(), "{error:?}");
    let count = |letter: &str| entries.iter().filter(|entry| *entry == letter).count() as u64;
    let told = [("V", count("V")), ("P", count("P")), ("U", count("U")), ("-", counts.unused)];
    let told = told.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count}{what}"));
    told.chain(counts.rejects.iter().map(|(reason, count)| format!("{count} {reason}")))
        .collect::<Vec<_>>()
        .join(" ")
}

fn read_file(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn recorded_endpoint_logs_give_what_they_hold() {
    let Some(samples) = samples() else { return };
    for (file, expected) in [
        // 480 are other events of Sysmon: files, registry, names.
        (
            "c-sysmon-azure-otrf/sysmon_log4shell_cve2021_44228_java_serialized_object_2022-05-13045800.json",
            "5V 2P 480-",
        ),
        ("c-sysmon-otrf-logstash/cmd_bitsadmin_download_psh_script.sysmon1_3.jsonl", "8V 2P"),
        ("c-sysmon-otrf-logstash/proxylogon_ssrf_rce_poc.sysmon1_3.jsonl", "117V 13P"),
        ("c-sysmon-otrf-nxlog/covenant_persiststartup.sysmon1_3.jsonl", "113V"),
        ("c-sysmon-otrf-nxlog/covenant_psremoting_grunt.sysmon1_3.jsonl", "276V 17P"),
        ("c-sysmon-otrf-nxlog/empire_launcher_sct_regsvr32.sysmon1_3.jsonl", "25V 7P"),
        ("c-sysmon-otrf-nxlog/msf_record_mic.sysmon1_3.jsonl", "65V 12P"),
        ("c-sysmon-otrf-nxlog/rdp_interactive_taskmanager_lsass_dump.sysmon1_3.jsonl", "14V 17P"),
        ("c-sysmon-otrf-winlogbeat6/empire_invoke_runas.sysmon1_3.jsonl", "135V 6P"),
        ("c-sysmon-otrf-winlogbeat6/empire_wdigest_downgrade.sysmon1_3.jsonl", "78V 2P"),
        // A send, and a command of sudo.
        ("d-auditd-go-libaudit/audit-rhel6.log", "2-"),
        ("d-auditd-go-libaudit/audit-ubuntu14.log", "1-"),
        ("d-auditd-go-libaudit/audit-ubuntu17.log", "1P"),
        // Connections to local sockets are no traffic.
        ("d-auditd-go-libaudit/lost_messages.log", "1V 2P 2-"),
        ("d-auditd-go-libaudit/normal.log", "1V 2P 2-"),
        ("d-auditd-go-libaudit/rollover.log", "1P 4-"),
        ("d-auditd-go-libaudit/test3.log", "1P 9-"),
        // The names of the peer's tests stand between the lines, and are no audit lines.
        ("d-auditd-go-libaudit/ubuntu-16.10-linux-4.8.0.yaml", "1V 1P 18- 16 too-few-fields"),
        ("d-auditd-go-libaudit/rhel-7-linux-3.10.0.yaml", "10- 12 too-few-fields"),
        // What the peer makes of them is no log.
        ("d-auditd-go-libaudit/test3.log.golden", "17 unknown-record"),
        ("d-auditd-otrf/sh_arp_cache_2020-11-10074812.log", "2P"),
        // 23 programs that a search along the path did not find: they did not run.
        (
            "d-auditd-otrf/syslog_auoms_auditd_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json",
            "27P 23-",
        ),
        ("e-suricata-fever/jsonparse_eve.json", "3-"),
        ("e-suricata-fever/jsonparse_eve_nulls.json", "1-"),
        (
            "e-vmconnection-otrf/vminsights_vmconnection_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json",
            "5V",
        ),
        ("e-zeek-otrf/SCRANTON_conn.log", "134V"),
        ("e-zeek-otrf/UTICA-C_conn.log", "31V"),
        // Without its envelope an execution of version 1 has no time.
        ("f-santa-protobuf/v1-exec.json", "1 missing-field"),
        ("f-santa-protobuf/v8-exec.json", "1P"),
        ("f-santa-protobuf/v8-fork.json", "1-"),
        ("f-santa-protobuf/v8-exit.json", "1-"),
        ("g-kubelet-otel/stats-summary-trimmed.json", "4U"),
        // A login is neither traffic nor a program.
        ("g-osquery-docs/event-format.ndjson", "2P 1-"),
        ("g-osquery-panther/osquery_linux_aws_commands.tests.jsonl", "5-"),
        ("g-osquery-panther/osquery_ossec.tests.jsonl", "2-"),
        // The two processes have no time.
        ("g-osquery-panther/osquery_mac_osx_attacks_keyboard_events.tests.jsonl", "1- 2 missing-field"),
    ] {
        assert_eq!(tally(&read_file(&samples.join(file))), expected, "{file}");
    }
}

#[test]
fn every_connection_of_zeeks_own_tests_is_one_whatever_its_columns() {
    let Some(samples) = samples() else { return };
    let mut rows = 0;
    for file in std::fs::read_dir(samples.join("e-zeek-btest")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name == "SOURCE.md" {
            continue;
        }
        let text = read_file(&file);
        let here = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("ts\t")).count();
        let expected = match name.as_str() {
            // Three columns, cut out: no addresses.
            name if name.contains("ssh.max-lengths") => format!("{here} too-few-fields"),
            _ => format!("{here}V"),
        };
        rows += here;
        assert_eq!(tally(&text), expected, "{name}");
    }
    assert!(rows > 1_700, "{rows}");
}

#[test]
fn what_forwarders_send_is_read_by_what_it_is_and_the_rest_is_refused() {
    let Some(samples) = samples() else { return };
    let mut told = std::collections::BTreeMap::new();
    for line in read_file(&samples.join("http-captures/forwarder-requests.jsonl")).lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let path = request["path"].as_str().unwrap().to_owned();
        told.entry(path).or_insert_with(|| tally(request["plain"].as_str().unwrap()));
    }
    for (path, expected) in [
        ("/flb/netif", "1U"),
        ("/flb/netif2", "1U"),
        // Processor and memory are passed over; so are packets, which say nothing without bytes.
        ("/collectd", "4U 15-"),
        // Bodies that hold no log that is known here.
        ("/flb/cpu", "1 unknown-record"),
        ("/flb/stream3", "2 unknown-record"),
        ("/syslog-ng/lines", "3 unknown-record"),
        ("/v1/logs-json", "1 unknown-record"),
        ("/flb/json_stream", "1 unknown-record"),
    ] {
        assert_eq!(told.get(path).map(String::as_str), Some(expected), "{path}");
    }
}
