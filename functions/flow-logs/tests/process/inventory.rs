//! The inventory from a bucket: whose an interface is where the records do not say.

use serde_json::{Value, json};

use crate::cloud;
use crate::payloads::{INTERFACE, closed_scan, pushed, window};

fn inventory(owner: &str) -> Vec<u8> {
    tagged(owner, "web")
}

fn tagged(owner: &str, role: &str) -> Vec<u8> {
    let tags = json!([{"Key": "role", "Value": role}]);
    json!({
        "Updated": "2026-01-01T00:00:00Z",
        "Reservations": [{"Instances": [{"InstanceId": owner, "InstanceType": "c5n.large", "Tags": tags}]}],
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_declared_role_quiets_what_it_does_by_design_and_no_scan() {
    const LISTED: &str = "93.184.249.9";
    for (role, told) in [("web", 1), ("relay", 0)] {
        let cloud = cloud(role).await;
        cloud.put("tor.txt", format!("{LISTED}\n").into_bytes()).await;
        let owner = "i-0000000000000000a";
        let bucket = cloud.put("inventory-000000000000-us-east-1.json", tagged(owner, role)).await;
        let mut function = cloud.function(&[("WEIR_INTEL_BUCKET", &bucket)]).await;

        function.succeed(&pushed(INTERFACE, LISTED, window() - 7_200)).await;
        assert_eq!(
            (function.metric("Findings").await, function.metric("Suppressed").await),
            (told, 0),
            "{role}"
        );
        function.succeed(&closed_scan(INTERFACE, window(), 300)).await;
        assert_eq!(function.metric("Findings").await, told + 1, "{role}: a scan is nobody's design");
    }
}
