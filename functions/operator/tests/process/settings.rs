//! Settings of a file into the parameter store, and back.

use weir_lambda::{Cloud, Fault, Proxy};

use crate::{BINARY, Done, weirctl};

/// A run over a file with this text.
async fn push(cloud: &Cloud, text: &str, more: &[&str], variables: &[(&str, &str)]) -> Done {
    let file = std::env::temp_dir().join(format!("{}.toml", cloud.stage));
    std::fs::write(&file, text).unwrap();
    let mut arguments = vec!["settings", "push", file.to_str().unwrap()];
    arguments.extend(more);
    let done = weirctl(cloud, &arguments, variables).await;
    std::fs::remove_file(&file).unwrap();
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_differs_is_shown_and_written_once_through_throttling() {
    let cloud = Cloud::new(BINARY, "push").await;
    cloud.set("lateness", "20m").await;
    let text = "lateness = \"1200s\"\n[an0084]\nmode = \"dry-run\"\n[an0084.scan]\nhosts = 50\n";
    let dry = push(&cloud, text, &["--dry-run"], &[]).await;
    assert_eq!(dry.status, 0, "{dry:?}");
    assert_eq!(
        dry.out,
        "an0084/mode: live (the default) -> dry-run\nan0084/scan/hosts: 25 (the default) -> 50\n"
    );
    assert_eq!(weirctl(&cloud, &["settings", "pull"], &[]).await.out, "", "nothing was written");

    let throttled = [Fault::json("AmazonSSM.PutParameter", 400, "ThrottlingException")];
    let ssm = Proxy::start(&cloud.aws, throttled).await;
    let done = push(&cloud, text, &[], &[("AWS_ENDPOINT_URL_SSM", &ssm.endpoint)]).await;
    assert_eq!((done.status, &done.out, ssm.left()), (0, &dry.out, 0), "{done:?}");
    let pulled = weirctl(&cloud, &["settings", "pull"], &[]).await;
    assert_eq!(pulled.out, "\"an0084/mode\" = \"dry-run\"\n\"an0084/scan/hosts\" = \"50\"\n");
    assert_eq!(push(&cloud, &pulled.out, &[], &[]).await.out, "", "the same again changes nothing");

    let text = "[suppressions.nightly]\nscope = { entity = \"i-1\" }\nreason = \"export\"\nowner = \"data\"\n\
                expiry = \"2099-06-01T00:00:00Z\"\n";
    let quiet = push(&cloud, text, &[], &[]).await;
    assert!(quiet.status == 0 && quiet.out.starts_with("suppressions/nightly: none -> {"), "{quiet:?}");
    assert_eq!(push(&cloud, text, &[], &[]).await.out, "", "the same document");
    assert!(weirctl(&cloud, &["settings", "pull"], &[]).await.out.contains("suppressions/nightly"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_set_with_a_fault_is_refused_whole_and_a_stored_one_is_named() {
    let cloud = Cloud::new(BINARY, "refuse").await;
    let text = "lateness = \"30m\"\n\"an0084/mode\" = \"loud\"\n\"an0084/mod\" = \"off\"\n";
    let refused = push(&cloud, text, &[], &[]).await;
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.told.contains("an0084/mode") && refused.told.contains("an0084/mod"), "{}", refused.told);
    assert_eq!(weirctl(&cloud, &["settings", "pull", "--all"], &[]).await.out, "");

    // More than AWS gives at a time, one of them bad.
    for n in 0..11 {
        cloud.set(&format!("made-up/{n}"), "1").await;
    }
    let pulled = weirctl(&cloud, &["settings", "pull", "--all"], &[]).await;
    assert_eq!((pulled.status, pulled.out.lines().count()), (2, 11), "{pulled:?}");
    assert!(pulled.told.contains("made-up/10"), "{}", pulled.told);
}
