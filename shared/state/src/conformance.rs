//! The suite that every store passes: `weir_state::conformance!(run)` makes one test of each case.
//!
//! `run` takes a case, gives it a new empty store and fails the test on an error.

mod schedule;

pub use schedule::{any_schedule_counts_once_and_tells_at_least_once, scheduled};

use crate::store::{DOCUMENT_LIMIT, Key, Saved, Store, StoreError, Stored};

/// What a case comes to: a broken promise panics, a broken store is an error.
pub type Outcome = Result<(), StoreError>;

/// Makes a `#[test]` of every case.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance {
    ($run:path) => {
        $crate::conformance!(
            $run:
            an_absent_key_has_no_document,
            a_created_document_reads_back_as_version_1,
            creating_twice_loses,
            updates_count_the_version_up_and_a_stale_one_loses,
            updating_what_is_not_there_loses,
            a_delete_needs_the_version_and_can_be_repeated,
            a_deleted_document_starts_again_at_version_1,
            interleaved_writers_lose_no_increment,
            three_hundred_keys_load_in_order_with_duplicates_and_gaps,
            loading_nothing_gives_nothing,
            empty_and_large_bodies_read_back,
            a_document_over_the_limit_is_refused_and_changes_nothing,
            keys_that_cannot_be_kept_are_refused,
            the_expiry_is_that_of_the_last_save,
            a_partition_lists_its_own_documents_in_order,
            any_schedule_counts_once_and_tells_at_least_once,
        );
    };
    ($run:path: $($case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                $run($crate::conformance::$case);
            }
        )+
    };
}

/// Reads a key that nobody wrote.
pub async fn an_absent_key_has_no_document<S: Store>(store: S) -> Outcome {
    assert_eq!(store.load(&[key("absent")]).await?, [None]);
    assert_eq!(store.list("p").await?, []);
    Ok(())
}

/// Creates and reads.
pub async fn a_created_document_reads_back_as_version_1<S: Store>(store: S) -> Outcome {
    assert_eq!(store.save(&key("a"), b"\0one\xff", None, None).await?, Saved::Done(1));

    assert_eq!(store.load(&[key("a")]).await?, [stored(1, b"\0one\xff")]);
    Ok(())
}

/// The second creator loses, and the first one's body stays.
pub async fn creating_twice_loses<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"first", None, None).await?;

    assert_eq!(store.save(&key("a"), b"second", None, None).await?, Saved::Lost);

    assert_eq!(store.load(&[key("a")]).await?, [stored(1, b"first")]);
    Ok(())
}

/// Who does not know the version changes nothing.
pub async fn updates_count_the_version_up_and_a_stale_one_loses<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"1", None, None).await?;
    assert_eq!(store.save(&key("a"), b"2", Some(1), None).await?, Saved::Done(2));
    assert_eq!(store.save(&key("a"), b"3", Some(2), None).await?, Saved::Done(3));

    for stale in [0, 1, 2, 4, u64::MAX] {
        assert_eq!(store.save(&key("a"), b"stale", Some(stale), None).await?, Saved::Lost, "over {stale}");
    }

    assert_eq!(store.load(&[key("a")]).await?, [stored(3, b"3")]);
    Ok(())
}

/// An update does not create.
pub async fn updating_what_is_not_there_loses<S: Store>(store: S) -> Outcome {
    assert_eq!(store.save(&key("a"), b"x", Some(1), None).await?, Saved::Lost);
    assert_eq!(store.save(&key("a"), b"x", Some(0), None).await?, Saved::Lost);

    assert_eq!(store.load(&[key("a")]).await?, [None]);
    Ok(())
}

/// A stale delete loses; a repeated one does not.
pub async fn a_delete_needs_the_version_and_can_be_repeated<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"1", None, None).await?;
    store.save(&key("a"), b"2", Some(1), None).await?;

    assert_eq!(store.delete(&key("a"), 1).await?, Saved::Lost);
    assert_eq!(store.load(&[key("a")]).await?, [stored(2, b"2")]);

    assert_eq!(store.delete(&key("a"), 2).await?, Saved::Done(2));
    assert_eq!(store.delete(&key("a"), 2).await?, Saved::Done(2));
    assert_eq!(store.load(&[key("a")]).await?, [None]);
    assert_eq!(store.list("p").await?, []);
    Ok(())
}

/// A deleted document is as if it had never been.
pub async fn a_deleted_document_starts_again_at_version_1<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"old", None, None).await?;
    store.delete(&key("a"), 1).await?;

    assert_eq!(store.save(&key("a"), b"x", Some(1), None).await?, Saved::Lost);
    assert_eq!(store.save(&key("a"), b"new", None, None).await?, Saved::Done(1));

    assert_eq!(store.load(&[key("a")]).await?, [stored(1, b"new")]);
    Ok(())
}

/// Ten writers read, then all write, again and again: each round one wins and nine must see that they lost.
pub async fn interleaved_writers_lose_no_increment<S: Store>(store: S) -> Outcome {
    let mut waiting: Vec<u64> = (0..10).collect();
    while !waiting.is_empty() {
        let mut read = Vec::new();
        for writer in &waiting {
            read.push((*writer, current(&store).await?));
        }
        for (writer, (count, version)) in read {
            if let Saved::Done(_) =
                store.save(&key(COUNTER), &tally(count + 1, writer), version, None).await?
            {
                waiting.retain(|other| *other != writer);
            }
        }
    }

    assert_eq!(total(&store).await?, 10);
    Ok(())
}

/// One answer per key, whatever the store's batches are.
pub async fn three_hundred_keys_load_in_order_with_duplicates_and_gaps<S: Store>(store: S) -> Outcome {
    for n in (0..300).step_by(3) {
        store.save(&numbered(n), n.to_string().as_bytes(), None, None).await?;
    }
    // Backwards, every key up to 10 again at the end.
    let asked: Vec<u32> = (0..300).rev().chain(0..=10).collect();
    let keys: Vec<Key> = asked.iter().copied().map(numbered).collect();

    let loaded = store.load(&keys).await?;

    let expected: Vec<Option<Stored>> =
        asked.iter().map(|n| if n % 3 == 0 { stored(1, n.to_string().as_bytes()) } else { None }).collect();
    assert_eq!(loaded, expected);
    Ok(())
}

/// No keys, no request, no error.
pub async fn loading_nothing_gives_nothing<S: Store>(store: S) -> Outcome {
    assert_eq!(store.load(&[]).await?, []);
    Ok(())
}

/// Bodies of no byte and of 300 KB, alone and together.
pub async fn empty_and_large_bodies_read_back<S: Store>(store: S) -> Outcome {
    let large: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    store.save(&key("empty"), b"", None, None).await?;
    store.save(&key("large"), &large, None, None).await?;

    assert_eq!(store.load(&[key("large")]).await?, [stored(1, &large)]);
    assert_eq!(store.load(&[key("empty"), key("large")]).await?, [stored(1, b""), stored(1, &large)]);
    Ok(())
}

/// What the cloud would refuse is refused everywhere.
pub async fn a_document_over_the_limit_is_refused_and_changes_nothing<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"small", None, None).await?;

    let refused = store.save(&key("a"), &vec![0; DOCUMENT_LIMIT], Some(1), None).await;

    assert!(matches!(refused, Err(StoreError::TooLarge { limit: DOCUMENT_LIMIT, .. })), "{refused:?}");
    assert_eq!(store.load(&[key("a")]).await?, [stored(1, b"small")]);
    Ok(())
}

/// Empty and overlong keys are errors that say so.
pub async fn keys_that_cannot_be_kept_are_refused<S: Store>(store: S) -> Outcome {
    for (partition, sort) in [("", "s"), ("p", ""), (&*"p".repeat(2049), "s"), ("p", &*"s".repeat(1025))] {
        let key = Key { partition: partition.to_owned(), sort: sort.to_owned() };

        let saved = store.save(&key, b"x", None, None).await;
        let loaded = store.load(std::slice::from_ref(&key)).await;
        let deleted = store.delete(&key, 1).await;

        assert!(matches!(saved, Err(StoreError::Key { .. })), "{saved:?}");
        assert!(matches!(loaded, Err(StoreError::Key { .. })), "{loaded:?}");
        assert!(matches!(deleted, Err(StoreError::Key { .. })), "{deleted:?}");
    }
    let longest = Key { partition: "p".repeat(2048), sort: "s".repeat(1024) };
    assert_eq!(store.save(&longest, b"x", None, None).await?, Saved::Done(1));
    Ok(())
}

/// A later save moves the expiry and can take it away.
pub async fn the_expiry_is_that_of_the_last_save<S: Store>(store: S) -> Outcome {
    store.save(&key("a"), b"1", None, Some(1_900_000_000)).await?;
    assert_eq!(store.load(&[key("a")]).await?, [expiring(1, b"1", 1_900_000_000)]);

    store.save(&key("a"), b"2", Some(1), Some(2_000_000_000)).await?;
    assert_eq!(store.load(&[key("a")]).await?, [expiring(2, b"2", 2_000_000_000)]);

    store.save(&key("a"), b"3", Some(2), None).await?;
    assert_eq!(store.load(&[key("a")]).await?, [stored(3, b"3")]);
    Ok(())
}

/// Neighbouring partitions do not leak in, and order is that of the sort key's bytes.
pub async fn a_partition_lists_its_own_documents_in_order<S: Store>(store: S) -> Outcome {
    for (partition, sort) in [("p", "b"), ("p", "a"), ("o", "z"), ("pp", "c"), ("p", "a#1"), ("p", "é")] {
        let key = Key { partition: partition.to_owned(), sort: sort.to_owned() };
        store.save(&key, sort.as_bytes(), None, None).await?;
    }
    store.save(&key("b"), b"again", Some(1), None).await?;

    let listed = store.list("p").await?;

    let expected =
        [("a", 1, "a"), ("a#1", 1, "a#1"), ("b", 2, "again"), ("é", 1, "é")].map(|(sort, version, body)| {
            (key(sort), Stored { version, body: body.as_bytes().to_vec(), expires: None })
        });
    assert_eq!(listed, expected);
    Ok(())
}

/// Adds one to the shared counter `rounds` times, reloading after every lost race.
///
/// Run it from many threads or tasks at once, each with its own `writer`, then compare [`total`].
pub async fn many_writers<S: Store>(store: &S, writer: u64, rounds: u64) -> Outcome {
    for round in 0..rounds {
        loop {
            let (count, version) = current(store).await?;
            let name = writer.wrapping_mul(rounds).wrapping_add(round);
            if store.save(&key(COUNTER), &tally(count + 1, name), version, None).await? != Saved::Lost {
                break;
            }
        }
    }
    Ok(())
}

/// What the shared counter of [`many_writers`] has come to.
pub async fn total<S: Store>(store: &S) -> Result<u64, StoreError> {
    Ok(current(store).await?.0)
}

const COUNTER: &str = "counter";

async fn current<S: Store>(store: &S) -> Result<(u64, Option<u64>), StoreError> {
    let loaded = store.load(&[key(COUNTER)]).await?;
    let Some(Some(stored)) = loaded.first() else { return Ok((0, None)) };
    let count = stored.body.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    Ok((count, Some(stored.version)))
}

// The writer's name keeps two increments from the same count apart, as `Store` asks for.
fn tally(count: u64, writer: u64) -> Vec<u8> {
    [count.to_le_bytes(), writer.to_le_bytes()].concat()
}

/// A key of the partition `p`.
pub fn key(sort: &str) -> Key {
    Key { partition: "p".to_owned(), sort: sort.to_owned() }
}

fn numbered(n: u32) -> Key {
    Key { partition: format!("entity-{}", n % 7), sort: format!("{n:04}") }
}

/// A document without expiry, as [`Store::load`] gives it.
pub fn stored(version: u64, body: &[u8]) -> Option<Stored> {
    Some(Stored { version, body: body.to_vec(), expires: None })
}

fn expiring(version: u64, body: &[u8], expires: i64) -> Option<Stored> {
    Some(Stored { version, body: body.to_vec(), expires: Some(expires) })
}
