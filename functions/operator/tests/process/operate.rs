//! Test fire, redrive, doctor and baseline, over a deployment in the emulator.

use serde_json::{Value, json};
use weir_lambda::{Cloud, wall};

use crate::deployed::{deploy, queue};
use crate::history::{OLD, store};
use crate::{BINARY, bare, weirctl};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_test_fire_arrives_marked_and_says_who_is_subscribed() {
    let cloud = Cloud::new(BINARY, "fire").await;
    let done = weirctl(&cloud, &["test-fire", "--severity", "high"], &[]).await;
    assert_eq!(done.status, 0, "{done:?}");
    assert!(done.out.contains("[HIGH] TEST") && done.out.contains("subscribed"), "{}", done.out);
    assert!(done.out.contains("-alerts") && done.out.contains("all findings"), "{}", done.out);
    let alerts = cloud.messages(&cloud.alerts, 1).await;
    let finding: Value = serde_json::from_str(alerts[0]["Message"].as_str().unwrap()).unwrap();
    assert_eq!((finding["class_uid"].as_u64(), finding["severity_id"].as_u64()), (Some(2004), Some(4)));
    assert!(finding["finding_info"]["title"].as_str().unwrap().starts_with("TEST"), "{finding}");

    let mut nobody = cloud;
    nobody.topic = other_topic(&nobody).await;
    let done = weirctl(&nobody, &["test-fire"], &[]).await;
    assert!(done.status == 1 && done.out.contains("nobody is subscribed"), "{done:?}");
}

async fn other_topic(cloud: &Cloud) -> String {
    let sns = aws_sdk_sns::Client::new(&cloud.config);
    let made = sns.create_topic().name(format!("{}-other", cloud.stage)).send().await.unwrap();
    made.topic_arn().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_succeeds_leaves_the_queue_and_what_fails_stays() {
    let cloud = Cloud::new(BINARY, "redrive").await;
    deploy(&cloud, "").await;
    let url = queue(&cloud, "failed-events").await;
    let arn =
        format!("arn:aws:lambda:us-east-1:000000000000:function:weir-{}-flow-logs:$LATEST", cloud.stage);
    let kept =
        |event: Value| json!({"requestContext": {"functionArn": arn}, "requestPayload": event}).to_string();
    let sqs = aws_sdk_sqs::Client::new(&cloud.config);
    let bodies = [
        kept(json!({"fine": 1})),
        kept(json!({"fine": 2})),
        kept(json!({"broken": true})),
        json!({"KinesisBatchInfo": {"shardId": "s"}}).to_string(),
    ];
    for body in bodies {
        sqs.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    }
    let done = weirctl(&cloud, &["redrive"], &[]).await;

    assert_eq!(done.status, 1, "{done:?}");
    assert!(done.out.starts_with("4 events"), "{}", done.out);
    assert!(done.out.contains("2 done and removed"), "{}", done.out);
    assert!(
        done.out.contains("left in the queue: broken") && done.out.contains("records of a stream"),
        "{}",
        done.out
    );
    let name = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    let left = sqs.get_queue_attributes().queue_url(&url).attribute_names(name.clone()).send().await.unwrap();
    assert_eq!(left.attributes().unwrap()[&name], "2");
    let none = weirctl(&cloud, &["redrive", "failed-objects"], &[]).await;
    assert!(none.status == 1 && none.told.contains("failed-objects"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn the_doctor_names_what_is_well_and_what_is_not() {
    let cloud = Cloud::new(BINARY, "doctor").await;
    let bucket = cloud.put("tor.txt", b"# updated: 2020-01-01T00:00:00Z\n192.0.2.1\n".to_vec()).await;
    deploy(&cloud, &bucket).await;
    cloud.set("an0084/mode", "loud").await;
    let group = format!("/aws/lambda/weir-{}-flow-logs", cloud.stage);
    let line = json!({"_aws": {"Timestamp": wall(), "CloudWatchMetrics": []}, "Records": 7, "Lag": 60_000,
        "Rejects": 3, "Rejects/too-few-fields": 3, "Flows": 7, "Without/tcp-flags": 7});
    log(&cloud, &group, &line.to_string()).await;

    let done = bare(&cloud, &["doctor"]).await;
    assert_eq!(done.status, 1, "{done:?}");
    for (level, part) in [
        ("ok", "records        7 in the last hour"),
        ("FAIL", "3 too-few-fields"),
        ("warn", "fields         no tcp-flags"),
        ("FAIL", "an0084/mode"),
        ("ok", "subscribers    sqs "),
        ("warn", "tor is "),
        ("warn", "inventory      there is none"),
        ("ok", "failed-events"),
        ("ok", "clock"),
        ("ok", "table"),
        ("warn", "no way in is known"),
        ("FAIL", "may not sns:Publish"),
        ("ok", "6 rights of"),
    ] {
        let found = done.out.lines().find(|line| line.contains(part));
        assert!(found.is_some_and(|line| line.starts_with(level)), "{level} {part}: {}", done.out);
    }
    let elsewhere = weirctl(&cloud, &["doctor", "--log-group", "/vpc/none"], &[]).await;
    assert!(elsewhere.out.contains("/vpc/none"), "{elsewhere:?}");
}

async fn log(cloud: &Cloud, group: &str, line: &str) {
    let logs = aws_sdk_cloudwatchlogs::Client::new(&cloud.config);
    // Is there already where the emulator ran the function.
    let _ = logs.create_log_group().log_group_name(group).send().await;
    logs.create_log_stream().log_group_name(group).log_stream_name("test").send().await.unwrap();
    let event = aws_sdk_cloudwatchlogs::types::InputLogEvent::builder().timestamp(wall()).message(line);
    let put = logs.put_log_events().log_group_name(group).log_stream_name("test");
    put.log_events(event.build().unwrap()).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_baseline_is_shown_by_hours_and_a_stranger_is_an_error() {
    let cloud = Cloud::new(BINARY, "baseline").await;
    store(&cloud).await;
    let history = format!("s3://{}/AWSLogs/", cloud.stage);
    weirctl(&cloud, &["backfill", &history], &[]).await;
    let shown = weirctl(&cloud, &["baseline", "show", OLD], &[]).await;
    assert_eq!(shown.status, 0, "{shown:?}");
    assert!(shown.out.starts_with(&format!("000000000000/{OLD}: mature, 16.")), "{}", shown.out);
    assert!(shown.out.contains("working days 09:00") && shown.out.contains("8.70 kB"), "{}", shown.out);
    let stranger = weirctl(&cloud, &["baseline", "show", "i-0"], &[]).await;
    assert!(
        stranger.status == 1 && stranger.told.contains("nothing is known of 000000000000/i-0"),
        "{stranger:?}"
    );
}
