//! Errors as an operator can act on them.

use std::error::Error;
use std::fmt::Display;

use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};

/// The command line or a file of it is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// A request that AWS did not answer as hoped: what was tried, what came back, and what mends it.
///
/// The raw response stays out of it.
pub(crate) fn failed<E, R>(what: impl Display, action: &str, error: SdkError<E, R>) -> anyhow::Error
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let remedy = remedy(code, action);
    let source: Box<dyn Error + Send + Sync> = match error {
        SdkError::ServiceError(context) => {
            let answer = context.into_err();
            let message = answer.message().unwrap_or("no message").to_owned();
            format!("{}: {message}", answer.code().unwrap_or("unknown error")).into()
        }
        // Its own text says only that.
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) => weir_aws_host::chain(error).into(),
            None => "the request was not sent".into(),
        },
        other => weir_aws_host::chain(&other).into(),
    };
    anyhow::anyhow!("{source}").context(format!("cannot {what}{remedy}"))
}

/// What to do about an error code.
fn remedy(code: &str, action: &str) -> String {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            "; the credentials have expired: renew them and run the same command again".to_owned()
        }
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "UnauthorizedOperation" => {
            format!("; allow `{action}` (docs/operate.md has a policy)")
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" => {
            "; these credentials are unknown to AWS: check profile and region".to_owned()
        }
        "LimitExceededException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "ThrottlingException"
        | "TooManyRequestsException"
        | "TooManyUpdates" => {
            "; AWS holds requests back, also after being asked again more and more slowly: run it again later"
                .to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operator_can_mend_is_told_and_nothing_is_guessed() {
        for (code, part) in [
            ("ExpiredTokenException", "renew them"),
            ("AccessDeniedException", "allow `logs:FilterLogEvents`"),
            ("ThrottlingException", "later"),
            ("UnrecognizedClientException", "profile"),
        ] {
            assert!(remedy(code, "logs:FilterLogEvents").contains(part), "{code}");
        }
        assert_eq!(remedy("ResourceNotFoundException", "logs:FilterLogEvents"), "");
    }
}
