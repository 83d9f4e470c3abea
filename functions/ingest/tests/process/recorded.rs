//! Requests of forwarders: written after what they send, and recorded ones, where they are present.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use weir_lambda::{gzip, url_event};

use crate::cloud;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn each_forwarder_is_understood_and_answered() {
    let cloud = cloud("forwarders").await;
    let mut function = cloud.function(&[]).await;
    for line in include_str!("requests.jsonl").lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| request[name].as_str().unwrap();
        let body = match request["headers"]["Content-Encoding"].as_str() {
            Some("gzip") => gzip(text("body").as_bytes()),
            _ => text("body").as_bytes().to_vec(),
        };
        let before = function.metric("Records").await;
        let event = url_event(text("method"), text("path"), &request["headers"], &body);
        let answer = function.succeed(&event).await;
        assert_eq!(answer["statusCode"], request["status"], "{}: {answer}", text("who"));
        let records = function.metric("Records").await - before;
        assert_eq!(request["records"], records, "{}: {answer}", text("who"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn recorded_requests_are_answered_so_that_their_forwarders_go_on() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/samples/http-captures/forwarder-requests.jsonl"))
        .find(|file| file.is_file());
    let Some(captures) = captures else {
        eprintln!("skipped: the recorded requests are not beside the project");
        return;
    };
    let cloud = cloud("recorded").await;
    let mut function = cloud.function(&[]).await;
    let mut answers = Vec::new();
    for line in std::fs::read_to_string(captures).unwrap().lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| recorded[name].as_str().unwrap();
        let body = STANDARD.decode(text("raw_b64")).unwrap();
        let event = url_event(text("method"), text("path"), &recorded["headers"], &body);
        let answer = function.succeed(&event).await;
        let media = answer["headers"]["content-type"].as_str().unwrap().to_owned();
        answers.push((text("path").to_owned(), answer["statusCode"].as_u64().unwrap(), media));
    }
    assert!(answers.len() >= 18, "{answers:?}");
    for (path, status, media) in &answers {
        let expected = match path.as_str() {
            "/flb/msgpack" => (415, "application/json"),
            "/flb/v1/logs" => (200, "application/x-protobuf"),
            _ => (200, "application/json"),
        };
        assert_eq!((*status, media.as_str()), expected, "{path}");
    }
    // Counters of Fluent Bit and collectd.
    assert!(function.metric("Records").await >= 3, "{}", function.logged());
}
