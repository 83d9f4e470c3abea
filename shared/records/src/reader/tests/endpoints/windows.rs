//! Windows events in every rendering.

use super::*;

/// Sysmon 3 as XML; what is between `{}` is JSON-escaped where it goes into JSON.
const CONNECTION: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
    <Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>3</EventID>\
    <TimeCreated SystemTime='2026-11-24T02:21:23.1234567Z'/><EventRecordID>77</EventRecordID>\
    <Execution ProcessID='2644' ThreadID='1'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel>\
    <Computer>web1.example</Computer></System><EventData><Data Name='RuleName'>-</Data>\
    <Data Name='UtcTime'>2026-11-24 02:21:22.250</Data><Data Name='ProcessGuid'>{D14E8C55-47AF-5DE8-0000-0010EB030000}</Data>\
    <Data Name='ProcessId'>3548</Data><Data Name='Image'>C:\\Program Files\\R&amp;D\\a.exe</Data><Data Name='User'/>\
    <Data Name='Protocol'>tcp</Data><Data Name='Initiated'>true</Data><Data Name='SourceIp'>10.0.0.5</Data>\
    <Data Name='SourcePort'>50000</Data><Data Name='DestinationIp'>2001:db8:0:0:0:0:0:1</Data>\
    <Data Name='DestinationPort'>443</Data></EventData></Event>";

fn connection() -> Value {
    json!({
        "class_uid": 4001,
        "metadata": {"log_name": "sysmon", "uid": "77"},
        "start_time": 1_795_486_882_250_i64,
        "end_time": 1_795_486_882_250_i64,
        "src_endpoint": {"ip": "10.0.0.5", "port": 50000},
        "dst_endpoint": {"ip": "2001:db8::1", "port": 443},
        "connection_info": {"protocol_num": 6, "direction_id": 2},
        "actor": {"process": {
            "pid": 3548, "uid": "d14e8c55-47af-5de8-0000-0010eb030000", "name": "a.exe",
            "file": {"path": "C:\\Program Files\\R&D\\a.exe"},
        }},
        "device": {"hostname": "web1.example"},
    })
}

/// The values of the event, for renderings in JSON.
fn values() -> Value {
    json!({
        "RuleName": "-", "UtcTime": "2026-11-24 02:21:22.250",
        "ProcessGuid": "{D14E8C55-47AF-5DE8-0000-0010EB030000}", "ProcessId": "3548",
        "Image": "C:\\Program Files\\R&D\\a.exe", "User": "", "Protocol": "tcp", "Initiated": "true",
        "SourceIsIpv6": "false", "SourceIp": "10.0.0.5", "SourceHostname": "-", "SourcePort": "50000",
        "SourcePortName": "-", "DestinationIsIpv6": "true", "DestinationIp": "2001:db8:0:0:0:0:0:1",
        "DestinationHostname": "-", "DestinationPort": "443", "DestinationPortName": "https",
    })
}

fn merged(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

#[test]
fn one_event_is_one_record_whoever_forwards_it() {
    let values = values();
    let list: Vec<Value> = values.as_object().unwrap().values().cloned().collect();
    // Positional renderings have the manifest's order, which a map does not keep.
    let order = [
        "RuleName",
        "UtcTime",
        "ProcessGuid",
        "ProcessId",
        "Image",
        "User",
        "Protocol",
        "Initiated",
        "SourceIsIpv6",
        "SourceIp",
        "SourceHostname",
        "SourcePort",
        "SourcePortName",
        "DestinationIsIpv6",
        "DestinationIp",
        "DestinationHostname",
        "DestinationPort",
        "DestinationPortName",
    ];
    assert_eq!(list.len(), order.len());
    let list: Vec<&Value> = order.iter().map(|name| &values[name]).collect();
    let small: serde_json::Map<String, Value> = values
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name[..1].to_lowercase() + &name[1..], value.clone()))
        .collect();
    let typed = merged(
        values.clone(),
        json!({"ProcessId": 3548, "SourcePort": 50000, "DestinationPort": 443, "Initiated": true}),
    );
    let provider = "Microsoft-Windows-Sysmon";
    let pretty = CONNECTION
        .replace("><", ">\n  <")
        .replace("<Event xmlns", "<?xml version='1.0'?>\n<Events>\n<Event xmlns")
        + "\n</Events>\n";
    let fluent = json!({"ProviderName": provider, "EventID": 3, "Version": 5, "TimeCreated": "2026-11-24 03:21:23 +0100",
        "EventRecordID": 77, "ProcessID": 2644, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "web1.example"});
    for (name, text) in [
        ("native", CONNECTION.to_owned()),
        ("pretty", pretty),
        ("cloudwatch agent", json!({"message": CONNECTION}).to_string()),
        ("syslog", format!("<13>1 2026-11-24T02:21:22Z web1 sysmon 1 - - {CONNECTION}")),
        ("winlogbeat 6", json!({"@timestamp": "2026-11-24T02:21:23Z", "computer_name": "web1.example", "event_id": 3,
            "process_id": 2644, "record_number": "77", "source_name": provider, "event_data": values,
            "message": "Network connection detected:\nProcessId: 0"}).to_string()),
        ("winlogbeat 8", json!({"@timestamp": "2026-11-24T02:21:23Z", "event": {"code": "3"}, "winlog": {"event_id": "3",
            "computer_name": "web1.example", "record_id": 77, "provider_name": provider, "process": {"pid": 2644}, "event_data": values}}).to_string()),
        ("nxlog", merged(values.clone(), json!({"EventID": 3, "SourceName": provider, "Hostname": "web1.example", "RecordNumber": 77,
            "ProcessID": 2644, "EventTime": "2026-11-23 21:21:23"})).to_string()),
        ("logstash", merged(values.clone(), json!({"EventID": 3, "SourceName": provider, "Hostname": "web1.example", "RecordNumber": 77,
            "TimeCreated": "2026-11-23T21:21:23.000Z"})).to_string()),
        ("azure", json!({"Provider": provider, "EventID": 3, "Computer": "web1.example", "EventRecordId": "77",
            "TimeGenerated": "2026-11-24T02:21:24Z", "EventData": values.to_string()}).to_string()),
        ("wazuh", json!({"agent": {"name": "x"}, "data": {"win": {"system": {"providerName": provider, "eventID": "3",
            "eventRecordID": "77", "computer": "web1.example", "systemTime": "2026-11-24T02:21:23.1234567Z"}, "eventdata": small}}}).to_string()),
        ("evtx", json!({"Event": {"System": {"Provider": {"#attributes": {"Name": provider}}, "EventID": 3, "EventRecordID": 77,
            "Computer": "web1.example", "TimeCreated": {"#attributes": {"SystemTime": "2026-11-24T02:21:23.123456Z"}}}, "EventData": typed}}).to_string()),
        ("fluent bit list", merged(fluent.clone(), json!({"StringInserts": list})).to_string()),
        ("fluent bit map", merged(fluent.clone(), json!({"EventData": values})).to_string()),
        ("fluent bit xml", json!({"System": CONNECTION, "Message": "x"}).to_string()),
        ("fluent bit text", merged(fluent, json!({"Message": "Network connection detected:\r\n".to_owned()
            + &order.map(|name| format!("{name}: {}", values[name].as_str().unwrap())).join("\r\n")})).to_string()),
        ("fluentd", json!({"ProviderName": provider, "EventID": "3", "EventRecordID": "77", "Computer": "web1.example",
            "TimeCreated": "2026/11/24 02:21:23.913943200", "EventData": list}).to_string()),
    ] {
        assert_eq!(records(&text), [connection()], "{name}");
    }
}

#[test]
fn events_in_one_line_are_read_one_by_one_and_a_broken_one_does_not_swallow_the_next() {
    assert_eq!(each(&format!("{CONNECTION}{CONNECTION}"), "/metadata/uid"), ["77", "77"]);
    let cut = &CONNECTION[..400];
    assert_eq!(
        records(&format!("{cut}\n{CONNECTION}\n{cut}")),
        [json!({"reject": "bad-xml"}), connection(), json!({"reject": "bad-xml"})]
    );
    let bomb = format!("<Event a='1'><!DOCTYPE x [<!ENTITY a \"aaaa\">]>{}", &CONNECTION[6..]);
    assert_eq!(each(&bomb, "/reject"), ["bad-xml"]);
}

#[test]
fn the_clock_of_the_system_holds_where_the_measured_time_is_of_another_day() {
    let old = CONNECTION.replace("2026-11-24 02:21:22.250", "2026-11-13 02:21:22.250");
    assert_eq!(record(&old)["start_time"], 1_795_486_883_123_i64);
}

#[test]
fn the_own_end_of_an_incoming_connection_is_told_by_what_the_host_was_seen_to_call_from() {
    let incoming = |source: &str, destination: &str| {
        let (from, to) = (source.split_once(' ').unwrap(), destination.split_once(' ').unwrap());
        CONNECTION
            .replace("'Initiated'>true", "'Initiated'>false")
            .replace(">10.0.0.5<", &format!(">{}<", from.0))
            .replace(">50000<", &format!(">{}<", from.1))
            .replace(">2001:db8:0:0:0:0:0:1<", &format!(">{}<", to.0))
            .replace(">443<", &format!(">{}<", to.1))
    };
    // Older versions call the listener the source, newer ones the destination.
    for (source, destination) in
        [("10.0.0.5 60000", "203.0.113.9 50000"), ("203.0.113.9 50000", "10.0.0.5 60000")]
    {
        let text = format!("{CONNECTION}\n{}", incoming(source, destination));
        let record = &records(&text)[1];
        assert_eq!(record["dst_endpoint"]["ip"], "10.0.0.5", "{source}");
        assert_eq!(record["connection_info"]["direction_id"], 1);
    }
    // Nothing learned yet: who listens has the lower port.
    let record = record(&incoming("198.51.100.7 139", "203.0.113.9 50000"));
    assert_eq!(record["dst_endpoint"], json!({"ip": "198.51.100.7", "port": 139}));
}

#[test]
fn a_process_creation_has_its_parent_and_the_name_that_the_maker_gave_it() {
    let launch = json!({"EventID": 1, "SourceName": "Microsoft-Windows-Sysmon", "Hostname": "web1", "UtcTime": "2026-11-24 02:21:22.250",
        "ProcessId": "9384", "Image": "C:\\Temp\\svc.exe", "CommandLine": "svc.exe -tou-accept", "OriginalFileName": "Honeygain.exe",
        "Company": "Honeygain", "Hashes": "SHA1=AA,SHA256=BBCC", "User": "W\\u", "ParentProcessId": "1", "ParentImage": "C:\\Windows\\explorer.exe",
        "ParentCommandLine": "-"});
    let record = record(&launch.to_string());
    assert_eq!((&record["class_uid"], &record["activity_id"]), (&json!(1007), &json!(1)));
    assert_eq!(
        record["process"],
        json!({"pid": 9384, "name": "svc.exe", "cmd_line": "svc.exe -tou-accept", "user": {"name": "W\\u"},
            "file": {"path": "C:\\Temp\\svc.exe", "internal_name": "Honeygain.exe", "company_name": "Honeygain",
                "hashes": [{"algorithm_id": 3, "value": "bbcc"}]},
            "parent_process": {"pid": 1, "name": "explorer.exe", "file": {"path": "C:\\Windows\\explorer.exe"}}})
    );
}

#[test]
fn the_service_that_logs_is_not_the_process_even_where_only_the_text_has_it() {
    let old = json!({"EventID": 3, "SourceName": "Microsoft-Windows-Sysmon", "ProcessID": 2644, "UtcTime": "2026-11-24 02:21:22.250",
        "Image": "System", "Initiated": "true", "SourceIp": "10.0.0.5", "DestinationIp": "203.0.113.9",
        "Message": "Network connection detected:\r\nRuleName: \r\nProcessId: 4\r\nImage: System"});
    assert_eq!(record(&old.to_string())["actor"]["process"]["pid"], 4);
}

#[test]
fn security_events_tell_creations_tasks_and_services_and_other_events_are_passed_over() {
    let security = |id: u32, data: Value| {
        json!({"winlog": {"event_id": id, "channel": "Security", "provider_name": "Microsoft-Windows-Security-Auditing",
            "event_data": data}, "@timestamp": "2026-11-24T02:21:23Z"}).to_string()
    };
    let created = security(
        4688,
        json!({"NewProcessId": "0x1a4", "NewProcessName": "C:\\a\\b.exe", "ProcessId": "0x10",
        "ParentProcessName": "C:\\c.exe", "CommandLine": "b.exe -x", "SubjectUserName": "u", "SubjectDomainName": "D", "TargetUserName": "-"}),
    );
    let process = record(&created)["process"].clone();
    assert_eq!(process["pid"], 420);
    assert_eq!(process["parent_process"]["pid"], 16);
    assert_eq!(process["user"]["name"], "D\\u");
    let task = security(
        4698,
        json!({"TaskName": "\\x", "TaskContent":
        "<?xml?><Task><Actions><Exec><Command>\"C:\\p\\pawns-cli.exe\"</Command><Arguments>-email a&amp;b</Arguments></Exec></Actions></Task>"}),
    );
    assert_eq!(record(&task)["activity_name"], "Task Scheduled");
    assert_eq!(record(&task)["process"]["name"], "pawns-cli.exe");
    assert_eq!(record(&task)["process"]["cmd_line"], "\"C:\\p\\pawns-cli.exe\" -email a&b");
    let service =
        security(7045, json!({"ServiceName": "x", "ImagePath": "\"C:\\Program Files\\x\\x.exe\" --run"}));
    assert_eq!(record(&service)["process"]["file"]["path"], "C:\\Program Files\\x\\x.exe");
    assert_eq!(records(&security(4624, json!({"TargetUserName": "u"}))), [] as [Value; 0]);
    assert_eq!(record(&security(4688, json!({})))["reject"], "missing-field");
}
