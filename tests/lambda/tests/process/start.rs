//! Starting, and events that are none of this function's.

use weir_lambda::{Answer, Function, base};

use crate::binary;

fn variables(bucket: &str) -> Vec<(String, String)> {
    let own = [
        ("WEIR_STAGE", "test"),
        ("WEIR_TABLE", "weir"),
        ("WEIR_TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:weir"),
        ("WEIR_INTEL_BUCKET", bucket),
        // Nobody listens on the discard port.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ];
    let mut variables = base(binary());
    variables.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

#[tokio::test]
#[ignore = "needs the function: tests/lambda/emulated.sh"]
async fn without_a_bucket_the_start_ends_with_its_name() {
    let output = binary().command(&variables("")).output().await.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("WEIR_INTEL_BUCKET"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the function: tests/lambda/emulated.sh"]
async fn an_event_of_another_service_is_an_error_that_says_what_to_check() {
    let mut function = Function::start(binary(), variables("lists")).await;
    let Answer::Failed(error) = function.invoke(r#"{"hello":"world"}"#).await else { panic!() };
    assert!(error.contains("Weir.Event") && error.contains("subscribed to"), "{error}");
}
