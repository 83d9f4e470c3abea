//! A function that dies, or cannot publish, after its state was saved.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use weir_lambda::{Answer, Cloud, Function, subscription};

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, later, logs, window};

/// Seconds that the function that dies had for its event.
const SHORT: i64 = 8;

/// Kills a function that saved the state of a scan and is waiting for SNS to take the alert.
async fn die_before_publishing(cloud: &Cloud, event: &str) {
    let (mut function, silent) = unanswered(cloud).await;
    let _answer = function.send(event, SHORT);
    let publishing = tokio::time::timeout(Duration::from_secs(SHORT as u64 - 1), silent.accept()).await;
    assert!(publishing.is_ok(), "nothing was published: {}", function.logged());
    function.kill().await;
    assert!(!cloud.documents().await.is_empty());
}

async fn alerted_once(cloud: &Cloud, function: &Function) {
    let alerts = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}; {}", function.logged());
    assert_eq!(alerts[0]["MessageAttributes"]["finding_type"]["Value"], "bandwidth-hijacking/scan");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_kill_between_saving_and_publishing_loses_no_alert_to_the_retry() {
    let cloud = cloud("kill-retry").await;
    let event = closed_scan(INTERFACE, window(), 300);
    die_before_publishing(&cloud, &event).await;

    // At once, while the dead function's claim still stands.
    let mut retry = cloud.function(&[]).await;
    retry.succeed(&event).await;

    alerted_once(&cloud, &retry).await;
    assert_eq!(retry.metric("RepeatedBatches").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_kill_between_saving_and_publishing_loses_no_alert_to_the_next_batch() {
    let cloud = cloud("kill-next").await;
    die_before_publishing(&cloud, &closed_scan(INTERFACE, window(), 300)).await;

    tokio::time::sleep(Duration::from_secs(SHORT as u64)).await;
    let mut next = cloud.function(&[]).await;
    next.succeed(&subscription(&logs(INTERFACE, &[later(INTERFACE, window() + 60)]))).await;

    alerted_once(&cloud, &next).await;
    assert_eq!(next.metric("RepeatedBatches").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_alert_that_sns_does_not_take_fails_the_invocation_and_leaves_with_the_retry() {
    let cloud = cloud("refused").await;
    let event = closed_scan(INTERFACE, window(), 300);
    // Nobody listens on the discard port.
    let mut function = cloud.function(&[("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")]).await;
    let answer = function.send(&event, SHORT).await.unwrap();
    assert!(matches!(&answer, Answer::Failed(error) if error.contains("outbox")), "{answer:?}");
    assert_eq!(function.metric("UnconfirmedAlerts").await, 1);

    let mut retry = cloud.function(&[]).await;
    retry.succeed(&event).await;
    alerted_once(&cloud, &retry).await;
}

/// A function whose topic accepts connections and never answers, for as long as the listener lives.
async fn unanswered(cloud: &Cloud) -> (Function, TcpListener) {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    (cloud.function(&[("AWS_ENDPOINT_URL_SNS", &endpoint)]).await, silent)
}

pub(crate) async fn answer_in_time(function: &mut Function, event: &str) -> Answer {
    let answer = function.send(event, SHORT);
    tokio::time::timeout(Duration::from_secs(SHORT as u64), answer).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_topic_that_never_answers_ends_the_invocation_before_lambda_would() {
    let cloud = cloud("silent").await;
    let (mut function, _silent) = unanswered(&cloud).await;
    let answer = answer_in_time(&mut function, &closed_scan(INTERFACE, window(), 300)).await;
    assert!(matches!(&answer, Answer::Failed(error) if error.contains("Weir.Deadline")), "{answer:?}");
    assert_eq!(function.metric("UnconfirmedAlerts").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_queue_gets_back_only_the_messages_that_were_not_done_in_time() {
    let cloud = cloud("silent-queue").await;
    let (mut function, _silent) = unanswered(&cloud).await;
    let quiet = subscription(&logs("eni-2", &[later("eni-2", window())]));
    let event = json!({"Records": [
        {"messageId": "quiet", "body": quiet},
        {"messageId": "scan", "body": closed_scan(INTERFACE, window(), 300)},
    ]});
    let answer = answer_in_time(&mut function, &event.to_string()).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "scan"}]});
    assert_eq!(answer, Answer::Done(failures.to_string()));
}
