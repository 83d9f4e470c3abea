//! Running the futures of stores that never wait.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Runs a future that never waits, such as one over a memory or embedded store, without an executor.
///
/// Returns `None` when the future had to wait for something: it needs a real executor then.
pub fn finish_now<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
