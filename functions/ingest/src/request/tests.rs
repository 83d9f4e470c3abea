use serde_json::json;

use super::*;

/// Payload 2.0, as a Function URL sends it.
fn url(headers: &serde_json::Value) -> String {
    json!({"version": "2.0", "rawPath": "/logs/x", "rawQueryString": "enroll_secret=from%20query",
        "queryStringParameters": {"enroll_secret": "from query"}, "headers": headers,
        "requestContext": {"http": {"method": "POST", "path": "/logs/x"}, "requestId": "r"},
        "body": "aGk=", "isBase64Encoded": true})
    .to_string()
}

#[test]
fn every_way_in_gives_the_same_request() {
    let rest = json!({"resource": "/{p+}", "path": "/logs/x", "httpMethod": "POST", "body": "hi",
        "headers": {"Content-Type": "Text/Plain; charset=utf-8"}, "isBase64Encoded": false,
        "multiValueHeaders": {"Content-Type": ["Text/Plain; charset=utf-8"]},
        "queryStringParameters": null, "requestContext": {"requestId": "r"}})
    .to_string();
    let balancer = json!({"path": "/logs/x", "httpMethod": "POST", "body": "hi",
        "multiValueHeaders": {"content-type": ["text/plain"], "x-none": null},
        "requestContext": {"elb": {}}})
    .to_string();
    for event in [url(&json!({"content-type": "text/plain"})), rest, balancer] {
        let request = Request::read(&event).unwrap();
        assert_eq!((request.method.as_str(), request.segments()), ("POST", vec!["logs", "x"]), "{event}");
        assert_eq!((request.media_type().as_str(), &*request.bytes().unwrap()), ("text/plain", &b"hi"[..]));
    }
}

#[test]
fn what_is_no_request_is_left_to_others() {
    for event in [
        r#"{"awslogs":{"data":""}}"#,
        r#"{"requestContext":{"http":{"method":"GET"}}}"#,
        r#"{"rule":"x","httpMethod":"POST","path":"/"}"#,
        "[]",
        "7",
    ] {
        assert!(Request::read(event).is_none(), "{event}");
    }
}

#[test]
fn a_secret_is_found_wherever_a_forwarder_can_put_one() {
    let basic = format!("Basic {}", STANDARD.encode("any:wi:th"));
    for (headers, secret) in [
        (json!({"authorization": "Bearer  tok"}), Some("tok")),
        (json!({"authorization": "bearer tok"}), Some("tok")),
        (json!({"authorization": basic}), Some("wi:th")),
        (json!({"authorization": "Basic ?"}), None),
        (json!({"x-amz-firehose-access-key": "tok"}), Some("tok")),
        (json!({"x-amz-firehose-access-key": r#"{"api_key":"tok"}"#}), Some("tok")),
        (json!({"authorization": "AWS4-HMAC-SHA256 Credential=x"}), Some("from query")),
        (json!({}), Some("from query")),
    ] {
        let event = url(&headers);
        assert_eq!(Request::read(&event).unwrap().secret().as_deref(), secret, "{headers}");
    }
}
