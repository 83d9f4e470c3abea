//! Every way in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use weir_lambda::{Answer, gzip, packed, subscription, url_event};

use crate::cloud;
use crate::requests::{answer, zeek};

/// The payload of a subscription to a log group of a host.
fn logs(messages: &[String]) -> Value {
    let event = |(n, message): (usize, &String)| json!({"id": n.to_string(), "timestamp": 1_795_486_875_000_i64, "message": message});
    json!({"messageType": "DATA_MESSAGE", "owner": "444455556666", "logGroup": "zeek", "logStream": "s",
        "subscriptionFilters": ["weir"], "logEvents": messages.iter().enumerate().map(event).collect::<Vec<_>>()})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn deliveries_of_every_kind_are_taken_and_answered_in_kind() {
    let cloud = cloud("shapes").await;
    let mut function = cloud.function(&[]).await;
    let records = zeek("10.0.0.5", 2);
    let both = records.join("\n");

    let kinesis = |number: &str, data: String| json!({"kinesis": {"sequenceNumber": number, "data": data}, "eventID": "s"});
    let event = json!({"Records": [
        kinesis("1", STANDARD.encode(&both)), kinesis("2", packed(logs(&records).to_string().as_bytes())),
        kinesis("3", "!".to_owned()), kinesis("4", STANDARD.encode(b"\xf3\x89\x9a\xc2")),
    ]});
    assert_eq!(function.succeed(&event.to_string()).await, json!({"batchItemFailures": []}));

    let notification = json!({"Type": "Notification", "Message": records[0]}).to_string();
    let event =
        json!({"Records": [{"messageId": "1", "body": both}, {"messageId": "2", "body": notification}]});
    assert_eq!(function.succeed(&event.to_string()).await, json!({"batchItemFailures": []}));

    assert_eq!(function.succeed(&subscription(&logs(&records))).await, Value::Null);

    let data = [STANDARD.encode(&records[0]), STANDARD.encode(gzip(records[1].as_bytes())), "!".to_owned()];
    let with_ids: Vec<Value> =
        data.iter().enumerate().map(|(n, data)| json!({"recordId": n.to_string(), "data": data})).collect();
    let event = json!({"invocationId": "i", "deliveryStreamArn": "a", "region": "r", "records": with_ids});
    let transformed = function.succeed(&event.to_string()).await;
    for (n, record) in transformed["records"].as_array().unwrap().iter().enumerate() {
        assert_eq!(*record, json!({"recordId": n.to_string(), "result": "Ok", "data": data[n]}));
    }

    let body = json!({"requestId": "f-1", "timestamp": 1, "records": data.map(|data| json!({"data": data}))});
    let headers = json!({"X-Amz-Firehose-Request-Id": "f-1", "content-type": "application/json",
        "content-encoding": "gzip"});
    let request = url_event("POST", "/", &headers, &gzip(body.to_string().as_bytes()));
    let (status, body) = answer(&mut function, &request).await;
    assert_eq!((status, &body["requestId"]), (200, &json!("f-1")));
    assert!(body["timestamp"].is_i64());

    let falco = json!({"rule": "Test rule", "priority": "Debug", "time": "2026-11-24T10:00:00Z", "output": "o",
        "source": "syscall", "output_fields": {"proc.name": "nc", "proc.cmdline": "nc -l", "container.id": "abc"}});
    assert_eq!(function.succeed(&falco.to_string()).await["records"], 1);

    assert_eq!(function.metric("Records").await, 2 + 2 + 2 + 1 + 2 + 2 + 2 + 1);
    assert_eq!(function.metric("Quarantined").await, 4);
    let documents = cloud.documents().await;
    assert!(documents.iter().any(|(key, _)| key == "000000000000/10.0.0.5 state"), "{documents:?}");
    assert!(documents.iter().any(|(key, _)| key == "000000000000/host/unnamed state"), "{documents:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_is_nobodys_event_is_an_error_and_a_fault_of_ours_names_what_failed() {
    let cloud = cloud("faults").await;
    let mut function = cloud.function(&[]).await;
    for event in [json!({"hello": "world"}), json!({"detail-type": "Scheduled Event", "detail": {}})] {
        let Answer::Failed(error) = function.invoke(&event.to_string()).await else { panic!("{event}") };
        assert!(error.contains("Weir.Event"), "{error}");
    }

    let mut broken = cloud.function(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")]).await;
    let data = STANDARD.encode(&zeek("10.0.0.5", 1)[0]);
    let kinesis = |number: &str, data: &str| json!({"kinesis": {"sequenceNumber": number, "data": data}});
    let event = json!({"Records": [kinesis("1", "aGk="), kinesis("2", &data)]});
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "2"}]});
    assert_eq!(broken.succeed(&event.to_string()).await, failed);
    let transform = json!({"deliveryStreamArn": "a", "records": [{"recordId": "1", "data": data}]});
    let Answer::Failed(error) = broken.invoke(&transform.to_string()).await else { panic!() };
    assert!(error.contains("Weir.State"), "{error}");
}
