//! What was refused, told to a queue.
//!
//! A refused payload is counted and logged in any case. With a queue it is also told there, as its reason and an
//! id by which it can be found at its source. The payload itself, which holds addresses, is kept only if the user
//! asks for it, and only while it fits.

use std::error::Error;

use aws_config::SdkConfig;
use serde::Serialize;

use crate::failure::failed;

/// Bytes of a payload that are kept: SQS takes 256 KiB in all, and this leaves room for escapes.
const RAW_LIMIT: usize = 192 << 10;

/// Tells one SQS queue of refusals, where there is one.
#[derive(Clone, Debug)]
pub struct Quarantine {
    queue: Option<(aws_sdk_sqs::Client, String)>,
    raw: bool,
}

/// One refused payload.
#[derive(Clone, Debug, Serialize)]
pub struct Refused<'a> {
    /// Why, as a stable code.
    pub reason: &'a str,
    /// Where it can be found: a message id, a sequence number, an object's URL, a request id.
    pub id: &'a str,
    /// What it came as.
    pub source: &'a str,
    /// Its size.
    pub bytes: usize,
    /// The payload as it came, base64 included; left out unless the user asked for it and it is text that fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<&'a str>,
}

/// A refusal that the queue was not told of.
#[derive(Debug, thiserror::Error)]
#[error("the quarantine queue cannot be told; check its URL and the role's `sqs:SendMessage`")]
pub struct QuarantineError(#[source] Box<dyn Error + Send + Sync>);

impl Quarantine {
    /// A quarantine in the queue of that URL; with `raw` it keeps payloads.
    #[must_use]
    pub fn new(config: &SdkConfig, url: Option<String>, raw: bool) -> Self {
        Self { queue: url.map(|url| (aws_sdk_sqs::Client::new(config), url)), raw }
    }

    /// Logs a refused payload and tells the queue.
    ///
    /// # Errors
    ///
    /// Returns [`QuarantineError`] when the queue did not take it.
    pub async fn refuse(&self, refused: &Refused<'_>) -> Result<(), QuarantineError> {
        tracing::warn!(
            reason = refused.reason,
            id = refused.id,
            source = refused.source,
            bytes = refused.bytes,
            "payload refused"
        );
        let Some((client, url)) = &self.queue else { return Ok(()) };
        let body =
            serde_json::to_string(&self.kept(refused)).map_err(|error| QuarantineError(Box::new(error)))?;
        client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .send()
            .await
            .map_err(|error| QuarantineError(failed(error)))?;
        Ok(())
    }

    /// What the queue gets to see.
    fn kept<'a>(&self, refused: &Refused<'a>) -> Refused<'a> {
        let payload = refused.payload.filter(|text| self.raw && text.len() <= RAW_LIMIT);
        Refused { payload, ..refused.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: bool, payload: &str) -> String {
        let refused = Refused {
            reason: "bad-payload",
            id: "m-1",
            source: "sqs",
            bytes: payload.len(),
            payload: Some(payload),
        };
        serde_json::to_string(&Quarantine { queue: None, raw }.kept(&refused)).unwrap()
    }

    #[test]
    fn a_payload_is_kept_only_on_request_and_while_it_fits() {
        assert_eq!(shown(false, "abc"), r#"{"reason":"bad-payload","id":"m-1","source":"sqs","bytes":3}"#);
        assert!(shown(true, "abc").contains(r#""payload":"abc""#));
        let fits = "x".repeat(RAW_LIMIT);
        assert!(shown(true, &fits).contains(&fits));
        assert!(!shown(true, &format!("{fits}x")).contains("payload\":\"x"));
    }
}
