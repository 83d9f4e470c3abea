//! Notifications: that an object was written, from S3, SNS around S3, CloudTrail and EventBridge; and calls that
//! EventBridge tells in full.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Content;
use crate::text::Text;

/// An object that a notification names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct S3Object {
    /// Bucket name.
    pub bucket: String,
    /// Key, as the API takes it (the notification's URL encoding is undone).
    pub key: String,
    /// Size in bytes, where the notification says it.
    pub size: Option<u64>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<&'a RawValue>>,
    /// SNS around a notification, in an SQS body without raw delivery.
    #[serde(borrow, rename = "Message")]
    message: Option<Text<'a>>,
    #[serde(borrow, rename = "Event")]
    test: Option<Text<'a>>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<Text<'a>>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    /// Bucket and keys of CloudTrail's own notification, by SNS.
    #[serde(borrow, rename = "s3Bucket")]
    trail_bucket: Option<Text<'a>>,
    #[serde(borrow, default, rename = "s3ObjectKey")]
    trail_keys: Vec<Text<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "eventName")]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    s3: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entity<'a> {
    #[serde(borrow)]
    bucket: Bucket<'a>,
    #[serde(borrow)]
    object: Object<'a>,
}

#[derive(Deserialize)]
struct Bucket<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    size: Option<u64>,
}

const NO_NOTIFICATION: Content<'static> = Content::Unknown("a message that is no S3 notification");

/// What the text of a message announces.
pub(super) fn notification(json: &str) -> Vec<Content<'static>> {
    inner(json, 1)
}

/// `wraps` bounds how many SNS messages may be around the notification.
fn inner(json: &str, wraps: u8) -> Vec<Content<'static>> {
    let Ok(message) = serde_json::from_str::<Notification<'_>>(json) else { return vec![NO_NOTIFICATION] };
    if let Some(records) = message.records {
        let announced = |record: &&RawValue| match serde_json::from_str::<Record<'_>>(record.get()) {
            Ok(Record { s3: Some(s3), .. }) => self::record(record.get(), s3.get()),
            _ => NO_NOTIFICATION,
        };
        return records.iter().map(announced).collect();
    }
    if let Some(bucket) = message.trail_bucket {
        // CloudTrail writes keys as they are.
        let object = |key: Text<'_>| S3Object {
            bucket: bucket.as_str().to_owned(),
            key: key.into_string(),
            size: None,
        };
        return message.trail_keys.into_iter().map(|key| Content::Object(object(key))).collect();
    }
    match (message.test, message.message, message.detail_type, message.detail) {
        (Some(test), ..) if test.as_str() == "s3:TestEvent" => vec![Content::Control],
        (_, Some(message), ..) if wraps > 0 => inner(message.as_str(), wraps - 1),
        // EventBridge writes keys as they are.
        (_, _, Some(kind), Some(detail)) if kind.as_str() == "Object Created" => {
            vec![entity(detail.get(), |key| Some(key.to_owned()))]
        }
        (_, _, Some(kind), Some(detail)) if kind.as_str().ends_with(" via CloudTrail") => {
            vec![Content::CloudTrail(detail.get().to_owned().into())]
        }
        (_, _, Some(kind), _) if kind.as_str().starts_with("Object ") => vec![Content::Control],
        _ => vec![NO_NOTIFICATION],
    }
}

/// What one S3 event record announces.
pub(super) fn record(record: &str, s3: &str) -> Content<'static> {
    match serde_json::from_str::<Record<'_>>(record) {
        Ok(Record { name: Some(name), .. }) if !name.as_str().starts_with("ObjectCreated") => {
            Content::Control
        }
        Ok(_) => entity(s3, url_decoded),
        Err(_) => NO_NOTIFICATION,
    }
}

fn entity(json: &str, key: impl Fn(&str) -> Option<String>) -> Content<'static> {
    match serde_json::from_str::<Entity<'_>>(json) {
        Ok(entity) => match key(entity.object.key.as_str()) {
            Some(key) => Content::Object(S3Object {
                bucket: entity.bucket.name.into_string(),
                key,
                size: entity.object.size,
            }),
            None => Content::Unknown("an S3 notification with a broken key"),
        },
        Err(_) => Content::Unknown("an S3 notification without bucket or key"),
    }
}

/// Undoes form encoding: `+` is a space and `%2B` a plus.
fn url_decoded(key: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(key.len());
    let mut bytes = key.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}
