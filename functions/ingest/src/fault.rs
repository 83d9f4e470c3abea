//! What makes an invocation, or one piece of it, fail: our own faults, never the input's.

use lambda_runtime::Diagnostic;
use weir_aws_host::{PublishError, QuarantineError, SettingsError};
use weir_state::engine::EngineError;

use crate::token::TokenError;

/// A failure that a retry can mend. Whatever was saved before it is recognised then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the settings are not known yet")]
    Settings(#[from] SettingsError),
    #[error("the tokens are not known yet")]
    Tokens(#[from] TokenError),
    #[error("the state of an entity cannot be changed")]
    State(#[from] EngineError),
    #[error("an alert stays in the outbox")]
    Publish(#[from] PublishError),
    #[error("a finding cannot be written as a message")]
    Message(#[source] serde_json::Error),
    #[error("a refused payload cannot be quarantined")]
    Quarantine(#[from] QuarantineError),
    #[error("{alerts} alerts are being sent by another invocation, which did not say that it was done")]
    Elsewhere { alerts: usize },
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
            Self::State(_) => "Weir.State",
            Self::Publish(_) => "Weir.Publish",
            Self::Message(_) => "Weir.Message",
            Self::Quarantine(_) => "Weir.Quarantine",
            Self::Elsewhere { .. } => "Weir.Elsewhere",
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
