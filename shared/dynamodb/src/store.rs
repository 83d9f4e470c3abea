//! Documents as items of a table.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use weir_state::store::{PARTITION_LIMIT, admit, admit_key, next_version};
use weir_state::{Key, Saved, Store, StoreError, Stored};

use crate::batch;
use crate::capacity::{Consumed, Counter};
use crate::failure::failed;
use crate::item::{PARTITION, VERSION, is_written_by, item, key_attributes, key_of, number, stored_of};

/// Documents in a DynamoDB table with the keys `pk` and `sk`.
///
/// Clones share the client, the writer's name and the count of consumed capacity.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    table: Arc<str>,
    // Chosen at random when the store is made: tells our own lost acknowledgement from another
    // function that wrote the same body.
    writer: u64,
    counter: Arc<Counter>,
}

impl DynamoStore {
    /// A store over an existing table; see [`create_table`](crate::create_table) for its layout.
    ///
    /// Throttled and failed requests are repeated as the client is configured to.
    #[must_use]
    pub fn new(client: Client, table: impl Into<Arc<str>>) -> Self {
        Self { client, table: table.into(), writer: fastrand::u64(..), counter: Arc::default() }
    }

    /// The capacity consumed by this store and its clones so far.
    #[must_use]
    pub fn consumed(&self) -> Consumed {
        self.counter.consumed()
    }

    async fn load_one(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key_attributes(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(failed)?;
        self.counter.add_read(output.consumed_capacity());
        output.item.map(|mut item| stored_of(&mut item)).transpose()
    }
}

impl Store for DynamoStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        keys.iter().try_for_each(admit_key)?;
        if let [key] = keys {
            return Ok(vec![self.load_one(key).await?]);
        }
        let found = batch::load(&self.client, &self.table, keys, &self.counter).await?;
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> Result<Saved, StoreError> {
        admit(key, body)?;
        let Some(version) = next_version(expected) else { return Ok(Saved::Lost) };
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item(key, version, body, expires, self.writer)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match expected {
            None => put.condition_expression(format!("attribute_not_exists({PARTITION})")),
            Some(expected) => put
                .condition_expression(format!("{VERSION} = :expected"))
                .expression_attribute_values(":expected", number(expected)),
        };
        match put.send().await {
            Ok(output) => {
                self.counter.add_write(output.consumed_capacity());
                Ok(Saved::Done(version))
            }
            Err(SdkError::ServiceError(ref context))
                if let PutItemError::ConditionalCheckFailedException(failure) = context.err() =>
            {
                // The client repeats a put whose acknowledgement was lost, and then fails against itself.
                let own = failure.item().is_some_and(|kept| is_written_by(kept, self.writer, version, body));
                Ok(if own { Saved::Done(version) } else { Saved::Lost })
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        admit_key(key)?;
        let sent = self
            .client
            .delete_item()
            .table_name(&*self.table)
            .set_key(Some(key_attributes(key)))
            .condition_expression(format!("attribute_not_exists({PARTITION}) OR {VERSION} = :expected"))
            .expression_attribute_values(":expected", number(expected))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(output) => {
                self.counter.add_write(output.consumed_capacity());
                Ok(Saved::Done(expected))
            }
            Err(SdkError::ServiceError(ref context))
                if matches!(context.err(), DeleteItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(Saved::Lost)
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        // No document can be there, and DynamoDB would call the question invalid.
        if partition.is_empty() || partition.len() > PARTITION_LIMIT {
            return Ok(Vec::new());
        }
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression(format!("{PARTITION} = :partition"))
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed)?;
            self.counter.add_read(page.consumed_capacity());
            for mut item in page.items.unwrap_or_default() {
                found.push((key_of(&mut item)?, stored_of(&mut item)?));
            }
        }
        Ok(found)
    }
}
