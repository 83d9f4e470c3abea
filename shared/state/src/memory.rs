//! The store that forgets: a map in memory, for a replay without `--state` and for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::{Key, Saved, Store, StoreError, Stored, admit, admit_key, next_version};

/// Documents in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    documents: Mutex<HashMap<Key, Stored>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many documents there are.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.lock().len()
    }

    // No change leaves the map half-made, so what a panicking holder left behind is sound.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Stored>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        keys.iter().try_for_each(admit_key)?;
        let documents = self.lock();
        Ok(keys.iter().map(|key| documents.get(key).cloned()).collect())
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
        let mut documents = self.lock();
        match documents.get_mut(key) {
            Some(stored) if Some(stored.version) == expected => {
                stored.version = version;
                stored.expires = expires;
                stored.body.clear();
                stored.body.extend_from_slice(body);
            }
            None if expected.is_none() => {
                documents.insert(key.clone(), Stored { version, body: body.to_vec(), expires });
            }
            _ => return Ok(Saved::Lost),
        }
        Ok(Saved::Done(version))
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        admit_key(key)?;
        let mut documents = self.lock();
        if documents.get(key).is_some_and(|stored| stored.version != expected) {
            return Ok(Saved::Lost);
        }
        documents.remove(key);
        Ok(Saved::Done(expected))
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        let mut found: Vec<(Key, Stored)> = self
            .lock()
            .iter()
            .filter(|(key, _)| key.partition == partition)
            .map(|(key, stored)| (key.clone(), stored.clone()))
            .collect();
        found.sort_by(|(a, _), (b, _)| a.sort.cmp(&b.sort));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::many_writers;

    fn run<F: Future<Output = Result<(), StoreError>>>(case: impl FnOnce(MemoryStore) -> F) {
        crate::finish_now(case(MemoryStore::new())).expect("the memory store waited").unwrap();
    }

    crate::conformance!(run);

    proptest::proptest! {
        // A smaller seed is no smaller schedule.
        #![proptest_config(proptest::test_runner::Config { cases: 60, max_shrink_iters: 0, ..<_>::default() })]

        #[test]
        fn writers_of_any_schedule_come_to_what_one_alone_does(seed in 0..u64::MAX) {
            crate::finish_now(crate::conformance::scheduled(&MemoryStore::new(), seed)).expect("waited").unwrap();
        }
    }

    #[test]
    fn writers_on_many_threads_lose_no_increment() {
        let store = MemoryStore::new();

        std::thread::scope(|scope| {
            for writer in 0..8 {
                let store = &store;
                scope.spawn(move || {
                    crate::finish_now(many_writers(store, writer, 25)).expect("waited").unwrap()
                });
            }
        });

        assert_eq!(crate::finish_now(crate::conformance::total(&store)).unwrap().unwrap(), 200);
    }
}
