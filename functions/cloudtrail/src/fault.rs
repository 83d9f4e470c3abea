//! What makes an invocation fail: our own faults, never the input's.

use std::error::Error;

use lambda_runtime::Diagnostic;
use weir_aws_host::{OutboxError, QuarantineError, SettingsError};
use weir_records::envelope::EnvelopeError;
use weir_state::EngineError;

use crate::inventory::InventoryError;

/// A failure that a retry, or the next event, can mend.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the inventory is not up to date; the last one stays in force")]
    Inventory(#[from] InventoryError),
    #[error("the invocation should name account and region, found the function `{arn}`; set `AWS_REGION`")]
    Place { arn: String },
    #[error("the invocation came to its deadline; raise the function's timeout")]
    Deadline,
    #[error("the settings are not known yet")]
    Settings(#[from] SettingsError),
    #[error("the calls of an account cannot be written down")]
    State(#[from] EngineError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    #[error("a refused payload cannot be quarantined")]
    Quarantine(#[from] QuarantineError),
    #[error("the object {object} cannot be read; check the role's `s3:GetObject` and `kms:Decrypt`")]
    Object {
        object: String,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("the event is none that this function reads; check what the function is subscribed to")]
    Event(#[source] EnvelopeError),
    #[error(
        "the event should carry calls of CloudTrail, be a schedule or a change of an instance's state, found {found}; \
         check what the function is subscribed to"
    )]
    Unreadable { found: &'static str },
}

impl Fault {
    /// Stable name, as Lambda reports it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Inventory(_) => "Weir.Inventory",
            Self::Place { .. } => "Weir.Place",
            Self::Deadline => "Weir.Deadline",
            Self::Settings(_) => "Weir.Settings",
            Self::State(_) => "Weir.State",
            Self::Outbox(error) => error.code(),
            Self::Quarantine(_) => "Weir.Quarantine",
            Self::Object { .. } => "Weir.Object",
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
