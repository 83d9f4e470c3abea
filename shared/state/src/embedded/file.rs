//! The state file: one table of documents, one of facts about the file itself.

use std::io;
use std::path::Path;

use redb::{
    Database, DatabaseError, Error, ReadableDatabase, StorageError, TableDefinition, TableError, TableHandle,
    WriteTransaction,
};

use crate::store::{Key, StoreError, Stored};

// Version, expiry, body.
type Row<'a> = (u64, Option<i64>, &'a [u8]);

const DOCUMENTS: TableDefinition<'_, (&str, &str), Row<'_>> = TableDefinition::new("documents");
const FACTS: TableDefinition<'_, &str, u32> = TableDefinition::new("weir");

// Counts up when a file of this version could not be read by the last one, or the other way round.
const LAYOUT: u32 = 1;

/// Why a state file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses the file.
    #[error("the state file is in use by another process; wait for it to end, or name another file")]
    InUse,
    /// The file has something else in it.
    #[error("the file is not a state file of weir; name another file, or one that does not exist yet")]
    NotState {
        /// What was wrong with it, where something was read at all.
        source: Option<Box<Error>>,
    },
    /// The file was written by a version that kept it in another way.
    #[error(
        "the state file should have layout {expected}, found {found}; use the version of weir that wrote it, \
         or name a new file and replay the logs into it"
    )]
    Layout {
        /// The layout that this version reads.
        expected: u32,
        /// The layout of the file.
        found: u32,
    },
    /// The file is a state file that is damaged or of which a recovery failed.
    #[error("the state file is damaged; restore it, or remove it and replay the logs")]
    Damaged {
        /// What was found.
        source: Box<Error>,
    },
    /// The operating system refused.
    #[error("the state file cannot be opened for reading and writing")]
    Io {
        /// Its reason.
        source: io::Error,
    },
}

/// An open state file.
#[derive(Debug)]
pub(super) struct StateFile {
    database: Database,
}

impl StateFile {
    /// Opens or creates the file and checks that it is one of ours.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let database = Database::create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => OpenError::InUse,
            DatabaseError::Storage(StorageError::Io(source)) if !is_about_contents(&source) => {
                OpenError::Io { source }
            }
            DatabaseError::UpgradeRequired(found) => {
                OpenError::Layout { expected: LAYOUT, found: u32::from(found) }
            }
            error if begins_like_a_database(path) => OpenError::Damaged { source: Box::new(error.into()) },
            error => OpenError::NotState { source: Some(Box::new(error.into())) },
        })?;
        // Not a write: the check must leave a file that is not ours as it was.
        if check(&database)? == Contents::Nothing {
            mark(&database).map_err(|error| OpenError::Damaged { source: Box::new(error) })?;
        }
        Ok(Self { database })
    }

    /// Reads documents, in the order of the keys.
    pub(super) fn read(&self, keys: &[&Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        let read = || -> Result<Vec<Option<Stored>>, Error> {
            let table = self.database.begin_read()?.open_table(DOCUMENTS)?;
            keys.iter()
                .map(|key| Ok(table.get((&*key.partition, &*key.sort))?.map(|row| stored(row.value()))))
                .collect()
        };
        read().map_err(failed)
    }

    /// Reads a partition in the order of its sort keys.
    pub(super) fn partition(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        let read = || -> Result<Vec<(Key, Stored)>, Error> {
            let table = self.database.begin_read()?.open_table(DOCUMENTS)?;
            let mut found = Vec::new();
            for entry in table.range((partition, "")..)? {
                let (key, row) = entry?;
                let (own, sort) = key.value();
                if own != partition {
                    break;
                }
                let key = Key { partition: own.to_owned(), sort: sort.to_owned() };
                found.push((key, stored(row.value())));
            }
            Ok(found)
        };
        read().map_err(failed)
    }

    /// Writes (or, for `None`, removes) documents in one durable transaction.
    pub(super) fn write(&self, changes: &[(&Key, Option<&Stored>)]) -> Result<(), StoreError> {
        let write = || -> Result<(), Error> {
            let transaction = self.database.begin_write()?;
            put(&transaction, changes)?;
            transaction.commit()?;
            Ok(())
        };
        write().map_err(failed)
    }
}

fn put(transaction: &WriteTransaction, changes: &[(&Key, Option<&Stored>)]) -> Result<(), Error> {
    let mut table = transaction.open_table(DOCUMENTS)?;
    for (key, document) in changes {
        let at = (&*key.partition, &*key.sort);
        match document {
            Some(Stored { version, body, expires }) => {
                table.insert(at, (*version, *expires, &**body))?;
            }
            None => {
                table.remove(at)?;
            }
        }
    }
    Ok(())
}

#[derive(Eq, PartialEq)]
enum Contents {
    Nothing,
    OurState,
}

fn check(database: &Database) -> Result<Contents, OpenError> {
    let damaged = |error: Error| OpenError::Damaged { source: Box::new(error) };
    let transaction = database.begin_read().map_err(|error| damaged(error.into()))?;
    let mut tables = transaction.list_tables().map_err(|error| damaged(error.into()))?;
    if !tables.any(|table| table.name() == FACTS.name()) {
        let mut tables = transaction.list_tables().map_err(|error| damaged(error.into()))?;
        return match tables.next() {
            None => Ok(Contents::Nothing),
            Some(_) => Err(OpenError::NotState { source: None }),
        };
    }
    let facts = transaction.open_table(FACTS).map_err(|error| match error {
        TableError::Storage(error) => damaged(error.into()),
        error => OpenError::NotState { source: Some(Box::new(error.into())) },
    })?;
    let layout = facts.get("layout").map_err(|error| damaged(error.into()))?.map(|layout| layout.value());
    match layout {
        Some(LAYOUT) => Ok(Contents::OurState),
        found => Err(OpenError::Layout { expected: LAYOUT, found: found.unwrap_or(0) }),
    }
}

fn mark(database: &Database) -> Result<(), Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(FACTS)?.insert("layout", LAYOUT)?;
    transaction.open_table(DOCUMENTS)?;
    transaction.commit()?;
    Ok(())
}

fn is_about_contents(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

// The library says the same both of a damaged database and of a file that never was one.
fn begins_like_a_database(path: &Path) -> bool {
    let mut start = [0; 4];
    std::fs::File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut start)).is_ok()
        && &start == b"redb"
}

fn stored((version, expires, body): Row<'_>) -> Stored {
    Stored { version, body: body.to_vec(), expires }
}

fn failed(error: Error) -> StoreError {
    match error {
        Error::Corrupted(detail) => StoreError::Corrupt { detail },
        error => StoreError::Unavailable { source: Box::new(error) },
    }
}
