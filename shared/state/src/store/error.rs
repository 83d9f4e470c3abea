//! Why a store did not do what it was asked to, by what the caller can do about it.

use std::error::Error;

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store asks for fewer requests: wait and repeat.
    #[error("the store is throttling; retry later, or raise the capacity of the table")]
    Throttled {
        /// What the store said, where it said something.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The store did not answer, or could not: whether the change was made is unknown. Repeat.
    #[error("the store is unavailable; retry later")]
    Unavailable {
        /// What was seen of it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store does not know us or does not let us: repeating is of no use.
    #[error("the store denied access; check the credentials and the role's policy for the table")]
    Denied {
        /// What the store said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store does not understand the request, such as for a table that is not there.
    #[error("the store refused the request; check that the table exists and has the keys `pk` and `sk`")]
    Refused {
        /// What the store said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The document is larger than a store may keep.
    #[error("a document should have at most {limit} bytes with its key, found {bytes}")]
    TooLarge {
        /// Bytes of the document with its key.
        bytes: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// The key is empty or too long.
    #[error("the {part} of a document should have 1 to {limit} bytes, found {bytes}")]
    Key {
        /// Which part of the key.
        part: &'static str,
        /// Bytes that it has.
        bytes: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// What is kept is not what a store writes.
    #[error("a stored document is corrupt: {detail}; restore it from a backup, or remove it to start anew")]
    Corrupt {
        /// What is wrong with it.
        detail: String,
    },
}

impl StoreError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Unavailable { .. })
    }
}
