//! Waiting for whoever was quicker.

use std::pin::Pin;
use std::time::Duration;

/// Waits after a lost race for a document, longer after each, so that writers that met once part.
#[must_use]
pub fn apart(lost: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let longest = 10 << lost.min(6);
    Box::pin(tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=longest))))
}
