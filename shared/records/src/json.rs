//! JSON objects of other people's tools, read without trusting their types.
//!
//! The same counter is a number, a string and a float, depending on who forwarded it; the same member is nested or
//! has a dotted name. Absent, `null`, empty and `-` are one.

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json_borrow::ObjectAsVec;
pub(crate) use serde_json_borrow::Value;

use crate::moment::Moment;

/// A JSON object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'v>(&'v ObjectAsVec<'v>);

/// Reads one JSON document.
pub(crate) fn parse(text: &str) -> Option<Value<'_>> {
    serde_json::from_str(text).ok()
}

/// The object that `value` is.
pub(crate) fn object<'v>(value: &'v Value<'v>) -> Option<Object<'v>> {
    match value {
        Value::Object(members) => Some(Object(members)),
        _ => None,
    }
}

impl<'v> Object<'v> {
    /// The member at `path`: of that very name, or nested along its dots.
    pub(crate) fn get(self, path: &str) -> Option<&'v Value<'v>> {
        if let Some(value) = self.0.get(path) {
            return (!value.is_null()).then_some(value);
        }
        let dots = path.match_indices('.');
        dots.into_iter().find_map(|(dot, _)| {
            let inner = object(self.0.get(path.get(..dot)?)?)?;
            inner.get(path.get(dot + 1..)?)
        })
    }

    /// Whether there is a member at every path.
    pub(crate) fn has(self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.get(path).is_some())
    }

    /// The object at `path`.
    pub(crate) fn object(self, path: &str) -> Option<Self> {
        self.get(path).and_then(object)
    }

    /// The list at `path`, empty where there is none.
    pub(crate) fn list(self, path: &str) -> &'v [Value<'v>] {
        self.get(path).and_then(Value::as_array).unwrap_or_default()
    }

    /// The objects of the list at `path`.
    pub(crate) fn objects(self, path: &str) -> impl Iterator<Item = Self> {
        self.list(path).iter().filter_map(object)
    }

    /// The text at `path`.
    pub(crate) fn text(self, path: &str) -> Option<&'v str> {
        self.get(path).and_then(Value::as_str).and_then(given)
    }

    /// The first text at any of `paths`.
    pub(crate) fn first(self, paths: &[&str]) -> Option<&'v str> {
        paths.iter().find_map(|path| self.text(path))
    }

    /// The text or number at `path`, as text.
    pub(crate) fn word(self, path: &str) -> Option<Cow<'v, str>> {
        match self.get(path)? {
            Value::Str(text) => given(text).map(Cow::Borrowed),
            Value::Number(number) => Some(Cow::Owned(match (number.as_u64(), number.as_i64()) {
                (Some(count), _) => count.to_string(),
                (_, Some(whole)) => whole.to_string(),
                _ => number.as_f64()?.to_string(),
            })),
            Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The count at `path`: a number, a float, decimal or `0x` text.
    pub(crate) fn count(self, path: &str) -> Option<u64> {
        count_of(self.get(path)?)
    }

    /// The number at `path`.
    pub(crate) fn float(self, path: &str) -> Option<f64> {
        float_of(self.get(path)?)
    }

    /// The address at `path`.
    pub(crate) fn address(self, path: &str) -> Option<IpAddr> {
        address_of(self.text(path)?)
    }

    /// The port at `path`.
    pub(crate) fn port(self, path: &str) -> Option<u16> {
        self.count(path)?.try_into().ok()
    }

    /// The answer at `path`: `true`, `"true"`, `1`, `"1"`, `"T"`, `"yes"`.
    pub(crate) fn flag(self, path: &str) -> Option<bool> {
        match self.get(path)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => number.as_u64().map(|number| number != 0),
            Value::Str(text) => match text.as_ref() {
                "true" | "True" | "1" | "T" | "yes" => Some(true),
                "false" | "False" | "0" | "F" | "no" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The time at `path`.
    pub(crate) fn time(self, path: &str) -> Option<Moment> {
        match self.get(path)? {
            Value::Str(text) => Moment::of_text(text),
            value => Moment::of_number(value.as_f64()?),
        }
    }

    /// The first time at any of `paths`.
    pub(crate) fn first_time(self, paths: &[&str]) -> Option<Moment> {
        paths.iter().find_map(|path| self.time(path))
    }

    /// Every member.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'v str, &'v Value<'v>)> {
        self.0.iter()
    }
}

/// Text that says something.
pub(crate) fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!matches!(text, "" | "-" | "(null)" | "<NA>" | "N/A" | "(none)")).then_some(text)
}

/// An address, without the brackets and the zone that some tools add.
pub(crate) fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// A count, whatever its type.
pub(crate) fn count_of(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(count) => Some(count),
            None => number.as_f64().and_then(whole),
        },
        Value::Str(text) => count_in(text),
        _ => None,
    }
}

/// A count in text.
pub(crate) fn count_in(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok().or_else(|| text.parse().ok().and_then(whole)),
    }
}

pub(crate) fn float_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Counters above 2^53 lose their last digits as floats, and stay counters.
fn whole(number: f64) -> Option<u64> {
    (0.0..1.8e19).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_nested_flattened_and_half_of_each() {
        for text in
            [r#"{"a":{"b":{"c":"x"}}}"#, r#"{"a.b.c":"x"}"#, r#"{"a.b":{"c":"x"}}"#, r#"{"a":{"b.c":"x"}}"#]
        {
            let value = parse(text).unwrap();
            assert_eq!(object(&value).unwrap().text("a.b.c"), Some("x"), "{text}");
        }
    }

    #[test]
    fn a_count_is_one_whatever_its_type_and_nothing_is_absent() {
        let value = parse(r#"{"a":12,"b":"12","c":12.0,"d":"0xc","e":-1,"f":"-","g":null,"h":"1e400","i":18446744073709551615}"#).unwrap();
        let object = object(&value).unwrap();
        for (name, count) in [
            ("a", Some(12)),
            ("b", Some(12)),
            ("c", Some(12)),
            ("d", Some(12)),
            ("e", None),
            ("f", None),
            ("g", None),
            ("h", None),
            ("i", Some(u64::MAX)),
        ] {
            assert_eq!(object.count(name), count, "{name}");
        }
    }

    #[test]
    fn one_address_written_in_two_ways_is_one_address() {
        let plain = address_of("fe80::1");
        assert!(plain.is_some());
        assert_eq!(address_of("fe80:0:0:0:0:0:0:1"), plain);
        assert_eq!(address_of("[fe80::1%en0]"), plain);
        assert_eq!(address_of("::ffff:192.0.2.1"), "192.0.2.1".parse().ok());
    }
}
