//! Which pieces of an event failed, and how that is answered.

use std::error::Error;

use aws_lambda_events::sqs::SqsBatchResponse;

use crate::delivery::Sender;
use crate::failure::chain;

/// Pieces that failed so far. Streams take the answer that queues take.
#[derive(Debug)]
pub struct Failures<F> {
    named: SqsBatchResponse,
    first: Option<F>,
}

impl<F> Default for Failures<F> {
    fn default() -> Self {
        Self { named: SqsBatchResponse::default(), first: None }
    }
}

impl<F: Error> Failures<F> {
    /// Logs that the piece of this id failed, and names it in the answer: several pieces of one message once.
    pub fn add(&mut self, id: Option<&str>, fault: F) {
        tracing::error!(id, fault = chain(&fault), "a piece failed");
        let last = self.named.batch_item_failures.last().map(|last| last.item_identifier.as_str());
        if let Some(id) = id.filter(|id| last != Some(*id)) {
            self.named.add_failure(id);
        }
        self.first.get_or_insert(fault);
    }

    /// Which pieces failed, where the sender takes such an answer.
    ///
    /// # Errors
    ///
    /// The first failure, where the sender knows only all or nothing.
    pub fn answer(self, sender: Sender) -> Result<Option<SqsBatchResponse>, F> {
        match (sender, self.first) {
            (Sender::Direct | Sender::Firehose, Some(fault)) => Err(fault),
            (Sender::Direct | Sender::Firehose, None) => Ok(None),
            (Sender::Sqs | Sender::Kinesis, _) => Ok(Some(self.named)),
        }
    }
}
