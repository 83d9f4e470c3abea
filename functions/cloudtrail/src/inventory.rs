//! The inventory of one account and region: described in full by the clock, and in part when something is launched.

mod ec2;
mod entries;
mod ledger;
mod object;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use weir_aws_host::now;

pub(crate) use self::ec2::Ec2Error;
use self::ec2::{Ec2, filters};
use self::entries::Described;
pub(crate) use self::ledger::Ids;
use self::ledger::Ledger;
use self::object::Object;
pub(crate) use self::object::ObjectError;

/// Races for the object that may be lost in a row.
const ATTEMPTS: u32 = 16;

/// Keeps inventories in a bucket.
#[derive(Debug)]
pub(crate) struct Keeper {
    ec2: Ec2,
    s3: Client,
    bucket: String,
}

/// Whose inventory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// Why an inventory is not up to date; the last one stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InventoryError {
    #[error(transparent)]
    Ec2(#[from] Ec2Error),
    #[error(transparent)]
    Object(#[from] ObjectError),
    #[error("lost {ATTEMPTS} races in a row for the inventory {key}; the next event tries again")]
    Contended { key: String },
}

impl Keeper {
    pub(crate) fn new(config: &SdkConfig, bucket: String) -> Self {
        Self { ec2: Ec2::new(config), s3: Client::new(config), bucket }
    }

    /// Describes everything; how many instances and interfaces there are.
    ///
    /// What was described before EC2 failed is kept, and what it did not come to is left as it was.
    pub(crate) async fn refresh(&self, place: Place<'_>) -> Result<usize, InventoryError> {
        let began = now();
        let mut found = Described::default();
        let mut told = self.ec2.instances(None, &mut found).await;
        if told.is_ok() {
            told = self.ec2.interfaces(None, &mut found).await;
        }
        let whole = told.is_ok();
        let held = self.change(place, began, found, |ledger| {
            if whole {
                ledger.close(began);
            }
        });
        let held = held.await;
        told?;
        held
    }

    /// Describes these alone.
    pub(crate) async fn update(&self, place: Place<'_>, mut ids: Ids) -> Result<usize, InventoryError> {
        let began = now();
        // What was attached to the instances may be elsewhere now.
        let (held, _) = self.object(place).load().await?;
        ids.interfaces.extend(held.interfaces_of(&ids.instances).map(ToOwned::to_owned));
        let mut found = Described::default();
        for filter in filters("instance-id", &ids.instances) {
            self.ec2.instances(Some(filter), &mut found).await?;
        }
        for filter in filters("attachment.instance-id", &ids.instances) {
            self.ec2.interfaces(Some(filter), &mut found).await?;
        }
        for filter in filters("network-interface-id", &ids.interfaces) {
            self.ec2.interfaces(Some(filter), &mut found).await?;
        }
        self.change(place, began, found, |ledger| ledger.close_only(&ids, began)).await
    }

    /// Puts what was found into the object, whoever else does the same.
    async fn change(
        &self,
        place: Place<'_>,
        began: i64,
        found: Described,
        close: impl Fn(&mut Ledger),
    ) -> Result<usize, InventoryError> {
        let object = self.object(place);
        let mut news = Ledger::default();
        news.note(found, began);
        for lost in 0..ATTEMPTS {
            let (mut ledger, version) = object.load().await?;
            ledger.merge(news.clone());
            close(&mut ledger);
            let types = self.types(&ledger.unknown_types()).await;
            news.note(types, began);
            ledger.merge(news.clone());
            if object.save(&ledger, &version).await? {
                return Ok(ledger.len());
            }
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=(20 << lost.min(6))))).await;
        }
        Err(InventoryError::Contended { key: object.key })
    }

    /// What these types can carry, as far as EC2 tells: without it the rest is as good, and the next refresh asks again.
    async fn types(&self, names: &BTreeSet<String>) -> Described {
        let mut types = Described::default();
        for filter in filters("instance-type", names) {
            if let Err(error) = self.ec2.types(filter, &mut types).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the bandwidth of some instance types is not known");
            }
        }
        types
    }

    fn object(&self, Place { account, region }: Place<'_>) -> Object<'_> {
        let key = format!("inventory-{account}-{region}.json");
        Object { client: &self.s3, bucket: &self.bucket, key }
    }
}
