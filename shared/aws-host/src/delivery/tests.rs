use serde_json::json;

use super::*;

fn kinds(json: &str) -> (Sender, Vec<(Option<String>, &'static str)>) {
    let delivery = Delivery::read(json);
    let kind = |content: &Content<'_>| match content {
        Content::Data(_) => "data",
        Content::Logs(_) => "logs",
        Content::Object(_) => "object",
        Content::Control => "control",
        _ => "unknown",
    };
    let pieces = delivery.pieces().unwrap();
    (
        delivery.sender,
        pieces.iter().map(|piece| (piece.id.map(str::to_owned), kind(&piece.content))).collect(),
    )
}

fn notification(keys: &[&str]) -> String {
    let records: Vec<_> = keys
        .iter()
        .map(|key| {
            let s3 = json!({"bucket": {"name": "logs"}, "object": {"key": key}});
            json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3})
        })
        .collect();
    json!({ "Records": records }).to_string()
}

fn queue(bodies: &[(&str, String)]) -> String {
    let records: Vec<_> = bodies.iter().map(|(id, body)| json!({"messageId": id, "body": body})).collect();
    json!({ "Records": records }).to_string()
}

#[test]
fn a_queue_may_carry_payloads_objects_wrapped_objects_and_tests_each_under_its_message_id() {
    let wrapped = json!({"Type": "Notification", "Message": notification(&["w"])}).to_string();
    let event = queue(&[
        ("1", json!({"awslogs": {"data": "aGk="}}).to_string()),
        ("2", notification(&["a", "b"])),
        ("3", wrapped),
        ("4", json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}).to_string()),
        ("5", "hello".to_owned()),
    ]);
    let named = |id: &str, kind| (Some(id.to_owned()), kind);
    let expected = vec![
        named("1", "data"),
        named("2", "object"),
        named("2", "object"),
        named("3", "object"),
        named("4", "control"),
        named("5", "unknown"),
    ];
    assert_eq!(kinds(&event), (Sender::Sqs, expected));
}

#[test]
fn a_record_of_a_stream_keeps_its_sequence_number() {
    let record = |number| json!({"kinesis": {"sequenceNumber": number, "data": "aGk="}, "eventID": "x"});
    let event = json!({"Records": [record("49"), record("50")]}).to_string();
    let expected = vec![(Some("49".to_owned()), "data"), (Some("50".to_owned()), "data")];
    assert_eq!(kinds(&event), (Sender::Kinesis, expected));
}

#[test]
fn a_subscription_and_a_notification_come_directly_and_have_no_names() {
    assert_eq!(kinds(r#"{"awslogs":{"data":"aGk="}}"#), (Sender::Direct, vec![(None, "data")]));
    assert_eq!(kinds(&notification(&["a"])), (Sender::Direct, vec![(None, "object")]));
}

#[test]
fn what_is_no_event_is_refused_and_not_taken_for_an_empty_one() {
    for json in ["{}", "[]", "7", r#"{"hello":"world"}"#] {
        assert!(Delivery::read(json).pieces().is_err(), "{json}");
    }
}
