//! Sysmon 1 and 3, services and scheduled tasks, as Winlogbeat, NXLog and the native XML have them.

use serde_json::{Map, Value, json};

use super::{Line, ephemeral, stamp};
use crate::fleet::act::{Act, Program, What};
use crate::fleet::host::Host;
use crate::scenario::dice::mix;

pub(super) fn write(host: &mut Host, start: i64, acts: &[Act], lines: &mut Vec<Line>) {
    for act in acts {
        let day = start / 86_400;
        let (provider, channel, id, data) = match &act.what {
            What::Start(words) => {
                (SYSMON, "Microsoft-Windows-Sysmon/Operational", 1, started(host, day, act, words))
            }
            What::Talk(talk) if !talk.unseen => {
                (SYSMON, "Microsoft-Windows-Sysmon/Operational", 3, connected(host, day, act, talk))
            }
            What::Talk(_) => continue,
            What::Service => ("Service Control Manager", "System", 7045, service(&act.program)),
            What::Task => ("Microsoft-Windows-Security-Auditing", "Security", 4698, task(&act.program)),
        };
        let serial = host.next_serial();
        let (file, text) = match host.index % 3 {
            0 => ("winlogbeat.json", winlogbeat(host, act.at, serial, provider, channel, id, &data)),
            1 => ("nxlog.json", nxlog(host, act.at, serial, provider, channel, id, data)),
            _ => ("sysmon.xml", xml(host, act.at, serial, provider, channel, id, &data)),
        };
        lines.push(Line { at: act.at, file, text });
    }
}

const SYSMON: &str = "Microsoft-Windows-Sysmon";

type Data = Map<String, Value>;

fn object(value: Value) -> Data {
    match value {
        Value::Object(data) => data,
        _ => Data::new(),
    }
}

fn guid(host: &Host, day: i64, path: &str) -> String {
    let text = path.bytes().fold(3, |a, b| mix(&[a, u64::from(b)]));
    let word = mix(&[text, host.index as u64, day as u64]);
    format!("{{{:08x}-{:04x}-5ce0-0000-{:012x}}}", host.index, word as u16, word >> 16)
}

fn started(host: &Host, day: i64, act: &Act, words: &[String]) -> Data {
    let program = &act.program;
    let name = program.path.rsplit('\\').next().unwrap_or_default();
    // Programs of the system are quoted in their own command lines.
    let (path, rest) = (&program.path, words[1..].join(" "));
    let system = program.user.starts_with("NT AUTHORITY");
    object(json!({
        "RuleName": "-", "UtcTime": stamp(act.at, " ") + ".114", "ProcessGuid": guid(host, day, path),
        "ProcessId": host.pid(path, day).to_string(), "Image": path, "FileVersion": "10.0.1.2",
        "Description": name.trim_end_matches(".exe"), "Product": if program.company.is_empty() { "-" } else { name },
        "Company": if program.company.is_empty() { "-" } else { program.company },
        "OriginalFileName": match (program.original, program.company) {
            (Some(original), _) => original,
            (None, "") => "-",
            (None, _) => name,
        },
        "CommandLine": format!("\"{path}\" {rest}"), "CurrentDirectory": "C:\\Windows\\system32\\",
        "User": program.user, "LogonId": "0x3e7", "TerminalSessionId": if system { "0" } else { "1" },
        "IntegrityLevel": if system { "System" } else { "Medium" },
        "Hashes": format!("SHA256={:064x}", mix(&[name.len() as u64, host.index as u64 % 3])),
        "ParentProcessGuid": guid(host, day, &program.parent),
        "ParentProcessId": host.pid(&program.parent, day).to_string(), "ParentImage": program.parent,
        "ParentCommandLine": program.parent, "ParentUser": program.user,
    }))
}

fn connected(host: &Host, day: i64, act: &Act, talk: &crate::fleet::act::Talk) -> Data {
    let path = &act.program.path;
    let v6 = talk.remote.is_ipv6().to_string();
    object(json!({
        "RuleName": "-", "UtcTime": stamp(act.at, " ") + ".201", "ProcessGuid": guid(host, day, path),
        "ProcessId": host.pid(path, day).to_string(), "Image": path, "User": act.program.user,
        "Protocol": "tcp", "Initiated": "true", "SourceIsIpv6": v6, "SourceIp": host.ip.to_string(),
        "SourceHostname": host.name, "SourcePort": ephemeral(host.serial).to_string(), "SourcePortName": "-",
        "DestinationIsIpv6": v6, "DestinationIp": talk.remote.to_string(), "DestinationHostname": "-",
        "DestinationPort": talk.port.to_string(),
        "DestinationPortName": if talk.port == 443 { "https" } else { "-" },
    }))
}

fn service(program: &Program) -> Data {
    let name = program.path.rsplit('\\').next().unwrap_or_default().trim_end_matches(".exe");
    object(json!({"ServiceName": name, "ImagePath": program.path, "ServiceType": "user mode service",
        "StartType": "auto start", "AccountName": "LocalSystem"}))
}

fn task(program: &Program) -> Data {
    let name = program.path.rsplit('\\').next().unwrap_or_default().trim_end_matches(".exe");
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task version=\"1.2\"><Actions Context=\"Author\"><Exec>\
         <Command>{}</Command></Exec></Actions></Task>",
        program.path
    );
    let user = program.user.rsplit('\\').next().unwrap_or_default();
    object(json!({"SubjectUserName": user, "SubjectDomainName": "CORP", "SubjectLogonId": "0x3e7",
        "TaskName": format!("\\{name}"), "TaskContent": content}))
}

fn winlogbeat(
    host: &Host,
    at: i64,
    serial: u64,
    provider: &str,
    channel: &str,
    id: u32,
    data: &Data,
) -> String {
    // Winlogbeat leaves out what is empty.
    let data: Data =
        data.iter().filter(|(_, value)| *value != "-").map(|(n, v)| (n.clone(), v.clone())).collect();
    json!({"@timestamp": stamp(at, "T") + ".114Z", "agent": {"type": "winlogbeat", "version": "7.17.9"},
        "host": {"name": host.name}, "event": {"code": id.to_string(), "kind": "event"},
        "winlog": {"channel": channel, "provider_name": provider, "event_id": id.to_string(), "record_id": serial,
            "computer_name": host.name, "event_data": data}})
    .to_string()
}

fn nxlog(host: &Host, at: i64, serial: u64, provider: &str, channel: &str, id: u32, data: Data) -> String {
    let mut event = object(json!({"EventTime": stamp(at, " "), "Hostname": host.name, "EventID": id,
        "SourceName": provider, "Channel": channel, "RecordNumber": serial, "SeverityValue": 2,
        "SourceModuleName": "eventlog", "SourceModuleType": "im_msvistalog"}));
    event.extend(data);
    Value::Object(event).to_string()
}

fn xml(host: &Host, at: i64, serial: u64, provider: &str, channel: &str, id: u32, data: &Data) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;")
    };
    let values: String = data
        .iter()
        .map(|(name, value)| {
            format!("<Data Name='{name}'>{}</Data>", escape(value.as_str().unwrap_or_default()))
        })
        .collect();
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='{provider}'/>\
         <EventID>{id}</EventID><Version>5</Version><Level>4</Level><TimeCreated SystemTime='{}.1140000Z'/>\
         <EventRecordID>{serial}</EventRecordID><Channel>{channel}</Channel><Computer>{}</Computer></System>\
         <EventData>{values}</EventData></Event>",
        stamp(at, "T"),
        host.name
    )
}
