//! Who may post.

use serde_json::json;
use weir_lambda::url_event;

use crate::cloud;
use crate::requests::{answer, post, zeek};

const OLD: &str = "planted-token-old";
const NEW: &str = "planted-token-new";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_rotation_loses_no_forwarder() {
    let cloud = cloud("tokens").await;
    let mut seen = Vec::new();
    for tokens in [OLD.to_owned(), format!("{NEW} {OLD}"), NEW.to_owned()] {
        let name = cloud.secret(&tokens).await;
        let mut function = cloud.function(&[("WEIR_TOKEN_PARAMETER", &name)]).await;
        let mut statuses = Vec::new();
        for header in [Some(OLD), Some(NEW), None] {
            let mut headers = json!({"content-type": "application/json"});
            if let Some(token) = header {
                headers["authorization"] = format!("Bearer {token}").into();
            }
            let request = post(&headers, zeek("10.0.0.5", 1)[0].as_bytes());
            statuses.push(answer(&mut function, &request).await.0);
        }
        seen.push(statuses);
        let log = function.logged();
        assert!(!log.contains("planted") && !log.contains("93.184"), "{log}");
    }
    assert_eq!(seen, [[200, 403, 401], [200, 200, 401], [403, 200, 401]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn tokens_that_cannot_be_read_send_nobody_away_for_good() {
    let cloud = cloud("no-tokens").await;
    for name in ["/weir-tokens/nowhere".to_owned(), cloud.secret("short").await] {
        let mut function = cloud.function(&[("WEIR_TOKEN_PARAMETER", &name)]).await;
        let request = post(&json!({"authorization": "Bearer x"}), b"{}");
        assert_eq!(answer(&mut function, &request).await.0, 503);
        assert!(function.says(&name).await, "{}", function.logged());
        let health = url_event("GET", "/", &json!({}), b"");
        assert_eq!(answer(&mut function, &health).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_node_of_osquery_enrolls_configures_and_logs() {
    let cloud = cloud("osquery").await;
    let name = cloud.secret(OLD).await;
    let mut function = cloud.function(&[("WEIR_TOKEN_PARAMETER", &name)]).await;
    let json = json!({"content-type": "application/json"});
    let mut call = async |path: &str, body: serde_json::Value| {
        answer(&mut function, &url_event("POST", path, &json, body.to_string().as_bytes())).await
    };
    assert_eq!(
        call("/osquery/enroll", json!({"enroll_secret": "guess", "host_identifier": "h"})).await.0,
        403
    );
    let (_, enrolled) = call("/osquery/enroll", json!({"enroll_secret": OLD, "host_identifier": "h"})).await;
    let key = &enrolled["node_key"];
    let (_, config) = call("/osquery/config", json!({ "node_key": key })).await;
    assert!(config["schedule"]["weir_processes"].is_object(), "{config}");
    let row = json!({"name": "weir_interfaces", "hostIdentifier": "h", "unixTime": 1_795_486_875,
        "snapshot": [{"interface": "eth0", "ibytes": "5", "obytes": "6"}], "action": "snapshot"});
    let logged = call("/osquery/log", json!({"node_key": key, "log_type": "result", "data": [row]})).await;
    assert_eq!(logged, (200, json!({"node_invalid": false})));
    let forged = call("/osquery/log", json!({"node_key": "x.h", "log_type": "result", "data": []})).await;
    assert_eq!(forged, (200, json!({"node_invalid": true})));
    assert_eq!(function.metric("Records").await, 1);
    let documents = cloud.documents().await;
    assert!(documents.iter().any(|(key, _)| key.contains("/host/h ")), "{documents:?}");
}
