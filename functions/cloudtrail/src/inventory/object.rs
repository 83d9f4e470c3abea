//! The ledger as an object of S3, changed only where nobody else changed it in between.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::ledger::Ledger;

/// Bytes that a ledger may have: a hundred thousand instances.
const LIMIT: i64 = 96 << 20;

/// One object.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) client: &'a Client,
    pub(crate) bucket: &'a str,
    pub(crate) key: String,
}

/// What an object was when it was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Version {
    Absent,
    Tag(String),
}

/// An object that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the inventory s3://{bucket}/{key} cannot be {what}; check the bucket and the role's `s3:{permission}`"
)]
pub(crate) struct ObjectError {
    bucket: String,
    key: String,
    what: &'static str,
    permission: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Object<'_> {
    /// The ledger and its version; an empty one where there is none, or one that nobody can read.
    pub(crate) async fn load(&self) -> Result<(Ledger, Version), ObjectError> {
        let got = match self.client.get_object().bucket(self.bucket).key(&self.key).send().await {
            Ok(got) => got,
            Err(error) if code(&error) == Some("NoSuchKey") => {
                return Ok((Ledger::default(), Version::Absent));
            }
            Err(error) => return Err(self.failed("read", "GetObject", shorten(error))),
        };
        let version = got.e_tag().map_or(Version::Absent, |tag| Version::Tag(tag.to_owned()));
        let size = got.content_length().unwrap_or_default();
        if size > LIMIT {
            let source =
                format!("it should have at most {LIMIT} bytes, found {size}; delete it to start anew");
            return Err(self.failed("read", "GetObject", source.into()));
        }
        let body =
            got.body.collect().await.map_err(|error| self.failed("read", "GetObject", error.into()))?;
        match Ledger::from_json(&body.into_bytes()) {
            Ok(ledger) => Ok((ledger, version)),
            Err(error) => {
                // It holds nothing that a refresh does not find again.
                tracing::error!(key = self.key, %error, "the inventory is damaged, and starts anew");
                Ok((Ledger::default(), version))
            }
        }
    }

    /// Writes the ledger; whether nobody else wrote since `version`.
    pub(crate) async fn save(&self, ledger: &Ledger, version: &Version) -> Result<bool, ObjectError> {
        let body = ledger.to_json().map_err(|error| self.failed("written", "PutObject", error.into()))?;
        let put =
            self.client.put_object().bucket(self.bucket).key(&self.key).content_type("application/json");
        let put = match version {
            Version::Absent => put.if_none_match("*"),
            Version::Tag(tag) => put.if_match(tag),
        };
        match put.body(body.into()).send().await {
            Ok(_) => Ok(true),
            // Overtaken, while writing, or by somebody who deleted it.
            Err(error)
                if matches!(
                    code(&error),
                    Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey")
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.failed("written", "PutObject", shorten(error))),
        }
    }

    fn failed(
        &self,
        what: &'static str,
        permission: &'static str,
        source: Box<dyn Error + Send + Sync>,
    ) -> ObjectError {
        ObjectError { bucket: self.bucket.to_owned(), key: self.key.clone(), what, permission, source }
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

fn shorten<E, R>(error: SdkError<E, R>) -> Box<dyn Error + Send + Sync>
where
    E: Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        other => Box::new(other),
    }
}
