//! A batch that comes again after a fault of ours.

use serde_json::json;
use weir_lambda::{Answer, Switch};

use crate::cloud;
use crate::requests::{answer, lines, scan, zeek};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_batch_that_met_a_store_that_was_away_is_neither_lost_nor_counted_twice() {
    let batch = lines(&[zeek("10.0.0.5", 3), zeek("10.0.0.6", 2)].concat());
    let once = cloud("once").await;
    let mut function = once.function(&[]).await;
    assert_eq!(answer(&mut function, &batch).await.0, 200);

    let cloud = cloud("away").await;
    let store = Switch::to(cloud.store()).await;
    let mut function = cloud.function(&[("AWS_ENDPOINT_URL_DYNAMODB", &store.address)]).await;
    store.set(false);
    let refused = function.succeed(&batch).await;
    assert_eq!((&refused["statusCode"], &refused["headers"]["retry-after"]), (&json!(503), &json!("5")));
    assert!(cloud.documents().await.is_empty());

    store.set(true);
    let (status, counts) = answer(&mut function, &batch).await;
    assert_eq!((status, &counts["records"], &counts["rejected"]), (200, &json!(5), &json!(0)));
    assert_eq!(cloud.documents().await, once.documents().await);

    // The answer was lost on its way, and the forwarder sends the batch once more.
    assert_eq!(answer(&mut function, &batch).await.0, 200);
    assert_eq!(cloud.documents().await, once.documents().await);
    assert_eq!((function.metric("Unavailable").await, function.metric("RepeatedBatches").await), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn connections_that_come_again_in_batches_cut_anew_count_once() {
    let connections = zeek("10.0.0.5", 9);
    let (once, recut) = (cloud("whole").await, cloud("recut").await);
    let mut function = once.function(&[]).await;
    assert_eq!(answer(&mut function, &lines(&connections)).await.0, 200);

    let mut function = recut.function(&[]).await;
    for batch in [&connections[..4], &connections[2..7], &connections[..], &connections[5..]] {
        assert_eq!(answer(&mut function, &lines(batch)).await.0, 200, "{}", function.logged());
    }
    let host = |documents: Vec<(String, Vec<u8>)>| {
        documents.into_iter().find(|(key, _)| key.ends_with("/10.0.0.5 state")).unwrap().1
    };
    let (once, recut) = (host(once.documents().await), host(recut.documents().await));
    // A document begins with the names of its batches, at most 20 bytes where it is one; what follows is the state.
    assert!(once.len() > 100 && recut.ends_with(&once[20..]), "{} and {} bytes", once.len(), recut.len());
    assert_eq!(function.metric("Duplicates").await, 2 * (2 + 7 + 4), "both directions of each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_alert_that_sns_does_not_take_asks_for_the_batch_again_and_leaves_with_it_once() {
    let cloud = cloud("sns").await;
    let batch = lines(&scan("eni-0123456789abcdef0"));
    // Nobody listens on the discard port.
    let mut function = cloud.function(&[("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")]).await;
    // Until its deadline nobody else may send what it claimed.
    let Answer::Done(refused) = function.send(&batch, 8).await.unwrap() else { panic!() };
    assert!(refused.contains("503"), "{refused}");
    assert_eq!(function.metric("UnconfirmedAlerts").await, 1);
    drop(function);

    let mut function = cloud.function(&[]).await;
    for _ in 0..2 {
        assert_eq!(answer(&mut function, &batch).await.0, 200, "{}", function.logged());
    }
    let alerts = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0]["MessageAttributes"]["finding_type"]["Value"], "bandwidth-hijacking/scan");
}
