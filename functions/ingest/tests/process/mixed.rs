//! Good and bad records in one batch, and batches that are of no use.

use serde_json::json;

use crate::cloud;
use crate::requests::{answer, lines, post, zeek};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn good_records_count_and_bad_ones_are_quarantined_by_reason() {
    let cloud = cloud("mixed").await;
    let mut function = cloud.function(&[]).await;
    let mut batch = zeek("10.0.0.5", 2);
    batch.insert(1, r#"{"secret": 10.66"#.to_owned());
    batch.push(json!({"a": "planted-secret"}).to_string());
    batch.push(json!({"date": 1_795_486_911.2, "eth0.rx.bytes": 5, "eth0.tx.bytes": 6}).to_string());
    let (status, counts) = answer(&mut function, &lines(&batch)).await;
    let rejects = json!({"bad-json": 1, "unknown-record": 1});
    let expected = json!({"records": 3, "not_judged": 0, "unused": 0, "rejected": 2, "rejects": rejects});
    assert_eq!((status, counts), (200, expected));

    let told = cloud.messages(&cloud.quarantine, 1).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["source"], "http");
    assert!(told[0].get("payload").is_none(), "{told:?}");
    assert!(
        !function.logged().contains("secret") && !function.logged().contains("10.66"),
        "{}",
        function.logged()
    );
    assert_eq!(function.metric("Rejects").await, 2);
    assert!(cloud.documents().await.iter().any(|(key, _)| key.contains("/10.0.0.5 state")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_batch_of_no_use_is_refused_with_the_remedy_and_quarantined() {
    let cloud = cloud("useless").await;
    let mut function = cloud.function(&[]).await;
    for (headers, body, status, remedy) in [
        (
            json!({"content-type": "application/json"}),
            b"{broken".as_slice(),
            400,
            "check what the sender writes",
        ),
        (json!({"content-encoding": "gzip"}), b"\x1f\x8b\x08broken", 400, "whole gzip"),
        (json!({"content-encoding": "snappy"}), b"x", 415, "gzip, zstd, deflate or none"),
        (json!({"content-type": "application/msgpack"}), b"\x81", 415, "json_lines"),
        (json!({"content-type": "application/x-protobuf"}), b"\xff", 400, ""),
    ] {
        let answered = answer(&mut function, &post(&headers, body)).await;
        assert_eq!(answered.0, status, "{headers}");
        if !remedy.is_empty() {
            assert!(answered.1["error"].as_str().unwrap().contains(remedy), "{answered:?}");
        }
    }
    assert_eq!(cloud.messages(&cloud.quarantine, 5).await.len(), 5);
    assert_eq!(function.metric("Quarantined").await, 5);
}
