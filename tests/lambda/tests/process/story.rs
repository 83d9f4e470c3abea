//! An incident from its first message to its last, through every function that tells of it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use weir_lambda::{Binary, Cloud, Function, subscription, wall};

use crate::PATH;
use crate::account::{Account, scheduled};

const INTERFACE: &str = "eni-0123456789abcdef0";

/// A binary beside the function under test.
fn beside(name: &'static str) -> Binary {
    let folder = std::path::Path::new(PATH.as_str()).parent().unwrap();
    Binary { path: folder.join(name).to_str().unwrap().to_owned().leak(), name }
}

async fn flow_logs(cloud: &Cloud) -> Function {
    Function::start(beside("flow-logs"), cloud.variables(&[])).await
}

/// A scan of one minute that began so many minutes ago, and a packet of the same interface some minutes later.
fn scan(interface: &str, ago: i64, later: i64) -> String {
    scan_in("111122223333", interface, ago, later)
}

fn scan_in(account: &str, interface: &str, ago: i64, later: i64) -> String {
    let mut text = String::new();
    let start = (wall() / 1_000 - ago * 60).div_euclid(300) * 300;
    let line = |text: &mut String, remote: &str, port: u16, start: i64| {
        let end = start + 59;
        writeln!(
            text,
            "2 {account} {interface} 10.0.0.5 {remote} 41000 {port} 6 1 44 {start} {end} ACCEPT OK"
        )
        .unwrap();
    };
    for host in 1..=200 {
        line(&mut text, &format!("93.184.{ago}.{host}"), 22, start);
    }
    line(&mut text, "93.184.250.1", 443, start + later * 60);
    let event =
        |(n, line): (usize, &str)| json!({"id": format!("{n}-{ago}"), "timestamp": wall(), "message": line});
    subscription(&json!({
        "messageType": "DATA_MESSAGE", "owner": account, "logGroup": "flow-logs",
        "logStream": format!("{interface}-all"), "subscriptionFilters": ["weir"],
        "logEvents": text.lines().enumerate().map(event).collect::<Vec<_>>(),
    }))
}

fn attribute<'a>(message: &'a Value, name: &str) -> &'a str {
    message["MessageAttributes"][name]["Value"].as_str().unwrap()
}

fn uid(message: &Value) -> String {
    let finding: Value = serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
    finding["finding_info"]["uid"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn the_clock_ends_the_incident_of_an_interface_that_fell_silent_once() {
    let account = Account::new("silent").await;
    let cloud = &account.cloud;
    cloud.set("lateness", "5m").await;
    cloud.set("incident/quiet", "30m").await;
    let mut clock = account.function(&account.moto.endpoint).await;
    flow_logs(cloud).await.succeed(&scan(INTERFACE, 120, 20)).await;
    let first = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!((first.len(), attribute(&first[0], "activity")), (1, "Create"));

    clock.succeed(&scheduled()).await;
    clock.succeed(&scheduled()).await;

    let last = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!((last.len(), attribute(&last[0], "activity")), (1, "Close"), "{last:?}");
    assert_eq!(uid(&last[0]), uid(&first[0]));
    assert!(last[0]["Subject"].as_str().unwrap().starts_with("[MEDIUM, ended]"), "{}", last[0]["Subject"]);
    assert_eq!(clock.metric("Findings").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn feedback_holds_back_its_incident_and_no_other_until_it_is_taken_back() {
    let cloud = crate::cloud("feedback").await;
    cloud.set("lateness", "5m").await;
    cloud.set("incident/quiet", "20m").await;
    flow_logs(&cloud).await.succeed(&scan(INTERFACE, 150, 50)).await;
    let told = cloud.messages(&cloud.alerts, 2).await;
    let uid = uid(&told[0]);

    let said = weirctl(&cloud, &["feedback", &uid, "planned", "--note", "drill", "--owner", "ops"]).await;
    assert!(said.contains("unless above medium") && said.contains("1 planned of 1 incidents"), "{said}");
    // Its own comes back after its quiet, beside one of another interface.
    let mut function = flow_logs(&cloud).await;
    function.succeed(&scan(INTERFACE, 80, 50)).await;
    function.succeed(&scan("eni-0fedcba9876543210", 80, 15)).await;
    assert_eq!((function.metric("Suppressed").await, function.metric("Findings").await), (1, 1));
    assert!(function.says(&format!(r#""incident":"{uid}""#)).await, "it is on the record");

    let said = weirctl(&cloud, &["feedback", &uid, "useful"]).await;
    assert!(
        said.contains("it is told again") && said.contains("1 useful, 0 not-useful, 0 planned"),
        "{said}"
    );
    let pulled = weirctl(&cloud, &["settings", "pull"]).await;
    assert!(!pulled.contains("suppressions/"), "{pulled}");
}

async fn weirctl(cloud: &Cloud, arguments: &[&str]) -> String {
    let place = ["--stage", &cloud.stage, "--table", weir_lambda::TABLE, "--topic-arn", &cloud.topic];
    let output = beside("weirctl").command(&cloud.variables(&[])).args(arguments).args(place).output().await;
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A bus of that name, and the URL of the queue that gets what opens an incident.
async fn bus(cloud: &Cloud) -> (String, String) {
    let (events, sqs) =
        (aws_sdk_eventbridge::Client::new(&cloud.config), aws_sdk_sqs::Client::new(&cloud.config));
    let name = format!("{}-bus", cloud.stage);
    events.create_event_bus().name(&name).send().await.unwrap();
    let queue = sqs.create_queue().queue_name(&name).send().await.unwrap();
    let rule = r#"{"source":["oss.weir"],"detail":{"activity_name":["Create"]}}"#;
    events.put_rule().name(&name).event_bus_name(&name).event_pattern(rule).send().await.unwrap();
    let target = aws_sdk_eventbridge::types::Target::builder()
        .id("queue")
        .arn(format!("arn:aws:sqs:us-east-1:000000000000:{name}"))
        .build()
        .unwrap();
    events.put_targets().rule(&name).event_bus_name(&name).targets(target).send().await.unwrap();
    (name, queue.queue_url().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_chat_that_takes_nothing_holds_nobody_up_and_is_told_alone_by_the_next_payload() {
    let cloud = crate::cloud("chat").await;
    let (sns, sqs) = (aws_sdk_sns::Client::new(&cloud.config), aws_sdk_sqs::Client::new(&cloud.config));
    let name = format!("{}-chat", cloud.stage);
    let topic = cloud.topic.rsplit_once(':').unwrap().0.to_owned() + ":" + &name;
    let (bus, events) = bus(&cloud).await;
    let variables = cloud.variables(&[("WEIR_CHAT_TOPIC_ARN", &topic), ("WEIR_EVENT_BUS", &bus)]);
    let mut function = Function::start(beside("flow-logs"), variables).await;

    function.succeed(&scan(INTERFACE, 120, 30)).await;
    assert_eq!((function.metric("Findings").await, function.metric("ChatFailed").await), (1, 1));
    assert_eq!(cloud.messages(&cloud.alerts, 1).await.len(), 1);
    assert_eq!(cloud.messages(&events, 1).await.len(), 1);

    sns.create_topic().name(&name).send().await.unwrap();
    let queue = sqs.create_queue().queue_name(&name).send().await.unwrap();
    let queue = queue.queue_url().unwrap();
    let arn = format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn);
    subscribe.attributes("RawMessageDelivery", "true").send().await.unwrap();
    function.succeed(&scan(INTERFACE, 60, 30)).await;

    let told = cloud.messages(queue, 1).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["version"], &told[0]["source"]), (&json!("1.0"), &json!("custom")));
    assert!(told[0]["content"]["title"].as_str().unwrap().starts_with(":warning: [MEDIUM]"), "{told:?}");
    assert_eq!(function.metric("Findings").await, 1, "subscribers are told once");
    assert!(cloud.messages(&events, 1).await.is_empty(), "and so is the bus");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_bus_gets_the_finding_that_subscribers_got() {
    let cloud = crate::cloud("bus").await;
    let (bus, events) = bus(&cloud).await;
    let mut function =
        Function::start(beside("flow-logs"), cloud.variables(&[("WEIR_EVENT_BUS", &bus)])).await;
    function.succeed(&scan(INTERFACE, 120, 30)).await;

    let told = cloud.messages(&cloud.alerts, 1).await;
    let put = cloud.messages(&events, 1).await;
    assert_eq!((told.len(), put.len(), function.metric("BusFailed").await), (1, 1, 0));
    assert_eq!(put[0]["detail-type"], "Bandwidth Hijacking Finding");
    let message: Value = serde_json::from_str(told[0]["Message"].as_str().unwrap()).unwrap();
    assert_eq!(put[0]["detail"], message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn security_hub_has_one_finding_of_an_incident_from_when_it_can_be_reached_to_its_end() {
    let account = Account::new("hub").await;
    let cloud = &account.cloud;
    cloud.set("lateness", "5m").await;
    cloud.set("incident/quiet", "30m").await;
    let product = "arn:aws:securityhub:us-east-1:000000000000:product/000000000000/default";
    let hub = |endpoint: &str| {
        cloud.variables(&[("WEIR_SECURITY_HUB", product), ("AWS_ENDPOINT_URL_SECURITYHUB", endpoint)])
    };

    let mut blocked = Function::start(beside("flow-logs"), hub("http://127.0.0.1:9")).await;
    blocked.succeed(&scan(INTERFACE, 120, 20)).await;
    assert_eq!((blocked.metric("Findings").await, blocked.metric("SecurityHubFailed").await), (1, 1));
    let mut reached = Function::start(beside("flow-logs"), hub(&account.moto.endpoint)).await;
    reached.succeed(&scan(INTERFACE, 90, 5)).await;
    assert_eq!(reached.metric("SecurityHubFailed").await, 0);
    let opened = account.moto.security_findings().await;

    let told = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert_eq!(opened[0]["Id"], uid(&told[0]).as_str());
    assert_eq!((&opened[0]["ProductArn"], &opened[0]["RecordState"]), (&json!(product), &json!("ACTIVE")));
    assert_eq!(opened[0]["AwsAccountId"], "000000000000", "the entity is of 111122223333");
    assert!(opened[0]["Resources"][0]["Id"].as_str().unwrap().contains(":111122223333:network-interface/"));

    let ends = [
        ("WEIR_INTEL_BUCKET", account.bucket.as_str()),
        ("AWS_ENDPOINT_URL_EC2", &account.moto.endpoint),
        ("WEIR_SECURITY_HUB", product),
        ("AWS_ENDPOINT_URL_SECURITYHUB", &account.moto.endpoint),
    ];
    cloud.function(&ends).await.succeed(&scheduled()).await;
    let closed = account.moto.security_findings().await;
    assert_eq!((closed.len(), &closed[0]["RecordState"]), (1, &json!("ARCHIVED")), "{closed:?}");
    assert!(closed[0]["UpdatedAt"].as_str() > opened[0]["UpdatedAt"].as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn the_week_is_told_to_subscribers_and_to_whoever_asks_unless_it_is_turned_off() {
    let account = Account::new("digest").await;
    let cloud = &account.cloud;
    cloud.set("lateness", "5m").await;
    let held = json!({
        "scope": {"entity": INTERFACE}, "reason": "drill", "owner": "ops",
        "expiry": "2100-01-01T00:00:00Z",
    });
    cloud.set("suppressions/drill", &held.to_string()).await;
    let launched = account.launch(1, "t3.micro", "web").await.remove(0);
    let mut clock = account.function(&account.moto.endpoint).await;
    clock.succeed(&scheduled()).await;
    // The one is known by the inventory, the other, of another account, by its open incident; its alert is held back.
    let variables = cloud.variables(&[("WEIR_INTEL_BUCKET", &account.bucket)]);
    let mut function = Function::start(beside("flow-logs"), variables).await;
    function.succeed(&scan_in("000000000000", &launched.interface, 90, 30)).await;
    function.succeed(&scan(INTERFACE, 90, 30)).await;
    assert_eq!((function.metric("Findings").await, function.metric("Suppressed").await), (1, 1));
    let told = cloud.messages(&cloud.alerts, 1).await;
    let uid = uid(&told[0]);
    weirctl(cloud, &["feedback", &uid, "useful"]).await;

    clock.succeed(r#"{"detail-type":"Weir Digest"}"#).await;
    let sent = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!((sent.len(), attribute(&sent[0], "activity")), (1, "Digest"), "{sent:?}");
    let digest: Value = serde_json::from_str(sent[0]["Message"].as_str().unwrap()).unwrap();
    assert_eq!(digest["week"]["incidents"]["AN0084"], json!({"told": 1, "high": 0, "suppressed": 0}));
    assert_eq!((&digest["suppressions"], &digest["feedback"]["useful"]), (&json!(1), &json!(1)));
    assert_eq!(digest["silent"], json!(["AN0080", "AN0081", "AN0082", "AN0083"]));
    assert!(digest["ages"]["inventory"].is_i64(), "{digest}");

    let printed = weirctl(cloud, &["digest"]).await;
    assert!(printed.contains("\n  AN0084 told 1 incident, 0 of them high"), "{printed}");
    assert!(printed.contains("1 useful") && printed.contains("1 suppression in force"), "{printed}");

    cloud.set("digest/mode", "off").await;
    let mut off = account.function(&account.moto.endpoint).await;
    off.succeed(r#"{"detail-type":"Weir Digest"}"#).await;
    assert!(cloud.messages(&cloud.alerts, 1).await.is_empty());
}
