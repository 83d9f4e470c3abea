//! From the SDK's errors to what a caller can do about them.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use weir_state::StoreError;

/// Sorts an error of the SDK by what helps against it.
///
/// The raw response is dropped: it may hold documents, and errors end in logs.
pub(crate) fn failed<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    let context = match error {
        SdkError::ServiceError(context) => context,
        error @ SdkError::ConstructionFailure(_) => return StoreError::Refused { source: Box::new(error) },
        error => return StoreError::Unavailable { source: Box::new(error) },
    };
    let source = context.into_err();
    let code = source.code().unwrap_or_default().to_owned();
    let source = Box::new(source);
    match &*code {
        "LimitExceededException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingException" => StoreError::Throttled { source: Some(source) },
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => StoreError::Denied { source },
        "ResourceInUseException"
        | "ResourceNotFoundException"
        | "SerializationException"
        | "ValidationException" => StoreError::Refused { source },
        _ => StoreError::Unavailable { source },
    }
}

/// An answer that DynamoDB should not have given.
pub(crate) fn corrupt(attribute: &str, expected: &str, found: &str) -> StoreError {
    StoreError::Corrupt { detail: format!("attribute `{attribute}` should be {expected}, found {found}") }
}
