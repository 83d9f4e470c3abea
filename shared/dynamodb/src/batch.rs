//! Reading many documents at once.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use weir_state::{Key, StoreError, Stored};

use crate::capacity::Counter;
use crate::failure::failed;
use crate::item::{Item, key_attributes, key_of, stored_of};

/// The most keys in one request, by "BatchGetItem" in DynamoDB's API reference.
const BATCH: usize = 100;

// Answers without a single document, in a row, after which a batch is given up: about 6 s.
const FRUITLESS: u32 = 8;

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Reads the documents of the keys, each once, with as few requests as there can be.
pub(crate) async fn load(
    client: &Client,
    table: &str,
    keys: &[Key],
    counter: &Counter,
) -> Result<HashMap<Key, Stored>, StoreError> {
    let distinct: Vec<&Key> = keys.iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(distinct.len());
    for batch in distinct.chunks(BATCH) {
        let mut left: Vec<Item> = batch.iter().map(|key| key_attributes(key)).collect();
        let mut fruitless = 0;
        while !left.is_empty() {
            let (items, unprocessed) = request(client, table, left, counter).await?;
            left = unprocessed;
            fruitless = if items.is_empty() { fruitless + 1 } else { 0 };
            for mut item in items {
                found.insert(key_of(&mut item)?, stored_of(&mut item)?);
            }
            if left.is_empty() {
                break;
            }
            if fruitless == FRUITLESS {
                return Err(StoreError::Throttled { source: None });
            }
            tokio::time::sleep(wait(fruitless)).await;
        }
    }
    Ok(found)
}

async fn request(
    client: &Client,
    table: &str,
    keys: Vec<Item>,
    counter: &Counter,
) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|source: BuildError| StoreError::Refused { source: Box::new(source) })?;
    let output = client
        .batch_get_item()
        .request_items(table, keys)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .map_err(failed)?;
    counter.add_read(output.consumed_capacity());
    // One table was asked, and it may be named by its ARN: take what there is.
    let items = output.responses.into_iter().flatten().flat_map(|(_, items)| items).collect();
    let unprocessed = output.unprocessed_keys.into_iter().flatten().flat_map(|(_, keys)| keys.keys).collect();
    Ok((items, unprocessed))
}

// Doubles with every fruitless answer; the jitter keeps functions that started together apart.
fn wait(fruitless: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(fruitless)).min(LONGEST_WAIT);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}
