//! A store that fails, or whose caller dies, at any of its operations.

use std::sync::atomic::{AtomicUsize, Ordering};

use weir_detection::state::EntityState;

use super::traffic::{batch, minute, scan};
use super::{Bench, LIFE, NOW, key};
use crate::memory::MemoryStore;
use crate::store::{Key, Saved, Store, StoreError, Stored};

/// Fails its n-th operation: before doing it, or after.
struct Failing {
    inner: MemoryStore,
    countdown: AtomicUsize,
    after: bool,
}

#[test]
fn whatever_operation_fails_the_retry_makes_it_whole_and_the_alert_is_sent() {
    let good = Bench::new();
    let mut expected = run(&good);
    expected.0.sort_unstable();
    expected.0.dedup();
    assert_eq!(expected.0.len(), 1, "the scenario alerts");

    for after in [false, true] {
        for fail_at in 1..60 {
            let store = Failing { inner: MemoryStore::new(), countdown: AtomicUsize::new(fail_at), after };
            let bench = Bench::over(store);
            let mut seen = run(&bench);
            seen.0.sort_unstable();
            seen.0.dedup();
            assert_eq!(seen, expected, "operation {fail_at} failed, after the fact: {after}");
        }
    }
}

/// Ten batches, each retried until it succeeds: ids of the alerts, and the day's bytes.
fn run<S: Store>(bench: &Bench<S>) -> (Vec<u64>, Vec<(i64, u64)>) {
    let mut sent = Vec::new();
    for n in 0..10 {
        let observed = batch(&[minute(n * 4), if n == 2 { scan(8, 60) } else { Vec::new() }].concat());
        let mut now = NOW;
        loop {
            if let Ok(applied) = bench.apply(n as u64 + 1, &observed, now) {
                let ids: Vec<u64> = applied.alerts.iter().map(|alert| alert.id).collect();
                sent.extend(&ids);
                // A confirmation that fails is made good by whoever sends the alert again.
                let confirmed = crate::finish_now(bench.engine.confirm(&key(), &ids, now)).unwrap();
                if confirmed.is_ok() && applied.elsewhere == 0 {
                    break;
                }
            }
            now += 2 * LIFE;
        }
    }
    // Should the failure not have come yet, it comes here.
    let document = crate::finish_now(bench.engine.read::<EntityState>(&key())).unwrap();
    let document = document.or_else(|_| crate::finish_now(bench.engine.read(&key())).unwrap());
    (sent, document.unwrap().0.state.days)
}

impl Failing {
    fn fails(&self) -> bool {
        // It fails once; that the count wraps much later does not matter.
        self.countdown.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

fn down() -> StoreError {
    StoreError::Unavailable { source: "connection reset".into() }
}

impl Store for Failing {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        if self.fails() {
            return Err(down());
        }
        self.inner.load(keys).await
    }

    async fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> Result<Saved, StoreError> {
        if !self.fails() {
            return self.inner.save(key, body, expected, expires).await;
        }
        if self.after {
            self.inner.save(key, body, expected, expires).await?;
        }
        Err(down())
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        self.inner.delete(key, expected).await
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        self.inner.list(partition).await
    }
}
