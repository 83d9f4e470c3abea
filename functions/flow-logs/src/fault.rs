//! What makes an invocation, or one piece of it, fail: our own faults, never the input's.

use std::error::Error;

use lambda_runtime::Diagnostic;
use weir_aws_host::{ApplyError, QuarantineError, SettingsError};
use weir_records::envelope::EnvelopeError;

/// A failure that a retry can mend. Whatever was saved before it is recognised then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the settings are not known yet")]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error("a refused payload cannot be quarantined")]
    Quarantine(#[from] QuarantineError),
    #[error(
        "the object {object} cannot be read to its end; check the role's `s3:GetObject` and `kms:Decrypt`"
    )]
    Object {
        object: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("the invocation came to its deadline; raise the function's timeout or lower the batch size")]
    Deadline,
    #[error("the event is none that this function reads; check what the function is subscribed to")]
    Event(#[source] EnvelopeError),
    #[error("the event should carry flow logs, found {found}; check what the function is subscribed to")]
    Unreadable { found: &'static str },
}

impl Fault {
    /// Stable name, as Lambda reports it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "Weir.Settings",
            Self::Apply(error) => error.code(),
            Self::Quarantine(_) => "Weir.Quarantine",
            Self::Object { .. } => "Weir.Object",
            Self::Deadline => "Weir.Deadline",
            Self::Event(_) | Self::Unreadable { .. } => "Weir.Event",
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
