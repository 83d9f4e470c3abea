//! Starting, and what needs nothing of AWS.

use serde_json::json;
use weir_lambda::{Answer, Function, unreachable, url_event};

use crate::BINARY;
use crate::requests::{answer, post};

#[tokio::test]
async fn tokens_among_the_settings_end_the_start_with_the_variable() {
    let output =
        BINARY.command(&unreachable(BINARY, &[("WEIR_TOKEN_PARAMETER", "/weir/test/token")])).output().await;
    let output = output.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("WEIR_TOKEN_PARAMETER"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_anything_of_aws_it_is_well_and_asks_every_batch_to_come_again() {
    let mut function = Function::start(BINARY, unreachable(BINARY, &[])).await;
    for (method, status) in [("HEAD", 200), ("GET", 200), ("DELETE", 405)] {
        let event = url_event(method, "/any", &json!({}), b"");
        assert_eq!(answer(&mut function, &event).await.0, status, "{method}");
    }
    let (status, body) = answer(&mut function, &post(&json!({}), b"{}")).await;
    assert_eq!(status, 503);
    assert!(body["error"].as_str().unwrap().contains("again later"), "{body}");
    assert!(function.says("/weir/test/").await, "{}", function.logged());
    let direct = function.invoke(r#"{"awslogs":{"data":"aGk="}}"#).await;
    assert!(matches!(&direct, Answer::Failed(error) if error.contains("Weir.Settings")), "{direct:?}");
    assert_eq!(function.metric("Unavailable").await, 1);
}
