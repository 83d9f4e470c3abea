//! AWS that refuses, expires, is not there or does not answer: a clear word, a retry, and nothing lost.

use tokio::net::TcpListener;
use weir_lambda::{Answer, Fault, Proxy};

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, window};

/// The error of an invocation that has to fail.
fn failure(answer: Answer) -> String {
    match answer {
        Answer::Failed(error) => error,
        Answer::Done(body) => panic!("should have failed, found {body}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_table_that_is_not_there_fails_with_the_remedy_and_the_retry_counts_and_alerts_once() {
    let cloud = cloud("no-table").await;
    let event = closed_scan(INTERFACE, window(), 300);
    let mut lost = cloud.function(&[("WEIR_TABLE", "elsewhere")]).await;
    let error = failure(lost.invoke(&event).await);
    assert!(error.contains("Weir.State") && error.contains("check that the table exists"), "{error}");

    cloud.function(&[]).await.succeed(&event).await;
    assert_eq!(cloud.messages(&cloud.alerts, 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn credentials_that_expire_between_two_requests_fail_with_the_remedy_and_the_same_process_recovers() {
    let cloud = cloud("expired").await;
    let targets = ["DynamoDB_20120810.BatchGetItem", "DynamoDB_20120810.PutItem"];
    for (interface, target) in ["eni-0000000000000000a", "eni-0000000000000000b"].into_iter().zip(targets) {
        let event = closed_scan(interface, window(), 300);
        let expired = [Fault::json(target, 400, "ExpiredTokenException")];
        let store = Proxy::start(cloud.store(), expired).await;
        let mut function = cloud.function(&[("AWS_ENDPOINT_URL_DYNAMODB", &store.endpoint)]).await;
        let error = failure(function.invoke(&event).await);
        assert!(error.contains("Weir.State") && error.contains("check the credentials"), "{error}");
        assert_eq!(store.left(), 0);
        function.succeed(&event).await;
    }
    assert_eq!(cloud.messages(&cloud.alerts, 2).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_store_that_never_answers_ends_the_invocation_before_lambda_would_and_nothing_is_lost() {
    let cloud = cloud("stuck").await;
    let event = closed_scan(INTERFACE, window(), 300);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let mut stuck = cloud.function(&[("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)]).await;
    let error = failure(crate::killed::answer_in_time(&mut stuck, &event).await);
    assert!(error.contains("Weir.Deadline") && error.contains("raise the function's timeout"), "{error}");

    cloud.function(&[]).await.succeed(&event).await;
    assert_eq!(cloud.messages(&cloud.alerts, 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_topic_that_refuses_every_alert_for_a_while_gets_each_of_them_once_it_takes_them() {
    let cloud = cloud("refusing").await;
    let full = Fault::json("Action=Publish", 400, "AuthorizationError");
    let topic = Proxy::start(&cloud.aws, vec![full; 3]).await;
    let mut function = cloud.function(&[("AWS_ENDPOINT_URL_SNS", &topic.endpoint)]).await;
    let interfaces = ["eni-0000000000000000a", "eni-0000000000000000b", "eni-0000000000000000c"];
    for interface in interfaces {
        let event = closed_scan(interface, window(), 300);
        let error = failure(crate::killed::answer_in_time(&mut function, &event).await);
        assert!(error.contains("Weir.Publish") && error.contains("sns:Publish"), "{error}");
    }
    assert_eq!(topic.left(), 0);
    assert!(cloud.messages(&cloud.alerts, 0).await.is_empty());

    // A function of its own: what the first claimed is its own until its deadline.
    let mut function = cloud.function(&[]).await;
    for interface in interfaces {
        function.succeed(&closed_scan(interface, window(), 300)).await;
    }
    assert_eq!(cloud.messages(&cloud.alerts, 3).await.len(), 3);
    assert_eq!(function.metric("RepeatedBatches").await, 3);
}
