//! Stored bodies: a byte that says the layout, then the fields.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The layout that this build writes.
const LAYOUT: u8 = 3;

/// The bytes of a value.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_extend(value, vec![LAYOUT])
}

/// Reads a value; a later layout and damaged bytes are refused.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    match bytes.split_first() {
        Some((&LAYOUT, fields)) => postcard::from_bytes(fields),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_back_and_another_layout_or_half_a_value_is_refused() {
        let bytes = encode(&(7_u32, "seven")).unwrap();

        assert_eq!(decode::<(u32, String)>(&bytes).unwrap(), (7, "seven".to_owned()));
        assert!(decode::<(u32, String)>(&bytes[..bytes.len() - 1]).is_err());
        assert!(decode::<(u32, String)>(&[LAYOUT + 1, 7, 0]).is_err());
        assert!(decode::<(u32, String)>(&[]).is_err());
    }
}
