//! Flow log rows that a forwarder turned into JSON objects.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

use super::column::Column;
use super::fields::Fields;
use crate::reject::Reason;
use crate::text::Text;

/// What a JSON object holds.
pub(super) enum Object {
    /// The named values are in [`Fields`].
    Fields,
    /// The row itself, as text, under `message`.
    Message(String),
}

/// Reads one object: its columns into `fields`, or its message.
pub(super) fn read(json: &str, fields: &mut Fields) -> Result<Object, Reason> {
    fields.clear();
    let mut object = serde_json::Deserializer::from_str(json);
    let message = ObjectSeed { fields }.deserialize(&mut object).map_err(|_| Reason::BadJson)?;
    object.end().map_err(|_| Reason::BadJson)?;
    let own = [Column::Src, Column::PktSrc, Column::LogStatus, Column::Interface, Column::Attachment];
    match message {
        _ if fields.have(&own) => Ok(Object::Fields),
        Some(message) => Ok(Object::Message(message)),
        None => Err(Reason::UnknownRecord),
    }
}

struct ObjectSeed<'f> {
    fields: &'f mut Fields,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Option<String>;

    fn deserialize<D: serde::Deserializer<'de>>(self, object: D) -> Result<Self::Value, D::Error> {
        object.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the fields of a flow log")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut message = None;
        while let Some(name) = map.next_key::<Text<'de>>()? {
            match Column::named(name.as_str()) {
                Some(Column::Ignored) | None if name.as_str() == "message" => {
                    if let Scalar::Text(text) = map.next_value()? {
                        message = Some(text.into_string());
                    }
                }
                Some(Column::Ignored) | None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(column) => match map.next_value()? {
                    Scalar::Text(text) => self.fields.push(column, text.as_str()),
                    Scalar::Number(number) => self.fields.push(column, number),
                    Scalar::Decimal(number) => self.fields.push(column, number),
                    Scalar::Other => {}
                },
            }
        }
        Ok(message)
    }
}

/// A value as forwarders write it: numbers come as numbers, as text, and as floats.
enum Scalar<'de> {
    Text(Text<'de>),
    Number(u64),
    Decimal(f64),
    /// `null`, or nothing that a flow log field can be.
    Other,
}

impl<'de> serde::Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Text::from(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Text::from(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        // Every column counts or numbers from 0, so a negative value is refused by the column.
        Ok(Scalar::Decimal(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Decimal(number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
