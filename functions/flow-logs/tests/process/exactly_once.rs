//! A payload that is delivered again.

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, window};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_payload_delivered_three_times_at_once_counts_once_and_alerts_once() {
    let event = closed_scan(INTERFACE, window(), 300);

    let once = cloud("once").await;
    let mut function = once.function(&[]).await;
    function.succeed(&event).await;
    assert_eq!(once.messages(&once.alerts, 1).await.len(), 1);

    let thrice = cloud("thrice").await;
    let (mut one, mut two, mut three) =
        tokio::join!(thrice.function(&[]), thrice.function(&[]), thrice.function(&[]));
    tokio::join!(one.succeed(&event), two.succeed(&event), three.succeed(&event));

    let alerts = thrice.messages(&thrice.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(thrice.documents().await, once.documents().await);
    let (mut findings, mut repeated) = (0, 0);
    for function in [&one, &two, &three] {
        findings += function.metric("Findings").await;
        repeated += function.metric("RepeatedBatches").await;
    }
    assert_eq!((findings, repeated), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_scan_of_25_hosts_reaches_a_subscriber_as_ocsf_and_one_of_24_does_not() {
    let cloud = cloud("scan").await;
    let mut function = cloud.function(&[]).await;
    function.succeed(&closed_scan("eni-00000000000000024", window(), 24)).await;
    function.succeed(&closed_scan(INTERFACE, window(), 25)).await;

    let alerts = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let ocsf: serde_json::Value = serde_json::from_str(alerts[0]["Message"].as_str().unwrap()).unwrap();
    assert_eq!(ocsf["class_uid"], 2004);
    assert_eq!(ocsf["cloud"]["region"], "us-east-1");
    assert!(ocsf["resources"].to_string().contains(INTERFACE), "{ocsf}");
    assert!(alerts[0]["Subject"].as_str().unwrap().contains("[MEDIUM]"), "{}", alerts[0]["Subject"]);
    assert_eq!(alerts[0]["MessageAttributes"]["finding_type"]["Value"], "bandwidth-hijacking/scan");
}
