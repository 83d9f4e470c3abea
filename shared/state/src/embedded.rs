//! The store in one file, for `--state FILE`: what is read or written stays in memory until a flush.
//!
//! A replay saves the same few documents thousands of times, and each durable write costs an fsync. So a
//! save changes memory only and [`EmbeddedStore::flush`] writes what changed in one transaction. A crash
//! leaves the file as the last flush left it, never between two.

mod file;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use file::OpenError;

use crate::store::{Key, Saved, Store, StoreError, Stored, admit, admit_key, next_version};
use file::StateFile;

/// Documents in one file, of which this process is the only user while it is open.
///
/// Dropping the store without [`flush`](Self::flush) drops what was saved since the last one.
#[derive(Debug)]
pub struct EmbeddedStore {
    file: StateFile,
    held: Mutex<HashMap<Key, Held>>,
}

// What this process knows of a document; nobody else writes the file, so it stays true.
#[derive(Debug)]
struct Held {
    // None: there is no such document.
    document: Option<Stored>,
    unwritten: bool,
}

impl EmbeddedStore {
    /// Opens the file, or makes it where there is none.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when another process has the file open, when it is no state of Weir, or when it has
    /// the layout of another version. A refused file is left as it is.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { file: StateFile::open(path)?, held: Mutex::default() })
    }

    /// Writes all that was saved since the last flush, all or nothing, and waits until it is on the disk.
    ///
    /// Returns how many documents were written or removed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the file cannot be written; nothing is forgotten then, and a later flush
    /// writes it.
    pub fn flush(&self) -> Result<usize, StoreError> {
        let mut held = self.lock();
        let changes: Vec<(&Key, Option<&Stored>)> = held
            .iter()
            .filter(|(_, held)| held.unwritten)
            .map(|(key, held)| (key, held.document.as_ref()))
            .collect();
        let written = changes.len();
        if written > 0 {
            self.file.write(&changes)?;
        }
        held.values_mut().for_each(|held| held.unwritten = false);
        Ok(written)
    }

    /// How many documents the next flush would write or remove.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.lock().values().filter(|held| held.unwritten).count()
    }

    // No change leaves the map half-made, so what a panicking holder left behind is sound.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // Takes what is not yet held from the file, in one read transaction.
    fn fetch(&self, held: &mut HashMap<Key, Held>, keys: &[Key]) -> Result<(), StoreError> {
        let missing: Vec<&Key> = keys.iter().filter(|key| !held.contains_key(*key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let read = self.file.read(&missing)?;
        for (key, document) in missing.into_iter().zip(read) {
            held.insert(key.clone(), Held { document, unwritten: false });
        }
        Ok(())
    }
}

impl Store for EmbeddedStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        keys.iter().try_for_each(admit_key)?;
        let mut held = self.lock();
        self.fetch(&mut held, keys)?;
        Ok(keys.iter().map(|key| held.get(key).and_then(|held| held.document.clone())).collect())
    }

    async fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> Result<Saved, StoreError> {
        admit(key, body)?;
        let Some(version) = next_version(expected) else { return Ok(Saved::Lost) };
        let mut held = self.lock();
        self.fetch(&mut held, std::slice::from_ref(key))?;
        let Some(entry) = held.get_mut(key) else { return Ok(Saved::Lost) };
        if entry.document.as_ref().map(|document| document.version) != expected {
            return Ok(Saved::Lost);
        }
        entry.document = Some(Stored { version, body: body.to_vec(), expires });
        entry.unwritten = true;
        Ok(Saved::Done(version))
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        admit_key(key)?;
        let mut held = self.lock();
        self.fetch(&mut held, std::slice::from_ref(key))?;
        let Some(entry) = held.get_mut(key) else { return Ok(Saved::Done(expected)) };
        match &entry.document {
            None => Ok(Saved::Done(expected)),
            Some(document) if document.version != expected => Ok(Saved::Lost),
            Some(_) => {
                *entry = Held { document: None, unwritten: true };
                Ok(Saved::Done(expected))
            }
        }
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        let held = self.lock();
        let mut found: BTreeMap<Key, Stored> = self.file.partition(partition)?.into_iter().collect();
        for (key, held) in held.iter().filter(|(key, held)| held.unwritten && key.partition == partition) {
            match &held.document {
                Some(document) => found.insert(key.clone(), document.clone()),
                None => found.remove(key),
            };
        }
        Ok(found.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
