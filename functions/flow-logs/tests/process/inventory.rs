//! The inventory from a bucket: whose an interface is where the records do not say.

use serde_json::{Value, json};

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, window};

fn inventory(owner: &str) -> Vec<u8> {
    json!({
        "Updated": "2026-01-01T00:00:00Z",
        "Reservations": [{"Instances": [{"InstanceId": owner, "InstanceType": "c5n.large"}]}],
        "NetworkInterfaces": [{"NetworkInterfaceId": INTERFACE, "Attachment": {"InstanceId": owner}}],
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn an_instance_that_takes_over_an_interface_does_not_inherit_its_incident() {
    let cloud = cloud("inventory").await;
    let mut told = Vec::new();
    for owner in ["i-0000000000000000a", "i-0000000000000000b"] {
        let bucket = cloud.put("inventory-000000000000-us-east-1.json", inventory(owner)).await;
        let mut function = cloud.function(&[("WEIR_INTEL_BUCKET", &bucket)]).await;
        function.succeed(&closed_scan(INTERFACE, window(), 300)).await;
        assert!(function.metric("InventoryAge").await > 0);

        let alerts = cloud.messages(&cloud.alerts, 1).await;
        assert_eq!(alerts.len(), 1, "{owner}: {alerts:?}");
        let ocsf: Value = serde_json::from_str(alerts[0]["Message"].as_str().unwrap()).unwrap();
        assert!(ocsf["resources"].to_string().contains(owner), "{ocsf:#}");
        assert_eq!(ocsf["count"], 1, "{ocsf:#}");
        told.push(ocsf["finding_info"]["uid"].clone());
    }
    assert_ne!(told[0], told[1]);
}
