//! Network sensors and flow collectors.

use super::*;

const ZEEK: &str = "#separator \\x09\n#path\tconn\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n";

fn zeek(row: &str) -> String {
    format!("{ZEEK}{}\n", row.replace(' ', "\t"))
}

#[test]
fn zeek_text_is_read_by_its_header_and_volume_is_what_went_over_the_wire() {
    let text =
        zeek("1588205198.5 C1 10.0.1.4 64842 203.0.113.9 443 tcp 2.25 4000000000 55 ShADdaF 12 1307 11 2133");
    assert_eq!(
        record(&text),
        json!({
            "class_uid": 4001,
            "metadata": {"log_name": "zeek", "uid": "C1"},
            "start_time": 1_588_205_198_500_i64,
            "end_time": 1_588_205_200_750_i64,
            "src_endpoint": {"ip": "10.0.1.4", "port": 64842},
            "dst_endpoint": {"ip": "203.0.113.9", "port": 443},
            "connection_info": {"protocol_num": 6, "direction_id": 2, "tcp_flags": 19},
            "traffic": {"bytes_in": 2133, "bytes_out": 1307, "packets_in": 11, "packets_out": 12},
        })
    );
}

#[test]
fn an_unset_column_is_absent_and_an_icmp_type_is_no_port() {
    let text = zeek("1588205198.5 C1 10.0.1.4 8 203.0.113.9 0 icmp - - - - 1 84 0 0");
    let record = record(&text);
    assert_eq!(record["src_endpoint"], json!({"ip": "10.0.1.4"}));
    assert_eq!(record["end_time"], record["start_time"]);
    let text = zeek("1588205198.5 C1 10.0.1.4 8 203.0.113.9 0 tcp - - - - - - - -");
    assert_eq!(each(&text, "/traffic"), [Value::Null]);
}

#[test]
fn zeek_json_is_told_with_dots_underscores_and_renamed_ends() {
    for (names, time) in [
        (["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"], "1588205198.5"),
        (["id_orig_h", "id_orig_p", "id_resp_h", "id_resp_p"], "\"2020-04-30T00:06:38.500000Z\""),
        (["src_ip", "src_port", "dst_ip", "dst_port"], "1588205198.5"),
    ] {
        let [a, b, c, d] = names;
        let text = format!(
            r#"{{"ts": {time}, "uid": "C1", "{a}": "203.0.113.9", "{b}": 5000, "{c}": "10.0.1.4", "{d}": 22,
            "proto": "tcp", "conn_state": "SF", "orig_ip_bytes": 10, "resp_ip_bytes": 20}}"#
        );
        let record = record(&text);
        assert_eq!(record["start_time"], 1_588_205_198_500_i64, "{a}");
        // Who was called is the monitored side, and what it sent goes out.
        assert_eq!(record["traffic"], json!({"bytes_in": 10, "bytes_out": 20}), "{a}");
        assert_eq!(record["connection_info"]["direction_id"], 1, "{a}");
    }
}

#[test]
fn totals_so_far_of_an_open_connection_are_marked_and_other_logs_of_zeek_passed_over() {
    let open = zeek("1588205198.5 C1 10.0.1.4 1 203.0.113.9 443 tcp 2 1 1 S 1 40 1 40")
        .replace("\tconn", "\topen_conn");
    assert_eq!(each(&open, "/unmapped/counter"), ["running"]);
    let dns = zeek("1588205198.5 C1 10.0.1.4 1 203.0.113.9 443 tcp 2 1 1 S 1 40 1 40")
        .replace("orig_bytes", "query")
        .replace("orig_ip_bytes", "answers")
        .replace("orig_pkts", "qtype");
    let (entries, counts, _) = read_with(dns.as_bytes(), &ReadOptions::default());
    assert_eq!((entries.len(), counts.unused), (0, 1));
}

#[test]
fn a_bad_row_is_refused_by_its_field_and_flow_log_lines_behind_the_log_are_still_read() {
    let text = zeek("XXXXXXXXXX.XXXXXX C1 10.0.1.4 1 203.0.113.9 443 tcp 2 1 1 S 1 40 1 40")
        + "1588205198.5\tC1\t10.0.1.4\n#close\t2020\n"
        + V2;
    assert_eq!(read(text.as_bytes()), "4:bad-field 5:too-few-fields F");
}

#[test]
fn a_suricata_flow_is_counted_once_and_by_its_own_times() {
    let flow = r#"{"timestamp":"2026-10-07T15:57:01.000000+0200","flow_id":18014398509481985,"event_type":"KIND","src_ip":"2001:db8::1",
        "src_port":50000,"dest_ip":"2001:DB8:0:0::2","dest_port":443,"proto":"TCP","in_iface":"eth0","app_proto":"failed",
        "flow":{"pkts_toserver":3,"pkts_toclient":4,"bytes_toserver":300,"bytes_toclient":4000,
        "start":"2026-10-07T16:38:00.000000+0200","end":"2026-10-07T16:38:09.500000+0200","age":9,"state":"closed"},
        "tcp":{"tcp_flags":"1b"}}"#;
    let record = record(&flow.replace("KIND", "flow"));
    assert_eq!(record["metadata"]["uid"], "18014398509481985");
    assert_eq!(record["end_time"].as_i64().unwrap() - record["start_time"].as_i64().unwrap(), 9_500);
    assert_eq!(record["dst_endpoint"], json!({"ip": "2001:db8::2", "port": 443}));
    // Neither address is inside, so no side is known: nothing is called in or out.
    assert_eq!(record["traffic"], json!({"bytes": 4300, "packets": 7}));
    assert_eq!(record["unmapped"], json!({"src_bytes": 300, "dst_bytes": 4000}));
    assert_eq!(record["connection_info"], json!({"protocol_num": 6, "direction_id": 0, "tcp_flags": 27}));
    assert_eq!(records(&flow.replace("KIND", "alert")), [] as [Value; 0]);
    assert_eq!(
        record_code(&flow.replace("KIND", "flow").replace("\"2001:db8::1\"", "null")),
        "missing-field"
    );
}

fn record_code(text: &str) -> Value {
    record(text)["reject"].clone()
}

#[test]
fn goflow2_counts_are_scaled_by_the_sampling_rate_and_addresses_may_be_bytes() {
    let flow = r#"{"type":"IPFIX","time_received_ns":1795486882000000000,"time_flow_start_ns":1795486880000000000,
        "time_flow_end_ns":1795486881000000000,"sampler_address":"192.0.2.1","sampling_rate":RATE,"src_addr":"10.0.0.5",
        "dst_addr":"ywBxCQ==","src_port":40000,"dst_port":443,"proto":"TCP","bytes":"1500","packets":2}"#;
    for (rate, bytes) in [("0", 1500), ("1000", 1_500_000)] {
        let record = record(&flow.replace("RATE", rate));
        assert_eq!(record["traffic"]["bytes_out"], bytes);
        assert_eq!(record["dst_endpoint"]["ip"], "203.0.113.9");
        assert_eq!(record["device"]["ip"], "192.0.2.1");
        assert_eq!(record["start_time"], 1_795_486_880_000_i64);
    }
}

#[test]
fn nfdump_is_read_in_both_csv_versions_and_json_and_its_totals_are_no_flow() {
    let old = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n\
        2018-01-12 15:37:30,2018-01-12 15:37:34,4.000,10.0.0.5,203.0.113.9,50000,443,TCP,...AP.SF,0,0,9,900,0,0\n\
        Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n1,900,9,0,0,0\n";
    let new = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,bps,bpp,flows\n\
        2018-01-12 15:37:30.000,4.000,TCP,10.0.0.5,50000,203.0.113.9,443,9,900,1,1,1\n";
    let json = r#"[{"type":"FLOW","first":"2018-01-12T15:37:30.000","last":"2018-01-12T15:37:34.000","in_packets":9,
        "in_bytes":900,"proto":6,"src4_addr":"10.0.0.5","dst4_addr":"203.0.113.9","src_port":50000,"dst_port":443,
        "received":"1970-01-01T00:00:00.000","label":"<none>","sampled":0}]"#;
    for text in [old, new, json] {
        let record = record(text);
        assert_eq!(record["end_time"], 1_515_771_454_000_i64, "{text}");
        assert_eq!(record["traffic"], json!({"bytes_out": 900, "packets_out": 9}), "{text}");
        assert_eq!(record["unmapped"], json!({"time_zone": "unknown"}), "{text}");
    }
}

#[test]
fn argus_tells_both_directions_in_a_line_and_reversed_ones_are_turned() {
    let text = "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n\
        2019/04/04 16:23:00.325010,1.5,tcp,10.0.0.5,50000,   ->,203.0.113.9,443,FSPA_FSPA,0,0,10,1000,300,flow=From-Botnet\n\
        2019/04/04 16:23:00.325010,1.5,tcp,203.0.113.9,443,   <-,10.0.0.5,50000,A_A,0,0,10,1000,700,\n\
        2019/04/04 16:23:00.325010,0,icmp,10.0.0.5,0x0303,   ->,203.0.113.9,0x97af,URP,0,,1,100,100,\n\
        1970/01/01 01:00:00.000000,0,man,0,0,  ->,0,0,STA,0,0,0,0,0,\n\
        2019/04/04 16:23:00.325010,0,arp,08:00:27:aa:bb:cc,,  who,08:00:27:aa:bb:cd,,INT,0,0,1,60,60,\n";
    assert_eq!(
        each(text, "/traffic"),
        [
            json!({"bytes_in": 700, "bytes_out": 300}),
            json!({"bytes_in": 700, "bytes_out": 300}),
            json!({"bytes_in": 0, "bytes_out": 100})
        ]
    );
    assert_eq!(each(text, "/dst_endpoint/port"), [json!(443), json!(443), Value::Null]);
}

#[test]
fn azure_rows_have_process_and_bytes_of_the_machine_whoever_called() {
    let row = r#"{"TimeGenerated":"2022-05-11T18:09:38.868Z","Computer":"U5","Direction":"WAY","ProcessName":"java","SourceIp":"192.168.2.6",
        "DestinationIp":"192.168.2.5","DestinationPort":8888,"Protocol":"tcp","BytesSent":218,"BytesReceived":1220}"#;
    for way in ["inbound", "outbound"] {
        let record = record(&row.replace("WAY", way));
        assert_eq!(record["traffic"], json!({"bytes_in": 1220, "bytes_out": 218}), "{way}");
        assert_eq!(record["actor"]["process"], json!({"name": "java"}));
        assert_eq!(record["device"]["hostname"], "U5");
    }
}

#[test]
fn a_named_source_reads_nothing_else() {
    let zeek = zeek("1588205198.5 C1 10.0.1.4 8 203.0.113.9 0 icmp - - - - 1 84 0 0");
    for (source, text, codes) in [
        (Source::Zeek, format!("{V2}\n{zeek}"), vec!["unknown-record", ""]),
        (Source::VpcFlow, format!("{V2}\n#path\tconn\n"), vec!["", "too-few-fields"]),
        (Source::Suricata, zeek.lines().last().unwrap().to_owned(), vec!["unknown-record"]),
    ] {
        let found = records_of(&text, &ReadOptions { source, ..Default::default() });
        let found: Vec<_> =
            found.iter().map(|record| record["reject"].as_str().unwrap_or_default()).collect();
        assert_eq!(found, codes, "{source}");
    }
}
