//! The attributes of an item, and documents to and from them.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use weir_state::{Key, StoreError, Stored};

use crate::failure::corrupt;

/// The partition key, a string.
pub(crate) const PARTITION: &str = "pk";
/// The sort key, a string.
pub(crate) const SORT: &str = "sk";
/// The version, a number.
pub(crate) const VERSION: &str = "v";
/// When DynamoDB may remove the item, Unix seconds; absent for good.
pub(crate) const EXPIRES: &str = "ttl";
const BODY: &str = "b";
// Which store wrote this version.
const WRITER: &str = "w";

/// An item by its attributes.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The key attributes alone.
pub(crate) fn key_attributes(key: &Key) -> Item {
    HashMap::from([
        (PARTITION.to_owned(), AttributeValue::S(key.partition.clone())),
        (SORT.to_owned(), AttributeValue::S(key.sort.clone())),
    ])
}

/// A whole item.
pub(crate) fn item(key: &Key, version: u64, body: &[u8], expires: Option<i64>, writer: u64) -> Item {
    let mut item = key_attributes(key);
    item.insert(VERSION.to_owned(), number(version));
    item.insert(BODY.to_owned(), AttributeValue::B(Blob::new(body)));
    item.insert(WRITER.to_owned(), AttributeValue::B(Blob::new(writer.to_be_bytes())));
    if let Some(expires) = expires {
        item.insert(EXPIRES.to_owned(), AttributeValue::N(expires.to_string()));
    }
    item
}

/// A number attribute.
pub(crate) fn number(n: u64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

/// The key of an item.
pub(crate) fn key_of(item: &mut Item) -> Result<Key, StoreError> {
    Ok(Key { partition: text(item, PARTITION)?, sort: text(item, SORT)? })
}

/// The document of an item.
pub(crate) fn stored_of(item: &mut Item) -> Result<Stored, StoreError> {
    let version = whole(item, VERSION)?.ok_or_else(|| corrupt(VERSION, "a whole number", "none"))?;
    let body = match item.remove(BODY) {
        Some(AttributeValue::B(blob)) => blob.into_inner(),
        Some(other) => return Err(corrupt(BODY, "bytes", kind(&other))),
        None => return Err(corrupt(BODY, "bytes", "none")),
    };
    Ok(Stored { version, body, expires: whole(item, EXPIRES)? })
}

/// Whether an item is what this writer wants to have written.
pub(crate) fn is_written_by(item: &Item, writer: u64, version: u64, body: &[u8]) -> bool {
    let bytes = |name| item.get(name).and_then(|value| value.as_b().ok()).map(AsRef::as_ref);
    bytes(WRITER) == Some(&writer.to_be_bytes()[..])
        && bytes(BODY) == Some(body)
        && item.get(VERSION) == Some(&number(version))
}

fn text(item: &mut Item, name: &str) -> Result<String, StoreError> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        Some(other) => Err(corrupt(name, "a string", kind(&other))),
        None => Err(corrupt(name, "a string", "none")),
    }
}

fn whole<N: std::str::FromStr>(item: &Item, name: &str) -> Result<Option<N>, StoreError> {
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(digits)) => match digits.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(corrupt(name, "a whole number", "another number")),
        },
        Some(other) => Err(corrupt(name, "a whole number", kind(other))),
    }
}

// The kind and not the value: documents stay out of the logs.
fn kind(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::B(_) => "bytes",
        AttributeValue::N(_) => "a number",
        AttributeValue::S(_) => "a string",
        AttributeValue::Bool(_) => "a boolean",
        AttributeValue::Null(_) => "a null",
        _ => "a set, list or map",
    }
}
