//! An error of the SDK as one that may be logged.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_sns::error::SdkError;

/// A failed request, without its raw response: that may hold what was sent.
pub(crate) fn failed<E, R>(error: SdkError<E, R>) -> Box<dyn Error + Send + Sync>
where
    E: Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        other => Box::new(other),
    }
}
