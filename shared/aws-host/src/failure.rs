//! Errors as they may be logged.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_sns::error::SdkError;

/// A failed request, without its raw response: that may hold what was sent.
pub fn failed<E, R>(error: SdkError<E, R>) -> Box<dyn Error + Send + Sync>
where
    E: Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        other => Box::new(other),
    }
}

/// An error and all that caused it, in one line.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
