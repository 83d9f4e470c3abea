//! What makes an invocation fail: our own faults, never the input's.

use std::error::Error;

use lambda_runtime::Diagnostic;

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
    #[error(
        "the event should be a schedule or a change of an instance's state; check what the function is subscribed to"
    )]
    Event,
}

impl Fault {
    /// Stable name, as Lambda reports it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Inventory(_) => "Weir.Inventory",
            Self::Place { .. } => "Weir.Place",
            Self::Deadline => "Weir.Deadline",
            Self::Event => "Weir.Event",
        }
    }

    /// The fault and all that caused it, in one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        Self { error_type: fault.code().to_owned(), error_message: fault.chain() }
    }
}
