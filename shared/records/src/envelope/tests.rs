use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::vpc_flow::{Line, Lines};

const PAYLOAD: &str = r#"{"messageType":"DATA_MESSAGE","owner":"123","logGroup":"g","logStream":"eni-0a","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":10,"message":"one"},{"id":"2","timestamp":20,"message":"two"}]}"#;

fn ids<'a>(parts: &'a [Part<'a>]) -> Vec<Option<&'a str>> {
    parts.iter().map(|part| part.id.as_ref().map(Text::as_str)).collect()
}

fn opened(content: &Content<'_>) -> String {
    match content {
        Content::Data(data) => data.open(&mut Scratch::default(), 1000).unwrap().to_owned(),
        other => panic!("no data: {other:?}"),
    }
}

fn object(content: &Content<'_>) -> (String, String, Option<u64>) {
    match content {
        Content::Object(object) => (object.bucket.clone(), object.key.clone(), object.size),
        other => panic!("no object: {other:?}"),
    }
}

type Owned = (String, Option<i64>, String);

/// What `visit` calls with, and what it answers.
fn visited(json: &str) -> (Vec<Owned>, Result<Visited, PayloadError>) {
    let mut events = Vec::new();
    let answer = LogsPayload::read(json).and_then(|payload| {
        payload.visit(|event| events.push((event.id.to_owned(), event.timestamp, event.message.to_owned())))
    });
    (events, answer)
}

fn identity(json: &str) -> u64 {
    visited(json).1.unwrap().id
}

#[test]
fn a_log_subscription_event_holds_one_payload() {
    let json = format!(r#"{{"awslogs":{{"data":"{}"}}}}"#, STANDARD.encode(PAYLOAD));
    let parts = open(&json).unwrap();
    assert_eq!(ids(&parts), [None]);
    assert_eq!(opened(&parts[0].content), PAYLOAD);
}

#[test]
fn kinesis_and_firehose_records_keep_the_names_that_a_partial_failure_needs() {
    let data = STANDARD.encode("text");
    let kinesis = format!(
        r#"{{"Records":[{{"eventSource":"aws:kinesis","kinesis":{{"sequenceNumber":"4957","data":"{data}"}}}}]}}"#
    );
    let parts = open(&kinesis).unwrap();
    assert_eq!((ids(&parts), opened(&parts[0].content)), (vec![Some("4957")], "text".to_owned()));
    let firehose =
        format!(r#"{{"invocationId":"i","records":[{{"recordId":"r1","data":"{data}"}},{{"data":1}}]}}"#);
    let parts = open(&firehose).unwrap();
    assert_eq!((ids(&parts), opened(&parts[0].content)), (vec![Some("r1"), None], "text".to_owned()));
    assert!(matches!(parts[1].content, Content::Unknown(_)));
}

#[test]
fn an_s3_notification_is_the_same_bare_in_sqs_in_sns_and_in_sns_in_sqs() {
    let s3 = r#"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"AWSLogs/a%3D1/x+y%2Bz.log.gz","size":7}}}]}"#;
    let expected = ("b".to_owned(), "AWSLogs/a=1/x y+z.log.gz".to_owned(), Some(7));
    let text = |json: &str| serde_json::to_string(json).unwrap();
    let sns = format!(r#"{{"Type":"Notification","MessageId":"n","Message":{}}}"#, text(s3));
    for (json, id) in [
        (s3.to_owned(), None),
        (
            format!(r#"{{"Records":[{{"messageId":"m","eventSource":"aws:sqs","body":{}}}]}}"#, text(s3)),
            Some("m"),
        ),
        (
            format!(r#"{{"Records":[{{"messageId":"m","eventSource":"aws:sqs","body":{}}}]}}"#, text(&sns)),
            Some("m"),
        ),
        (format!(r#"{{"Records":[{{"EventSource":"aws:sns","Sns":{sns}}}]}}"#), Some("n")),
    ] {
        let parts = open(&json).unwrap();
        assert_eq!(ids(&parts), [id], "{json}");
        assert_eq!(object(&parts[0].content), expected, "{json}");
    }
}

#[test]
fn an_event_bridge_key_is_taken_as_it_is_written() {
    let json = r#"{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"b"},"object":{"key":"a+b%20","size":1}}}"#;
    assert_eq!(object(&open(json).unwrap()[0].content).1, "a+b%20");
}

#[test]
fn tests_and_removals_carry_nothing_and_are_no_faults() {
    for json in [
        r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#,
        r#"{"Records":[{"messageId":"m","body":"{\"Event\":\"s3:TestEvent\"}"}]}"#,
        r#"{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"#,
    ] {
        let parts = open(json).unwrap();
        assert!(matches!(parts[..], [Part { content: Content::Control, .. }]), "{json}: {parts:?}");
    }
}

#[test]
fn one_bad_member_does_not_spoil_the_others() {
    let json = r#"{"Records":[7,{"messageId":"m","body":"no json"},{"eventSource":"ec2.amazonaws.com"},{"s3":{"bucket":{"name":"b"},"object":{"key":"%zz"}}},{"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"#;
    let parts = open(json).unwrap();
    assert_eq!(ids(&parts), [None, Some("m"), None, None, None]);
    let unknown = |part: &Part<'_>| matches!(part.content, Content::Unknown(_));
    assert!(parts[..4].iter().all(unknown));
    assert_eq!(object(&parts[4].content).1, "k");
}

#[test]
fn what_is_no_event_is_said_to_be_none() {
    assert!(matches!(open(r#"{"srcaddr":"10.0.0.1"}"#), Err(EnvelopeError::Unknown)));
    for json in ["", "[]", "2", r#"{"Records":"#, r#"{"awslogs":{"data":7}}"#] {
        assert!(matches!(open(json), Err(EnvelopeError::Json(_))), "{json}");
    }
}

#[test]
fn every_way_of_writing_a_payload_gives_the_same_events_and_the_same_identity() {
    let events = vec![("1".into(), Some(10), "one".into()), ("2".into(), Some(20), "two".into())];
    let (exact, answer) = visited(PAYLOAD);
    assert_eq!((&exact, answer.unwrap().events), (&events, 2));
    // Parsing and printing sorts the members by name, so `logEvents` comes before `messageType`.
    let value: serde_json::Value = serde_json::from_str(PAYLOAD).unwrap();
    for other in [
        value.to_string(),
        serde_json::to_string_pretty(&value).unwrap(),
        PAYLOAD.replace("\"one\"", "\"\\u006fne\""),
        PAYLOAD.replace("\"one\"}", "\"one\",\"extractedFields\":{\"a\":\"}],\"}}"),
        PAYLOAD.replace("},{", "} , {"),
        PAYLOAD.replace("\"owner\"", "\"policyLevel\":\"ACCOUNT_LEVEL_POLICY\",\"owner\""),
        format!(" {PAYLOAD}\n"),
    ] {
        assert_eq!(visited(&other).0, events, "{other}");
        assert_eq!(identity(&other), identity(PAYLOAD), "{other}");
    }
}

#[test]
fn the_identity_does_not_depend_on_order_and_depends_on_everything_else() {
    let first = r#"{"id":"1","timestamp":10,"message":"one"}"#;
    let second = r#"{"id":"2","timestamp":20,"message":"two"}"#;
    let turned = PAYLOAD.replace(&format!("{first},{second}"), &format!("{second},{first}"));
    assert_ne!(turned, PAYLOAD);
    assert_eq!(identity(&turned), identity(PAYLOAD));
    for other in [
        PAYLOAD.replace("eni-0a", "eni-0b"),
        PAYLOAD.replace("\"g\"", "\"h\""),
        PAYLOAD.replace("\"123\"", "\"124\""),
        PAYLOAD.replace("\"id\":\"2\"", "\"id\":\"3\""),
        PAYLOAD.replace(&format!(",{second}"), ""),
        PAYLOAD.replace(&format!("{first},"), &format!("{first},{first},")),
        PAYLOAD.replace("\"owner\":\"123\",\"logGroup\":\"g\"", "\"owner\":\"12\",\"logGroup\":\"3g\""),
    ] {
        assert_ne!(other, PAYLOAD);
        assert_ne!(identity(&other), identity(PAYLOAD), "{other}");
    }
}

#[test]
fn the_identity_is_the_same_in_every_build() {
    // Documents in the store hold it: a change makes redeliveries across an update count twice.
    assert_eq!(identity(PAYLOAD), IDENTITY_OF_PAYLOAD);
}

const IDENTITY_OF_PAYLOAD: u64 = 5_410_767_738_055_987_287;

#[test]
fn a_control_message_is_told_in_both_ways_of_writing() {
    let control = PAYLOAD.replace("DATA_MESSAGE", "CONTROL_MESSAGE");
    let sorted = serde_json::from_str::<serde_json::Value>(&control).unwrap().to_string();
    for json in [control, sorted] {
        assert!(LogsPayload::read(&json).unwrap().is_control());
    }
    assert!(!LogsPayload::read(PAYLOAD).unwrap().is_control());
}

#[test]
fn every_prefix_of_a_payload_is_an_error_after_the_good_events() {
    for end in 0..PAYLOAD.len() {
        let (events, answer) = visited(&PAYLOAD[..end]);
        assert!(answer.is_err(), "{end}");
        assert!(events.len() <= 2);
    }
    // The end is right and the middle is not.
    for broken in [
        PAYLOAD.replace("},{", "}{"),
        PAYLOAD.replace("\"message\":\"two\"", "\"massage\":\"two\""),
        PAYLOAD.replace("\"two\"}]}", "\"two\"}],\"x\":[]]}"),
        PAYLOAD.replace("two", "t\u{1}o"),
        PAYLOAD.replace("}]}", "},]}"),
        PAYLOAD.replace("[\"f\"]", "[\"f\"\"g\"]"),
        PAYLOAD.replace("[\"f\"]", "[\"f\",]"),
    ] {
        let answer = visited(&broken).1;
        assert!(answer.is_err(), "{broken}: {answer:?}");
    }
}

#[test]
fn a_payload_without_events_is_empty_and_no_error() {
    let start = PAYLOAD.find("[{").unwrap();
    let empty = format!("{}[]}}", &PAYLOAD[..start]);
    let (events, answer) = visited(&empty);
    assert!(events.is_empty() && answer.unwrap().events == 0);
}

#[test]
fn a_payload_that_cannot_be_opened_says_why() {
    let open = |data: &str| Data::new(Text::from(data)).open(&mut Scratch::default(), 10).map(str::to_owned);
    assert!(matches!(open("%%%"), Err(DataError::Base64(_))));
    assert!(matches!(open(&STANDARD.encode([0xff, 0xfe])), Err(DataError::NotUtf8 { valid: 0 })));
    assert!(matches!(open(&STANDARD.encode("0123456789x")), Err(DataError::Decode(_))));
    assert!(matches!(open(&STANDARD.encode("0123456789")), Ok(text) if text == "0123456789"));
}

proptest! {
    #[test]
    fn no_text_makes_the_envelope_panic(
        text in "[\\[\\]{}\":,\\\\a-z0-9]{0,60}",
        index in 0..PAYLOAD.len(),
        with in "[\\[\\]{}\":,\\\\a-z ]{0,2}",
    ) {
        let _ = open(&text);
        let near = format!("{}{with}{}", &PAYLOAD[..index], &PAYLOAD[index + 1..]);
        // What the exact way accepts, serde accepts with the same messages.
        let (events, answer) = visited(&near);
        if answer.is_ok() && let Ok(value) = serde_json::from_str::<serde_json::Value>(&near) {
            let messages = |event: &serde_json::Value| event["message"].as_str().map(str::to_owned);
            let expected: Option<Vec<_>> = value["logEvents"].as_array().map(|events| events.iter().filter_map(messages).collect());
            prop_assert_eq!(Some(events.into_iter().map(|event| event.2).collect::<Vec<_>>()), expected);
        } else {
            prop_assert!(answer.is_err(), "{}", near);
        }
    }
}

proptest! {
    #[test]
    fn rows_that_come_together_are_the_events_that_come_one_by_one(
        drawn in prop::collection::vec((0usize..6, 0u64..3, 0u64..100_000), 0..300),
        closed: bool,
    ) {
        const ROW: &str = "2 123456789010 eni-0123456789abcdef0 10.0.0.5 203.0.113.9 49152 443 6 10 8400 1700000000 \
                           1700000060 ACCEPT OK";
        let events: Vec<String> = drawn
            .iter()
            .enumerate()
            .map(|(number, (kind, interface, bytes))| {
                let row = ROW.replace("def0", &format!("def{interface}")).replace("8400", &bytes.to_string());
                let message = match kind {
                    0 => row.replace("ACCEPT OK", "- NODATA"),
                    1 => row.replace("eni-", "eni\\u002d"),
                    2 => row + " ",
                    _ => row,
                };
                format!(r#"{{"id":"{number:056}","timestamp":17000000{interface},"message":"{message}"}}"#)
            })
            .collect();
        let json = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"123456789010","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{}{}"#,
            events.join(","),
            if closed { "]}" } else { "" },
        );
        prop_assume!(closed || !events.is_empty());
        let payload = LogsPayload::read(&json);
        prop_assert_eq!(payload.is_ok(), closed);
        let Ok(payload) = payload else { return Ok(()) };
        let (mut lines, mut one_by_one) = (Lines::new(None), Vec::new());
        let visited = payload.visit(|event| one_by_one.push(format!("{:?}", lines.read(event.message, event.timestamp))));
        let mut together = Vec::new();
        let visited_rows = payload.visit_rows(&mut lines, |told| match told {
            Told::Rows(rows) => together.extend(rows.flows().map(|flow| format!("{:?}", Line::Flow(flow)))),
            Told::Event(event, lines) => together.push(format!("{:?}", lines.read(event.message, event.timestamp))),
        });
        one_by_one.sort();
        together.sort();
        prop_assert_eq!(together, one_by_one);
        prop_assert_eq!(visited_rows.unwrap(), visited.unwrap());
    }
}
