//! Structured logs: one JSON object a line, on standard error.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging at `level`; nothing at all for `None`. A second call changes nothing.
///
/// The level is that of Weir's own messages. Libraries are heard from `warn` upwards only: at lower levels
/// they print requests and responses, and payloads are not logged.
pub fn start(level: Option<Level>) {
    let own = LevelFilter::from(level);
    let filter = Targets::new().with_default(own.min(LevelFilter::WARN)).with_targets([
        ("weir", own),
        ("flow_logs", own),
        ("intel", own),
        ("cloudtrail", own),
        ("ingest", own),
        // It repeats, in its own words, every error that a function returns and has logged itself.
        ("lambda_runtime", LevelFilter::OFF),
    ]);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    // Fails only where somebody else logs already.
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}
