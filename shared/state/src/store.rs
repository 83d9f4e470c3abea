//! What every store promises: versioned documents and a compare-and-swap.

mod error;

pub use error::StoreError;

/// The largest document a store takes, its key included: DynamoDB's limit for an item.
///
/// # Source
///
/// "Item size" in <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>.
pub const DOCUMENT_LIMIT: usize = 400 * 1024;

/// What a document may need beside its key and body: attribute names, version, expiry, writer.
pub const OVERHEAD: usize = 64;

/// The most bytes that the partition of a key may have.
pub const PARTITION_LIMIT: usize = 2048;

/// The most bytes that the sort part of a key may have.
pub const SORT_LIMIT: usize = 1024;

/// Where a document is kept.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    /// What belongs together, such as one entity; 1 to 2048 bytes.
    pub partition: String,
    /// Which document of the partition; 1 to 1024 bytes.
    pub sort: String,
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

/// A document as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored {
    /// 1 when the document was created, one more with every save.
    pub version: u64,
    /// The document itself.
    pub body: Vec<u8>,
    /// When the document may be removed, in Unix seconds.
    ///
    /// Removal comes late or never, so a reader who cares compares this with the time.
    pub expires: Option<i64>,
}

/// What came of a conditional change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Saved {
    /// The change was made; for a save this is the document's new version, for a delete its last.
    Done(u64),
    /// Somebody else changed the document in the meantime: load it again.
    Lost,
}

/// Documents under keys, each changed only by who knows its version.
///
/// All stores behave alike and pass one conformance suite.
///
/// # Writers must be told apart by their bodies
///
/// When the acknowledgement of a save is lost on the way and the save repeated, its condition fails
/// although it was done. A store may then take a document of version `expected + 1` with the very body
/// that was to be saved for its own. So two saves that both have to count must not write the same body:
/// a document names the batches that it holds.
pub trait Store: Send + Sync {
    /// Reads documents: one answer per key, in the order of the keys; a key may be there twice.
    ///
    /// The read is strongly consistent: it sees every save that was done before it.
    fn load(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Stored>>, StoreError>> + Send;

    /// Replaces a document if it still has the version `expected`; `None` means that there is none yet.
    ///
    /// `expires` is in Unix seconds. A document keeps the expiry of its last save.
    fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> impl Future<Output = Result<Saved, StoreError>> + Send;

    /// Removes a document if it still has the version `expected`.
    ///
    /// A document that is gone already counts as removed, so that a delete can be repeated.
    fn delete(&self, key: &Key, expected: u64) -> impl Future<Output = Result<Saved, StoreError>> + Send;

    /// Reads all documents of a partition in the order of their sort keys. Not for hot paths.
    fn list(&self, partition: &str) -> impl Future<Output = Result<Vec<(Key, Stored)>, StoreError>> + Send;
}

/// Refuses a key that some store could not keep.
///
/// # Errors
///
/// [`StoreError::Key`] names the part of the key that is empty or too long.
pub fn admit_key(key: &Key) -> Result<(), StoreError> {
    let parts =
        [("partition", key.partition.len(), PARTITION_LIMIT), ("sort key", key.sort.len(), SORT_LIMIT)];
    match parts.into_iter().find(|(_, bytes, limit)| *bytes == 0 || bytes > limit) {
        Some((part, bytes, limit)) => Err(StoreError::Key { part, bytes, limit }),
        None => Ok(()),
    }
}

/// Refuses a document that some store could not keep, so that all stores refuse the same ones.
///
/// # Errors
///
/// As [`admit_key`], and [`StoreError::TooLarge`] for a document of more than [`DOCUMENT_LIMIT`].
pub fn admit(key: &Key, body: &[u8]) -> Result<(), StoreError> {
    admit_key(key)?;
    let bytes =
        [key.partition.len(), key.sort.len(), OVERHEAD].into_iter().fold(body.len(), usize::saturating_add);
    if bytes > DOCUMENT_LIMIT {
        return Err(StoreError::TooLarge { bytes, limit: DOCUMENT_LIMIT });
    }
    Ok(())
}

/// The version that a save makes of the one it expects; `None` where no document can have that one.
pub fn next_version(expected: Option<u64>) -> Option<u64> {
    match expected {
        None => Some(1),
        Some(0) => None,
        Some(version) => version.checked_add(1),
    }
}
