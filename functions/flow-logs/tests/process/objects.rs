//! Objects of S3, announced by S3 or through a queue.

use serde_json::{Value, json};
use weir_lambda::gzip;

use crate::cloud;
use crate::payloads::{INTERFACE, later, scan, window};

fn announced(bucket: &str, key: &str) -> Value {
    let s3 = json!({"bucket": {"name": bucket}, "object": {"key": key, "size": 1}});
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}]})
}

fn object(lines: &[String]) -> Vec<u8> {
    gzip(lines.join("\n").as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_object_announced_twice_alerts_once_and_a_key_with_escapes_is_found() {
    let cloud = cloud("object").await;
    let mut lines = scan(INTERFACE, window(), 300);
    lines.push(later(INTERFACE, window()));
    let bucket = cloud.put("a=b/flow logs.gz", object(&lines)).await;
    let event = announced(&bucket, "a%3Db/flow+logs.gz").to_string();

    let mut function = cloud.function(&[]).await;
    assert_eq!(function.succeed(&event).await, Value::Null);
    function.succeed(&event).await;

    assert_eq!(function.metric("Records").await, 602);
    assert_eq!(function.metric("RepeatedBatches").await, 1);
    assert_eq!(function.metric("Findings").await, 1);
    assert_eq!(cloud.messages(&cloud.alerts, 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_queue_of_announcements_fails_by_message_and_a_removed_object_is_no_failure() {
    let cloud = cloud("queue").await;
    let bucket = cloud.put("good.gz", object(&[later(INTERFACE, window())])).await;
    let message = |id: &str, body: String| json!({"messageId": id, "eventSource": "aws:sqs", "body": body});
    let payload = json!({"awslogs": {"data": weir_lambda::packed(
        crate::payloads::logs("eni-2", &[later("eni-2", window())]).to_string().as_bytes())}});
    let event = json!({"Records": [
        message("object", announced(&bucket, "good.gz").to_string()),
        message("payload", payload.to_string()),
        message("removed", announced(&bucket, "removed.gz").to_string()),
        message("nonsense", "hello".to_owned()),
        message("bucket", announced("no-such-bucket-of-ours", "x.gz").to_string()),
    ]})
    .to_string();

    let mut function = cloud.function(&[]).await;
    let answer = function.succeed(&event).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "bucket"}]}));
    assert_eq!(function.metric("Records").await, 2);
    let told = cloud.messages(&cloud.quarantine, 2).await;
    let mut reasons: Vec<_> = told.iter().map(|message| message["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["object-missing", "unknown-record"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_object_five_times_as_long_needs_no_more_memory() {
    let cloud = cloud("long").await;
    // 1,000 hosts in each window: all of them at once would be five times as much.
    let lines = |windows: i64| -> Vec<String> {
        let first = window() - windows * 300;
        (0..windows).flat_map(|n| scan(INTERFACE, first + n * 300, 1_000)).collect()
    };
    let mut peaks = Vec::new();
    for windows in [40, 200] {
        let bucket = cloud.put(&format!("{windows}.gz"), object(&lines(windows))).await;
        let mut function = cloud.function(&[]).await;
        function.succeed(&announced(&bucket, &format!("{windows}.gz")).to_string()).await;
        assert_eq!(function.metric("Records").await, windows.unsigned_abs() * 1_000);
        peaks.push(function.peak());
    }
    eprintln!("peaks in KiB: {peaks:?}");
    assert!(peaks[1] < peaks[0] + 8_192, "{peaks:?}");
}
