//! The one place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Wall time, milliseconds since the epoch; 0 where the clock stands before it.
#[must_use]
pub fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the edge of the process, from where time is passed in")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
