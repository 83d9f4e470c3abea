use std::error::Error as _;
use std::path::PathBuf;
use std::process::Command;

use redb::{Database, ReadableDatabase, TableDefinition};
use tempfile::TempDir;

use super::*;
use crate::conformance::{key, stored};

fn held_in_memory<F: Future<Output = Result<(), StoreError>>>(case: impl FnOnce(EmbeddedStore) -> F) {
    let folder = Folder::new();
    now(case(folder.open())).unwrap();
}

mod while_held_in_memory {
    crate::conformance!(super::held_in_memory);
}

fn read_from_disk<F: Future<Output = Result<(), StoreError>>>(case: impl FnOnce(Forgetful) -> F) {
    let folder = Folder::new();
    now(case(Forgetful(folder.open()))).unwrap();
}

mod read_back_from_disk {
    crate::conformance!(super::read_from_disk);
}

#[test]
fn what_was_flushed_survives_and_what_was_not_does_not() {
    let folder = Folder::new();
    let store = folder.open();
    now(store.save(&key("kept"), b"1", None, Some(7))).unwrap();
    now(store.save(&key("deleted"), b"1", None, None)).unwrap();
    assert_eq!(store.flush().unwrap(), 2);
    now(store.delete(&key("deleted"), 1)).unwrap();
    assert_eq!(store.flush().unwrap(), 1);
    now(store.save(&key("kept"), b"2", Some(1), None)).unwrap();
    now(store.save(&key("new"), b"1", None, None)).unwrap();
    drop(store);

    let store = folder.open();

    let loaded = now(store.load(&[key("kept"), key("deleted"), key("new")])).unwrap();
    let kept = Stored { version: 1, body: b"1".to_vec(), expires: Some(7) };
    assert_eq!(loaded, [Some(kept), None, None]);
}

#[test]
fn a_flush_without_changes_writes_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    now(store.save(&key("a"), b"1", None, None)).unwrap();
    now(store.load(&[key("a"), key("b")])).unwrap();

    assert_eq!((store.unwritten(), store.flush().unwrap()), (1, 1));
    assert_eq!((store.unwritten(), store.flush().unwrap()), (0, 0));
}

#[test]
fn versions_go_on_where_the_last_run_stopped() {
    let folder = Folder::new();
    let store = folder.open();
    now(store.save(&key("a"), b"1", None, None)).unwrap();
    store.flush().unwrap();
    drop(store);

    let store = folder.open();

    assert_eq!(now(store.save(&key("a"), b"x", None, None)).unwrap(), Saved::Lost);
    assert_eq!(now(store.save(&key("a"), b"2", Some(1), None)).unwrap(), Saved::Done(2));
    assert_eq!(now(store.list("p")).unwrap(), [(key("a"), stored(2, b"2").unwrap())]);
}

#[test]
fn a_file_in_use_is_refused_and_free_again_after_the_drop() {
    let folder = Folder::new();
    let store = folder.open();

    let second = EmbeddedStore::open(&folder.file());
    assert!(matches!(second, Err(OpenError::InUse)), "{second:?}");

    drop(store);
    folder.open();
}

/// The other half of [`a_killed_process_leaves_the_last_flush`]: flushes version 1, then saves and dies.
#[test]
fn process_that_dies_after_a_flush() {
    let Some(path) = std::env::vars_os().find(|(name, _)| name == VICTIM).map(|(_, path)| path) else {
        return;
    };
    let store = EmbeddedStore::open(path.as_ref()).unwrap();
    now(store.save(&key("a"), b"1", None, None)).unwrap();
    store.flush().unwrap();
    now(store.save(&key("a"), b"2", Some(1), None)).unwrap();
    std::process::abort();
}

#[test]
fn a_killed_process_leaves_the_last_flush() {
    let folder = Folder::new();
    let victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::tests::process_that_dies_after_a_flush"])
        .env(VICTIM, folder.file())
        .output()
        .unwrap();
    assert!(!victim.status.success(), "the process should have died");

    let store = folder.open();

    assert_eq!(now(store.load(&[key("a")])).unwrap(), [stored(1, b"1")]);
}

#[test]
fn a_file_of_another_layout_is_refused_with_both_numbers() {
    let folder = Folder::new();
    drop(folder.open());
    let database = Database::create(folder.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    let facts = TableDefinition::<&str, u32>::new("weir");
    transaction.open_table(facts).unwrap().insert("layout", 9).unwrap();
    transaction.commit().unwrap();
    drop(database);

    let error = EmbeddedStore::open(&folder.file()).unwrap_err();

    assert!(matches!(error, OpenError::Layout { expected: 1, found: 9 }), "{error:?}");
    assert!(
        error.to_string().contains("layout 1, found 9; use the version of weir that wrote it"),
        "{error}"
    );
}

#[test]
fn a_log_named_by_mistake_is_refused_and_left_as_it_is() {
    let log = "2 111122223333 eni-0a 10.0.0.5 203.0.113.9 49152 443 6 10 8400 1 2 ACCEPT OK\n".repeat(200);
    for text in [&*log, "short"] {
        let folder = Folder::new();
        std::fs::write(folder.file(), text).unwrap();

        let error = EmbeddedStore::open(&folder.file()).unwrap_err();

        assert!(matches!(error, OpenError::NotState { .. }), "{error:?} {:?}", error.source());
        assert_eq!(std::fs::read_to_string(folder.file()).unwrap(), text);
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let theirs = TableDefinition::<u64, u64>::new("theirs");
    let database = Database::create(folder.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(theirs).unwrap().insert(1, 2).unwrap();
    transaction.commit().unwrap();
    drop(database);

    let error = EmbeddedStore::open(&folder.file()).unwrap_err();

    assert!(matches!(error, OpenError::NotState { .. }), "{error:?}");
    let database = Database::open(folder.file()).unwrap();
    let transaction = database.begin_read().unwrap();
    assert_eq!(transaction.list_tables().unwrap().count(), 1);
    assert_eq!(transaction.open_table(theirs).unwrap().get(1).unwrap().unwrap().value(), 2);
}

#[test]
fn a_cut_file_is_damaged_and_a_folder_is_no_file() {
    let folder = Folder::new();
    let store = folder.open();
    now(store.save(&key("a"), &[7; 100_000], None, None)).unwrap();
    store.flush().unwrap();
    drop(store);
    let whole = std::fs::read(folder.file()).unwrap();

    for length in [4, 100, 511, 4096, 10_000] {
        std::fs::write(folder.file(), &whole[..length]).unwrap();
        let error = EmbeddedStore::open(&folder.file()).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "at {length}: {error:?}");
    }
    let error = EmbeddedStore::open(folder.0.path()).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

const VICTIM: &str = "WEIR_TEST_STATE_FILE";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn open(&self) -> EmbeddedStore {
        EmbeddedStore::open(&self.file()).unwrap()
    }
}

/// Flushes and forgets around every operation, so that each one goes through the file.
struct Forgetful(EmbeddedStore);

impl Forgetful {
    fn forget(&self) -> Result<(), StoreError> {
        self.0.flush()?;
        self.0.lock().clear();
        Ok(())
    }
}

impl Store for Forgetful {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        self.forget()?;
        self.0.load(keys).await
    }

    async fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> Result<Saved, StoreError> {
        self.forget()?;
        self.0.save(key, body, expected, expires).await
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        self.forget()?;
        self.0.delete(key, expected).await
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        self.forget()?;
        self.0.list(partition).await
    }
}

fn now<F: Future>(future: F) -> F::Output {
    crate::finish_now(future).expect("the embedded store waited")
}
