//! The one place that asks what time it is, and how long to wait.

use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Left of an invocation when it gives up waiting, so that the answer still arrives. Milliseconds.
pub const MARGIN: i64 = 1_000;

/// Wall time, milliseconds since the epoch; 0 where the clock stands before it.
#[must_use]
pub fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the edge of the process, from where time is passed in")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Time until `margin` milliseconds before `deadline`, wall time in milliseconds.
#[must_use]
pub fn left(deadline: i64, margin: i64) -> Duration {
    let left = deadline.saturating_sub(now()).saturating_sub(margin);
    Duration::from_millis(u64::try_from(left).unwrap_or_default())
}

/// Waits after a lost race for a document, longer after each, so that writers that met once part.
pub fn apart(lost: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let longest = 10 << lost.min(6);
    Box::pin(tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=longest))))
}
