//! What makes an invocation, or one piece of it, fail: our own faults, never the input's.

use lambda_runtime::Diagnostic;
use weir_aws_host::{ApplyError, QuarantineError, SettingsError};

use crate::token::TokenError;

/// A failure that a retry can mend. Whatever was saved before it is recognised then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the settings are not known yet")]
    Settings(#[from] SettingsError),
    #[error("the tokens are not known yet")]
    Tokens(#[from] TokenError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error("a refused payload cannot be quarantined")]
    Quarantine(#[from] QuarantineError),
    #[error("the invocation came to its deadline; raise the function's timeout or send smaller batches")]
    Deadline,
    #[error(
        "the event should carry records that weir reads, found none; check what the function is called with"
    )]
    Event,
}

impl Fault {
    /// Stable name, as Lambda reports it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "Weir.Settings",
            Self::Tokens(_) => "Weir.Tokens",
            Self::Apply(error) => error.code(),
            Self::Quarantine(_) => "Weir.Quarantine",
            Self::Deadline => "Weir.Deadline",
            Self::Event => "Weir.Event",
        }
    }

    /// The fault and all that caused it, in one line.
    pub(crate) fn chain(&self) -> String {
        weir_aws_host::chain(self)
    }
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        Self { error_type: fault.code().to_owned(), error_message: fault.chain() }
    }
}
