//! Address lists from a bucket.

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, window};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_listed_remote_is_labelled_in_the_alert() {
    let cloud = cloud("lists").await;
    let bucket = cloud.put("tor.txt", b"93.184.0.1\n".to_vec()).await;
    let mut function = cloud.function(&[("WEIR_INTEL_BUCKET", &bucket)]).await;
    function.succeed(&closed_scan(INTERFACE, window(), 300)).await;
    let alerts = cloud.messages(&cloud.alerts, 1).await;
    let ocsf: serde_json::Value = serde_json::from_str(alerts[0]["Message"].as_str().unwrap()).unwrap();
    assert!(ocsf["evidences"].to_string().contains(r#""tor""#), "{ocsf:#}");
    assert_eq!(function.metric("IntelUnreachable").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_bucket_that_is_not_there_is_reported_and_stops_no_detection() {
    let cloud = cloud("no-lists").await;
    let mut function = cloud.function(&[("WEIR_INTEL_BUCKET", "no-such-bucket-of-ours")]).await;
    function.succeed(&closed_scan(INTERFACE, window(), 300)).await;
    assert_eq!(cloud.messages(&cloud.alerts, 1).await.len(), 1);
    assert_eq!(function.metric("IntelUnreachable").await, 1);
    assert!(function.says("address lists").await, "{}", function.logged());
}
