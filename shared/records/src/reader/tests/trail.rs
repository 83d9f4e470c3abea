//! Records of CloudTrail, however they are wrapped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const CALL: &str = r#"{"eventTime":"2026-06-01T08:00:00Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","eventID":"e"}"#;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_call_is_found_in_every_wrapping() {
    let insight = CALL.replace("\"eventID\"", "\"eventType\":\"AwsCloudTrailInsight\",\"eventID\"");
    let bridge =
        format!(r#"{{"detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":{CALL}}}"#);
    let sign_in = bridge.replace("AWS API Call", "AWS Console Sign In");
    let logs = format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{{"id":"1","timestamp":1,"message":{}}}]}}"#,
        quoted(CALL)
    );
    let kinesis = |data: &str| {
        format!(
            r#"{{"Records":[{{"kinesis":{{"sequenceNumber":"1","data":"{}"}}}}]}}"#,
            STANDARD.encode(data)
        )
    };
    let sqs = |body: &str| format!(r#"{{"Records":[{{"messageId":"m","body":{}}}]}}"#, quoted(body));
    for (json, expected) in [
        (CALL.to_owned(), "A"),
        (format!("{CALL}\n{V2}\n{CALL}\n"), "A F A"),
        (format!(r#"{{"Records":[{CALL},{CALL}]}}"#), "A A"),
        (
            format!("{{\n \"Records\" : [\n{CALL},\n {CALL}\n ],\n \"more\": {{\"a\": [1]}}\n}}\n{V2}\n"),
            "A A F",
        ),
        (format!("{{\"Records\":[]}}\n{{\"Records\":[{CALL}]}}"), "A"),
        (format!("[{CALL},{CALL}]"), "A A"),
        (insight, "C"),
        (bridge.clone(), "A"),
        (sign_in, "A"),
        (logs.clone(), "A"),
        (event(&logs), "A"),
        (kinesis(&logs), "A"),
        (kinesis(&bridge), "A"),
        (sqs(&bridge), "A"),
        (sqs(r#"{"s3Bucket":"b","s3ObjectKey":["k1","k2"]}"#), "1:object-reference 1:object-reference"),
    ] {
        assert_eq!(read(json.as_bytes()), expected, "{json}");
        assert_eq!(read(&gzip(json.as_bytes())), expected, "{json}");
    }
}

#[test]
fn a_trails_file_that_breaks_off_gives_what_was_whole_and_says_so() {
    for (json, expected) in [
        (format!(r#"{{"Records":[{CALL},{{"eventName":"x"#), "A 1:bad-json"),
        (format!(r#"{{"Records":[{CALL}"#), "A 1:bad-json"),
        (format!(r#"{{"Records":[{CALL}]"#), "A 1:bad-json"),
        (format!("{{\"Records\":[{CALL},7]}}\n{V2}"), "A 1:bad-json F"),
        (
            format!("{{\"Records\":[{CALL},{{\"eventName\":\"x\"\n]}}\n{V2}"),
            "A 1:unknown-record 2:bad-json F",
        ),
    ] {
        assert_eq!(read(json.as_bytes()), expected, "{json}");
    }
}

#[test]
fn a_trails_file_larger_than_the_longest_document_is_read_member_by_member() {
    let options = ReadOptions { max_document: 4096, ..ReadOptions::default() };
    let members = vec![CALL; 20_000].join(",");
    let (entries, counts, error) = read_with(format!(r#"{{"Records":[{members}]}}"#).as_bytes(), &options);
    assert!(error.is_none());
    assert_eq!((entries.len(), counts.records, counts.rejects.len()), (20_000, 20_000, 0));
}

#[test]
fn a_named_source_refuses_what_it_is_not() {
    let text = format!("{CALL}\n{V2}\n{{\"a\":1}}\n");
    for (source, expected) in [
        (Source::CloudTrail, "A 2:unknown-record 3:missing-field"),
        (Source::VpcFlow, "1:unknown-record F 3:unknown-record"),
        (Source::Auto, "A F 3:unknown-record"),
    ] {
        let options = ReadOptions { source, ..ReadOptions::default() };
        assert_eq!(read_with(text.as_bytes(), &options).0.join(" "), expected, "{source}");
    }
}
