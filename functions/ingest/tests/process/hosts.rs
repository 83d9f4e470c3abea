//! Programs and containers of hosts that forwarders tell of.

use serde_json::json;
use weir_lambda::wall;

use crate::cloud;
use crate::requests::{answer, post};

/// The rows that osquery logs of a container that runs since a minute ago.
fn container(host: &str, image: &str) -> String {
    let row = json!({"id": "0123456789ab", "name": "/worker", "image": image, "command": "/app/run", "state": "running"});
    let result = json!({"name": "containers", "hostIdentifier": host, "unixTime": wall() / 1_000 - 60, "action": "added",
        "columns": row});
    json!({"log_type": "result", "node_key": "x", "data": [result]}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_container_of_a_proxyware_image_is_told_once_and_one_of_a_web_server_is_not() {
    let cloud = cloud("hosts").await;
    let mut function = cloud.function(&[]).await;
    for (host, image) in [("web-1", "nginx:1.27"), ("web-2", "honeygain/honeygain:latest")] {
        let request = post(&json!({"content-type": "application/json"}), container(host, image).as_bytes());
        for _ in 0..2 {
            let (status, counts) = answer(&mut function, &request).await;
            assert_eq!((status, &counts["records"]), (200, &json!(1)), "{counts}");
        }
    }
    let alerts = cloud.messages(&cloud.alerts, 1).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}; {}", function.logged());
    assert!(alerts[0]["Message"].as_str().unwrap().contains("web-2"), "{alerts:?}");
    assert_eq!(function.metric("RepeatedBatches").await, 2);
}
