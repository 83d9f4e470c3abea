//! Real forwarders that post to the function through a URL, over emulators of AWS.
//!
//! `tests/forwarders/run.sh` installs them and runs these tests.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod collectd;
mod lane;
mod otlp;
mod syslog_ng;
