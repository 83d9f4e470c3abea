//! Endpoint, container and sensor logs: what their records become.

use serde_json::{Value, json};

use super::*;

mod containers;
mod linux;
mod macos;
mod recorded;
mod sensors;
mod windows;

/// Every record as `weir parse` prints it; of a reject its code.
fn records(text: &str) -> Vec<Value> {
    records_of(text, &ReadOptions::default())
}

fn records_of(text: &str, options: &ReadOptions) -> Vec<Value> {
    let mut reader = RecordReader::open(text.as_bytes(), options).unwrap();
    let mut records = Vec::new();
    while let Some(entry) = reader.next().unwrap() {
        match entry {
            Entry::Telemetry(telemetry) => records.push(serde_json::to_value(telemetry).unwrap()),
            Entry::Flow(flow) => records.push(serde_json::to_value(crate::Normalised::from(&flow)).unwrap()),
            Entry::Reject(reject) => records.push(json!({"reject": reject.reason.code()})),
            Entry::Call(_) | Entry::Lookup(_) | Entry::Loss(_) | Entry::Control => {}
        }
    }
    records
}

/// The only record of `text`.
fn record(text: &str) -> Value {
    let records = records(text);
    assert_eq!(records.len(), 1, "{records:?}");
    records.into_iter().next().unwrap()
}

/// The member at a JSON pointer of each record.
fn each(text: &str, pointer: &str) -> Vec<Value> {
    records(text).iter().map(|record| record.pointer(pointer).cloned().unwrap_or(Value::Null)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A record of each log, cut, joined with others and with a byte changed.
    #[test]
    fn no_endpoint_log_makes_the_reader_panic_or_lose_a_line(
        picked in prop::collection::vec((0..SEEDS.len(), any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..8),
    ) {
        let mut text = Vec::new();
        for (seed, place, byte, cut) in picked {
            let mut piece = SEEDS[seed].as_bytes().to_vec();
            let place = place.index(piece.len());
            if cut { piece.truncate(place) } else { piece[place] = byte }
            text.extend(piece);
            text.push(b'\n');
        }
        let (entries, counts, error) = read_with(&text, &ReadOptions::default());
        prop_assert!(error.is_none());
        let rejects: u64 = counts.rejects.values().sum();
        prop_assert_eq!(entries.len() as u64, counts.records + counts.losses + counts.controls + rejects);
        prop_assert!(counts.lines + 1 >= entries.len() as u64, "{:?}", counts);
    }
}

const SEEDS: [&str; 18] = [
    "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tproto\torig_bytes\n1.5\tC\t10.0.0.1\t::1\ttcp\t5",
    r#"{"event_type":"flow","timestamp":"2026-11-24T02:21:22.1+0200","src_ip":"::1","dest_ip":"10.0.0.1","proto":"TCP","flow":{"bytes_toserver":1}}"#,
    "ts,te,td,sa,da,sp,dp,pr,flg\n2018-01-12 15:37:30,2018-01-12 15:37:34,4.0,10.0.0.1,::1,1,2,TCP,..A.\nSummary\n1,2",
    "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes\n2019/04/04 16:23:00.3,1,tcp,10.0.0.1,1,->,::1,2,S,0,0,1,9,3",
    r#"{"src_addr":"AQIDBA==","dst_addr":"10.0.0.1","time_flow_start_ns":1795486880000000000,"bytes":18446744073709551615,"sampling_rate":9}"#,
    "<Event xmlns='x'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID></System><EventData><Data Name='SourceIp'>1.2.3.4</Data><Data Name='DestinationIp'>&#x41;::1</Data></EventData></Event>",
    r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","UtcTime":"2026-11-24 02:21:22.250","Image":"C:\\a.exe","StringInserts":["a",1]}"#,
    "type=SYSCALL msg=audit(1795486882.250:100): arch=c000003e syscall=59 exe=2F61 comm=\"a\"\ntype=EXECVE msg=audit(1795486882.250:100): argc=1 a0[0]=2F61 a0[1]=\"b\"\ntype=EOE msg=audit(1795486882.250:100): ",
    "<13>1 2026-11-24T02:21:22Z h a 1 - [x y=\"]\"] type=SOCKADDR msg=audit(1.1:1): saddr=0200",
    "2026-11-24 03:21:22.713745+0100 mac kernel[0]: udp_connection_summary [1.2.3.4:5<->::1:7] process: a b:5 Duration: 5 sec bytes in/out: 1/2",
    "time,,interface,bytes_in,bytes_out,\n14:27:35.295869,a.b.7,en0,1,2,\n14:27:35.2,tcp4 1.2.3.4:1<->*:*,en0,1,2,",
    r#"{"event_type":9,"process":{"audit_token":[1,2]},"mach_time":1,"time":"2026-11-24T02:21:22Z","event":{"exec":{"target":{"executable":{"path":"/é"}},"args":["a"]}}}"#,
    "[2022-05-12T11:38:03.923Z] I santad: action=EXEC|decision=ALLOW|pid=7|path=/a|args=a|b",
    r#"{"name":"x","snapshot":[{"pid":"1","cmdline":"é"},{"remote_address":"::1","remote_port":"1"}],"unixTime":1795486882}"#,
    "container_network_transmit_bytes_total{a=\"\\\"\",pod=\"p\"} 1e9 1795486882250\n# HELP x",
    r#"{"ID":"c","NetIO":"1.5MB / 2é"}"#,
    r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795486882250000000","body":{"kvlistValue":{"values":[{"key":"message","value":{"stringValue":"{\"message\":\"x\"}"}}]}}}]}]}]}"#,
    r#"{"class_uid":1007,"metadata":{},"time":1795486882250,"process":{"pid":1,"file":{"path":"/"}}}"#,
];
