use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use serde_json::Value;

use super::*;

fn pair(key: &str, value: Any) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn request(records: Vec<LogRecord>) -> Vec<u8> {
    let resource = Resource {
        attributes: vec![pair("host.name", Any::StringValue("web-1".to_owned()))],
        ..Resource::default()
    };
    let scope_logs = vec![ScopeLogs { log_records: records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { resource: Some(resource), scope_logs, ..ResourceLogs::default() }],
    }
    .encode_to_vec()
}

#[test]
fn each_record_is_a_line_of_otlp_json_with_its_resource() {
    let values = vec![pair("pid", Any::IntValue(7)), pair("raw", Any::StringValue("a\nb".to_owned()))];
    let body = Some(AnyValue { value: Some(Any::KvlistValue(KeyValueList { values })) });
    let record = LogRecord { time_unix_nano: 1_795_486_875_000_000_000, body, ..LogRecord::default() };
    let lines = lines(&request(vec![record.clone(), record]), 1 << 20).unwrap();
    let text = String::from_utf8(lines.text).unwrap();
    assert_eq!(text.lines().count(), 2);
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let logs = &line["resourceLogs"][0];
    assert_eq!(logs["resource"]["attributes"][0]["value"]["stringValue"], "web-1");
    let record = &logs["scopeLogs"][0]["logRecords"][0];
    assert_eq!(record["timeUnixNano"], "1795486875000000000");
    assert_eq!(record["body"]["kvlistValue"]["values"][0]["value"]["intValue"], "7");
    assert_eq!(record["body"]["kvlistValue"]["values"][1]["value"]["stringValue"], "a\nb");
}

#[test]
fn a_bad_record_leaves_the_others_and_a_bad_message_is_refused() {
    let good = LogRecord::default();
    let long = LogRecord { severity_text: "x".repeat(LONGEST), ..LogRecord::default() };
    let read = lines(&request(vec![good.clone(), long, good.clone()]), 1 << 20).unwrap();
    assert_eq!(read.rejects, [("too-long", 1)].into());
    assert_eq!(read.text.iter().filter(|byte| **byte == b'\n').count(), 2);

    // A record whose own bytes are no message: field 5 with a length beyond its end.
    let bad = [0x0a, 6, 0x12, 4, 0x12, 2, 0x2a, 9];
    let read = lines(&bad, 1 << 20).unwrap();
    assert_eq!((read.text.len(), read.rejects), (0, [("bad-payload", 1)].into()));

    let whole = request(vec![good]);
    for bytes in [&whole[..whole.len() - 1], b"{}", &[0x0a], &[0xff; 11]] {
        assert_eq!(lines(bytes, 1 << 20).unwrap_err().status(), 400, "{bytes:?}");
    }
    assert!(lines(&[], 1 << 20).unwrap().text.is_empty());
}

#[test]
fn a_few_bytes_do_not_become_much_text() {
    let many = request(vec![LogRecord::default(); 10_000]);
    assert!(many.len() < 32 << 10);
    assert_eq!(lines(&many, 1 << 20).unwrap_err().status(), 413);
}

#[test]
fn success_is_empty_in_both_encodings_and_a_partial_one_says_how_many() {
    assert!(taken(0, "").is_empty());
    assert_eq!(taken_json(0, ""), "{}");
    let partial =
        ExportLogsServiceResponse::decode(taken(2, "why").as_slice()).unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_log_records, partial.error_message.as_str()), (2, "why"));
    let json: Value = serde_json::from_str(&taken_json(2, "why")).unwrap();
    assert_eq!(json["partialSuccess"]["rejectedLogRecords"], "2");
    let status = Status::decode(refused(&Refusal::Unavailable).as_slice()).unwrap();
    assert_eq!(status.code, 14);
    assert!(status.message.contains("again later"));
}
