//! The store over an emulator of DynamoDB, through the real client and real HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod emulator;
mod faults;

use emulator::{TABLE, emulated, run};
use weir_dynamodb::{Consumed, DynamoStore, create_table};
use weir_state::conformance::{key, many_writers, stored, total};
use weir_state::{Key, Saved, Store, StoreError};

mod promises_of_every_store {
    weir_state::conformance!(super::run);
}

#[test]
fn writers_in_many_tasks_lose_no_increment() {
    run(async |store: DynamoStore| {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move { many_writers(&store, writer, 25).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap()?;
        }

        assert_eq!(total(&store).await?, 200);
        Ok(())
    });
}

#[test]
fn a_save_repeated_by_its_writer_is_done_and_with_another_body_lost() {
    run(async |store: DynamoStore| {
        store.save(&key("a"), b"one", None, None).await?;
        assert_eq!(store.save(&key("a"), b"one", None, None).await?, Saved::Done(1));
        assert_eq!(store.save(&key("a"), b"two", None, None).await?, Saved::Lost);

        store.save(&key("a"), b"two", Some(1), Some(9)).await?;
        assert_eq!(store.save(&key("a"), b"two", Some(1), Some(9)).await?, Saved::Done(2));
        assert_eq!(store.save(&key("a"), b"one", Some(1), Some(9)).await?, Saved::Lost);
        assert_eq!(store.save(&key("a"), b"two", None, Some(9)).await?, Saved::Lost, "another version");

        let kept = store.load(&[key("a")]).await?;
        assert_eq!(kept[0].as_ref().map(|kept| (kept.version, &*kept.body)), Some((2, &b"two"[..])));
        Ok(())
    });
}

#[test]
fn the_same_body_of_another_function_is_not_taken_for_our_own() {
    emulated(async |client| {
        let ours = DynamoStore::new(client.clone(), TABLE);
        let theirs = DynamoStore::new(client, TABLE);
        theirs.save(&key("a"), b"count 1", None, None).await.unwrap();

        assert_eq!(ours.save(&key("a"), b"count 1", None, None).await.unwrap(), Saved::Lost);
    });
}

#[test]
fn a_document_of_900_bytes_costs_one_unit_to_write_and_one_to_read() {
    run(async |store: DynamoStore| {
        let key =
            Key { partition: "111122223333/eu-west-1/eni-0123456789abcdef0".into(), sort: "live".into() };
        store.save(&key, &[7; 900], None, Some(1_900_000_000)).await?;
        assert_eq!(store.consumed(), Consumed { read_units: 0.0, write_units: 1.0 });

        store.load(std::slice::from_ref(&key)).await?;
        assert_eq!(store.consumed(), Consumed { read_units: 1.0, write_units: 1.0 });

        store.clone().save(&key, &[8; 1_900], Some(1), None).await?;
        assert_eq!(store.consumed(), Consumed { read_units: 1.0, write_units: 3.0 });
        Ok(())
    });
}

#[test]
fn a_batch_reads_each_document_once_however_often_it_is_asked_for() {
    run(async |store: DynamoStore| {
        store.save(&key("a"), &[7; 900], None, None).await?;
        store.save(&key("b"), &[7; 900], None, None).await?;

        let loaded = store.load(&[key("a"), key("b"), key("a"), key("a")]).await?;

        assert_eq!(loaded.iter().flatten().count(), 4);
        assert_eq!(store.consumed().read_units, 2.0);
        Ok(())
    });
}

#[test]
fn a_batch_of_more_than_one_response_holds_is_read_to_the_end() {
    run(async |store: DynamoStore| {
        // 24 MB, where DynamoDB answers with at most 16 MB and leaves the rest unprocessed.
        let keys: Vec<Key> = (0..80).map(|n| key(&format!("{n:02}"))).collect();
        for (n, key) in (0_u8..).zip(&keys) {
            store.save(key, &vec![n; 300_000], None, None).await?;
        }

        let loaded = store.load(&keys).await?;

        for (n, loaded) in (0_u8..).zip(&loaded) {
            assert_eq!(loaded, &stored(1, &vec![n; 300_000]), "document {n}");
        }
        let listed = store.list("p").await?;
        assert_eq!(listed.len(), 80, "a listing of more than one page");
        Ok(())
    });
}

#[test]
fn a_missing_table_is_refused_with_the_remedy() {
    emulated(async |client| {
        let store = DynamoStore::new(client, "elsewhere");

        let error = store.load(&[key("a")]).await.unwrap_err();

        assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains("check that the table exists"), "{error}");
    });
}

#[test]
fn a_table_is_created_once_and_removes_items_by_their_expiry() {
    emulated(async |client| {
        let again = create_table(&client, TABLE).await;
        assert!(matches!(again, Err(StoreError::Refused { .. })), "{again:?}");

        let expiry = client.describe_time_to_live().table_name(TABLE).send().await.unwrap();
        let expiry = expiry.time_to_live_description.unwrap();
        assert_eq!(expiry.attribute_name(), Some("ttl"));
        assert_eq!(expiry.time_to_live_status().unwrap().as_str(), "ENABLED");
    });
}
