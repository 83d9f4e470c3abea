//! History into a table: what is known afterwards, that nobody is alerted, and what an interruption leaves.

use serde_json::json;
use weir_lambda::{Cloud, Fault, Moto, Proxy};

use crate::history::{HOUR, NEW, OLD, YOUNG, end, hour, store};
use crate::{BINARY, weirctl};

async fn cloud(name: &str) -> Cloud {
    Cloud::new(BINARY, name).await
}

/// The line of the table about an entity.
fn line<'a>(out: &'a str, entity: &str) -> &'a str {
    out.lines().find(|line| line.contains(entity)).unwrap_or_else(|| panic!("{entity}: {out}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_prefix_teaches_once_and_alerts_nobody() {
    let cloud = cloud("history").await;
    store(&cloud).await;
    cloud.put("AWSLogs/flow_20200101T0000Z_old.log.gz", b"too old to be read".to_vec()).await;
    cloud.put("AWSLogs/notes.txt", b"no flow log at all\n".to_vec()).await;
    let history = format!("s3://{}/AWSLogs/", cloud.stage);
    let dry = weirctl(&cloud, &["backfill", &history, "--dry-run"], &[]).await;
    assert_eq!((dry.status, cloud.documents().await.len()), (0, 0), "{dry:?}");

    let done = weirctl(&cloud, &["backfill", &history], &[]).await;
    assert_eq!((done.status, &done.out), (0, &dry.out), "{done:?}");
    assert!(line(&done.out, OLD).contains("mature"), "{}", done.out);
    let young = line(&done.out, YOUNG);
    assert!(young.contains("provisional") && young.contains("days of age"), "{young}");
    assert!(line(&done.out, NEW).contains("learning"), "{}", done.out);
    assert!(done.out.contains("1 mature, 1 provisional, 1 learning"), "{}", done.out);
    assert!(
        done.told.contains("nobody was told of: 1 medium") && done.told.contains("refused: "),
        "{}",
        done.told
    );
    let before = cloud.documents().await;
    assert!(before.iter().any(|(key, _)| key == &format!("000000000000/{OLD} baseline")));

    let again = weirctl(&cloud, &["backfill", &history], &[]).await;
    assert!(
        again.told.contains("left to the deployment") && again.told.contains(" 0 documents"),
        "{}",
        again.told
    );
    assert_eq!(again.out, done.out);
    assert_eq!(cloud.documents().await, before);
    assert!(cloud.messages(&cloud.alerts, 0).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn credentials_that_expire_are_told_and_the_checkpoint_goes_on_to_the_same_end() {
    let whole = cloud("whole").await;
    store(&whole).await;
    let history = format!("s3://{}/AWSLogs/", whole.stage);
    let arguments = ["backfill", history.as_str(), "--from", "17d"];
    assert_eq!(weirctl(&whole, &arguments, &[]).await.status, 0);

    let cut = cloud("cut").await;
    let count = store(&cut).await;
    let history = format!("s3://{}/AWSLogs/", cut.stage);
    let file = std::env::temp_dir().join(&cut.stage);
    let arguments = ["backfill", history.as_str(), "--from", "17d", "--checkpoint", file.to_str().unwrap()];
    let expires = Fault::s3("_50.log.gz", 400, "ExpiredToken");
    let s3 = Proxy::start(&cut.aws, [expires]).await;
    let failed = weirctl(&cut, &arguments, &[("AWS_ENDPOINT_URL_S3", &s3.endpoint)]).await;
    assert_eq!(failed.status, 1, "{failed:?}");
    assert!(
        failed.told.contains("renew them") && failed.told.contains("goes on from there"),
        "{}",
        failed.told
    );
    assert!(cut.documents().await.is_empty(), "nothing is taught by half");

    let s3 = Proxy::start(&cut.aws, []).await;
    let done = weirctl(&cut, &arguments, &[("AWS_ENDPOINT_URL_S3", &s3.endpoint)]).await;
    assert_eq!(done.status, 0, "{done:?}");
    let read = s3.count("/AWSLogs/flow_");
    assert!(read < count, "{read} of {count} objects are read again");
    let (cut_off, at_once) = (cut.documents().await, whole.documents().await);
    let differ = cut_off.iter().zip(&at_once).filter(|(one, other)| one != other).map(|(one, _)| &one.0);
    assert_eq!((differ.collect::<Vec<_>>(), cut_off.len()), (vec![], at_once.len()));
    let other = ["backfill", "s3://other/", "--checkpoint", file.to_str().unwrap()];
    assert_eq!(weirctl(&cut, &other, &[]).await.status, 2, "a checkpoint is of one history");
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_log_group_is_read_page_by_page_through_throttling() {
    let cloud = cloud("group").await;
    let moto = Moto::start().await;
    let group = "/vpc/flow-logs";
    // The emulator gives pages of ten thousand events: the crowd of an hour has more.
    let mut lines: Vec<(i64, String)> = (1..30)
        .map(|back| end() - back * HOUR)
        .flat_map(|time| hour(time).lines().map(|line| (time, line.to_owned())).collect::<Vec<_>>())
        .collect();
    let crowd = end() - 2 * HOUR;
    lines.extend((0..11_000).map(|n| (crowd, format!("2 - {NEW} - - - - - - - {n} {n} - NODATA"))));
    lines.sort();
    put(&moto, group, &lines).await;
    let throttled = [Fault::json("FilterLogEvents", 400, "ThrottlingException")];
    let logs = Proxy::start(&moto.endpoint, throttled).await;
    let table = Fault::json("DynamoDB_20120810.PutItem", 400, "ThrottlingException");
    let dynamodb = Proxy::start(&format!("http://{}", cloud.dynamodb), [table]).await;
    let variables = [
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.endpoint.as_str()),
        ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb.endpoint),
    ];
    let done = weirctl(&cloud, &["backfill", group, "--from", "30h"], &variables).await;

    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!((logs.left(), dynamodb.left()), (0, 0));
    let hours = 29 + 1;
    assert!(logs.count("FilterLogEvents") > hours + 1, "one hour has two pages");
    assert!(line(&done.out, OLD).contains("learning") && done.out.contains("days of age"), "{}", done.out);
    assert!(cloud.documents().await.iter().any(|(key, _)| key == &format!("000000000000/{OLD} state")));

    let missing = weirctl(&cloud, &["backfill", "/vpc/other"], &variables).await;
    assert!(missing.status == 1 && missing.told.contains("/vpc/other"), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn calls_teach_who_is_known_and_what_led_to_instances() {
    let cloud = cloud("calls").await;
    let record = |hours: i64, instance: &str| {
        let time = jiff::Timestamp::from_millisecond(end() - hours * HOUR).unwrap().to_string();
        json!({"eventVersion": "1.09", "eventID": instance, "eventTime": time, "eventName": "RunInstances",
            "eventSource": "ec2.amazonaws.com", "awsRegion": "us-east-1", "recipientAccountId": "000000000000",
            "sourceIPAddress": "198.51.100.7", "userIdentity": {"type": "IAMUser",
                "arn": "arn:aws:iam::000000000000:user/deploy", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "responseElements": {"instancesSet": {"items": [{"instanceId": instance, "instanceType": "m5.large"}]}}})
    };
    let file = json!({"Records": [record(12 * 24, "i-old"), record(5, "i-new")]});
    let key = "AWSLogs/000000000000/CloudTrail/us-east-1/trail.json.gz";
    cloud.put(key, weir_lambda::gzip(file.to_string().as_bytes())).await;
    let history = format!("s3://{}/AWSLogs/", cloud.stage);
    let done = weirctl(&cloud, &["backfill", &history], &[]).await;

    assert_eq!(done.status, 0, "{done:?}");
    let keys: Vec<String> = cloud.documents().await.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["000000000000/calls calls", "000000000000/i-new prelude"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_cannot_be_meant_is_usage() {
    let cloud = cloud("usage").await;
    for (arguments, part) in [
        (vec!["backfill", "/vpc", "--from", "yesterday"], "as `21d`"),
        (vec!["backfill", "/vpc", "--from", "1h", "--to", "2h"], "before --to"),
        (vec!["backfill", "/vpc", "--flow-format", "${nonsense}"], "--flow-format"),
    ] {
        let done = weirctl(&cloud, &arguments, &[]).await;
        assert!(done.status == 2 && done.told.contains(part), "{done:?}");
    }
}

/// Puts lines into a log group of an emulator, by its protocol.
async fn put(moto: &Moto, group: &str, lines: &[(i64, String)]) {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&weir_lambda::config(&moto.endpoint));
    logs.create_log_group().log_group_name(group).send().await.unwrap();
    logs.create_log_stream().log_group_name(group).log_stream_name("s").send().await.unwrap();
    for lines in lines.chunks(5_000) {
        let events = lines.iter().map(|(time, line)| {
            let event = aws_sdk_cloudwatchlogs::types::InputLogEvent::builder();
            event.timestamp(*time).message(line).build().unwrap()
        });
        let put = logs.put_log_events().log_group_name(group).log_stream_name("s");
        put.set_log_events(Some(events.collect())).send().await.unwrap();
    }
}
