//! Every way in, and what becomes of input that is of no use.

use serde_json::{Value, json};
use weir_lambda::{Answer, packed, subscription};

use crate::cloud;
use crate::payloads::{INTERFACE, later, logs, window};

fn good() -> Value {
    logs(INTERFACE, &[later(INTERFACE, window())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn messages_about_the_delivery_are_nothing_to_do() {
    let cloud = cloud("control").await;
    let mut function = cloud.function(&[]).await;
    let mut control = good();
    control["messageType"] = "CONTROL_MESSAGE".into();
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"}).to_string();
    assert_eq!(function.succeed(&subscription(&control)).await, Value::Null);
    assert_eq!(function.succeed(&test).await, Value::Null);
    assert_eq!(function.metric("Records").await, 0);
    assert!(cloud.documents().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_event_of_another_service_is_an_error_that_says_what_to_check() {
    let cloud = cloud("unknown").await;
    let mut function = cloud.function(&[]).await;
    let request = json!({"requestContext": {"http": {"method": "GET"}}, "rawPath": "/"});
    let firehose = json!({"deliveryStreamArn": "a", "records": [{"recordId": "1", "data": "aGk="}]});
    for event in [json!({"hello": "world"}), request, firehose] {
        let Answer::Failed(error) = function.invoke(&event.to_string()).await else { panic!("{event}") };
        assert!(error.contains("Weir.Event") && error.contains("subscribed to"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_bad_payload_is_quarantined_by_reason_and_id_and_the_call_succeeds() {
    let cloud = cloud("quarantine").await;
    let mut function = cloud.function(&[]).await;
    let damaged = json!({"awslogs": {"data": "H4sIAAAAAAAAA2dhcmJhZ2U="}}).to_string();
    assert_eq!(function.succeed(&damaged).await, Value::Null);

    let secret = "2 111122223333 eni-1 10.66.66.66 planted-secret";
    function.succeed(&subscription(&logs(INTERFACE, &[secret.to_owned()]))).await;

    let told = cloud.messages(&cloud.quarantine, 2).await;
    let mut reasons: Vec<_> = told.iter().map(|message| message["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["bad-payload", "too-few-fields"]);
    assert!(told.iter().all(|message| message["id"].as_str().unwrap().starts_with("request-")), "{told:?}");
    assert!(told.iter().all(|message| message.get("payload").is_none()), "{told:?}");
    assert!(function.says("too-few-fields").await, "{}", function.logged());
    let log = function.logged();
    assert!(!log.contains("secret") && !log.contains("10.66"), "{log}");
    assert_eq!(function.metric("Quarantined").await, 2);
    assert_eq!(function.metric("Rejects/too-few-fields").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_quarantine_keeps_payloads_for_a_user_who_asked_for_it() {
    let cloud = cloud("raw").await;
    let mut function = cloud.function(&[("WEIR_QUARANTINE_RAW", "true")]).await;
    let damaged = json!({"awslogs": {"data": "bm90IGEgcGF5bG9hZA=="}}).to_string();
    function.succeed(&damaged).await;
    let told = cloud.messages(&cloud.quarantine, 1).await;
    assert_eq!(told[0]["payload"], damaged.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_stream_reads_what_it_can_and_fails_only_for_our_own_faults() {
    let cloud = cloud("kinesis").await;
    let record = |number: &str, data: String| {
        json!({"eventID": "shard:1", "eventSource": "aws:kinesis",
            "kinesis": {"sequenceNumber": number, "partitionKey": "p", "data": data}})
    };
    let records = [record("1", packed(good().to_string().as_bytes())), record("2", "!".to_owned())];
    let event = json!({ "Records": records }).to_string();

    let mut function = cloud.function(&[]).await;
    assert_eq!(function.succeed(&event).await, json!({"batchItemFailures": []}));
    assert_eq!(function.metric("Records").await, 1);
    assert_eq!(function.metric("Quarantined").await, 1);
    // What the doctor compares with the fields that are configured: the default format has no flags.
    assert_eq!((function.metric("Flows").await, function.metric("Without/tcp-flags").await), (1, 1));

    // The state cannot be reached: what needs it is asked for again.
    let mut broken = cloud.function(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")]).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "1"}]});
    assert_eq!(broken.succeed(&event).await, failures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_bad_setting_leaves_the_defaults_in_force_and_is_named() {
    let cloud = cloud("settings").await;
    cloud.set("an0084/scan/hosts", "plenty").await;
    cloud.set("suppressions/nightly", "{}").await;
    let mut function = cloud.function(&[]).await;
    function.succeed(&subscription(&good())).await;
    assert_eq!(function.metric("SettingsRejected").await, 2);
    for named in ["an0084/scan/hosts", "suppressions/nightly"] {
        assert!(function.says(&format!(r#""parameter":"{named}""#)).await, "{}", function.logged());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_suppression_holds_an_alert_back_until_it_expires() {
    for (stage, expiry, suppressed) in [("held", "2999-01-01", 1), ("over", "2020-01-01", 0)] {
        let cloud = cloud(stage).await;
        let rest = format!(r#""reason":"drill","owner":"ops","expiry":"{expiry}T00:00:00Z"}}"#);
        let scope =
            format!(r#"{{"scope":{{"entity":"{INTERFACE}","kernel":"scan"}},"severity":"high",{rest}"#);
        cloud.set("suppressions/drill", &scope).await;
        let mut function = cloud.function(&[]).await;
        function.succeed(&crate::payloads::closed_scan(INTERFACE, window(), 300)).await;
        assert_eq!(function.metric("Suppressed").await, suppressed, "{stage}");
        assert_eq!(function.metric("Findings").await, 1 - suppressed, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_override_is_of_its_entity_and_a_dry_run_counts_what_it_would_have_told() {
    let cloud = cloud("apart").await;
    let only = r#"{"scope":{"entity":"eni-0123456789abcdef0"},"settings":{"an0084/scan/hosts":"301"},"reason":"monitoring","owner":"ops"}"#;
    cloud.set("overrides/monitoring", only).await;
    let mut function = cloud.function(&[]).await;
    function.succeed(&crate::payloads::closed_scan(INTERFACE, window(), 300)).await;
    assert_eq!(function.metric("Findings").await, 0);
    function.succeed(&crate::payloads::closed_scan("eni-0fedcba9876543210", window(), 300)).await;
    assert_eq!(function.metric("Findings").await, 1, "another is judged as before");

    let cloud = crate::cloud("dry").await;
    cloud.set("an0084/mode", "dry-run").await;
    let mut function = cloud.function(&[]).await;
    function.succeed(&crate::payloads::closed_scan(INTERFACE, window(), 300)).await;
    let counted = ["Findings", "Recorded", "WouldHaveFired/AN0084"];
    let mut counts = Vec::new();
    for name in counted {
        counts.push(function.metric(name).await);
    }
    assert_eq!(counts, [0, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn settings_of_the_stage_are_in_force() {
    let cloud = cloud("off").await;
    cloud.set("an0084/mode", "off").await;
    let mut function = cloud.function(&[]).await;
    function.succeed(&crate::payloads::closed_scan(INTERFACE, window(), 300)).await;
    assert_eq!(function.metric("Findings").await, 0);
    assert!(cloud.messages(&cloud.alerts, 0).await.is_empty());
}
