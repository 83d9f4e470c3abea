//! What a message of a queue of failures is: whose event, and the event.

use aws_sdk_sqs::types::Message;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::deployment::function;

/// An event and the function that failed at it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Event {
    pub(super) function: String,
    pub(super) payload: String,
}

/// Why a message cannot be given to a function again.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Unusable(pub(super) String);

/// As Lambda writes failed asynchronous events, and failed batches of streams.
///
/// # Source
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
#[derive(Deserialize)]
struct Retained<'a> {
    #[serde(borrow, rename = "requestContext")]
    context: Option<Context<'a>>,
    #[serde(borrow, rename = "requestPayload")]
    payload: Option<&'a RawValue>,
    #[serde(rename = "KinesisBatchInfo")]
    stream: Option<Value>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, rename = "functionArn")]
    function: std::borrow::Cow<'a, str>,
}

impl Event {
    pub(super) fn read(message: &Message, stage: &str, queue: &str) -> Result<Self, Unusable> {
        let body = message.body().unwrap_or_default();
        let retained: Option<Retained<'_>> = serde_json::from_str(body).ok();
        if let Some(Retained { context: Some(context), payload: Some(payload), .. }) = &retained {
            return Self::of(&context.function, stage, payload.get().to_owned());
        }
        if retained.is_some_and(|retained| retained.stream.is_some()) {
            return Err(Unusable(
                "it names records of a stream without holding them; read the stream again from that position"
                    .into(),
            ));
        }
        // What EventBridge could not deliver is the event itself.
        let target = message.message_attributes().and_then(|attributes| attributes.get("TARGET_ARN"));
        if let Some(target) = target.and_then(|target| target.string_value()) {
            return Self::of(target, stage, body.to_owned());
        }
        let reader = match queue {
            "failed-objects" => "flow-logs",
            "failed-trail-objects" => "cloudtrail",
            _ => return Err(Unusable("it is no event that Lambda or EventBridge kept".into())),
        };
        let record = json!({
            "messageId": message.message_id().unwrap_or("redriven"),
            "eventSource": "aws:sqs",
            "body": body,
        });
        let payload = json!({"Records": [record]}).to_string();
        Ok(Self { function: function(stage, reader), payload })
    }

    /// Only functions of the deployment are invoked, whatever a message says.
    fn of(arn: &str, stage: &str, payload: String) -> Result<Self, Unusable> {
        let name = arn.split(':').nth(6).unwrap_or_default();
        if name.starts_with(&function(stage, "")) {
            Ok(Self { function: name.to_owned(), payload })
        } else {
            Err(Unusable(format!("it is of `{name}`, which is no function of stage {stage}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::MessageAttributeValue;

    use super::*;

    fn message(body: &str) -> Message {
        Message::builder().message_id("m-1").body(body).build()
    }

    #[test]
    fn each_kind_of_failure_goes_to_its_own_function_and_to_no_other() {
        let kept = |name: &str| {
            format!(
                r#"{{"requestContext":{{"functionArn":"arn:aws:lambda:us-east-1:1:function:{name}:$LATEST"}},
                "requestPayload":{{"awslogs":{{"data":"x"}}}}}}"#
            )
        };
        let read = |body: &str, queue: &str| Event::read(&message(body), "prod", queue);
        let event = read(&kept("weir-prod-flow-logs"), "failed-events").unwrap();
        assert_eq!(
            (event.function.as_str(), event.payload.as_str()),
            ("weir-prod-flow-logs", r#"{"awslogs":{"data":"x"}}"#)
        );
        assert!(
            read(&kept("shop-orders"), "failed-events").unwrap_err().0.contains("no function of stage prod")
        );
        assert!(read(&kept("weir-test-intel"), "failed-events").is_err());
        assert!(
            read(r#"{"KinesisBatchInfo":{"shardId":"s"}}"#, "failed-events")
                .unwrap_err()
                .0
                .contains("stream")
        );
        assert!(read("hello", "failed-events").is_err());

        let objects = read(r#"{"Records":[]}"#, "failed-trail-objects").unwrap();
        assert_eq!(objects.function, "weir-prod-cloudtrail");
        assert!(objects.payload.contains(r#""eventSource":"aws:sqs""#) && objects.payload.contains("m-1"));
        let target = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("arn:aws:lambda:r:1:function:weir-prod-intel");
        let missed =
            Message::builder().body("{}").message_attributes("TARGET_ARN", target.build().unwrap()).build();
        assert_eq!(Event::read(&missed, "prod", "failed-events").unwrap().function, "weir-prod-intel");
    }
}
