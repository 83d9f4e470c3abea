//! The layout of the table.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification,
};
use weir_state::StoreError;

use crate::failure::failed;
use crate::item::{EXPIRES, PARTITION, SORT};

// A table is there within seconds; after a minute something else is wrong.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Creates a table as [`DynamoStore`](crate::DynamoStore) needs it, and waits until it can be used.
///
/// String keys `pk` and `sk`, paid by request, items removed by the attribute `ttl`. A deployment's
/// template creates the same table with backup and encryption besides; this is for tests and trials.
///
/// # Errors
///
/// [`StoreError::Refused`] when there is a table of that name, [`StoreError::Unavailable`] when it is
/// not ready within a minute, and as the store for the rest.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    let create = [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)].into_iter().try_fold(
        create,
        |create, (name, role)| {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()?;
            let key = KeySchemaElement::builder().attribute_name(name).key_type(role).build()?;
            Ok(create.attribute_definitions(attribute).key_schema(key))
        },
    );
    create.map_err(misbuilt)?.send().await.map_err(failed)?;
    wait_until_active(client, table).await?;

    let expiry =
        TimeToLiveSpecification::builder().attribute_name(EXPIRES).enabled(true).build().map_err(misbuilt)?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(expiry)
        .send()
        .await
        .map_err(failed)?;
    Ok(())
}

async fn wait_until_active(client: &Client, table: &str) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let described = client.describe_table().table_name(table).send().await.map_err(failed)?;
        if described.table().and_then(|table| table.table_status()) == Some(&TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::Unavailable { source: "the new table should be active within 60 s".into() })
}

fn misbuilt(source: BuildError) -> StoreError {
    StoreError::Refused { source: Box::new(source) }
}
