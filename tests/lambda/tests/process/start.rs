//! Starting, and events that are none of this function's.

use weir_lambda::{Answer, Function, unreachable};

use crate::binary;

#[tokio::test]
#[ignore = "needs the function: tests/lambda/emulated.sh"]
async fn without_a_bucket_the_start_ends_with_its_name() {
    let output =
        binary().command(&unreachable(binary(), &[("WEIR_INTEL_BUCKET", "")])).output().await.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("WEIR_INTEL_BUCKET"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the function: tests/lambda/emulated.sh"]
async fn an_event_of_another_service_is_an_error_that_says_what_to_check() {
    let mut function =
        Function::start(binary(), unreachable(binary(), &[("WEIR_INTEL_BUCKET", "lists")])).await;
    let Answer::Failed(error) = function.invoke(r#"{"hello":"world"}"#).await else { panic!() };
    assert!(error.contains("Weir.Event") && error.contains("subscribed to"), "{error}");
}
