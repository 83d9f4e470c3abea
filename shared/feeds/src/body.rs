//! A body, whole and within its limit, or not at all.

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use weir_records::Compression;
use weir_records::decode::inflate_into;

use crate::client::FetchError;

/// Reads a body to its end and decompresses it: by its first bytes, since what a header says of them is often wrong.
pub(crate) async fn read(body: Incoming, limit: usize, host: String) -> Result<Vec<u8>, FetchError> {
    // A body that is shorter than its length is an error of hyper's.
    let bytes = match Limited::new(body, limit).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(FetchError::TooLarge { host, limit }),
        Err(source) => return Err(FetchError::Body { host, source }),
    };
    if Compression::of(&bytes) == Compression::Identity {
        return Ok(bytes.into());
    }
    let mut plain = Vec::new();
    match inflate_into(&bytes, &mut plain, limit) {
        Ok(()) => Ok(plain),
        Err(source) => Err(FetchError::Decode { host, source }),
    }
}
