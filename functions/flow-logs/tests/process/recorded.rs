//! Recorded events and objects, where they are present.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use weir_lambda::Answer;

use crate::cloud;

fn samples() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/samples"))
        .find(|folder| folder.join("b-lambda-envelopes").is_dir());
    if found.is_none() {
        eprintln!("skipped: the recorded samples are not beside the project");
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn recorded_flow_logs_are_read_as_they_were_delivered() {
    let Some(samples) = samples() else { return };
    let cloud = cloud("recorded").await;
    let mut function = cloud.function(&[]).await;
    for (file, records) in [("cwl-lambda-event-default-v2.json", 2), ("cwl-lambda-event-control.json", 0)] {
        let event = std::fs::read_to_string(samples.join("a-vpcflow-derived").join(file)).unwrap();
        let before = function.metric("Records").await;
        assert_eq!(function.succeed(&event).await, Value::Null, "{file}");
        assert_eq!(function.metric("Records").await - before, records, "{file}");
    }
    for (file, records) in [("v5-s3.parquet", 2), ("v3-iperf.log.gz", 8)] {
        let bytes = std::fs::read(samples.join("a-vpcflow-derived").join(file)).unwrap();
        let bucket = cloud.put(file, bytes).await;
        let s3 = json!({"bucket": {"name": bucket}, "object": {"key": file}});
        let event = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": s3}]}).to_string();
        let before = function.metric("Records").await;
        assert_eq!(function.succeed(&event).await, Value::Null, "{file}");
        assert_eq!(function.metric("Records").await - before, records, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn events_of_other_services_end_in_an_error_and_never_in_silence_or_a_crash() {
    let Some(samples) = samples() else { return };
    let cloud = cloud("foreign").await;
    let mut function = cloud.function(&[]).await;
    let mut files: Vec<_> = std::fs::read_dir(samples.join("b-lambda-envelopes"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    for file in files {
        let event = std::fs::read_to_string(&file).unwrap();
        let quarantined = function.metric("Quarantined").await;
        match function.invoke(&event).await {
            Answer::Failed(error) => {
                assert!(
                    error.contains("Weir.Event") || error.contains("Weir.Object"),
                    "{}: {error}",
                    file.display()
                );
            }
            Answer::Done(body) => {
                let noticed =
                    function.metric("Quarantined").await > quarantined || body.contains("itemIdentifier");
                assert!(noticed, "{}: {body}", file.display());
            }
        }
    }
}
