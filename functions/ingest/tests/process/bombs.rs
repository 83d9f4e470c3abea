//! Small bodies that would be large.

use serde_json::json;
use weir_lambda::gzip;

use crate::cloud;
use crate::requests::{answer, post};

/// In KiB.
const MIB: u64 = 1 << 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_zip_bomb_is_refused_cheaply_and_without_a_token_not_opened_at_all() {
    let cloud = cloud("bomb").await;
    let name = cloud.secret("0123456789abcdef").await;
    let mut function = cloud.function(&[("WEIR_TOKEN_PARAMETER", &name)]).await;
    let bomb = gzip(&vec![b' '; 256 << 20]);
    assert!(bomb.len() < 4 << 20);
    let with = |token: &str, media: &str, body: &[u8]| {
        let headers = json!({"authorization": format!("Bearer {token}"), "content-encoding": "gzip",
            "content-type": media});
        post(&headers, body)
    };
    // Once, so that what the first request costs is not taken for the bomb's.
    answer(&mut function, &with("0123456789abcdef", "application/json", &gzip(b"{}"))).await;

    let before = function.peak();
    assert_eq!(answer(&mut function, &with("wrong", "application/json", &bomb)).await.0, 403);
    assert!(function.peak() < before + 16 * MIB, "{} KiB, then {}", before, function.peak());

    let (status, body) = answer(&mut function, &with("0123456789abcdef", "application/json", &bomb)).await;
    assert_eq!(status, 413);
    assert!(body["error"].as_str().unwrap().contains("smaller batches"), "{body}");
    // The smallest records that protobuf has: two bytes each.
    let records = [0x12, 0].repeat(8 << 20);
    let nested = |tag: u8, inner: &[u8]| {
        let mut length = inner.len();
        let mut message = vec![tag];
        while length > 127 {
            message.push(u8::try_from(length & 127).unwrap() | 128);
            length >>= 7;
        }
        message.push(u8::try_from(length).unwrap());
        [message.as_slice(), inner].concat()
    };
    let otlp = gzip(&nested(0x0a, &nested(0x12, &records)));
    let request = with("0123456789abcdef", "application/x-protobuf", &otlp);
    assert_eq!(answer(&mut function, &request).await.0, 413);
    assert!(function.peak() < before + 256 * MIB, "{} KiB, then {}", before, function.peak());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn the_worst_document_fits_the_functions_memory_and_a_longer_one_is_refused() {
    let cloud = cloud("tree").await;
    let mut function = cloud.function(&[]).await;
    // A number of two bytes is a value of 32 in a tree.
    let tree = |numbers: usize| gzip(format!("{{\"resourceLogs\":[{}0]}}", "0,".repeat(numbers)).as_bytes());
    let headers = json!({"content-encoding": "gzip", "content-type": "application/json"});
    assert_eq!(answer(&mut function, &post(&headers, &tree(24 << 20))).await.0, 400);
    assert_eq!(function.metric("Rejects/too-long").await, 1);
    assert!(function.peak() < 256 * MIB, "{} KiB", function.peak());
    assert_eq!(answer(&mut function, &post(&headers, &tree((8 << 20) - 64))).await.0, 200);
    assert!(function.peak() < 448 * MIB, "{} KiB", function.peak());
}
