//! An event, told by its members.

use serde::Deserialize;
use serde::de::IgnoredAny;
use weir_aws_host::Delivery;

use crate::firehose::Transform;
use crate::request::Request;

/// How records came.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// A request to the function's URL or to an API.
    Http(Request<'a>),
    /// Records that a Firehose wants back.
    Transform(Transform<'a>),
    /// A queue, a stream, a log subscription, or records as they are.
    Delivered(Delivery<'a>),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    request_context: Option<IgnoredAny>,
    delivery_stream_arn: Option<IgnoredAny>,
    records: Option<IgnoredAny>,
}

impl<'a> Event<'a> {
    pub(crate) fn read(json: &'a str) -> Self {
        // What is of another shape came as it is; the reader says what it thinks of it.
        let shape: Shape = serde_json::from_str(json).unwrap_or_default();
        if shape.request_context.is_some()
            && let Some(request) = Request::read(json)
        {
            return Self::Http(request);
        }
        if shape.records.is_some()
            && shape.delivery_stream_arn.is_some()
            && let Some(transform) = Transform::read(json)
        {
            return Self::Transform(transform);
        }
        Self::Delivered(Delivery::read(json))
    }
}

#[cfg(test)]
mod tests {
    use weir_aws_host::Sender;

    use super::*;

    #[test]
    fn each_shape_is_told_by_its_members() {
        let kind = |json: &str| match Event::read(json) {
            Event::Http(_) => "http",
            Event::Transform(_) => "transform",
            Event::Delivered(delivery) => match delivery.sender {
                Sender::Kinesis => "kinesis",
                Sender::Sqs => "sqs",
                Sender::Direct => "direct",
                Sender::Firehose => "firehose",
            },
        };
        for (json, expected) in [
            (r#"{"requestContext":{"http":{"method":"POST"}},"rawPath":"/"}"#, "http"),
            (r#"{"requestContext":{},"httpMethod":"GET","path":"/"}"#, "http"),
            (
                r#"{"invocationId":"i","deliveryStreamArn":"a","records":[{"recordId":"1","data":"aGk="}]}"#,
                "transform",
            ),
            (r#"{"Records":[{"kinesis":{"sequenceNumber":"1","data":"aGk="}}]}"#, "kinesis"),
            (r#"{"Records":[{"messageId":"1","body":"x"}]}"#, "sqs"),
            (r#"{"awslogs":{"data":"aGk="}}"#, "direct"),
            (r#"{"rule":"x","output_fields":{},"time":"2026-11-24T02:00:00Z"}"#, "direct"),
            (r#"[{"a":1}]"#, "direct"),
        ] {
            assert_eq!(kind(json), expected, "{json}");
        }
    }
}
