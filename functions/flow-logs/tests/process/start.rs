//! Starting: what the environment has to say, and what AWS need not say yet.

use std::time::Duration;
use weir_lambda::{Answer, Function, unreachable};

use crate::BINARY;

async fn complaint(extra: &[(&str, &str)]) -> String {
    let output = BINARY.command(&unreachable(BINARY, extra)).output();
    let output = tokio::time::timeout(Duration::from_secs(30), output).await.unwrap().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_missing_or_malformed_variable_ends_the_start_with_its_name() {
    for (name, value, part) in [
        ("WEIR_TABLE", "", "missing"),
        ("WEIR_TOPIC_ARN", "weir", "ARN of a standard SNS topic"),
        ("WEIR_FLOW_FORMAT", "${version} ${no-such-field}", "fields of the flow logs"),
    ] {
        let text = complaint(&[(name, value)]).await;
        assert!(text.contains(name) && text.contains(part), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_settings_an_event_fails_so_that_it_is_sent_again() {
    let mut function = Function::start(BINARY, unreachable(BINARY, &[])).await;
    let answer = function.invoke(r#"{"awslogs":{"data":"aGk="}}"#).await;
    assert!(
        matches!(&answer, Answer::Failed(error) if error.contains("Weir.Settings") && error.contains("/weir/test/")),
        "{answer:?}"
    );
}
