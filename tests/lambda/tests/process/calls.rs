//! Deliveries of CloudTrail: what led to an instance, and the inventory that follows a launch.

use serde_json::{Value, json};
use weir_lambda::{Answer, gzip, packed, subscription, wall};

use crate::account::Account;

/// A record of CloudTrail about a launch of that instance.
fn launch(event: &str, instance: &str, interface: &str) -> Value {
    json!({
        "eventVersion": "1.09", "eventID": event, "eventTime": "2026-11-24T10:00:00Z",
        "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "awsRegion": "us-east-1",
        "recipientAccountId": "000000000000", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.0",
        "userIdentity": {"type": "IAMUser", "userName": "deploy", "accountId": "000000000000",
            "arn": "arn:aws:iam::000000000000:user/deploy", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "requestParameters": {"instanceType": "c5n.large"},
        "responseElements": {"instancesSet": {"items": [{"instanceId": instance, "instanceType": "c5n.large",
            "networkInterfaceSet": {"items": [{"networkInterfaceId": interface}]}}]}},
    })
}

/// A record of CloudTrail about any call of that user.
fn call(event: &str, user: &str, source: &str, name: &str, request: &Value) -> Value {
    let mut record = launch(event, "i-1", "eni-1");
    record["userIdentity"]["userName"] = user.into();
    record["userIdentity"]["arn"] = format!("arn:aws:iam::000000000000:user/{user}").into();
    record["eventSource"] = format!("{source}.amazonaws.com").into();
    record["eventName"] = name.into();
    record["requestParameters"] = request.clone();
    record["responseElements"] = Value::Null;
    record
}

fn bridged(record: &Value) -> String {
    json!({"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
        "account": "000000000000", "region": "us-east-1", "detail": record})
    .to_string()
}

fn logs(record: &Value) -> Value {
    json!({"messageType": "DATA_MESSAGE", "owner": "000000000000", "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["weir"],
        "logEvents": [{"id": "1", "timestamp": wall(), "message": record.to_string()}]})
}

async fn preludes(account: &Account) -> Vec<String> {
    let keys = account.cloud.documents().await.into_iter().map(|(key, _)| key);
    keys.filter(|key| key.ends_with(" prelude")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_launch_is_in_the_inventory_and_beside_its_instance_and_counts_once() {
    let account = Account::new("launch").await;
    let launched = account.launch(1, "c5n.large", "web").await;
    let event = bridged(&launch("e-1", &launched[0].id, &launched[0].interface));
    let mut function = account.function(&account.moto.endpoint).await;
    assert_eq!(function.succeed(&event).await, Value::Null);

    assert_eq!(account.inventory().await.instance(&launched[0].id).unwrap().tags, ["role=web"]);
    let beside = |id: &str| format!("000000000000/{id} prelude");
    let mut expected = [beside(&launched[0].id), beside(&launched[0].interface)];
    expected.sort();
    assert_eq!(preludes(&account).await, expected);

    let before = account.cloud.documents().await;
    function.succeed(&event).await;
    assert_eq!(account.cloud.documents().await, before);
    assert_eq!(function.metric("Records").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn every_way_in_ends_beside_its_instance() {
    let account = Account::new("ways").await;
    let record = |n: u32| launch(&format!("e-{n}"), &format!("i-{n}"), &format!("eni-{n}"));
    let file = gzip(json!({"Records": [record(1), record(2)]}).to_string().as_bytes());
    let bucket = account.cloud.put("AWSLogs/trail.json.gz", file).await;
    let s3 = json!({"bucket": {"name": bucket}, "object": {"key": "AWSLogs/trail.json.gz"}});
    let announced =
        json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}]});
    let queue = json!({"Records": [
        {"messageId": "file", "eventSource": "aws:sqs", "body": announced.to_string()},
        {"messageId": "nonsense", "eventSource": "aws:sqs", "body": "hello"},
    ]});
    let stream = |number: &str, data: String| {
        json!({"eventID": "shard:1", "eventSource": "aws:kinesis",
            "kinesis": {"sequenceNumber": number, "partitionKey": "p", "data": data}})
    };
    let stream = json!({"Records": [
        stream("1", packed(logs(&record(3)).to_string().as_bytes())), stream("2", "!".to_owned()),
    ]});

    let mut function = account.function(&account.moto.endpoint).await;
    assert_eq!(function.succeed(&queue.to_string()).await, json!({"batchItemFailures": []}));
    assert_eq!(function.succeed(&stream.to_string()).await, json!({"batchItemFailures": []}));
    assert_eq!(function.succeed(&subscription(&logs(&record(4)))).await, Value::Null);

    assert_eq!(function.metric("Records").await, 4);
    assert_eq!(function.metric("Quarantined").await, 2);
    let beside = preludes(&account).await;
    for n in 1..=4 {
        assert!(beside.contains(&format!("000000000000/i-{n} prelude")), "{beside:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_state_that_cannot_be_reached_is_asked_for_again() {
    let account = Account::new("no-state").await;
    let record = launch("e-1", "i-1", "eni-1");
    let data = packed(logs(&record).to_string().as_bytes());
    let stream = json!({"Records": [{"eventID": "shard:1", "eventSource": "aws:kinesis",
        "kinesis": {"sequenceNumber": "7", "partitionKey": "p", "data": data}}]});
    let variables = [
        ("WEIR_INTEL_BUCKET", account.bucket.as_str()),
        ("AWS_ENDPOINT_URL_EC2", account.moto.endpoint.as_str()),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9"),
    ];
    let mut function = account.cloud.function(&variables).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": "7"}]});
    assert_eq!(function.succeed(&stream.to_string()).await, failures);
    let Answer::Failed(error) = function.invoke(&bridged(&record)).await else { panic!() };
    assert!(error.contains("Weir.State"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_takes_weirs_eyes_is_told_once_and_what_takes_others_is_not() {
    let account = Account::new("blinded").await;
    let mut function = account.function(&account.moto.endpoint).await;
    let own = json!({"name": "/weir/prod/an0084/mode", "value": "off"});
    let others = json!({"name": "/shop/prod/mode", "value": "off"});
    for (event, user, source, name, request) in [
        ("e-1", "ops", "cloudtrail", "StartLogging", json!({"name": "trail"})),
        ("e-2", "ops", "ssm", "PutParameter", others),
    ] {
        function.succeed(&bridged(&call(event, user, source, name, &request))).await;
    }
    assert_eq!(function.metric("Findings").await, 0);
    let flow_logs = json!({"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}});
    let deleted = bridged(&call("e-3", "deploy", "ec2", "DeleteFlowLogs", &flow_logs));
    let changed = bridged(&call("e-4", "intern", "ssm", "PutParameter", &own));
    let stopped =
        bridged(&call("e-5", "guest", "cloudtrail", "StopLogging", &json!({"name": "management-events"})));
    for event in [&deleted, &deleted, &changed, &stopped] {
        function.succeed(event).await;
    }

    let alerts = account.cloud.messages(&account.cloud.alerts, 3).await;
    let told: Vec<Value> = alerts
        .iter()
        .map(|alert| serde_json::from_str(alert["Message"].as_str().unwrap()).unwrap())
        .collect();
    let mut titles: Vec<&str> =
        told.iter().map(|finding| finding["finding_info"]["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    let took = |name: &str| format!("{name} took what Weir sees by");
    assert_eq!(titles, ["DeleteFlowLogs", "PutParameter", "StopLogging"].map(took));
    assert!(told.iter().all(|finding| finding["severity_id"] == 3), "{told:?}");
    assert_eq!(function.metric("Findings").await, 3);
    assert_eq!(function.metric("UnconfirmedAlerts").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_alert_that_sns_did_not_take_fails_the_event_and_leaves_with_the_retry() {
    let account = Account::new("deaf").await;
    let request = json!({"name": "/weir/prod/an0084/mode"});
    let event = bridged(&call("e-1", "intern", "ssm", "DeleteParameter", &request));
    let variables = [
        ("WEIR_INTEL_BUCKET", account.bucket.as_str()),
        ("AWS_ENDPOINT_URL_EC2", account.moto.endpoint.as_str()),
        ("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9"),
    ];
    let mut deaf = account.cloud.function(&variables).await;
    let answer = deaf.send(&event, 10).await.unwrap();
    assert!(matches!(&answer, Answer::Failed(error) if error.contains("Weir.Publish")), "{answer:?}");
    assert_eq!(deaf.metric("UnconfirmedAlerts").await, 1);

    let mut function = account.function(&account.moto.endpoint).await;
    assert_eq!(function.succeed(&event).await, Value::Null);
    assert_eq!(account.cloud.messages(&account.cloud.alerts, 1).await.len(), 1);
}
