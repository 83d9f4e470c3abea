//! Containers, counters and alerts.

use super::*;

const PROCESS: &str = r#"{"action":"ACTION","columns":{"uid":"1000","time":"1795486882","pid":"30219","path":"/usr/bin/curl","cmdline":"curl x","parent":""},
    "unixTime":1795486899,"hostIdentifier":"web1","name":"pack_x","numerics":false}"#;

#[test]
fn osquery_rows_are_told_by_their_columns_and_removed_ones_say_nothing() {
    let record = record(&PROCESS.replace("ACTION", "added"));
    assert_eq!(record["time"], 1_795_486_882_000_i64, "when it happened, and not when it was written");
    assert_eq!(
        record["process"],
        json!({"pid": 30219, "name": "curl", "cmd_line": "curl x", "user": {"name": "1000"}, "file": {"path": "/usr/bin/curl"}})
    );
    assert_eq!(record["device"], json!({"hostname": "web1"}));
    assert_eq!(records(&PROCESS.replace("ACTION", "removed")), [] as [Value; 0]);
}

#[test]
fn snapshots_batches_and_the_tls_logger_hold_many_rows() {
    let rows = json!([
        {"id": "c0ffee", "name": "/web", "network_rx_bytes": "10", "network_tx_bytes": "20", "read": "1795486880"},
        {"id": "c0ffee", "name": "/web", "image": "honeygain/honeygain:latest", "command": "./hg", "pid": "7", "status": "Up"},
        {"pid": "7", "local_address": "10.0.0.5", "local_port": "50000", "remote_address": "203.0.113.9", "remote_port": "443", "protocol": "6", "path": "/hg"},
        {"pid": "8", "local_address": "::", "local_port": "22", "remote_address": "::", "remote_port": "0", "protocol": "6"},
        {"interface": "eth0", "ibytes": "5", "obytes": "6", "mac": "00"},
        {"major": "20"},
    ]);
    let snapshot = json!({"action": "snapshot", "name": "x", "hostIdentifier": "web1", "unixTime": "1795486899", "snapshot": rows});
    let batch = json!({"name": "x", "hostIdentifier": "web1", "unixTime": 1795486899, "diffResults": {"added": rows, "removed": rows}});
    let logger = json!({"node_key": "secret", "log_type": "result", "data": [snapshot]});
    for text in [snapshot.to_string(), batch.to_string(), logger.to_string()] {
        let found = records(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[0]["container"], json!({"uid": "c0ffee", "name": "web"}));
        assert_eq!(found[0]["traffic"], json!({"bytes_in": 10, "bytes_out": 20}));
        assert_eq!(found[1]["container"]["image"]["name"], "honeygain/honeygain:latest");
        assert_eq!(found[2]["dst_endpoint"], json!({"ip": "203.0.113.9", "port": 443}));
        assert_eq!(found[3]["device"], json!({"hostname": "web1", "interface_name": "eth0"}));
        let (_, counts, _) = read_with(text.as_bytes(), &ReadOptions::default());
        assert_eq!((counts.lines, counts.records, counts.unused), (6, 4, 2));
    }
}

#[test]
fn docker_tells_a_counter_by_container_and_none_where_it_has_no_network_of_its_own() {
    let api = json!({"read": "2026-11-24T02:21:22.250123456Z", "preread": "0001-01-01T00:00:00Z", "name": "/web", "id": "c0ffee",
        "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 20, "rx_packets": 1, "tx_packets": 2}, "eth1": {"rx_bytes": 2, "tx_bytes": 30}},
        "memory_stats": {"stats": null, "hierarchical_memory_limit": 9223372036854771712u64}, "cpu_stats": {}});
    let record = record(&api.to_string());
    assert_eq!(record["traffic"], json!({"bytes_in": 3, "bytes_out": 50, "packets_in": 1, "packets_out": 2}));
    assert_eq!(
        (&record["time"], &record["container"]["name"]),
        (&json!(1_795_486_882_250_i64), &json!("web"))
    );
    let mut host = api.clone();
    host.as_object_mut().unwrap().remove("networks");
    let mut gone = api;
    gone["read"] = json!("0001-01-01T00:00:00Z");
    for text in [host, gone] {
        assert_eq!(records(&text.to_string()), [] as [Value; 0]);
    }
}

#[test]
fn docker_stats_on_the_command_line_receives_first_and_is_rounded() {
    let line = r#"{"BlockIO":"0B / 0B","CPUPerc":"0.00%","Container":"web","ID":"c0ffee123456","MemUsage":"1MiB / 2GiB","Name":"web","NetIO":"2.19MB / 126B","PIDs":"1"}"#;
    let drawn = format!("\u{1b}[2J\u{1b}[H{line}\n{}\n", line.replace("2.19MB / 126B", "-- / --"));
    let record = record(&drawn);
    assert_eq!(record["traffic"], json!({"bytes_in": 2_190_000, "bytes_out": 126}));
    assert_eq!(record["unmapped"], json!({"counter": "cumulative", "rounded": true}));
    let podman = r#"[{"id":"c0ffee","name":"web","cpu_percent":"1%","net_io":"1kB / 2kB"}]"#;
    assert_eq!(each(podman, "/traffic/bytes_out"), [json!(2000)]);
    assert_eq!(each(&line.replace("2.19MB / 126B", "lots"), "/reject"), ["bad-field"]);
}

#[test]
fn a_pod_on_the_hosts_network_is_marked_so_that_nobody_adds_it_to_the_host() {
    let network = |rx: u64, tx: u64| json!({"time": "2026-11-24T02:21:22Z", "name": "eth0", "rxBytes": rx, "txBytes": tx});
    let pod = |name: &str, network: Value| json!({"podRef": {"name": name, "namespace": "default", "uid": "u"}, "network": network});
    let summary = json!({"node": {"nodeName": "n1", "network": network(948_305_524, 12_542_266)},
        "pods": [pod("kube-proxy", network(948_305_362, 12_542_068)), pod("web", network(606_880, 120_484)),
            {"podRef": {"name": "windows"}}]});
    assert_eq!(each(&summary.to_string(), "/unmapped/scope"), [Value::Null, json!("host"), Value::Null]);
    let records = records(&summary.to_string());
    assert_eq!(records[2]["container"], json!({"uid": "u", "name": "web", "pod_namespace": "default"}));
    assert_eq!(records[2]["device"]["hostname"], "n1");
}

#[test]
fn counters_of_forwarders_are_cumulative_or_since_the_last_sample_as_each_defines() {
    let prometheus = "# HELP container_network_transmit_bytes_total x\n# TYPE container_network_transmit_bytes_total counter\n\
        container_network_transmit_bytes_total{container=\"POD\",id=\"/kubepods/c0ffee\",image=\"pause:3\",interface=\"eth0\",name=\"k8s_\\\"POD\",namespace=\"default\",pod=\"web\"} 1.2e+03 1795486882250\n\
        container_memory_usage_bytes{pod=\"web\"} 5\n";
    let telegraf = json!({"metrics": [{"fields": {"bytes_recv": 1, "bytes_sent": 1200}, "name": "net", "tags": {"host": "h", "interface": "eth0"}, "timestamp": 1795486882},
        {"fields": {"usage_user": 1}, "name": "cpu", "tags": {}, "timestamp": 1795486882}]}).to_string();
    let collectd = json!([{"values": [1, 1200], "dstypes": ["derive", "derive"], "dsnames": ["rx", "tx"], "time": 1795486882.25, "interval": 10.0,
        "host": "h", "plugin": "interface", "plugin_instance": "eth0", "type": "if_octets", "type_instance": ""}]).to_string();
    let rates = collectd.replace("1200", "1200.5");
    let fluent = json!({"date": 1795486882.25, "eth0.rx.bytes": 1, "eth0.rx.packets": 1, "eth0.tx.bytes": 1200, "eth0.tx.packets": 2}).to_string();
    for (text, counter) in [
        (prometheus.to_owned(), "cumulative"),
        (telegraf, "cumulative"),
        (collectd, "cumulative"),
        (fluent, "delta"),
    ] {
        let record = record(&text);
        assert_eq!(record["traffic"]["bytes_out"], 1200, "{text}");
        assert_eq!(record["unmapped"]["counter"], counter, "{text}");
        assert_eq!(record["device"]["interface_name"], "eth0");
        assert_eq!(record["time"].as_i64().unwrap() / 1000, 1_795_486_882);
    }
    assert_eq!(
        record(prometheus)["container"],
        json!({"uid": "c0ffee", "name": "web", "image": {"name": "pause:3"}, "pod_namespace": "default"})
    );
    assert_eq!(records(&rates), [] as [Value; 0]);
}

#[test]
fn falco_tells_a_process_its_container_and_the_connection_of_a_network_rule() {
    let alert = |fields: Value| {
        json!({"time": "2026-11-24T02:21:22.250123456Z", "rule": "x", "priority": "Notice", "output": "o", "source": "syscall",
        "hostname": "n1", "tags": [], "output_fields": fields}).to_string()
    };
    let exec = alert(
        json!({"evt.type": "execve", "evt.time": 1795486882250123456u64, "proc.name": "hg", "proc.cmdline": "hg -tou-accept", "proc.exepath": "/app/hg",
        "proc.pid": 7, "proc.pname": "sh", "proc.aname[2]": null, "user.name": "<NA>", "container.id": "c0ffee123456", "container.image.repository": "honeygain/honeygain",
        "container.image.tag": "latest"}),
    );
    let record = record(&exec);
    assert_eq!((&record["class_uid"], &record["activity_id"]), (&json!(1007), &json!(1)));
    assert_eq!(
        record["process"],
        json!({"pid": 7, "name": "hg", "cmd_line": "hg -tou-accept", "file": {"path": "/app/hg"}, "parent_process": {"name": "sh"}})
    );
    assert_eq!(
        record["container"],
        json!({"uid": "c0ffee123456", "image": {"name": "honeygain/honeygain:latest"}})
    );
    let connect = alert(
        json!({"evt.type": "connect", "fd.name": "10.0.0.2:51234->203.0.113.9:443", "fd.l4proto": "tcp", "proc.name": "hg", "container.id": "host"}),
    );
    let connect = records(&connect).remove(0);
    assert_eq!(connect["dst_endpoint"], json!({"ip": "203.0.113.9", "port": 443}));
    assert!(connect.get("container").is_none() && connect.get("traffic").is_none());
}

#[test]
fn otlp_bodies_are_read_as_what_they_are_with_the_resource_around_them() {
    let export = |body: Value| {
        json!({"resourceLogs": [{"resource": {"attributes": [{"key": "host.name", "value": {"stringValue": "web1"}},
        {"key": "container.id", "value": {"stringValue": "c0ffee"}}]}, "scopeLogs": [{"scope": {}, "logRecords": [{"timeUnixNano": "1795486882250000000", "body": body}]}]}]}).to_string()
    };
    let osquery = PROCESS.replace("ACTION", "added").replace(r#","hostIdentifier":"web1""#, "");
    let record = record(&export(json!({"stringValue": osquery})));
    assert_eq!(
        (&record["device"]["hostname"], &record["container"]["uid"]),
        (&json!("web1"), &json!("c0ffee"))
    );
    let pair = |key: &str, value: Value| json!({"key": key, "value": value});
    let sysmon = export(
        json!({"kvlistValue": {"values": [pair("channel", json!({"stringValue": "Microsoft-Windows-Sysmon/Operational"})),
        pair("event_id", json!({"kvlistValue": {"values": [pair("id", json!({"intValue": "1"}))]}})), pair("computer", json!({"stringValue": "w1"})),
        pair("event_data", json!({"kvlistValue": {"values": [pair("Image", json!({"stringValue": "C:\\a.exe"})), pair("UtcTime", json!({"stringValue": "2026-11-24 02:21:22.250"}))]}}))]}}),
    );
    assert_eq!(each(&sysmon, "/process/name"), ["a.exe"]);
    assert_eq!(each(&export(json!({"stringValue": "hello"})), "/reject"), ["unknown-record"]);
}

#[test]
fn ocsf_comes_back_as_the_record_that_it_was() {
    for text in [
        PROCESS.replace("ACTION", "added"),
        r#"{"event_type":"flow","timestamp":"2026-11-24T02:21:22Z","src_ip":"203.0.113.9","src_port":5,"dest_ip":"10.0.0.5","dest_port":22,"proto":"TCP","flow":{"bytes_toserver":3,"bytes_toclient":4}}"#.to_owned(),
        r#"{"date":1795486882.25,"eth0.rx.bytes":1,"eth0.tx.bytes":1200}"#.to_owned(),
    ] {
        let mut first = record(&text);
        first["metadata"]["log_name"] = json!("ocsf");
        assert_eq!(record(&first.to_string()), first);
    }
    let lake = json!({"class_uid": 4001, "metadata": {"product": {"name": "Amazon VPC"}}, "start_time": 1_700_000_000_000_i64, "end_time": 1_700_000_060_000_i64,
        "src_endpoint": {"ip": "10.0.0.5", "port": 1, "interface_uid": "eni-0a", "instance_uid": "i-0a"}, "dst_endpoint": {"ip": "203.0.113.9", "port": 443},
        "connection_info": {"protocol_num": 6, "direction_id": 2}, "traffic": {"bytes": 4249, "packets": 20}, "action_id": 1});
    let record = record(&lake.to_string());
    assert_eq!(record["traffic"], json!({"bytes_out": 4249, "packets_out": 20}));
    assert_eq!(record["device"], json!({"instance_uid": "i-0a", "interface_uid": "eni-0a"}));
}

#[test]
fn what_moved_since_the_last_record_is_refused_where_no_network_carries_it_and_a_total_is_not() {
    let since_last =
        |bytes: u64| json!({"date": 1795486882.25, "eth0.rx.bytes": 1, "eth0.tx.bytes": bytes}).to_string();
    assert_eq!(each(&since_last(1 << 48), "/traffic/bytes_out"), [json!(1u64 << 48)]);
    assert_eq!(each(&since_last((1 << 48) + 1), "/reject"), ["bad-field"]);
    let total = json!({"metrics": [{"fields": {"bytes_recv": 1, "bytes_sent": u64::MAX}, "name": "net",
        "tags": {"host": "h", "interface": "eth0"}, "timestamp": 1795486882}]});
    assert_eq!(each(&total.to_string(), "/traffic/bytes_out"), [json!(u64::MAX)]);
}
