//! An account with instances, in an emulator of EC2 of its own.

use serde_json::json;
use weir_intel::Inventory;
use weir_lambda::{Cloud, Function, Moto, texts};

use crate::cloud;

/// The object that the function keeps.
const KEY: &str = "inventory-000000000000-us-east-1.json";

pub(crate) struct Account {
    pub(crate) cloud: Cloud,
    pub(crate) moto: Moto,
    bucket: String,
}

/// An instance that was launched.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) id: String,
    pub(crate) interface: String,
    pub(crate) address: String,
    pub(crate) subnet: String,
}

impl Account {
    pub(crate) async fn new(name: &str) -> Self {
        let cloud = cloud(name).await;
        let bucket = cloud.put("README.md", Vec::new()).await;
        Self { cloud, moto: Moto::start().await, bucket }
    }

    /// A function that asks EC2 at this endpoint.
    pub(crate) async fn function(&self, ec2: &str) -> Function {
        let variables = [("WEIR_INTEL_BUCKET", self.bucket.as_str()), ("AWS_ENDPOINT_URL_EC2", ec2)];
        self.cloud.function(&variables).await
    }

    pub(crate) async fn launch(&self, count: usize, instance_type: &str, role: &str) -> Vec<Launched> {
        let number = count.to_string();
        let run = [
            ("ImageId", "ami-12c6146b"),
            ("MinCount", &number),
            ("MaxCount", &number),
            ("InstanceType", instance_type),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "role"),
            ("TagSpecification.1.Tag.1.Value", role),
        ];
        let told = self.moto.call("RunInstances", &run).await;
        let launched: Vec<Launched> = told
            .split("<networkInterfaceSet>")
            .skip(1)
            .map(|one| {
                let text = |name| texts(one, name)[0].to_owned();
                Launched {
                    id: text("instanceId"),
                    interface: text("networkInterfaceId"),
                    address: text("privateIpAddress"),
                    subnet: text("subnetId"),
                }
            })
            .collect();
        assert_eq!(launched.len(), count, "{told}");
        launched
    }

    /// What the detection reads.
    pub(crate) async fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::default();
        inventory.merge(&self.cloud.get(KEY).await).unwrap();
        inventory
    }
}

/// The clock's event.
pub(crate) fn scheduled() -> String {
    json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}})
        .to_string()
}

/// EC2's event about an instance.
pub(crate) fn changed(instance: &str, state: &str) -> String {
    json!({"version": "0", "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2",
        "detail": {"instance-id": instance, "state": state}})
    .to_string()
}
